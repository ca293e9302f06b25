"""The mutations of tests/crawlers/mutate.py in full: 0 crashes, 0 hangs over a second, 0 wrong prices."""

from pathlib import Path

from tests.crawlers import mutate

COUNT = 10_000


def test_10_000_mutations_give_right_prices_or_named_problems(tmp_path: Path) -> None:
    verdict = mutate.run(tmp_path, COUNT, seed=2)
    print(f"{COUNT:,} mutations: {dict(verdict.outcomes)}, slowest {verdict.slowest:.2f} s")
    assert verdict.findings == []

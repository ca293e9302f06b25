"""Broken pages and answers never crash, hang or give a wrong price; ten thousand of them in tests/torture."""

from pathlib import Path

from tests.crawlers import mutate


def test_200_mutations_give_right_prices_or_named_problems(tmp_path: Path) -> None:
    verdict = mutate.run(tmp_path, 200, seed=1)
    assert verdict.findings == []
    assert verdict.outcomes["rows"] > 100

"""The crawlers under long fault: 300 kills, all redesigns, all faults, years of ordinary days.

``CRAWL_KILLS``, ``CRAWL_YEARS`` and ``CRAWL_SEED`` scale and split the runs.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from crawlers.sandbox.faults import fault_names
from crawlers.sandbox.redesigns import redesigns
from tests.crawlers.conftest import ebay, reddit, sqlite, warm
from tests.crawlers.market_runs import HARMLESS, SOURCES, MarketRuns, names_the_field, what_went_wrong
from tests.crawlers.test_crash import ebay_market, kill_many, reddit_market
from tests.crawlers.warm import Warm
from tests.tracker.test_health import market_year

__all__ = ["ebay", "reddit", "sqlite", "warm"]

KILLS = int(os.environ.get("CRAWL_KILLS", "300"))
#: Another seed, other points of the kill; several seeds make up one long run in pieces.
SEED = int(os.environ.get("CRAWL_SEED", "7"))
YEARS = int(os.environ.get("CRAWL_YEARS", "20"))

#: What a market may do without a run being any worse for it.
BENIGN = {
    "next-loop", "next-elsewhere", "repeated", "reordered", "deleted-anchor", "stale-posts", "no-rate-headers",
    "float-rate-headers", "token-expired",
}  # fmt: skip


@pytest.mark.parametrize(("source", "market"), [("ebay_browse", ebay_market), ("hardwareswap", reddit_market)])
def test_hundreds_of_kills_lose_nothing_and_double_nothing(
    warm: Warm, two_databases: tuple[str, str], tmp_path: Path, source: str, market: Callable[[], Any]
) -> None:
    late = kill_many(warm, two_databases, tmp_path, source, market(), KILLS // 2, SEED)
    kind = make_url(two_databases[0]).get_backend_name()
    print(
        f"{source}, {kind}: {KILLS // 2} kills of a crawl at work, {late} more came too late; none lost, none doubled"
    )


@pytest.fixture
def market(warm: Warm, sqlite_template: bytes, tmp_path: Path) -> Iterator[MarketRuns]:
    runs = MarketRuns(
        warm, tmp_path, sqlite_template, scale=0.4, GPUDEALS_CRAWL_TIMEOUT="2", GPUDEALS_CRAWL_LONGEST_WAIT="3"
    )
    runs.sandbox.faults.hang_seconds = 3
    runs.settle(4)
    yield runs
    runs.close()


def test_every_redesign_is_reported_within_one_crawl_and_harms_nothing(market: MarketRuns) -> None:
    seen = 0
    for name, change in redesigns().items():
        if change.where == "page":
            continue  # pages are read from files, not crawled
        before = market.counted()
        market.sandbox.redesign = {name}
        source = "hardwareswap" if change.where == "reddit" else "ebay_browse"
        outcome, reason = what_went_wrong(*market.crawl(source))
        assert names_the_field(change.field, reason), (name, reason)
        if name in HARMLESS:
            assert outcome == "ok"
        else:
            assert outcome in ("suspect", "failed"), name
            assert market.counted() == before, name
        seen += 1
        market.sandbox.advance(hours=1)
    market.sandbox.redesign.clear()
    assert seen >= 30
    market.settle(1)


def test_every_fault_ends_in_time_in_bounds_and_in_words(market: MarketRuns) -> None:
    for name in fault_names():
        for source in SOURCES:
            before = market.counted()
            market.sandbox.faults.clear()
            market.sandbox.faults.switch_on(name)
            begun = time.monotonic()
            told, judged = market.crawl(source)
            outcome, reason = what_went_wrong(told, judged)
            assert time.monotonic() - begun < 40, name
            assert told["rss_mb"] < 300, name
            assert told["end"] != "error", (name, told)
            if outcome != "ok":
                assert name not in BENIGN, (name, reason)
                assert reason
                assert market.counted() == before, name
            market.sandbox.advance(hours=25)
    market.sandbox.faults.clear()
    market.settle(1)


@pytest.mark.parametrize("seed", range(YEARS))
def test_a_year_of_ordinary_days_gives_at_most_four_false_alarms(seed: int) -> None:
    assert market_year(seed) <= 4

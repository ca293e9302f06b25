"""Arrivals as the market counts them, over crawls, kills and restarts: the day's calls, the pace, Retry-After.

A year of ordinary days of the simulated market is here too: what its crawls are wrongly held for.
``CRAWL_DAYS`` and ``CRAWL_SEED`` scale and split it.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.store import upsert_plan
from tests.crawlers.conftest import KEYS, ebay, sqlite, warm
from tests.crawlers.fakes import Answer, Asked, FakeEbay, ebay_item
from tests.crawlers.market_runs import SOURCES, MarketRuns
from tests.crawlers.test_crash import NOW
from tests.crawlers.warm import Warm

__all__ = ["ebay", "sqlite", "warm"]

DAYS = int(os.environ.get("CRAWL_DAYS", "365"))
SEED = int(os.environ.get("CRAWL_SEED", "7"))
SEARCH = "/buy/browse/v1/item_summary/search"


class Crawls:
    """Crawls of a stand-in for eBay with more searches planned than a day has calls."""

    def __init__(self, warm: Warm, ebay: FakeEbay, engine: Engine, url: str, folder: Path, searches: int) -> None:
        self.warm, self.ebay, self.url, self.folder = warm, ebay, url, folder
        ebay.items = [ebay_item(number, title="RTX 3090 number") for number in range(20)]
        with engine.begin() as connection:
            upsert_plan(connection, [("ebay_browse", "EBAY_US", f"rtx {n}", []) for n in range(searches)])

    def crawl(self, hour: float | None, kill_after: float | None = None, **env: str) -> str | None:
        """Crawl at an hour of the day or by the clock, to the end or until it is killed, and return how it ended."""
        keys = {**KEYS, "GPUDEALS_EBAY_API_URL": self.ebay.url, **env}
        now = None if hour is None else NOW + timedelta(hours=hour)
        crawl = self.warm.start("ebay_browse", self.url, self.folder, now, **keys)
        if kill_after is not None:
            time.sleep(kill_after)
            crawl.kill()
        end: str | None = crawl.wait(200).get("end")
        return end

    def arrived(self) -> list[float]:
        return [asked.at for asked in list(self.ebay.asked) if asked.path.startswith("/buy/")]


@pytest.fixture
def crawls(warm: Warm, ebay: FakeEbay, sqlite: Engine, sqlite_url: str, tmp_path: Path) -> Crawls:
    return Crawls(warm, ebay, sqlite, sqlite_url, tmp_path, 6_000)


def test_the_5001st_call_of_a_day_never_arrives(crawls: Crawls) -> None:
    rng = random.Random(SEED)
    for number in range(6):
        crawls.crawl(number, rng.uniform(0.5, 3), GPUDEALS_EBAY_CALLS_PER_RUN="6000")
    ends = [crawls.crawl(6 + number, GPUDEALS_EBAY_CALLS_PER_RUN="2500") for number in range(4)]
    arrived = len(crawls.arrived())
    print(f"{arrived:,} calls arrived in a day of 6 kills and 4 whole crawls")
    assert ends[-1] == "quota"
    assert 4_700 <= arrived <= 5_000
    tokens = crawls.ebay.paths("/identity/")
    assert len(tokens) <= 10  # one for two hours each, kept over restarts


def test_no_minute_has_more_arrivals_than_are_allowed(crawls: Crawls) -> None:
    """600 a minute: in no six seconds more than sixty, whatever is killed and begun anew."""
    rng = random.Random(SEED)
    pace = {"GPUDEALS_EBAY_PER_MINUTE": "600", "GPUDEALS_EBAY_CALLS_PER_RUN": "120"}
    for _ in range(8):
        crawls.crawl(None, rng.uniform(0.5, 4), **pace)
    crawls.crawl(None, **pace)
    arrived = crawls.arrived()
    busiest = max(sum(begun <= at < begun + 6 for at in arrived) for begun in arrived)
    print(f"{len(arrived)} calls, at most {busiest} in six seconds, 60 allowed")
    assert len(arrived) > 150
    assert busiest <= 61  # one more: each takes its own time to arrive


def test_nothing_arrives_before_retry_after_is_over(crawls: Crawls) -> None:
    rng = random.Random(SEED)
    asked_to_wait: list[float] = []

    def sometimes(asked: Asked) -> Answer | None:
        if asked.path != SEARCH or len(crawls.arrived()) % 40 != 25 or len(asked_to_wait) > 10:
            return None
        asked_to_wait.append(time.monotonic())
        return Answer(429, {}, {"Retry-After": "2"})

    crawls.ebay.script.insert(0, sometimes)
    for number in range(60):
        if number >= 12 and len(asked_to_wait) >= 5:  # on a busy machine more crawls die before they are asked
            break
        moment = None if number % 3 == 0 else rng.uniform(0.5, 3)
        crawls.crawl(None, moment, GPUDEALS_EBAY_CALLS_PER_RUN="60")
    early = [at - begun for begun in asked_to_wait for at in crawls.arrived() if begun + 0.3 < at < begun + 1.95]
    print(f"asked to wait {len(asked_to_wait)} times: {len(early)} calls too early")
    assert len(asked_to_wait) >= 5
    assert early == []


@pytest.fixture
def market(warm: Warm, sqlite_template: bytes, tmp_path: Path) -> Iterator[MarketRuns]:
    runs = MarketRuns(warm, tmp_path, sqlite_template, scale=0.2, seed=SEED)
    yield runs
    runs.close()


def test_ordinary_days_of_the_simulated_market_give_at_most_four_false_alarms(market: MarketRuns) -> None:
    alarms: Counter[str] = Counter()
    for day in range(DAYS):
        for source in SOURCES:
            told, judged = market.crawl(source)
            if judged is None or judged.verdict.outcome != "ok":
                alarms[source] += 1
                print(f"day {day}, {source}: {told['end']}: {judged and judged.verdict.message}")
        market.sandbox.advance(hours=24)
    print(f"{DAYS} days: {dict(alarms) or 'no false alarm'}")
    assert all(number <= 4 for number in alarms.values())

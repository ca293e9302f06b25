"""A crawl killed anywhere loses nothing and doubles nothing; two of these are real kills of real crawls."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.engine import open_engine
from db.store import upsert_plan
from tests.crawlers.conftest import KEYS
from tests.crawlers.fakes import FakeEbay, FakeReddit, ebay_item, posts_at
from tests.crawlers.warm import Warm
from tracker.judging import Judge

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KILLS = 10  # tests/torture has 300

#: What two databases are compared by: everything but run ids and the times of the runs that happened.
EXPORTS = (
    "SELECT source, external_id, url, state, missed FROM raw_listing ORDER BY source, external_id",
    "SELECT external_id, content_hash, title, body, price_minor, r.state FROM raw_revision r "
    "JOIN raw_listing l ON l.id = listing_id ORDER BY external_id, content_hash, observed_at",
    "SELECT query, last_found, empty_streak FROM crawl_plan ORDER BY query",
    "SELECT source, name, value FROM cursor WHERE name LIKE 'mark %' ORDER BY name",
    "SELECT count(*) FROM sighting",
)


def export(engine: Engine) -> list[list[Any]]:
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in EXPORTS]


class Crashes:
    """One source crawled with and without kills, from the same market, into two databases."""

    def __init__(self, warm: Warm, folder: Path, urls: tuple[str, str], source: str, env: dict[str, str]) -> None:
        self.warm, self.folder, self.source, self.env = warm, folder, source, env
        self.urls = dict(zip(("calm", "killed"), urls, strict=True))
        for name in self.urls:
            with self.engine(name) as engine, engine.begin() as connection:
                searches = [("ebay_browse", "EBAY_US", f"rtx {n}", []) for n in (3060, 3070, 3080, 3090)]
                upsert_plan(connection, searches)

    @contextmanager
    def engine(self, name: str) -> Iterator[Engine]:
        engine = open_engine(self.urls[name])
        try:
            yield engine
        finally:
            engine.dispose()

    def crawl(self, name: str, now: datetime) -> float:
        """Crawl to the end, judge, and return how long the crawl took."""
        begun = time.monotonic()
        told = self.warm.start(self.source, self.urls[name], self.folder, now, **self.env).wait()
        took = time.monotonic() - begun
        assert told["status"] == 0, told
        assert self.judge(name, now) == 1
        return took

    def judge(self, name: str, now: datetime) -> int:
        """Judge what waits for it, as every crawl does before it begins; return how many runs that were."""
        with self.engine(name) as engine:
            judged = Judge(engine).judge_all(now)
        assert {run.verdict.outcome for run in judged} <= {"ok"}
        return len(judged)

    def kill_one(self, now: datetime, after: float) -> bool:
        """Start a crawl, kill it after so many seconds, and return whether it was still at work.

        One that had ended by then counts like any other, so the calm database is crawled once more too.
        """
        crawl = self.warm.start(self.source, self.urls["killed"], self.folder, now, **self.env)
        time.sleep(after)
        crawl.kill()
        status = crawl.wait()["status"]
        assert status in (0, -signal.SIGKILL), f"the crawl failed by itself: {status}"
        self.wait_until_nobody_writes()
        if self.judge("killed", now):
            self.crawl("calm", now)
        return bool(status)

    def wait_until_nobody_writes(self) -> None:
        """Wait for PostgreSQL to notice that its client is dead; a COMMIT that was on its way still counts."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with self.engine("killed") as engine, engine.connect() as connection:
            while engine.dialect.name == "postgresql" and connection.execute(text(others)).scalar():
                connection.rollback()
                time.sleep(0.005)

    def differences(self) -> list[tuple[str, Any]]:
        """Return the rows that only one of the two databases has, which must be none."""
        with self.engine("calm") as calm, self.engine("killed") as killed:
            if killed.dialect.name == "sqlite":
                with killed.connect() as connection:
                    assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            pairs = list(zip(export(calm), export(killed), strict=True))
        lost = [("calm", row) for here, there in pairs for row in (Counter(here) - Counter(there)).elements()]
        return lost + [("killed", row) for here, there in pairs for row in (Counter(there) - Counter(here)).elements()]


def ebay_market() -> FakeEbay:
    return FakeEbay([ebay_item(i, title=f"NVIDIA GeForce RTX {3060 + 10 * (i % 4)} number {i}") for i in range(1200)])


def reddit_market() -> FakeReddit:
    return FakeReddit(posts_at(700, NOW.timestamp(), step=120))


@pytest.mark.slow
@pytest.mark.parametrize(("source", "market"), [("ebay_browse", ebay_market), ("hardwareswap", reddit_market)])
def test_kills_lose_nothing_and_double_nothing(
    warm: Warm, two_databases: tuple[str, str], tmp_path: Path, source: str, market: Callable[[], Any]
) -> None:
    kill_many(warm, two_databases, tmp_path, source, market(), KILLS // 2, seed=1)


def kill_many(warm: Warm, urls: tuple[str, str], folder: Path, source: str, market: Any, kills: int, seed: int) -> int:
    """Crawl three times, each time killed so many times at work, and compare with a calm database.

    Returns how many crawls ended before their kill, which are not among the ``kills``.
    """
    setting = "GPUDEALS_EBAY_API_URL" if source == "ebay_browse" else "GPUDEALS_REDDIT_URL"
    # Nothing but a kill may end a crawl here, however busy the machine is; and no crawl may do less than another
    # because killed ones have spent calls of the day: its share shrinks with what is left, and with it the re-checks.
    patient = {
        "GPUDEALS_CRAWL_TIMEOUT": "120",
        "GPUDEALS_EBAY_CALLS_PER_RUN": "200",
        "GPUDEALS_EBAY_DAILY_CALLS": "1000000",
    }
    crashes = Crashes(warm, folder, urls, source, {**KEYS, **patient, setting: market.url})
    rng = random.Random(seed)
    late = 0
    rounds = 3
    try:
        for number in range(rounds):
            now = NOW + timedelta(hours=4 * number)
            took = crashes.crawl("calm", now)
            for _ in range(kills // rounds + (number < kills % rounds)):
                while not crashes.kill_one(now, rng.uniform(0, took)):
                    late += 1
            crashes.crawl("killed", now)
            assert crashes.differences() == [], f"round {number}, {late} kills came too late"
            _let_a_day_pass(market, now, rng)
    finally:
        market.close()
    return late


def _let_a_day_pass(market: Any, now: datetime, rng: random.Random) -> None:
    if isinstance(market, FakeEbay):
        for item in rng.sample(market.items, 100):
            item["price"] = {"value": f"{rng.randint(500, 900)}.00", "currency": "USD"}
        market.items = market.items[20:] + [
            ebay_item(rng.randrange(10**6, 10**8), title="NVIDIA GeForce RTX 3080 new") for _ in range(20)
        ]
    else:
        for post in rng.sample(market.posts, 30):
            post["link_flair_text"] = "CLOSED"
        market.posts[rng.randrange(100)] |= {"author": "[deleted]", "selftext": "[deleted]"}
        market.posts = posts_at(150, now.timestamp() + 3600, step=20, first=rng.randrange(10**6, 10**7)) + market.posts


def test_what_a_dead_process_left_is_taken_back_at_the_next_start(
    warm: Warm, sqlite: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    market = ebay_market()
    with sqlite.begin() as connection:
        upsert_plan(connection, [("ebay_browse", "EBAY_US", "rtx 3080", [])])
    env = {**KEYS, "GPUDEALS_EBAY_API_URL": market.url, "GPUDEALS_EBAY_PER_MINUTE": "60"}
    crawl = warm.start("ebay_browse", sqlite_url, tmp_path, **env)
    deadline = time.monotonic() + 20
    while not _stored(sqlite) and time.monotonic() < deadline:
        time.sleep(0.05)
    crawl.kill()
    crawl.wait()
    assert _stored(sqlite)
    warm.start("ebay_browse", sqlite_url, tmp_path, **{**env, "GPUDEALS_EBAY_PER_MINUTE": "0"}).wait()
    with sqlite.connect() as connection:
        runs = connection.execute(text("SELECT outcome, message FROM crawl_run ORDER BY started_at")).all()
    assert [outcome for outcome, _ in runs] == ["failed", "crawled"]
    assert "died" in runs[0][1]
    market.close()


def _stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM raw_listing")).scalar() or 0)

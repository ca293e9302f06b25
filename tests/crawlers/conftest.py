"""Crawls for tests: a warm process, and the settings that point the crawlers at a stand-in."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.engine import open_engine
from db.store import upsert_plan
from tests.crawlers.fakes import FakeEbay, FakeReddit, serving
from tests.crawlers.warm import Crawl, Warm
from tracker.judging import Judge, Judged

KEYS = {
    "GPUDEALS_EBAY_CLIENT_ID": "canary-ebay-id",
    "GPUDEALS_EBAY_CLIENT_SECRET": "canary-ebay-secret/+=",
    "GPUDEALS_EBAY_PER_MINUTE": "0",
    "GPUDEALS_REDDIT_CLIENT_ID": "canary-reddit-id",
    "GPUDEALS_REDDIT_CLIENT_SECRET": "canary-reddit-secret",
    "GPUDEALS_REDDIT_PER_MINUTE": "0",
    "GPUDEALS_REDDIT_SUBS": "hardwareswap",
    "GPUDEALS_CRAWL_TIMEOUT": "10",
    "GPUDEALS_CRAWL_RETRY_PAUSE": "0.05",
}


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def ebay() -> Iterator[FakeEbay]:
    with serving(FakeEbay()) as server:
        yield server


@pytest.fixture
def reddit() -> Iterator[FakeReddit]:
    with serving(FakeReddit()) as server:
        yield server


@pytest.fixture
def start(warm: Warm, sqlite_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Crawl]:
    """Start a crawl against whichever stand-ins the test uses; keywords are settings from the environment."""

    def begin(source: str, now: datetime | None = None, **env: str) -> Crawl:
        urls = {}
        for name, setting in (("ebay", "GPUDEALS_EBAY_API_URL"), ("reddit", "GPUDEALS_REDDIT_URL")):
            if name in request.fixturenames:
                urls[setting] = request.getfixturevalue(name).url
        return warm.start(source, sqlite_url, tmp_path, now, **{**KEYS, **urls, **env})

    return begin


@pytest.fixture
def crawl(start: Callable[..., Crawl]) -> Callable[..., dict[str, Any]]:
    """Crawl and return what the crawl told."""

    def run(source: str, now: datetime | None = None, **env: str) -> dict[str, Any]:
        return start(source, now, **env).wait()

    return run


@pytest.fixture
def plan(sqlite: Engine) -> Callable[..., None]:
    """Plan searches of eBay's US market."""

    def make(*queries: str) -> None:
        with sqlite.begin() as connection:
            upsert_plan(connection, [("ebay_browse", "EBAY_US", query, []) for query in queries])

    return make


@pytest.fixture
def poll(crawl: Callable[..., dict[str, Any]], sqlite: Engine) -> Callable[..., Judged]:
    """Crawl r/hardwareswap and judge; return the judgement."""

    def run(now: datetime, **env: str) -> Judged:
        told = crawl("hardwareswap", now, **env)
        judged = [found for found in Judge(sqlite).judge_all(now) if found.run_id == told["run"]]
        assert judged, told
        return judged[0]

    return run

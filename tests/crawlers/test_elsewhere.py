"""A crawl that died on another machine, or in a container that is gone, does not hold its source up for ever."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, text

from crawlers.listing import RawListing
from crawlers.run import begin, finish
from crawlers.running import LEASE, Run
from crawlers.source import sources
from crawlers.stopping import CrawlError
from db.store import drop_run, finish_run, lock_writers
from tests.crawlers.fakes import Clock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begin_on(machine: str, engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("socket.gethostname", lambda: machine)
    return begin(engine, sources()["hardwareswap"], clock)


def post(number: int) -> RawListing:
    return RawListing(source="hardwareswap", external_id=f"1qaaa{number:02}", seen_as="api", title="[H] RTX 3090")


def outcomes(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(text("SELECT outcome FROM crawl_run ORDER BY started_at")).scalars())


def test_a_crawl_on_another_machine_is_not_joined_and_named_with_its_end(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_on("one", engine, clock, monkeypatch)
    clock.at += LEASE - MINUTE
    with pytest.raises(CrawlError, match=r"on one; .* is free again at 2026-11-24 12:30 UTC"):
        begin_on("two", engine, clock, monkeypatch)


def test_each_page_says_that_it_is_at_work(engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin_on("one", engine, clock, monkeypatch)
    for number in range(4):
        clock.at += LEASE - MINUTE
        run.keep([post(number)])
        with pytest.raises(CrawlError, match="being crawled"):
            begin_on("two", engine, clock, monkeypatch)
    assert finish(run, "finished", "").end == "finished"
    begin_on("two", engine, clock, monkeypatch)
    assert outcomes(engine) == ["crawled", "running"]


def test_one_that_stored_nothing_for_long_is_closed_and_changes_nothing_when_it_comes_back(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = begin_on("one", engine, clock, monkeypatch)
    lost.keep([post(1)])
    clock.at += LEASE
    run = begin_on("two", engine, clock, monkeypatch)
    run.keep([post(2)])
    with pytest.raises(CrawlError, match="took its place"):
        lost.keep([post(3)])
    assert finish(lost, "finished", "").end == "already_running"
    clock.at += MINUTE
    finish(run, "finished", "")
    with engine.connect() as conn:
        assert conn.execute(text("SELECT external_id FROM raw_listing")).scalars().all() == ["1qaaa02"]
    assert outcomes(engine) == ["failed", "crawled"]


def test_one_that_ends_while_it_is_being_closed_stays_closed(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = begin_on("one", engine, clock, monkeypatch)
    lost.keep([post(1)])
    ended: list[str] = []
    end = Thread(target=lambda: ended.append(finish(lost, "finished", "").end))
    with engine.begin() as conn:
        lock_writers(conn)
        drop_run(conn, lost.id)
        finish_run(conn, lost.id, "failed", "its process died", {}, clock())
        end.start()
        end.join(0.3)  # time enough to look at the run before this is written
    end.join()
    assert ended == ["already_running"]
    assert outcomes(engine) == ["failed"]

"""Several processes at once, processes that are killed, and disks that are full or read-only."""

import random
import resource
import signal
import sqlite3
from pathlib import Path
from typing import TextIO

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.exc import OperationalError

from db import light
from db.engine import open_engine
from db.store import begin_run, spend, store_page
from tests.db.forks import PAGE, Child, importing, rows_of
from tests.db.rows import hour, import_rows, sighting, tables

LISTINGS = 60


def undisturbed(tmp_path: Path) -> dict[str, list[dict[str, object]]]:
    engine = open_engine(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    import_rows(engine, rows_of(LISTINGS))
    picture = tables(engine)
    engine.dispose()
    return picture


def test_four_processes_with_overlapping_shuffled_slices_give_the_tables_of_one(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    workers = [Child(importing(database_url, LISTINGS, part, 4)) for part in range(4)]
    assert [worker.wait() for worker in workers] == [0] * 4
    assert tables(engine) == undisturbed(tmp_path)


def test_kill_9_at_ten_points_loses_no_committed_page_and_duplicates_nothing(sqlite_url: str, tmp_path: Path) -> None:
    chance = random.Random(20261124)
    pages = len(rows_of(LISTINGS)) // PAGE
    for _ in range(10):
        worker = Child(importing(sqlite_url, LISTINGS))
        until = chance.randint(1, pages - 1)
        safe = next(int(line) for line in worker.lines() if int(line) >= until)
        worker.kill()
        database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (cursor,) = database.execute("SELECT value FROM cursor WHERE name = 'page0'").fetchone()
        assert safe <= int(cursor) <= pages
        database.close()
    engine = open_engine(sqlite_url)
    import_rows(engine, rows_of(LISTINGS))
    assert tables(engine) == undisturbed(tmp_path)
    engine.dispose()


def test_processes_together_never_spend_more_than_the_allowance(engine: Engine, database_url: str) -> None:
    def work(say: TextIO) -> None:
        mine = open_engine(database_url)
        for _ in range(40):
            with mine.begin() as conn:
                print(int(spend(conn, "ebay", "browse", "2026-11-24", limit=100)), file=say)

    workers = [Child(work) for _ in range(3)]
    assert sum(int(line) for worker in workers for line in worker.lines()) == 100
    assert [worker.wait() for worker in workers] == [0] * 3
    with engine.begin() as conn:
        assert not spend(conn, "ebay", "browse", "2026-11-24", limit=100)


@pytest.mark.parametrize("more_pages", [0, 1, 5, 20, 60])
def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(sqlite_url: str, more_pages: int) -> None:
    engine = open_engine(sqlite_url)
    import_rows(engine, [sighting("before", 1)])
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "import", hour(1))
    picture = tables(engine)
    rows = [sighting(str(key), 1, "x" * 4000) for key in range(100)]
    with engine.connect() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count={pages + more_pages}")
        conn.execution_options(writes=True)
        with pytest.raises(Exception, match="full"), conn.begin():
            store_page(conn, run, rows)
        driver.execute("PRAGMA max_page_count=1000000")
        assert driver.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert tables(engine) == picture
    with engine.begin() as conn:
        assert store_page(conn, run, rows).new == 100
    engine.dispose()


def test_a_file_that_may_not_grow_is_a_clear_error_and_no_damage(sqlite_url: str) -> None:
    def work(say: TextIO) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        mine = open_engine(sqlite_url)
        try:
            with mine.begin() as conn:
                run = begin_run(conn, "ebay", "import", hour(0))
                store_page(conn, run, [sighting(str(key), 1, "x" * 9000) for key in range(500)])
        except OperationalError as error:
            print(error.orig, file=say)

    worker = Child(work)
    assert [*worker.lines()] in (["disk I/O error"], ["database or disk is full"])
    assert worker.wait() == 0
    engine = open_engine(sqlite_url)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert conn.execute(select(light.crawl_run)).all() == []
    import_rows(engine, [sighting("1", 1)])
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer_and_sees_whole_pages_only(engine: Engine, database_url: str) -> None:
    import_rows(engine, [sighting("1", 1)])
    reader = open_engine(database_url, read_only=True)
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "import", hour(1))
        store_page(conn, run, [sighting("2", 1)])
        assert len(tables(reader)["raw_listing"]) == 1
    assert len(tables(reader)["raw_listing"]) == 2
    reader.dispose()


def test_two_writers_that_read_first_take_turns(sqlite_url: str) -> None:
    """Without BEGIN IMMEDIATE the second would fail at its first write: its snapshot is old by then."""
    first, second = open_engine(sqlite_url), open_engine(sqlite_url)
    other = create_engine(sqlite_url, connect_args={"timeout": 0.1})
    with first.begin() as conn:
        conn.execute(select(light.crawl_run)).all()
        with pytest.raises(Exception, match="locked"), other.connect() as rival:
            rival.exec_driver_sql("BEGIN IMMEDIATE")
        begin_run(conn, "ebay", "import", hour(0))
    with second.begin() as conn:
        assert len(conn.execute(select(light.crawl_run)).all()) == 1
    for engine in (first, second, other):
        engine.dispose()

"""Several processes at once, processes that are killed, and disks that are full or read-only."""

import random
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select

from db import light
from db.engine import open_engine
from db.store import begin_run, spend, store_page
from tests.db.rows import hour, import_rows, sighting, tables
from tests.db.worker import PAGE, rows_of

LISTINGS = 60


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.db.worker", *map(str, arguments)]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def undisturbed(tmp_path: Path) -> dict[str, list[dict[str, object]]]:
    engine = open_engine(f"sqlite:///{tmp_path / 'undisturbed.db'}")
    import_rows(engine, rows_of(LISTINGS))
    picture = tables(engine)
    engine.dispose()
    return picture


def comparable(picture: dict[str, list[dict[str, object]]]) -> str:
    return repr(picture)


def test_four_processes_with_overlapping_shuffled_slices_give_the_tables_of_one(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    workers = [start(database_url, part, 4, LISTINGS) for part in range(4)]
    said = [worker.communicate()[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said
    assert comparable(tables(engine)) == comparable(undisturbed(tmp_path))


def test_kill_9_at_ten_points_loses_no_committed_page_and_duplicates_nothing(sqlite_url: str, tmp_path: Path) -> None:
    chance = random.Random(20261124)
    pages = len(rows_of(LISTINGS)) // PAGE
    for _ in range(10):
        worker = start(sqlite_url, 0, 1, LISTINGS, "print")
        assert worker.stdout is not None
        until = chance.randint(1, pages - 1)
        for line in worker.stdout:
            if int(line) >= until:
                break
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        safe = int(line)
        database = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (cursor,) = database.execute("SELECT value FROM cursor WHERE name = 'page0'").fetchone()
        assert int(cursor) in (safe, safe + 1)
        database.close()
        worker.communicate()
    engine = open_engine(sqlite_url)
    import_rows(engine, rows_of(LISTINGS))
    assert comparable(tables(engine)) == comparable(undisturbed(tmp_path))
    engine.dispose()


def test_processes_together_never_spend_more_than_the_allowance(engine: Engine, database_url: str) -> None:
    script = (
        "import sys\nfrom db.engine import open_engine\nfrom db.store import spend\n"
        "engine = open_engine(sys.argv[1])\nbooked = 0\n"
        "for _ in range(40):\n"
        "    with engine.begin() as conn:\n"
        "        booked += spend(conn, 'ebay', 'browse', '2026-11-24', limit=100)\n"
        "print(booked)"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", script, database_url], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert sum(int(worker.communicate()[0]) for worker in workers) == 100
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
    script = (
        "import resource, signal, sys\nfrom db.engine import open_engine\nfrom db.store import begin_run, store_page\n"
        "from tests.db.rows import hour, sighting\n"
        "engine = open_engine(sys.argv[1])\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "with engine.begin() as conn:\n"
        "    run = begin_run(conn, 'ebay', 'import', hour(0))\n"
        "    store_page(conn, run, [sighting(str(k), 1, 'x' * 9000) for k in range(500)])\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script, sqlite_url], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert "OperationalError" in done.stderr
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

"""Opening a database: set up as it has to be, or one clear line that holds no secret."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.engine import open_engine, safe_name
from db.errors import GpudealsError


def test_sqlite_is_set_up_to_lose_nothing_and_to_wait(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as conn:
        found = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    engine.dispose()
    assert found["journal_mode"] == "wal"
    assert found["synchronous"] == 2  # FULL
    assert found["foreign_keys"] == 1
    assert found["secure_delete"] == 1
    assert found["busy_timeout"] >= 5000


def test_begin_writes_and_commits_and_an_error_takes_it_back(engine: Engine) -> None:
    statement = text("INSERT INTO quota VALUES ('a', 'b', 'c', 1)")
    with pytest.raises(RuntimeError), engine.begin() as conn:
        conn.execute(statement)
        raise RuntimeError
    with engine.begin() as conn:
        conn.execute(statement)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT used FROM quota").scalar() == 1


def test_a_connection_that_rested_and_lost_its_server_is_replaced(
    reused_postgresql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = (open_engine(reused_postgresql.ready()) for _ in range(2))
    with engine.connect() as conn:
        lost = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with other.connect() as conn:
        conn.exec_driver_sql(f"SELECT pg_terminate_backend({lost}, 5000)")
    monkeypatch.setattr("db.engine._IDLE_SECONDS", 0.0)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT pg_backend_pid()").scalar() != lost
    engine.dispose()
    other.dispose()


def test_a_read_only_engine_writes_nothing(engine: Engine, database_url: str) -> None:
    reader = open_engine(database_url, read_only=True)
    with pytest.raises(Exception, match=r"read.?only"), reader.begin() as conn:
        conn.exec_driver_sql("INSERT INTO quota VALUES ('a', 'b', 'c', 1)")
    reader.dispose()


def test_a_path_with_odd_characters_is_opened_for_reading(sqlite_template: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a b?c#d%20é.db"
    path.write_bytes(sqlite_template)
    engine = open_engine("sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F"), read_only=True)
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("gpudeals.db", "has to be given as a URL"),
        ("", "has to be given as a URL"),
        ("mysql://root:secret@host/x", "type mysql are not supported"),
        ("sqlite:////no/such/folder/x.db", "the folder of the database /no/such/folder/x.db does not exist"),
        ("postgresql://user:s3cret@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x cannot be opened"),
        ("postgresql://user:s3cret@127.0.0.1:1/x?sslmode=bad", "cannot be opened"),
        ("postgresql+asyncpg://h/x", "not supported"),
    ],
)
def test_what_cannot_be_opened_is_one_line_without_the_password(url: str, line: str) -> None:
    with pytest.raises(GpudealsError, match=line) as caught:
        open_engine(url)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "content", [b"hello, this is a text file", b"\x00" * 5000, b"SQLite format 3\x00" + b"x" * 4000]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.txt"
    path.write_bytes(content)
    with pytest.raises(GpudealsError, match="is not a SQLite database"):
        open_engine(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(GpudealsError, match="is a folder"):
        open_engine(f"sqlite:///{tmp_path}")


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (id)")
    other.close()
    with pytest.raises(GpudealsError, match=r"another program \(it has a table bookmarks\)"):
        open_engine(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


def test_reading_what_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(GpudealsError, match=r"there is no database at .* `gpudeals import`"):
        open_engine(f"sqlite:///{tmp_path / 'none.db'}", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_file_is_named_when_it_is_opened_for_writing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everything, so the answer of the system is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(GpudealsError, match="is read-only"):
        open_engine(sqlite_url)
    engine = open_engine(sqlite_url, read_only=True)
    engine.dispose()


def test_postgresql_without_its_driver_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "import db.engine as e; e.find_spec = lambda name: None\n"
        "try: e.open_engine('postgresql://host/x')\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "gpudeals[postgres]" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////tmp/x.db", "/tmp/x.db"),
        ("sqlite://", "memory"),
        ("postgresql://me:pw@host:5432/deals?sslkey=k&password=pw", "postgresql://host:5432/deals"),
    ],
)
def test_a_database_is_shown_without_credentials(url: str, shown: str) -> None:
    assert safe_name(url) == shown

"""Backup and restore: every row comes back, in either kind of database."""

import io
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db import light
from db.backup import backup
from db.engine import open_engine
from db.errors import GpudealsError
from db.restore import restore
from db.store import set_cursor
from tests.db.backups import everything, files_of, fill
from tests.db.rows import crawl, hour, sighting


@pytest.mark.parametrize("name", ["backup.db", "backup.zip"])
def test_what_was_backed_up_comes_back_exactly(engine: Engine, target: str, tmp_path: Path, name: str) -> None:
    fill(engine)
    counts = backup(engine, tmp_path / name)
    assert counts["raw_listing"] == 4
    assert restore(tmp_path / name, target) == counts
    restored = open_engine(target)
    assert everything(restored) == everything(engine)
    restored.dispose()


def test_a_backup_of_sqlite_can_be_restored_into_either(
    engine: Engine, database_url: str, target: str, tmp_path: Path
) -> None:
    source = open_engine(target)
    fill(source)
    backup(source, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", database_url)
    assert everything(engine) == everything(source)
    source.dispose()


def test_a_backup_is_one_file_for_its_owner_only_and_holds_one_state_while_others_write(
    engine: Engine, tmp_path: Path
) -> None:
    fill(engine)
    before = everything(engine)
    path = tmp_path / "out" / "backup.zip"
    path.parent.mkdir()
    with engine.connect() as reader:
        reader.execute(select(light.raw_listing)).all()
        backup(engine, path)
    assert [file.name for file in path.parent.iterdir()] == ["backup.zip"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert everything(engine) == before


def test_a_live_sqlite_database_is_backed_up_into_one_plain_file(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    fill(engine)
    path = tmp_path / "out" / "backup.db"
    path.parent.mkdir()
    with engine.begin() as conn:
        set_cursor(conn, "ebay", "unfinished", "1", now=hour(1))
        backup(engine, path)
    assert [file.name for file in path.parent.iterdir()] == ["backup.db"]
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT name FROM cursor").fetchall() == [("page",)]
    engine.dispose()


def test_a_file_that_is_there_is_not_overwritten_unless_asked(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    path.write_text("mine")
    with pytest.raises(GpudealsError, match="is there already"):
        backup(engine, path)
    assert path.read_text() == "mine"
    backup(engine, path, overwrite=True)
    assert zipfile.is_zipfile(path)


def test_a_backup_that_cannot_be_written_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(GpudealsError, match=r"folder of .* does not exist"):
        backup(engine, tmp_path / "none" / "backup.zip")


def test_a_database_with_listings_is_replaced_only_when_asked(sqlite_url: str, target: str, tmp_path: Path) -> None:
    engine, present = open_engine(sqlite_url), open_engine(target)
    fill(engine)
    crawl(present, [sighting("present", 1)], at=1)
    before = everything(present)
    backup(engine, tmp_path / "backup.db")
    with pytest.raises(GpudealsError, match="holds 1 listings; --yes replaces"):
        restore(tmp_path / "backup.db", target)
    assert everything(present) == before
    restore(tmp_path / "backup.db", target, replace=True)
    assert everything(present) == everything(engine)
    engine.dispose()
    present.dispose()


def test_a_damaged_database_is_kept_beside_the_restored_one(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    fill(engine)
    backup(engine, tmp_path / "backup.db")
    wanted = everything(engine)
    engine.dispose()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(GpudealsError, match="--yes keeps it"):
        restore(tmp_path / "backup.db", sqlite_url)
    restore(tmp_path / "backup.db", sqlite_url, replace=True)
    assert path.with_name("gpudeals.db.damaged-1").read_bytes() == b"garbage" * 1000
    engine = open_engine(sqlite_url)
    assert everything(engine) == wanted
    engine.dispose()


@pytest.mark.parametrize("name", ["none.db", "."])
def test_a_file_that_is_not_there_is_named(target: str, tmp_path: Path, name: str) -> None:
    with pytest.raises(GpudealsError, match="there is no backup"):
        restore(tmp_path / name, target)


def test_no_password_is_in_a_backup(engine: Engine, database_url: str, tmp_path: Path) -> None:
    fill(engine)
    backup(engine, tmp_path / "backup.zip")
    content = io.BytesIO(b"".join(files_of(tmp_path / "backup.zip").values())).read()
    assert database_url.encode() not in content
    assert b"password" not in content.lower()

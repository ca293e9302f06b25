"""Backup and restore: every row comes back, in either kind of database; what is hostile changes nothing."""

import io
import json
import sqlite3
import stat
import warnings
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from db import light
from db.backup import backup
from db.engine import open_engine
from db.errors import GpudealsError
from db.migrations import HEAD
from db.restore import restore
from db.store import correct, set_cursor, spend
from tests.db.rows import crawl, hour, sighting
from tests.db.test_purge import PRICES, read


def fill(engine: Engine) -> None:
    """Rows in every kind of table, with text that is hard to keep."""
    read(engine, [sighting("kept", 1), sighting("purged", 2), sighting("other", 30)], PRICES)
    crawl(engine, [sighting("1", 3, "\x07 ␀ 🟢 \u2028", facts={"a": [1, None, "ü"]}, created_at=hour(1.00001))], at=3)
    crawl(engine, [sighting("1", 4, "B")], at=4, outcome="suspect")
    with engine.begin() as conn:
        set_cursor(conn, "ebay", "page", "2", now=hour(1))
        spend(conn, "ebay", "browse", "2026-11-24", calls=7, limit=10)
        correct(conn, "ebay", "1", "ignore", None, now=hour(1))
        watch = {"id": 1, "name": "w", "email": "a@example.org", "rule": {"min_vram": 24}, "delivery": "instant"}
        conn.execute(insert(light.watch), watch | {"enabled": True, "origin": "cli", "created_at": hour(1)})


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as conn:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(select(table))), key=repr) for table in light.TABLES
        }


@pytest.fixture
def target(sqlite_template: bytes, tmp_path: Path) -> str:
    path = tmp_path / "target.db"
    path.write_bytes(sqlite_template)
    return f"sqlite:///{path}"


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


def _files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _with_rows(files: dict[str, bytes], table: str, lines: bytes, rows: int | None = None) -> dict[str, bytes]:
    """Exchange the rows of a table, with a manifest that agrees."""
    manifest = json.loads(files["manifest.json"])
    count = lines.count(b"\n") if rows is None else rows
    manifest["tables"][table] = {"rows": count, "sha256": sha256(lines).hexdigest()}
    return files | {f"{table}.jsonl": lines, "manifest.json": json.dumps(manifest).encode()}


def _row(files: dict[str, bytes], table: str, **changed: Any) -> bytes:
    row = json.loads(files[f"{table}.jsonl"].splitlines()[0])
    return json.dumps(row | changed).encode() + b"\n"


def _manifest(files: dict[str, bytes], **changed: Any) -> dict[str, bytes]:
    return files | {"manifest.json": json.dumps(json.loads(files["manifest.json"]) | changed).encode()}


def _add_link(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            link = name == "watch.jsonl"
            entry.external_attr = ((stat.S_IFLNK if link else stat.S_IFREG) | 0o644) << 16
            archive.writestr(entry, b"/etc/passwd" if link else content)


def _add_twice(path: Path, files: dict[str, bytes]) -> None:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w") as archive:
        for name, content in [*files.items(), ("watch.jsonl", b"")]:
            archive.writestr(name, content)


def _claim_encrypted(path: Path, files: dict[str, bytes]) -> None:
    _write(path, files)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)


Hostile = Callable[[Path, dict[str, bytes]], None]
HOSTILE_ZIPS: dict[str, tuple[Hostile, str]] = {
    "zip slip": (lambda p, f: _write(p, f | {"../../evil.sh": b"x"}), "'../../evil.sh', which no backup"),
    "absolute name": (lambda p, f: _write(p, f | {"/etc/cron.d/x": b"x"}), "'/etc/cron.d/x', which no backup"),
    "another file": (lambda p, f: _write(p, f | {"setup.py": b"x"}), "'setup.py', which no backup"),
    "name with escapes": (lambda p, f: _write(p, f | {"\x1b[31m": b"x"}), r"'\\x1b\[31m', which no backup"),
    "symlink": (_add_link, "watch.jsonl in it is not a plain file"),
    "same name twice": (_add_twice, "'watch.jsonl', which no backup"),
    "encrypted": (_claim_encrypted, "it is encrypted"),
    "bomb": (
        lambda p, f: _write(p, f | {"watch.jsonl": b"\0" * 50_000_000}),
        "watch.jsonl in it unpacks to 50,000,000",
    ),
    "huge manifest": (lambda p, f: _write(p, f | {"manifest.json": b" " * 2_000_000}), "manifest is too large"),
    "table missing": (lambda p, f: _write(p, {k: v for k, v in f.items() if k != "gpu.jsonl"}), "it lacks gpu.jsonl"),
    "no zip inside": (lambda p, f: p.write_bytes(b"PK\x03\x04 and then nothing"), "not a whole zip"),
    "cut off": (lambda p, f: (_write(p, f), p.write_bytes(p.read_bytes()[:-200])), "not a whole zip"),
    "another format": (lambda p, f: _write(p, _manifest(f, format="other")), "it is no backup of gpudeals"),
    "newer schema": (lambda p, f: _write(p, _manifest(f, schema="9999")), f"schema 9999, and this program has {HEAD}"),
    "manifest is a list": (lambda p, f: _write(p, f | {"manifest.json": b"[]"}), "it is no backup"),
    "manifest is deep": (lambda p, f: _write(p, f | {"manifest.json": b"[" * 100_000}), "was not restored"),
    "tables renamed": (lambda p, f: _write(p, _manifest(f, tables={"x": {}})), "its tables are not ours"),
    "rows changed": (lambda p, f: _write(p, f | {"quota.jsonl": b""}), "quota, row 1: the checksum"),
    "another column": (
        lambda p, f: _write(p, _with_rows(f, "quota", _row(f, "quota", evil=1))),
        "quota, row 1: the columns are not ours",
    ),
    "text for a number": (
        lambda p, f: _write(p, _with_rows(f, "quota", _row(f, "quota", used="1); DROP TABLE"))),
        "quota, row 1: a whole number",
    ),
    "number too large": (
        lambda p, f: _write(p, _with_rows(f, "quota", _row(f, "quota", used=2**64))),
        "quota, row 1: a whole number",
    ),
    "not a number": (
        lambda p, f: _write(p, _with_rows(f, "gpu", _row(f, "gpu", vram_gb=float("nan")))),
        "gpu, row 1: a number",
    ),
    "no time": (
        lambda p, f: _write(p, _with_rows(f, "cursor", _row(f, "cursor", updated_at="yesterday"))),
        "cursor, row 1: Invalid isoformat",
    ),
    "null where none may be": (
        lambda p, f: _write(p, _with_rows(f, "quota", _row(f, "quota", used=None))),
        "nothing was changed",
    ),
    "row refers to nothing": (
        lambda p, f: _write(p, _with_rows(f, "offer", _row(f, "offer", listing_id=12))),
        "nothing was changed",
    ),
    "not json": (lambda p, f: _write(p, _with_rows(f, "quota", b"{\n")), "quota, row 1"),
    "a list": (lambda p, f: _write(p, _with_rows(f, "quota", b"[1]\n")), "quota, row 1: it is not an object"),
    "deep json": (lambda p, f: _write(p, _with_rows(f, "quota", b"[" * 9000 + b"\n")), "quota, row 1"),
}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a zip that would be restored."""
    folder = tmp_path_factory.mktemp("honest")
    engine = open_engine(f"sqlite:///{folder / 'source.db'}")
    fill(engine)
    backup(engine, folder / "backup.zip")
    engine.dispose()
    return _files(folder / "backup.zip")


@pytest.mark.parametrize(("make", "line"), HOSTILE_ZIPS.values(), ids=HOSTILE_ZIPS.keys())
def test_a_hostile_zip_is_refused_in_one_line_and_changes_nothing(
    target: str, tmp_path: Path, honest: dict[str, bytes], make: Hostile, line: str
) -> None:
    present = open_engine(target)
    crawl(present, [sighting("present", 1)], at=1)
    before = everything(present)
    path = tmp_path / "hostile.zip"
    make(path, honest)
    files = sorted(tmp_path.rglob("*"))
    with pytest.raises(GpudealsError, match=line) as caught:
        restore(path, target, replace=True)
    assert "\n" not in str(caught.value)
    assert everything(present) == before
    assert sorted(tmp_path.rglob("*")) == files
    present.dispose()


def test_the_files_of_the_honest_zip_are_restored(target: str, tmp_path: Path, honest: dict[str, bytes]) -> None:
    _write(tmp_path / "honest.zip", honest)
    assert restore(tmp_path / "honest.zip", target)["raw_listing"] == 4


HOSTILE_SQLITE = {
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON gpu BEGIN SELECT 1; END", "its tables are not ours: trigger t"),
    "view": ("CREATE VIEW v AS SELECT 1", "its tables are not ours: view v"),
    "another table": ("CREATE TABLE secrets (x)", "its tables are not ours: table secrets"),
    "a table of ours is a view": (
        "DROP TABLE quota; CREATE VIEW quota AS SELECT 1",
        "its tables are not ours: view quota",
    ),
    "index missing": ("DROP INDEX ix_alert_state", "its tables are not ours: index ix_alert_state"),
    "another column": ("ALTER TABLE gpu ADD COLUMN evil", "its tables are not ours"),
    "newer schema": ("UPDATE alembic_version SET version_num = '9999'", "it has schema 9999"),
    "no schema": ("DELETE FROM alembic_version", "it has schema None"),
    "not ours": ("DROP TABLE alembic_version", "it is no database of gpudeals"),
    "text for a number": ("INSERT INTO quota VALUES ('a', 'b', 'c', 'many')", "quota, row 1: a whole number"),
    "blob for text": ("INSERT INTO quota VALUES (x'00', 'b', 'c', 1)", "quota, row 1: text"),
    "not a day": ("INSERT INTO daily_todo VALUES (1, 'today', '2026-11-24')", "daily_todo, row 1: Invalid isoformat"),
    "not json": (
        "INSERT INTO crawl_plan (id, source, market, query, gpus, empty_streak) VALUES (1, 'a', 'b', 'c', '[', 0)",
        "crawl_plan, row 1",
    ),
    "reference to nothing": (
        "INSERT INTO sighting VALUES (1, 2, 3, '2026-11-24 00:00:00')",
        "rows in it refer to rows that are missing",
    ),
}


@pytest.mark.parametrize(("script", "line"), HOSTILE_SQLITE.values(), ids=HOSTILE_SQLITE.keys())
def test_a_hostile_sqlite_file_is_refused_in_one_line(
    target: str, tmp_path: Path, sqlite_template: bytes, script: str, line: str
) -> None:
    path = tmp_path / "hostile.db"
    path.write_bytes(sqlite_template)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        database.commit()
    with pytest.raises(GpudealsError, match=line) as caught:
        restore(path, target)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "neither a SQLite file nor a zip"),
        (b"\x1f\x8b gz", "neither a SQLite file nor a zip"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "was not restored"),
    ],
)
def test_what_is_no_backup_is_refused(target: str, tmp_path: Path, content: bytes, line: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(GpudealsError, match=line):
        restore(path, target)


def test_a_damaged_backup_is_refused(sqlite_url: str, target: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    fill(engine)
    path = tmp_path / "backup.db"
    backup(engine, path)
    engine.dispose()
    data = bytearray(path.read_bytes())
    for at in range(4096 * 3, len(data), 4096 * 2):
        data[at : at + 64] = b"\xa5" * 64
    path.write_bytes(data)
    with pytest.raises(GpudealsError, match="was not restored"):
        restore(path, target)


@pytest.mark.parametrize("name", ["none.db", "."])
def test_a_file_that_is_not_there_is_named(target: str, tmp_path: Path, name: str) -> None:
    with pytest.raises(GpudealsError, match="there is no backup"):
        restore(tmp_path / name, target)


def test_no_password_is_in_a_backup(engine: Engine, database_url: str, tmp_path: Path) -> None:
    fill(engine)
    backup(engine, tmp_path / "backup.zip")
    content = io.BytesIO(b"".join(_files(tmp_path / "backup.zip").values())).read()
    assert database_url.encode() not in content
    assert b"password" not in content.lower()

"""Restoring what is damaged or hostile: one line says why, and nothing changes."""

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

from db.backup import backup
from db.engine import open_engine
from db.errors import GpudealsError
from db.migrations import HEAD
from db.restore import restore
from tests.db.backups import everything, files_of, fill
from tests.db.rows import crawl, sighting


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
    return files_of(folder / "backup.zip")


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

"""Read a backup as rows that have been checked; what is none of ours is refused in one line.

A file that somebody hands over may be hostile. Nothing is unpacked to disk: a zip is read as a
stream, with the names, sizes, checksums and columns that our own backups have and no others. A
SQLite file is opened read-only with its schema untrusted, and has to hold exactly our tables.
"""

import json
import math
import re
import sqlite3
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import TableClause

from db import light
from db.backup import FORMAT, MANIFEST
from db.errors import GpudealsError
from db.migrations import HEAD

#: Listings packed by deflate shrink to about a tenth; a thousandth is a bomb.
_MOST_SHRUNK = 200
_LONGEST_LINE = 64 << 20
_MANIFEST_BYTES = 1 << 20

Row = dict[str, Any]


class Archive:
    """A backup file, opened and recognized; raises GpudealsError where it is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise GpudealsError(f"there is no backup {path}")
        try:
            with path.open("rb") as file:
                head = file.read(16)
        except OSError as error:
            raise GpudealsError(f"{path} cannot be read: {error.strerror}") from None
        self._rows: Callable[[TableClause], Iterator[Row]]
        if head == b"SQLite format 3\x00":
            check_sqlite(path)
            self._rows = self._sqlite_rows
        elif head[:2] == b"PK":
            self._manifest = read_manifest(path)
            self._rows = self._zip_rows
        else:
            raise self._refused("it is neither a SQLite file nor a zip")

    def verify(self) -> dict[str, int]:
        """Read everything once and return the number of rows by table. Raises GpudealsError at the first fault."""
        return {table.name: sum(1 for _ in self.rows(table)) for table in light.TABLES}

    def rows(self, table: TableClause) -> Iterator[Row]:
        """Yield the rows of ``table`` with values of the columns' types."""
        readers = {column.name: _READERS[_kind(column.type)] for column in table.columns}
        number = 1
        try:
            for row in self._rows(table):
                if row.keys() != readers.keys():
                    raise ValueError("the columns are not ours")
                yield {name: None if row[name] is None else read(row[name]) for name, read in readers.items()}
                number += 1
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise self._refused(f"{table.name}, row {number}: {error}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, sqlite3.Error, NotImplementedError, OSError) as error:
            raise self._refused(f"{table.name} is damaged: {error}") from None

    def _refused(self, reason: str) -> GpudealsError:
        return GpudealsError(f"{self.path} was not restored: {reason}")

    def _sqlite_rows(self, table: TableClause) -> Iterator[Row]:
        with closing(_open_untrusted(self.path)) as database:
            database.row_factory = sqlite3.Row
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            for row in database.execute(f"SELECT {names} FROM {table.name}"):  # noqa: S608
                yield dict(row)

    def _zip_rows(self, table: TableClause) -> Iterator[Row]:
        expected = self._manifest["tables"][table.name]
        digest, rows = sha256(), 0
        with zipfile.ZipFile(self.path) as archive, archive.open(f"{table.name}.jsonl") as file:
            while line := file.readline(_LONGEST_LINE):
                if not line.endswith(b"\n"):
                    raise ValueError("the line does not end")
                digest.update(line)
                rows += 1
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError("it is not an object")
                yield row
        if (rows, digest.hexdigest()) != (expected["rows"], expected["sha256"]):
            raise ValueError("the checksum does not match")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a zip whose entries are exactly those of a backup. Raises GpudealsError."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive.infolist())
            manifest = json.loads(archive.read(MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ValueError("it is no backup of gpudeals")
        if (manifest.get("version"), manifest.get("schema")) != (1, HEAD):
            raise ValueError(f"it was made with schema {manifest.get('schema')}, and this program has {HEAD}")
        tables = {table.name for table in light.TABLES}
        entries = manifest.get("tables")
        if not isinstance(entries, dict) or entries.keys() != tables:
            raise ValueError("its tables are not ours")
        if any(not isinstance(e, dict) or e.keys() != {"rows", "sha256"} for e in entries.values()):
            raise ValueError("its manifest is not ours")
    except (ValueError, RecursionError, KeyError, OSError, EOFError, zlib.error, RuntimeError) as error:
        raise GpudealsError(f"{path} was not restored: {error}") from None
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise GpudealsError(f"{path} was not restored: it is not a whole zip: {error}") from None
    return manifest


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    expected = {MANIFEST, *(f"{table.name}.jsonl" for table in light.TABLES)}
    for entry in entries:
        if entry.filename not in expected:
            raise ValueError(f"it holds {entry.filename[:80]!r}, which no backup of gpudeals does")
        expected.remove(entry.filename)
        mode = entry.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise ValueError(f"{entry.filename} in it is not a plain file")
        if entry.flag_bits & 1:
            raise ValueError("it is encrypted")
        if entry.filename == MANIFEST and entry.file_size > _MANIFEST_BYTES:
            raise ValueError("its manifest is too large")
        if entry.file_size > _MOST_SHRUNK * max(entry.compress_size, 1000):
            raise ValueError(
                f"{entry.filename} in it unpacks to {entry.file_size:,} bytes from {entry.compress_size:,}"
            )
    if expected:
        raise ValueError(f"it lacks {sorted(expected)[0]}; it is no backup of gpudeals, or not a whole one")


def check_sqlite(path: Path) -> None:
    """Raise GpudealsError where a SQLite file is damaged or holds anything but our tables at our schema."""
    try:
        with closing(_open_untrusted(path)) as database:
            version = database.execute("SELECT version_num FROM alembic_version").fetchone()
            if version != (HEAD,):
                raise ValueError(f"it has schema {version and version[0]}, and this program has {HEAD}")
            found, ours = _schema(database), _own_schema()
            if found != ours:
                odd = sorted(found.keys() - ours.keys()) or sorted(ours.keys() - found.keys()) or ["a table"]
                raise ValueError(f"its tables are not ours: {odd[0]}")
            damage = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if damage != "ok":
                raise ValueError(f"it is damaged: {damage.splitlines()[0]}")
            if database.execute("PRAGMA foreign_key_check").fetchone():
                raise ValueError("rows in it refer to rows that are missing")
    except sqlite3.Error as error:
        reason = "it is no database of gpudeals" if "alembic_version" in str(error) else str(error)
        raise GpudealsError(f"{path} was not restored: {reason}") from None
    except (ValueError, TypeError) as error:
        raise GpudealsError(f"{path} was not restored: {error}") from None


def _open_untrusted(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _schema(database: sqlite3.Connection) -> dict[str, str]:
    rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return {f"{kind} {name}": re.sub(r'[\s"]+', "", sql or "") for kind, name, sql in rows}


def _own_schema() -> dict[str, str]:
    from tempfile import TemporaryDirectory

    from db.engine import open_engine

    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.db"
        open_engine(f"sqlite:///{path}").dispose()
        with closing(sqlite3.connect(path)) as database:
            return _schema(database)


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("a whole number was expected")
    return value


def _boolean(value: Any) -> bool:
    if value not in (0, 1) or isinstance(value, float):
        raise ValueError("yes or no was expected")
    return bool(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number was expected")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text was expected")
    return value


def _time(value: Any) -> datetime:
    found = datetime.fromisoformat(_text(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _day(value: Any) -> date:
    return date.fromisoformat(_text(value))


def _json(value: Any) -> Any:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict | list):
        raise ValueError("a list or an object was expected")
    return found


def _kind(type_: Any) -> str:
    return type(type_).__name__


_READERS: dict[str, Callable[[Any], Any]] = {
    "BigInteger": _integer,
    "Integer": _integer,
    "Boolean": _boolean,
    "Float": _number,
    "String": _text,
    "UtcDateTime": _time,
    "Date": _day,
    "JSON": _json,
}

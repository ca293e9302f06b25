"""Write a backup: one file that holds every row and nothing else.

Of SQLite it is a SQLite file, copied from a database in use. Of PostgreSQL, or where the file is
called ``.zip``, it is a zip of one JSON Lines file a table and a manifest with their checksums,
which can be restored into either.
"""

import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, TableClause, select

from db import light
from db.errors import GpudealsError
from db.migrations import HEAD

FORMAT = "gpudeals-backup"
MANIFEST = "manifest.json"


def backup(engine: Engine, path: Path, *, overwrite: bool = False) -> dict[str, int]:
    """Write a backup of a database in use to ``path`` and return the number of rows by table.

    The file appears when it is complete and verified, readable by its owner only. Raises
    GpudealsError where it is there already (without ``overwrite``) or cannot be written.
    """
    if path.exists() and not overwrite:
        raise GpudealsError(f"{path} is there already; --force replaces it")
    if not path.parent.is_dir():
        raise GpudealsError(f"the folder of {path} does not exist")
    part = path.with_name(path.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if engine.dialect.name == "sqlite" and path.suffix != ".zip":
            counts = _copy_sqlite(engine, part)
        else:
            counts = _write_zip(engine, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise GpudealsError(f"the backup {path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def _copy_sqlite(engine: Engine, path: Path) -> dict[str, int]:
    with engine.connect() as conn, closing(sqlite3.connect(path)) as copy:
        source = conn.connection.driver_connection
        assert source is not None
        source.backup(copy)  # in one step: one state of the database, and writers go on meanwhile
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise GpudealsError(f"the database is damaged, no backup was written: {found}")
        return {
            table.name: copy.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608
            for table in light.TABLES
        }


def _write_zip(engine: Engine, path: Path) -> dict[str, int]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "schema": HEAD,
        "created_at": datetime.now(UTC).isoformat(),
        "tables": {},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot(engine) as conn:
        for table in light.TABLES:
            digest, rows = sha256(), 0
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as raw:
                out = io.BufferedWriter(raw, 1 << 20)
                for row in _rows(conn, table):
                    line = json.dumps(row, ensure_ascii=True, separators=(",", ":"), default=_iso).encode() + b"\n"
                    digest.update(line)
                    out.write(line)
                    rows += 1
                out.flush()
            manifest["tables"][table.name] = {"rows": rows, "sha256": digest.hexdigest()}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return {name: entry["rows"] for name, entry in manifest["tables"].items()}


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as conn, conn.begin():
        yield conn


def _rows(conn: Connection, table: TableClause) -> Iterator[dict[str, Any]]:
    result = conn.execution_options(yield_per=5000).execute(select(table))
    for row in result:
        yield dict(row._mapping)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} in a backup")

"""Put a backup in the place of the present database, in one transaction: all of it or nothing."""

from pathlib import Path

from sqlalchemy import Engine, delete, func, insert, make_url, select
from sqlalchemy.exc import DBAPIError

from db import light
from db.archive import Archive
from db.engine import DamagedDatabaseError, open_engine
from db.errors import GpudealsError
from db.store.purge import checkpoint
from db.store.sql import chunks, lock_writers, storable


def restore(path: Path, url: str, *, replace: bool = False) -> dict[str, int]:
    """Restore the backup ``path`` into the database at ``url``; return the number of rows by table.

    The backup is verified as a whole first. Where the database holds listings it is replaced with
    ``replace`` only; one that is damaged is then kept beside it as ``FILE.damaged-1``. Whoever reads
    meanwhile sees the old rows until the new ones are complete. Raises GpudealsError, with nothing
    changed, for a file that is no backup of ours or whose rows contradict each other.
    """
    archive = Archive(path)
    expected = archive.verify()
    engine = _target(url, replace)
    try:
        present = _listings(engine)
        if present and not replace:
            raise GpudealsError(f"the database holds {present:,} listings; --yes replaces them by those of {path}")
        written = _write(engine, archive, expected)
        checkpoint(engine)
    finally:
        engine.dispose()
    return written


def _target(url: str, replace: bool) -> Engine:
    try:
        return open_engine(url)
    except DamagedDatabaseError as error:
        if not replace:
            raise GpudealsError(f"{error}; --yes keeps it beside the restored one") from None
        _move_away(Path(make_url(url).database or ""))
        return open_engine(url)


def _listings(engine: Engine) -> int:
    with engine.connect() as conn:
        return conn.execute(select(func.count()).select_from(light.raw_listing)).scalar_one()


def _write(engine: Engine, archive: Archive, expected: dict[str, int]) -> dict[str, int]:
    try:
        with engine.begin() as conn:
            lock_writers(conn)
            for table in reversed(light.TABLES):
                conn.execute(delete(table))
            for table in light.TABLES:
                for rows in chunks(archive.rows(table), 5000):
                    conn.execute(insert(table), [storable(conn, row) for row in rows])
            written = {t.name: conn.execute(select(func.count()).select_from(t)).scalar_one() for t in light.TABLES}
            if written != expected:
                raise GpudealsError(f"{archive.path} changed while it was restored; nothing was changed")
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise GpudealsError(f"{archive.path} was not restored, nothing was changed: {reason}") from None
    return written


def _move_away(path: Path) -> None:
    """Move a damaged database file out of the way, with its log."""
    number = 1
    while (target := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.replace(target.with_name(target.name + suffix))
    path.replace(target)

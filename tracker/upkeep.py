"""Keeps the database small and safe: the write-ahead log, old records, backups."""

import contextlib
import ctypes
import gc
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from db.backup import backup
from db.errors import GpudealsError
from db.store.jobs import forget_slots
from db.store.outbox import forget_alerts
from db.store.purge import checkpoint


def keep_small(engine: Engine) -> str | None:
    """Bring SQLite's write-ahead log into the file and empty it, and give back memory that nobody needs now."""
    emptied = checkpoint(engine)
    give_back_memory(engine)
    return None if emptied else "readers were at work; the log is emptied next time"


def give_back_memory(engine: Engine) -> None:
    """Let go of idle connections, each of which keeps up to 32 MB of the database, and of what is freed since.

    The allocator of glibc keeps what was freed, until it is asked; elsewhere there is nothing to ask.
    """
    if engine.url.database not in (None, "", ":memory:"):
        engine.dispose()
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def forget(engine: Engine, now: datetime, *, jobs_days: int, alerts_days: int) -> int:
    """Forget what became of due times and alerts of long ago; return how many records that were."""
    with engine.begin() as conn:
        slots = forget_slots(conn, now - timedelta(days=jobs_days))
        return slots + forget_alerts(conn, now - timedelta(days=alerts_days))


def keep_backup(engine: Engine, folder: Path, keep: int, now: datetime) -> str:
    """Write a backup into ``folder`` and remove all but the newest ``keep``; return in words what was done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GpudealsError(f"the backup folder {folder} cannot be made: {error.strerror}") from None
    suffix = "db" if engine.dialect.name == "sqlite" else "zip"
    path = folder / f"gpudeals-{now:%Y%m%dT%H%M%SZ}.{suffix}"
    counts = backup(engine, path, overwrite=True)
    old = sorted(folder.glob(f"gpudeals-????????T??????Z.{suffix}"))[:-keep]
    for one in old:
        one.unlink()
    return f"{path.name} with {sum(counts.values()):,} rows, {len(old)} old removed"

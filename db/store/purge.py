"""Forget listings: what was stored of them and everything that was derived from it."""

import time
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, tuple_

from db import light
from db.engine import BUSY_SECONDS
from db.store.prices import write_readings
from db.store.sql import chunks, lock_writers
from db.store.taken_away import keep_out

_listing, _correction = light.raw_listing, light.correction

#: Every table whose rows belong to a listing, dependants first.
_BELONGING = tuple(reversed([table for table in light.TABLES if "listing_id" in table.c]))


def purge_listings(conn: Connection, listing_ids: Iterable[int], *, taken_away: datetime | None = None) -> int:
    """Delete listings with their revisions, offers, prices, alerts and corrections; return how many there were.

    ``taken_away`` is when somebody took them away: what older files hold of them then stays out. Where they only
    grew too old to be kept, there is none.

    The daily roll-up is counted anew as if they had never been seen, relists of theirs become first
    listings, and fair values that they may have entered are dropped (``marks.mark``). What SQLite deletes it
    overwrites; ``checkpoint`` then clears it from the write-ahead log too.
    """
    from db.store.rollup import settle  # numpy, for which nobody waits who purges nothing

    ids = sorted(set(listing_ids))
    if not ids:
        return 0
    lock_writers(conn)
    if taken_away is not None:
        keep_out(conn, ids, taken_away)
    write_readings(conn, ids, [], [], rules_version=0)
    purged = 0
    for part in chunks(ids):
        keys = conn.execute(select(_listing.c.source, _listing.c.external_id).where(_listing.c.id.in_(part))).all()
        for table in _BELONGING:
            conn.execute(delete(table).where(table.c.listing_id.in_(part)))
        conn.execute(delete(_listing).where(_listing.c.id.in_(part)))
        said = tuple_(_correction.c.source, _correction.c.external_id)
        conn.execute(delete(_correction).where(said.in_([tuple(key) for key in keys])))
        purged += len(keys)
    settle(conn)
    return purged


def older_than(conn: Connection, before: datetime, source: str | None = None) -> list[int]:
    """Return the listings last seen before ``before``, of one source or of all."""
    query = select(_listing.c.id).where(_listing.c.last_seen < before).order_by(_listing.c.id)
    return list(conn.execute(query if source is None else query.where(_listing.c.source == source)).scalars())


def checkpoint(engine: Engine, *, patience: float = 10.0) -> bool:
    """Bring SQLite's write-ahead log into the file and empty it, so that no deleted text is left in there.

    Readers can hold it up; returns False where they did so for ``patience`` seconds. On PostgreSQL
    there is nothing to do: its log is the server's own and is recycled.
    """
    if engine.dialect.name != "sqlite":
        return True
    deadline = time.monotonic() + patience
    with engine.connect() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout=1000")
        try:
            while driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")
    return True

"""What survives a restart: calls spent, how far a source is read, what to search, what a person said, the catalog."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from db import light
from db.errors import GpudealsError
from db.ids import stable_id
from db.store.sql import insert_for, lock_writers, upsert

_quota, _cursor, _plan, _correction, _gpu = light.quota, light.cursor, light.crawl_plan, light.correction, light.gpu


def spend(conn: Connection, source: str, resource: str, day: str, *, calls: int = 1, limit: int) -> bool:
    """Book ``calls`` on the allowance of ``day`` and return True, or book nothing where it would exceed ``limit``.

    One statement decides and books, so that any number of processes never spend more together.
    """
    if calls > limit:
        return False
    statement = insert_for(conn)(_quota).values(source=source, resource=resource, day=day, used=calls)
    booked = statement.on_conflict_do_update(
        index_elements=["source", "resource", "day"],
        set_={"used": _quota.c.used + calls},
        where=_quota.c.used + calls <= limit,
    ).returning(_quota.c.used)
    return conn.execute(booked).scalar() is not None


def set_cursor(conn: Connection, source: str, name: str, value: str, *, now: datetime) -> None:
    """Remember how far ``source`` has been read."""
    row = {"source": source, "name": name, "value": value, "updated_at": now}
    upsert(conn, _cursor, [row], ("source", "name"))


def drop_cursor(conn: Connection, source: str, name: str) -> None:
    """Forget how far ``source`` has been read."""
    conn.execute(delete(_cursor).where(_cursor.c.source == source, _cursor.c.name == name))


def upsert_plan(conn: Connection, searches: Iterable[tuple[str, str, str, Sequence[str]]]) -> None:
    """Plan searches (source, market, query, slugs it is meant to find); what was learnt of known ones is kept."""
    statement = insert_for(conn)(_plan)
    rows = [
        {
            "id": stable_id(source, market, query),
            "source": source,
            "market": market,
            "query": query,
            "gpus": list(gpus),
            "empty_streak": 0,
        }
        for source, market, query, gpus in searches
    ]
    if rows:
        conn.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"gpus": statement.excluded.gpus}), rows
        )


def correct(conn: Connection, source: str, external_id: str, action: str, value: str | None, *, now: datetime) -> None:
    """Remember what a person said of a listing, and have it read again. Raises ValueError for an unknown action."""
    if action not in ("sku", "reject", "ignore"):
        raise ValueError(f"unknown correction {action}")
    row = {"source": source, "external_id": external_id, "action": action, "value": value, "created_at": now}
    upsert(conn, _correction, [row], ("source", "external_id"))
    _read_again(conn, source, external_id)


def undo_correction(conn: Connection, source: str, external_id: str) -> None:
    """Forget what was said of a listing, and have it read again. Raises GpudealsError where nothing was said."""
    where = (_correction.c.source == source, _correction.c.external_id == external_id)
    if conn.execute(delete(_correction).where(*where)).rowcount == 0:
        raise GpudealsError(f"{source}:{external_id} has no correction to undo")
    _read_again(conn, source, external_id)


def _read_again(conn: Connection, source: str, external_id: str) -> None:
    listing = light.raw_listing
    where = (listing.c.source == source, listing.c.external_id == external_id)
    conn.execute(update(listing).where(*where).values(rules_version=None))


def sync_gpus(conn: Connection, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Bring the table ``gpu`` in step with the catalog and return the ids by slug.

    A row has the columns of ``gpu`` but ``id``. A card that left the catalog stays, for history refers to it.
    """
    lock_writers(conn)
    wanted = {row["slug"]: {"id": stable_id("gpu", row["slug"]), **row} for row in rows}
    names = [column.name for column in _gpu.columns]
    stored = {row.slug: dict(row._mapping) for row in conn.execute(select(_gpu))}
    changed = [{name: row[name] for name in names} for slug, row in sorted(wanted.items()) if row != stored.get(slug)]
    upsert(conn, _gpu, changed, ("id",))
    return {slug: row["id"] for slug, row in wanted.items()}

"""What was taken away stays away: older files still hold it, and it is not taken in from them again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from db import light
from db.store.rows import RevisionRow
from db.store.sql import among, chunks, insert_for

_taken = light.taken_away


def keep_out(conn: Connection, listing_ids: Iterable[int], until: datetime) -> None:
    """Remember that listings were taken away: what was seen of them up to ``until`` stays out."""
    statement = insert_for(conn)(_taken)
    latest = func.max if conn.dialect.name == "sqlite" else func.greatest
    statement = statement.on_conflict_do_update(
        index_elements=["id"], set_={"until": latest(_taken.c.until, statement.excluded.until)}
    )
    rows = [{"id": key, "until": until} for key in sorted(set(listing_ids))]
    if rows:
        conn.execute(statement, rows)


def still_there(conn: Connection, rows: Sequence[RevisionRow]) -> list[RevisionRow]:
    """Return the rows without those of listings taken away since; one that was seen later is there again."""
    until: dict[int, datetime] = {}
    for ids in chunks({row.listing_id for row in rows}):
        found = conn.execute(select(_taken.c.id, _taken.c.until).where(among(conn, _taken.c.id, ids)))
        until.update((key, moment) for key, moment in found)
    if not until:
        return list(rows)
    kept = [row for row in rows if row.listing_id not in until or row.observed_at > until[row.listing_id]]
    back = sorted({row.listing_id for row in kept} & until.keys())
    for ids in chunks(back):
        conn.execute(delete(_taken).where(_taken.c.id.in_(ids)))
    return kept

"""Watches and the outbox: an alert is a row before it is a mail, and stays one after."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from db import light
from db.store.sql import chunks, insert_missing, upsert

_watch, _alert = light.watch, light.alert
#: An alert that somebody has heard of or will; its price is what a further drop is measured from.
COUNTED = ("queued", "held", "sent")


def put_watch(conn: Connection, row: Mapping[str, Any]) -> None:
    """Add a watch, or overwrite the one of that id."""
    upsert(conn, _watch, [dict(row)], ("id",))


def set_watch(conn: Connection, watch_id: int, **values: Any) -> None:
    """Change some columns of a watch."""
    conn.execute(update(_watch).where(_watch.c.id == watch_id).values(values))


def remove_watch(conn: Connection, watch_id: int) -> None:
    """Remove a watch and what waits to be sent for it."""
    conn.execute(delete(_alert).where(_alert.c.watch_id == watch_id))
    conn.execute(delete(_watch).where(_watch.c.id == watch_id))


def add_alerts(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add alerts to the outbox; one that is there already is left as it is."""
    for part in chunks(rows, 500):
        insert_missing(conn, _alert, part)


def alerted(conn: Connection) -> dict[tuple[str, int], tuple[int, int]]:
    """Return by address and offer the least price told (minor units) and the last step."""
    rows = conn.execute(
        select(_alert.c.email, _alert.c.offer_id, func.min(_alert.c.price), func.max(_alert.c.step))
        .where(_alert.c.state.in_(COUNTED))
        .group_by(_alert.c.email, _alert.c.offer_id)
    )
    return {(email, offer): (int(price), int(step)) for email, offer, price, step in rows}


def claim_alerts(conn: Connection, ids: Iterable[int], message_id: str) -> None:
    """Put alerts that belong into one mail under its Message-ID, before it is sent."""
    for part in chunks(ids):
        conn.execute(update(_alert).where(_alert.c.id.in_(part)).values(message_id=message_id))


def settle_alerts(conn: Connection, ids: Iterable[int], state: str, **values: Any) -> None:
    """Set alerts to ``state``, with what else there is to say of it."""
    for part in chunks(ids):
        conn.execute(update(_alert).where(_alert.c.id.in_(part)).values(state=state, **values))

"""Watches and the outbox: an alert is a row before it is a mail, and stays one after."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, update

from db import light
from db.store.sql import chunks, insert_missing, upsert

_watch, _alert = light.watch, light.alert
#: An alert that somebody has heard of or will, or cannot be told; a further drop is measured from its price.
COUNTED = ("queued", "held", "sent", "dead")
#: Why an alert was suppressed that counts as told all the same: a person wanted none of it.
DROPPED = "dropped by the operator"


def put_watch(conn: Connection, row: Mapping[str, Any]) -> None:
    """Add a watch, or overwrite the one of that id."""
    upsert(conn, _watch, [dict(row)], ("id",))


def set_watch(conn: Connection, watch_id: int, **values: Any) -> None:
    """Change some columns of a watch."""
    conn.execute(update(_watch).where(_watch.c.id == watch_id).values(values))


def move_watch(conn: Connection, watch_id: int, email: str) -> None:
    """Let the alerts of a watch belong to another address."""
    conn.execute(update(_alert).where(_alert.c.watch_id == watch_id, _alert.c.email != email).values(email=email))


def remove_watch(conn: Connection, watch_id: int) -> None:
    """Remove a watch and what waits to be sent for it."""
    conn.execute(delete(_alert).where(_alert.c.watch_id == watch_id))
    conn.execute(delete(_watch).where(_watch.c.id == watch_id))


def add_alerts(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add alerts to the outbox; one that is there already is left as it is."""
    for part in chunks(rows, 500):
        insert_missing(conn, _alert, part)


def alerted(conn: Connection) -> dict[tuple[str, int], tuple[int | None, int]]:
    """Return by address and offer the least price told (minor units, None if none was) and the last step."""
    told = or_(_alert.c.state.in_(COUNTED), _alert.c.reason == DROPPED)
    rows = conn.execute(
        select(
            _alert.c.email, _alert.c.offer_id, func.min(case((told, _alert.c.price))), func.max(_alert.c.step)
        ).group_by(_alert.c.email, _alert.c.offer_id)
    )
    return {(email, offer): (None if price is None else int(price), int(step)) for email, offer, price, step in rows}


def claim_alerts(conn: Connection, message_ids: Mapping[int, str | None]) -> None:
    """Put alerts that belong into one mail under its Message-ID, before it is sent; or under none again."""
    if message_ids:
        statement = update(_alert).where(_alert.c.id == bindparam("alert_id")).values(message_id=bindparam("claimed"))
        conn.execute(statement, [{"alert_id": key, "claimed": value} for key, value in message_ids.items()])


def settle_alerts(
    conn: Connection, ids: Iterable[int], state: str, *, only: Sequence[str] | None = None, **values: Any
) -> int:
    """Set alerts to ``state``, with what else there is to say of it; return how many. ``only`` those in one of these.

    What was cancelled while its mail was under way stays cancelled, unless it was sent.
    """
    changed = 0
    for part in chunks(ids):
        where = [_alert.c.id.in_(part)] + ([_alert.c.state.in_(only)] if only else [])
        changed += conn.execute(update(_alert).where(*where).values(state=state, **values)).rowcount
    return changed


def move_alerts(conn: Connection, before: str, state: str, **values: Any) -> int:
    """Set all alerts in the state ``before`` to ``state``; return how many."""
    return conn.execute(update(_alert).where(_alert.c.state == before).values(state=state, **values)).rowcount


def cancel_alerts(conn: Connection, watch_ids: Iterable[int], reason: str) -> int:
    """Suppress what waits to be sent for some watches; return how many alerts."""
    cancelled = 0
    for part in chunks(watch_ids):
        where = (_alert.c.watch_id.in_(part), _alert.c.state.in_(("queued", "held")))
        cancelled += conn.execute(update(_alert).where(*where).values(state="suppressed", reason=reason)).rowcount
    return cancelled


def put_off(conn: Connection, due_before: datetime, until: datetime, why: str) -> int:
    """Put off every queued alert that is due, because the server cannot be reached; return how many."""
    where = (_alert.c.state == "queued", _alert.c.due_at <= due_before)
    values = {"due_at": until, "last_error": why, "attempts": _alert.c.attempts + 1}
    return conn.execute(update(_alert).where(*where).values(values)).rowcount


def forget_alerts(conn: Connection, before: datetime) -> int:
    """Forget alerts made before that day that nobody was told, and what those said that were; return how many.

    What was told keeps its price, or the same offer would be told again.
    """
    untold = (_alert.c.state == "suppressed", or_(_alert.c.reason.is_(None), _alert.c.reason != DROPPED))
    gone = conn.execute(delete(_alert).where(_alert.c.created_at < before, *untold)).rowcount
    told = (_alert.c.created_at < before, _alert.c.state.in_(("sent", "dead")), _alert.c.message_id.is_not(None))
    return gone + conn.execute(update(_alert).where(*told).values(facts={}, message_id=None)).rowcount

"""One holder at a time: a lease that runs out by itself, with a fencing token that only grows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from db import light
from db.store.sql import insert_missing, lock_writers

_lease = light.lease
#: How far the clocks of two machines, or one that was set, may be apart.
_CLOCKS_APART = timedelta(hours=1)


def take_lease(
    conn: Connection,
    name: str,
    holder: str,
    *,
    seconds: float,
    now: datetime,
    dead: Callable[[str], bool] = lambda _: False,
) -> int | None:
    """Take or renew lease ``name`` for ``holder``; return its fencing token, or None while another holds it.

    A lease that runs out later than it could have been taken for is one of a clock that went wrong, and
    one whose holder is ``dead`` need not be waited for; both are free.
    """
    lock_writers(conn)
    insert_missing(conn, _lease, [{"name": name, "holder": "", "token": 0, "expires_at": now}])
    holds, token, expires_at = conn.execute(
        select(_lease.c.holder, _lease.c.token, _lease.c.expires_at).where(_lease.c.name == name)
    ).one()
    held = bool(holds) and now < expires_at <= now + 2 * timedelta(seconds=seconds) + _CLOCKS_APART
    if held and holds != holder and not dead(holds):
        return None
    fresh = int(token) if held and holds == holder else int(token) + 1
    values = {"holder": holder, "token": fresh, "expires_at": now + timedelta(seconds=seconds)}
    conn.execute(update(_lease).where(_lease.c.name == name).values(values))
    return fresh


def lease_token(conn: Connection, name: str, holder: str) -> int | None:
    """Return the fencing token under which ``holder`` was the last to take lease ``name``, None where another was."""
    query = select(_lease.c.token).where(_lease.c.name == name, _lease.c.holder == holder)
    return conn.execute(query).scalar()


def leave_lease(conn: Connection, name: str, holder: str, *, now: datetime) -> None:
    """Give up lease ``name`` where ``holder`` has it."""
    conn.execute(
        update(_lease).where(_lease.c.name == name, _lease.c.holder == holder).values(holder="", expires_at=now)
    )


def lease_holder(conn: Connection, name: str, *, now: datetime) -> tuple[str, datetime] | None:
    """Return who holds lease ``name`` and until when, or None."""
    row = conn.execute(select(_lease.c.holder, _lease.c.expires_at).where(_lease.c.name == name)).one_or_none()
    return None if row is None or not row.holder or row.expires_at <= now else (row.holder, row.expires_at)

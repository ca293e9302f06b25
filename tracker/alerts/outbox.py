"""Sends what waits in the outbox: claim, check again, send, record.

A mail is claimed under its Message-ID before it is sent and recorded after. A crash in between
sends it again with the same Message-ID; a crash anywhere else neither loses nor repeats a mail.
"""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, select

from db import light
from db.errors import GpudealsError
from db.store.leases import leave_lease, take_lease
from db.store.outbox import claim_alerts, settle_alerts
from tracker.alerts.mail import MOST_ITEMS, Item, Letter, Sender, compose
from tracker.alerts.tokens import unsubscribe_token
from tracker.alerts.transport import Refused, Transport, TryAgain
from tracker.alerts.validity import stale_reasons

LEASE = "outbox"
LEASE_SECONDS = 300
BETWEEN_MAILS = timedelta(hours=1)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)

_alert, _watch = light.alert, light.watch


@dataclass(slots=True)
class Delivered:
    """What one pass over the outbox did."""

    mails: int = 0
    sent: int = 0
    suppressed: int = 0
    dead: int = 0
    waiting: int = 0
    held: int = 0
    problems: list[str] = field(default_factory=list)


def deliver(
    engine: Engine,
    transport: Transport,
    sender: Sender,
    secret: str,
    clock: Callable[[], datetime],
    *,
    ignore_backoff: bool = False,
) -> Delivered:
    """Send the mails that are due, one address at a time, and return what became of them.

    Raises GpudealsError where another process is at it.
    """
    done = Delivered()
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with engine.begin() as conn:
        if take_lease(conn, LEASE, holder, seconds=LEASE_SECONDS, now=clock()) is None:
            raise GpudealsError("another process is sending the mails at this moment")
    try:
        for email in _addresses(engine):
            while mail := _claim(engine, email, sender, clock(), ignore_backoff):
                with engine.begin() as conn:
                    take_lease(conn, LEASE, holder, seconds=LEASE_SECONDS, now=clock())
                if not _send(engine, mail, transport, sender, secret, clock(), done):
                    break
    finally:
        with engine.begin() as conn:
            leave_lease(conn, LEASE, holder, now=clock())
    done.waiting, done.held = _left(engine)
    return done


def _addresses(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        rows = conn.execute(select(_alert.c.email).where(_alert.c.state == "queued").distinct())
        return sorted(row.email for row in rows)


def _left(engine: Engine) -> tuple[int, int]:
    with engine.connect() as conn:
        states = list(conn.execute(select(_alert.c.state).where(_alert.c.state.in_(("queued", "held")))).scalars())
    return states.count("queued"), states.count("held")


def _claim(engine: Engine, email: str, sender: Sender, now: datetime, ignore_backoff: bool) -> list[dict[str, Any]]:
    """Return the alerts of the next mail to ``email``, under one Message-ID, or none where it has to wait."""
    with engine.begin() as conn:
        last = conn.execute(
            select(_alert.c.sent_at)
            .where(_alert.c.email == email, _alert.c.sent_at.is_not(None))
            .order_by(_alert.c.sent_at.desc())
            .limit(1)
        ).scalar()
        if last is not None and last + BETWEEN_MAILS > now:
            return []
        queued = [
            dict(row)
            for row in conn.execute(
                select(_alert).where(_alert.c.email == email, _alert.c.state == "queued").order_by(_alert.c.id)
            ).mappings()
        ]
        # A retry is put off by its due time; the first due time (quiet hours, digest) holds always.
        ready = [row for row in queued if row["due_at"] <= now or (ignore_backoff and row["attempts"] > 0)]
        if not ready:
            return []
        begun = next((row["message_id"] for row in ready if row["message_id"]), None)
        if begun is not None:
            return [row for row in queued if row["message_id"] == begun]
        message_id = _message_id([row["id"] for row in ready], sender.mail_from.rpartition("@")[2])
        claim_alerts(conn, [row["id"] for row in ready], message_id)
        return [{**row, "message_id": message_id} for row in ready]


def _message_id(alert_ids: Sequence[int], domain: str) -> str:
    digest = sha256(",".join(map(str, sorted(alert_ids))).encode()).hexdigest()[:32]
    return f"<{digest}@gpudeals.{domain}>"


def _send(
    engine: Engine,
    alerts: list[dict[str, Any]],
    transport: Transport,
    sender: Sender,
    secret: str,
    now: datetime,
    done: Delivered,
) -> bool:
    """Send one claimed mail; return whether the next one to this address may be tried."""
    with engine.begin() as conn:
        stale = stale_reasons(conn, alerts, now)
        for reason in sorted(set(stale.values())):
            settle_alerts(conn, [key for key, why in stale.items() if why == reason], "suppressed", reason=reason)
        names = {row.id: row.name for row in conn.execute(select(_watch.c.id, _watch.c.name))}
    done.suppressed += len(stale)
    valid = [row for row in alerts if row["id"] not in stale]
    if not valid:
        return True
    ids = [row["id"] for row in valid]
    attempts = max(row["attempts"] for row in valid) + 1
    try:
        transport.send(compose(letter_of(valid, names, secret), sender, now))
    except TryAgain as problem:
        wait = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 12))
        done.problems.append(f"{valid[0]['email']}: {problem}; next try in {_minutes(wait)}")
        with engine.begin() as conn:
            settle_alerts(conn, ids, "queued", attempts=attempts, last_error=str(problem)[:500], due_at=now + wait)
        return False
    except Refused as problem:
        done.problems.append(f"{valid[0]['email']}: refused for good: {problem}")
        done.dead += len(ids)
        with engine.begin() as conn:
            settle_alerts(conn, ids, "dead", attempts=attempts, last_error=str(problem)[:500])
        return True
    with engine.begin() as conn:
        settle_alerts(conn, ids, "sent", attempts=attempts, last_error=None, sent_at=now)
    done.mails += 1
    done.sent += len(ids)
    return True


def _minutes(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def letter_of(alerts: Sequence[dict[str, Any]], names: dict[int, str], secret: str) -> Letter:
    """Return the letter for alerts of one mail: an offer stands once, with every watch that it answers, best first."""
    by_offer: dict[int, list[dict[str, Any]]] = {}
    for row in alerts:
        by_offer.setdefault(row["offer_id"], []).append(row)
    items = [
        Item(
            facts=rows[0]["facts"]["offer"],
            reasons=list(dict.fromkeys(reason for row in rows for reason in row["facts"]["reasons"])),
            watches=sorted({names.get(row["watch_id"], "") for row in rows}),
            already=all(row["facts"]["already"] for row in rows),
        )
        for rows in by_offer.values()
    ]
    items.sort(key=lambda item: (-(item.facts["discount"] or 0), item.facts["price_usd"], item.facts["title"]))
    watch_ids = sorted({row["watch_id"] for row in alerts})
    return Letter(
        to=alerts[0]["email"],
        message_id=alerts[0]["message_id"],
        items=items[:MOST_ITEMS],
        more=max(0, len(items) - MOST_ITEMS),
        watch_names=[names.get(key, "") for key in watch_ids],
        token=unsubscribe_token(secret, watch_ids, alerts[0]["email"]),
    )

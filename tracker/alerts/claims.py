"""Which alerts go into the next mail to an address, and under which Message-ID."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from db import light
from db.store.outbox import claim_alerts
from db.store.sql import chunks
from tracker.alerts.addresses import named_address
from tracker.alerts.mail import Sender
from tracker.alerts.rules import in_quiet_hours

BETWEEN_MAILS = timedelta(hours=1)
#: No retry is put off for so long; a later one was set by a clock that went wrong.
_LATEST_RETRY = timedelta(hours=7)

_alert, _watch = light.alert, light.watch

#: Suppresses alerts that are no longer true and returns the others.
Check = Callable[[Connection, Sequence[dict[str, Any]], datetime], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The alerts of one mail under its Message-ID, and the names of their watches."""

    email: str
    message_id: str
    alerts: list[dict[str, Any]]
    names: dict[int, str]
    begun: bool  # an earlier try may have got through

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        return max(int(row["attempts"]) for row in self.alerts)


def waiting_addresses(engine: Engine) -> list[str]:
    """Return the addresses that something waits for, those with the fewest failures first."""
    with engine.connect() as conn:
        rows = conn.execute(
            select(_alert.c.email).where(_alert.c.state == "queued").group_by(_alert.c.email)
            .order_by(func.min(_alert.c.attempts), _alert.c.email)
        )  # fmt: skip
        return [row.email for row in rows]


def claim(
    conn: Connection, emails: Sequence[str], sender: Sender, now: datetime, ignore_backoff: bool, check: Check
) -> list[Claimed]:
    """Claim the next mail to each address, in their order; none where it has to wait or nothing is left that is true.

    A mail that may have been sent before a crash goes first and alone, under its Message-ID. Otherwise all
    that is due goes into one, and with it what waits for a later digest of the same goods.
    """
    late = next_mails_at(conn, emails, now)
    queued = _queued(conn, [email for email in emails if late.get(email, now) <= now])
    watches = _watches(conn, [row for rows in queued.values() for row in rows])
    quiet = {key for key, watch in watches.items() if in_quiet_hours(watch.quiet_hours, now)}
    names = {key: watch.name for key, watch in watches.items()}
    claimed: dict[str, Claimed] = {}
    while tried := {email: mine for email, rows in queued.items() if (mine := _next(rows, quiet, now, ignore_backoff))}:
        valid = _by_email(check(conn, [row for rows in tried.values() for row in rows], now))
        for email, mine in tried.items():
            if left := valid.get(email):
                begun = left[0]["message_id"]
                message_id = begun or _message_id([row["id"] for row in left], sender)
                claimed[email] = Claimed(email, message_id, left, names, begun is not None)
                del queued[email]
            else:
                gone = {row["id"] for row in mine}
                queued[email] = [row for row in queued[email] if row["id"] not in gone]
    fresh = {row["id"]: mail.message_id for mail in claimed.values() if not mail.begun for row in mail.alerts}
    claim_alerts(conn, fresh)
    return [claimed[email] for email in emails if email in claimed]


def _queued(conn: Connection, emails: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for part in chunks(emails):
        query = select(_alert).where(_alert.c.email.in_(part), _alert.c.state == "queued").order_by(_alert.c.id)
        rows += map(dict, conn.execute(query).mappings())
    return _by_email(rows)


def _by_email(alerts: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in alerts:
        found.setdefault(row["email"], []).append(row)
    return found


def _next(
    queued: Sequence[dict[str, Any]], quiet: Container[int], now: datetime, ignore_backoff: bool
) -> list[dict[str, Any]]:
    """Return the alerts of one address that belong into its next mail, none where nothing is due."""
    ready = [row for row in queued if row["watch_id"] not in quiet and _ready(row, now, ignore_backoff)]
    begun = next((row["message_id"] for row in ready if row["message_id"]), None)
    if begun is not None:
        return [row for row in queued if row["message_id"] == begun]
    goods = {row["offer_id"] for row in ready}
    return [row for row in queued if row["offer_id"] in goods and row["message_id"] is None]


def next_mails_at(conn: Connection, emails: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Return when the next mail to each address may go: an hour after the last. A last one far ahead does not count."""
    found: dict[str, datetime] = {}
    for part in chunks(emails):
        query = select(_alert.c.email, func.max(_alert.c.sent_at)).where(
            _alert.c.email.in_(part), _alert.c.sent_at.is_not(None), _alert.c.sent_at <= now + BETWEEN_MAILS
        )
        found.update((email, last + BETWEEN_MAILS) for email, last in conn.execute(query.group_by(_alert.c.email)))
    return found


def _ready(row: dict[str, Any], now: datetime, ignore_backoff: bool) -> bool:
    """Return whether an alert is due. The first due time (quiet hours, digest) holds always, a retry's may not."""
    retry = row["attempts"] > 0
    return bool(row["due_at"] <= now or (retry and (ignore_backoff or row["due_at"] > now + _LATEST_RETRY)))


def _message_id(alert_ids: Sequence[int], sender: Sender) -> str:
    digest = sha256(",".join(map(str, sorted(alert_ids))).encode()).hexdigest()[:32]
    return f"<{digest}@gpudeals.{named_address(sender.mail_from)[1].rpartition('@')[2]}>"


def _watches(conn: Connection, alerts: Sequence[dict[str, Any]]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    columns = (_watch.c.id, _watch.c.name, _watch.c.quiet_hours)
    for part in chunks({row["watch_id"] for row in alerts}):
        found.update((row.id, row) for row in conn.execute(select(*columns).where(_watch.c.id.in_(part))))
    return found

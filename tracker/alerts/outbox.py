"""Sends what waits in the outbox: claim, check again, send, record.

A mail is claimed under its Message-ID before it is sent and recorded after. A crash in between
sends it again with the same Message-ID; a crash anywhere else neither loses nor repeats a mail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from db import light
from db.errors import GpudealsError
from db.store.leases import lease_token, leave_lease, take_lease
from db.store.outbox import cancel_alerts, claim_alerts, put_off, set_watch, settle_alerts
from db.store.sql import chunks, lock_writers
from tracker.alerts.bodies import Bodies
from tracker.alerts.claims import Claimed, claim, waiting_addresses
from tracker.alerts.letters import letter_of
from tracker.alerts.mail import Sender, compose
from tracker.alerts.outcomes import MaybeSentError, NoServerError, RefusedError, TryAgainError
from tracker.alerts.transport import Transport
from tracker.alerts.validity import stale_reasons
from tracker.holders import is_dead, new_holder, shown_holder

LEASE = "outbox"
LEASE_SECONDS = 300
_RENEW = timedelta(seconds=60)
#: So many mails are claimed at once, and for so long: what they say is to be true when they are sent.
MOST_CLAIMED = 50
_CLAIM_HOLDS = timedelta(seconds=10)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
#: So many mails in a row that did not get through end a pass: it is the server and not the mails.
MOST_FAILURES = 3
#: An address that was refused in so many mails in a row is paused.
MOST_BOUNCES = 3
_BOUNCE = "recipient refused: "

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


class _EndOfPassError(Exception):
    """The server is gone, another process is at it, or the program is to stop."""


def deliver(
    engine: Engine,
    transport: Transport,
    sender: Sender,
    secret: str,
    clock: Callable[[], datetime],
    *,
    ignore_backoff: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send the mails that are due, one address at a time, and return what became of them.

    Ends early where no server answers. Raises GpudealsError where another process is at it.
    """
    holder = new_holder()
    with engine.begin() as conn:
        token = take_lease(conn, LEASE, holder, seconds=LEASE_SECONDS, now=clock(), dead=is_dead)
        if token is None:
            other = conn.execute(select(light.lease.c.holder).where(light.lease.c.name == LEASE)).scalar_one()
            raise GpudealsError(f"{shown_holder(other)} is sending the mails at this moment")
    done = Delivered()
    one_pass = _Pass(engine, transport, sender, secret, clock, holder, token, ignore_backoff, stopped, done, clock())
    try:
        one_pass.send_to(waiting_addresses(engine))
    except _EndOfPassError:
        pass
    finally:
        transport.close()
        with engine.begin() as conn:
            leave_lease(conn, LEASE, holder, now=clock())
    with engine.connect() as conn:
        done.waiting, done.held = (count(conn, state) for state in ("queued", "held"))
    return done


def count(conn: Connection, state: str) -> int:
    """Return how many alerts are in ``state``."""
    return conn.execute(select(func.count()).select_from(_alert).where(_alert.c.state == state)).scalar_one()


@dataclass(slots=True)
class _Pass:
    engine: Engine
    transport: Transport
    sender: Sender
    secret: str
    clock: Callable[[], datetime]
    holder: str
    token: int
    ignore_backoff: bool
    stopped: Callable[[], bool]
    done: Delivered
    renewed: datetime
    failures: int = 0
    bodies: Bodies = field(default_factory=Bodies)

    def send_to(self, emails: Sequence[str]) -> None:
        """Send what is due to these addresses. Raises _EndOfPassError where no further mail should be tried."""
        for some in chunks(emails, MOST_CLAIMED):
            waiting = some
            while waiting:
                waiting = self._send_some(waiting)

    def _send_some(self, emails: Sequence[str]) -> list[str]:
        """Send the next mail to each of some addresses; return those that may be tried again at once.

        Several are claimed in one transaction, and each is recorded in one of its own, right after it was sent.
        What was claimed too long ago is checked anew.
        """
        claimed, claimed_at = self._claim(emails), self.clock()
        again: list[str] = []
        untried = list(claimed)
        try:
            for mail in claimed:
                if self.stopped():
                    raise _EndOfPassError
                if not claimed_at <= self.clock() <= claimed_at + _CLAIM_HOLDS:
                    break
                untried.pop(0)
                if self._send(mail):
                    again.append(mail.email)
        finally:
            self._release(untried)
        return again + [mail.email for mail in untried]

    def _claim(self, emails: Sequence[str]) -> list[Claimed]:
        """Return the next mail to each address under its Message-ID; what is no longer true is suppressed."""
        now = self.clock()
        with self.engine.begin() as conn:
            lock_writers(conn)
            if lease_token(conn, LEASE, self.holder) != self.token:
                raise _EndOfPassError  # it took so long that another process took over
            if now - self.renewed > _RENEW or now < self.renewed:
                take_lease(conn, LEASE, self.holder, seconds=LEASE_SECONDS, now=now)
                self.renewed = now
            return claim(conn, emails, self.sender, now, self.ignore_backoff, self._suppress)

    def _release(self, mails: Sequence[Claimed]) -> None:
        """Give back mails that were claimed and not tried: they are sent together with what comes until then."""
        fresh = {row["id"]: None for mail in mails if not mail.begun for row in mail.alerts}
        if fresh:
            with self.engine.begin() as conn:
                lock_writers(conn)
                if lease_token(conn, LEASE, self.holder) == self.token:  # else they are another's by now
                    claim_alerts(conn, fresh)

    def _suppress(self, conn: Connection, alerts: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
        stale = stale_reasons(conn, alerts, now)
        for reason in sorted(set(stale.values())):
            settle_alerts(conn, [key for key, why in stale.items() if why == reason], "suppressed", reason=reason)
        self.done.suppressed += len(stale)
        return [row for row in alerts if row["id"] not in stale]

    def _send(self, mail: Claimed) -> bool:
        """Send one claimed mail; return whether the next one to this address may be tried."""
        ids = [row["id"] for row in mail.alerts]
        now = self.clock()
        try:
            letter = letter_of(mail.alerts, mail.names, self.secret, mail.message_id)
            self.transport.send(compose(letter, self.sender, now, self.bodies))
        except TryAgainError as problem:
            self._put_off(mail, problem, now)
            return False
        except RefusedError as problem:
            self._bury(mail, problem, now)
            return True
        self.failures = 0
        with self.engine.begin() as conn:
            values: dict[str, Any] = {"attempts": mail.attempts + 1, "due_at": now, "sent_at": now}
            settle_alerts(conn, ids, "sent", last_error=None, reason=None, **values)
        self.done.mails += 1
        self.done.sent += len(ids)
        return False  # the next one has to wait for an hour

    def _put_off(self, mail: Claimed, problem: TryAgainError, now: datetime) -> None:
        wait = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(mail.attempts, 12))
        words = str(problem)[:500]
        whom = "the mails" if isinstance(problem, NoServerError) else mail.email
        self.done.problems.append(f"{whom}: {words}; next try in {_minutes(wait)}")
        values: dict[str, Any] = {"attempts": mail.attempts + 1, "last_error": words, "due_at": now + wait}
        if not isinstance(problem, MaybeSentError) and not mail.begun:
            values["message_id"] = None  # not sent for certain: when it is, in one mail with what comes until then
        with self.engine.begin() as conn:
            settle_alerts(conn, [row["id"] for row in mail.alerts], "queued", only=["queued"], **values)
            if isinstance(problem, NoServerError):
                put_off(conn, now, now + wait, words)
        self.failures += 1
        if isinstance(problem, NoServerError) or self.failures >= MOST_FAILURES:
            raise _EndOfPassError

    def _bury(self, mail: Claimed, problem: RefusedError, now: datetime) -> None:
        ids = [row["id"] for row in mail.alerts]
        words = f"{_BOUNCE if problem.recipient else ''}{problem}"[:500]
        self.done.problems.append(f"{mail.email}: refused for good: {problem}")
        self.done.dead += len(ids)
        with self.engine.begin() as conn:
            settle_alerts(conn, ids, "dead", attempts=mail.attempts + 1, last_error=words, due_at=now)
            if problem.recipient and _bounces(conn, mail.email):
                paused = list(conn.execute(select(_watch.c.id).where(_watch.c.email == mail.email)).scalars())
                for watch_id in paused:
                    set_watch(conn, watch_id, enabled=False)
                cancel_alerts(conn, paused, "address paused")
                why = f"paused after {MOST_BOUNCES} refused mails; `gpudeals watch edit NAME --resume` goes on"
                self.done.problems.append(f"{mail.email}: {why}")


def _bounces(conn: Connection, email: str) -> bool:
    """Return whether the last mails to an address were all refused because of it."""
    last = func.max(_alert.c.due_at)
    query = (
        select(_alert.c.message_id, func.min(_alert.c.state), func.min(_alert.c.last_error))
        .where(_alert.c.email == email, _alert.c.state.in_(("sent", "dead")), _alert.c.message_id.is_not(None))
        .group_by(_alert.c.message_id)
        .order_by(last.desc())
        .limit(MOST_BOUNCES)
    )
    rows = conn.execute(query).all()
    return len(rows) == MOST_BOUNCES and all(
        state == "dead" and (error or "").startswith(_BOUNCE) for _, state, error in rows
    )


def _minutes(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"

"""Runs what is due, each slot once: claimed in the database before the work, settled after it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from crawlers.secrets import redacted
from db.errors import GpudealsError
from db.store.jobs import claim_slot, coalesce_slots, finish_slot, interrupt_slots, last_slot
from db.store.leases import lease_holder, leave_lease, take_lease
from db.store.sql import lock_writers
from tracker.holders import is_dead, new_holder, shown_holder
from tracker.schedule import Slots

logger = logging.getLogger(__name__)

LEASE = "service"
LEASE_SECONDS = 90.0
#: So many missed slots of a job are recorded one by one; before those one row counts the rest.
MOST_COALESCED = 2_000


@dataclass(frozen=True, slots=True)
class Job:
    """A job by name. ``work`` returns in words what it did; what it raises is recorded as a failure."""

    name: str
    slots: Slots
    work: Callable[[], str | None]


class LostLeaseError(Exception):
    """Another service has taken over; this one must not write any more."""


class Runner:
    """The one service of a database, by a lease with a fencing token.

    Every slot is claimed in a transaction that renews the lease: a service that slept so long that another
    took over claims nothing any more.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], stopped: Callable[[], bool]) -> None:
        self.engine, self.clock, self.stopped = engine, clock, stopped
        self.holder = new_holder()
        self.token: int | None = None

    def begin(self) -> None:
        """Become the service of this database. Raises GpudealsError where another one is."""
        now = self.clock()
        with self.engine.begin() as conn:
            self.token = take_lease(conn, LEASE, self.holder, seconds=LEASE_SECONDS, now=now, dead=is_dead)
            if self.token is None:
                other, until = lease_holder(conn, LEASE, now=now) or ("?", now)
                waiting = f"if it died, wait until {until:%H:%M:%S} UTC"
                raise GpudealsError(f"the service is running already: {shown_holder(other)} ({waiting})")
            interrupted = interrupt_slots(conn, now)
        if interrupted:
            logger.warning("%d jobs were under way when the last service died", interrupted)

    def end(self) -> None:
        """Let another service begin."""
        with self.engine.begin() as conn:
            leave_lease(conn, LEASE, self.holder, now=self.clock())
        self.token = None

    def renew(self) -> None:
        """Say that this service lives. Raises LostLeaseError where another one took over."""
        with self.engine.begin() as conn:
            self._renew(conn, self.clock())

    def overdue(self, job: Job) -> bool:
        """Return whether a slot of ``job`` waits."""
        now = self.clock()
        with self.engine.connect() as conn:
            last = last_slot(conn, job.name, now)
        return last is None or job.slots.after(last) <= now

    def run_due(self, job: Job) -> int:
        """Do the work of ``job`` once for what is due, again for what came due meanwhile; return how often."""
        runs = 0
        while not self.stopped() and (slot := self._claim(job)) is not None:
            self._work(job, slot)
            runs += 1
        return runs

    def _claim(self, job: Job) -> datetime | None:
        """Claim the last due slot of ``job``, record the earlier ones as coalesced, return it or None."""
        now = self.clock()
        with self.engine.begin() as conn:
            lock_writers(conn)
            self._renew(conn, now)
            last = last_slot(conn, job.name, now)
            due = [job.slots.last(now)] if last is None else self._due(conn, job, last, now)
            if not due or not claim_slot(conn, job.name, due[-1], now):
                return None
            missed = due[:-1]
            coalesce_slots(conn, job.name, missed, f"the run due at {due[-1]:%Y-%m-%d %H:%M} stands for it", now)
        if missed:
            logger.warning("%s: %d due times were missed, the last one stands for them", job.name, len(missed))
        return due[-1]

    def _due(self, conn: Connection, job: Job, last: datetime, now: datetime) -> list[datetime]:
        seconds = job.slots.seconds
        if seconds and (now - last).total_seconds() / seconds > MOST_COALESCED:
            first, start = job.slots.after(last), now - MOST_COALESCED * timedelta(seconds=seconds)
            left_out = round((job.slots.after(start) - first).total_seconds() / seconds)
            if left_out > 0:
                message = f"{left_out} due times from here on, with one run for all"
                coalesce_slots(conn, job.name, [first], message, now)
                last = max(last, start)
        return list(job.slots.between(last, now))

    def _renew(self, conn: Connection, now: datetime) -> None:
        token = take_lease(conn, LEASE, self.holder, seconds=LEASE_SECONDS, now=now)
        if self.token is None or token not in (self.token, self.token + 1):
            raise LostLeaseError("another service has taken over")
        self.token = token

    def _work(self, job: Job, slot: datetime) -> None:
        try:
            outcome, message = "ok", job.work()
        except StoppedError:
            outcome, message = "coalesced", "ended with the service; the next run does its work"
        except Exception as error:
            kind = "" if isinstance(error, GpudealsError | JobFailedError) else f"{type(error).__name__}: "
            outcome, message = "failed", redacted(f"{kind}{error}")[:500]
            # What the work itself says of a failure is enough; the rest needs its traceback.
            logger.error("%s failed: %s", job.name, message, exc_info=error if kind else None)
        else:
            if message:
                logger.info("%s: %s", job.name, message)
        with self.engine.begin() as conn:
            finish_slot(conn, job.name, slot, outcome, message, self.clock())


class StoppedError(Exception):
    """A job did not come to its end because the service ends."""


class JobFailedError(Exception):
    """A job did not do its work; the text says why, for people."""

"""The ledger of scheduled jobs: each due slot is one row, whatever became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from db import light
from db.store.sql import chunks, insert_for, insert_missing

_job = light.job_run
#: A slot further ahead than this was written by a clock that went wrong.
_CLOCK_WRONG = timedelta(days=1)


def last_slot(conn: Connection, job: str, now: datetime) -> datetime | None:
    """Return the latest due time of ``job`` that is on record, None where there is none.

    A clock that was set back by hours finds its slots done already; one that was years ahead does not count.
    """
    query = select(func.max(_job.c.due_at)).where(_job.c.job == job, _job.c.due_at <= now + _CLOCK_WRONG)
    found: datetime | None = conn.execute(query).scalar()
    return found


def claim_slot(conn: Connection, job: str, due_at: datetime, now: datetime) -> bool:
    """Record that a slot is being worked on; return False where it is on record already."""
    row = {"job": job, "due_at": due_at, "started_at": now, "outcome": "running"}
    statement = insert_for(conn)(_job).on_conflict_do_nothing().returning(_job.c.job)
    return conn.execute(statement, row).first() is not None


def coalesce_slots(conn: Connection, job: str, slots: Sequence[datetime], message: str, now: datetime) -> None:
    """Record slots that no run of their own was made for."""
    rows = [
        {"job": job, "due_at": slot, "finished_at": now, "outcome": "coalesced", "message": message} for slot in slots
    ]
    for part in chunks(rows, 500):
        insert_missing(conn, _job, part)


def finish_slot(conn: Connection, job: str, due_at: datetime, outcome: str, message: str | None, now: datetime) -> None:
    """Record how the work of a slot ended: ok or failed."""
    where = (_job.c.job == job, _job.c.due_at == due_at)
    conn.execute(update(_job).where(*where).values(outcome=outcome, message=message, finished_at=now))


def interrupt_slots(conn: Connection, now: datetime) -> int:
    """Record the slots at whose work a service that is gone died; return how many."""
    message = "the service died at this; the next slot does its work"
    values = {"outcome": "failed", "message": message, "finished_at": now}
    return conn.execute(update(_job).where(_job.c.outcome == "running").values(values)).rowcount


def forget_slots(conn: Connection, before: datetime) -> int:
    """Forget slots due before that day, but for the last of each job; return how many."""
    newest = select(_job.c.job, func.max(_job.c.due_at).label("last")).group_by(_job.c.job).subquery()
    last = select(newest.c.last).where(newest.c.job == _job.c.job).scalar_subquery()
    return conn.execute(delete(_job).where(_job.c.due_at < before, _job.c.due_at < last)).rowcount

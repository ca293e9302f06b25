"""The life of a run: begun, its pages stored, judged, and then promoted or dropped."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, case, delete, exists, select, update

from db import light
from db.errors import GpudealsError
from db.ids import stable_id
from db.store.history import apply_sightings
from db.store.merge import Sight
from db.store.rows import Promoted
from db.store.sql import chunks, insert_rows, lock_writers

#: Ok runs in a row that did not meet a listing which they should have met, until it counts as gone.
MISSES_UNTIL_GONE = 2

_run, _listing, _revision, _sighting = light.crawl_run, light.raw_listing, light.raw_revision, light.sighting


def begin_run(conn: Connection, source: str, kind: str, now: datetime) -> int:
    """Return the id of a new run of ``kind`` ``crawl`` or ``import``. What an import stores counts at once."""
    run_id = stable_id("run", source, kind, now.timestamp(), uuid4())
    row = {
        "id": run_id,
        "source": source,
        "kind": kind,
        "started_at": now,
        "outcome": "running",
        "accepted": False,
        "promoted_at": now if kind == "import" else None,
        "counters": {},
    }
    insert_rows(conn, _run, [row])
    return run_id


def finish_run(
    conn: Connection, run_id: int, outcome: str, message: str | None, counters: Mapping[str, Any], now: datetime
) -> None:
    """Record how a run ended: ``ok``, ``suspect`` or ``failed``, why, and its counters.

    This only records. In the same transaction call ``promote_run`` for an ok crawl and ``drop_run``
    for a failed one; a suspect one waits for ``accept_run``.
    """
    values = {"outcome": outcome, "message": message, "counters": dict(counters), "finished_at": now}
    conn.execute(update(_run).where(_run.c.id == run_id).values(values))


def run_row(conn: Connection, run_id: int) -> Any:
    """Return the row of a run. Raises GpudealsError where there is none."""
    row = conn.execute(select(_run).where(_run.c.id == run_id)).one_or_none()
    if row is None:
        raise GpudealsError(f"there is no run {run_id}; `gpudeals status` lists the last ones")
    return row


def promote_run(
    conn: Connection, run_id: int, now: datetime, *, expected: Collection[int] | str | None = None
) -> Promoted:
    """Let a crawl count: its sightings become history, and what it should have met and did not is marked.

    ``expected`` says what this run should have met: ids of listings, or the name of a source for all of
    its live listings, or None where it proves nothing about absent ones. A live listing in there that
    it did not meet is ``missed``, and after two such runs in a row ``gone``. Promoting twice changes
    nothing. Raises GpudealsError where there is no such run.
    """
    lock_writers(conn)
    run = run_row(conn, run_id)
    if run.promoted_at is not None:
        return Promoted()
    met, staged = _staged(conn, run_id)
    conn.execute(update(_run).where(_run.c.id == run_id).values(promoted_at=now))
    applied = apply_sightings(conn, run_id, met, content={}, keep_all=False, staged_by_run=staged)
    missed, gone = _mark_missed(conn, run, expected, set(met)) if expected is not None else (0, 0)
    conn.execute(delete(_sighting).where(_sighting.c.run_id == run_id))
    return Promoted(len(met), applied.changed, missed, gone)


def accept_run(conn: Connection, run_id: int, now: datetime) -> Promoted:
    """Let a suspect run count after all, because a person judged it right; it marks nothing as gone.

    Raises GpudealsError where the run is not a suspect one, or was accepted before.
    """
    lock_writers(conn)
    run = run_row(conn, run_id)
    if run.outcome != "suspect":
        raise GpudealsError(f"run {run_id} is {run.outcome}; only a suspect run can be accepted")
    if run.accepted:
        raise GpudealsError(f"run {run_id} was accepted before, and counts")
    conn.execute(update(_run).where(_run.c.id == run_id).values(accepted=True))
    return promote_run(conn, run_id, now)


def drop_run(conn: Connection, run_id: int) -> None:
    """Take back everything that a run stored and that does not count yet; its row stays."""
    lock_writers(conn)
    if run_row(conn, run_id).promoted_at is not None:
        return
    met, staged = _staged(conn, run_id)
    conn.execute(delete(_sighting).where(_sighting.c.run_id == run_id))
    _hand_over(conn, staged)
    conn.execute(delete(_revision).where(_revision.c.run_id == run_id))
    for part in chunks(sorted(met)):
        orphan = ~exists().where(_revision.c.listing_id == _listing.c.id)
        conn.execute(delete(_listing).where(_listing.c.id.in_(part), orphan))


def _staged(conn: Connection, run_id: int) -> tuple[dict[int, list[Sight]], set[int]]:
    """Return when and with what content a run saw each listing, and the revisions that only it knows."""
    met: dict[int, list[Sight]] = {}
    query = (
        select(_sighting.c.listing_id, _sighting.c.seen_at, _revision.c.content_hash)
        .join_from(_sighting, _revision, _sighting.c.revision_id == _revision.c.id)
        .where(_sighting.c.run_id == run_id)
    )
    for listing_id, seen_at, content_hash in conn.execute(query):
        met.setdefault(listing_id, []).append((seen_at, content_hash))
    own = select(_revision.c.id, _revision.c.listing_id, _revision.c.observed_at, _revision.c.content_hash)
    staged = set()
    for revision_id, listing_id, observed_at, content_hash in conn.execute(own.where(_revision.c.run_id == run_id)):
        staged.add(revision_id)
        met.setdefault(listing_id, []).append((observed_at, content_hash))
    return met, staged


def _hand_over(conn: Connection, revisions: Collection[int]) -> None:
    """Give revisions that another unjudged run has met too to that run."""
    for part in chunks(sorted(revisions)):
        others = select(_sighting.c.revision_id, _sighting.c.run_id).where(_sighting.c.revision_id.in_(part))
        for revision_id, other in conn.execute(others).all():
            conn.execute(update(_revision).where(_revision.c.id == revision_id).values(run_id=other))


def _mark_missed(conn: Connection, run: Any, expected: Collection[int] | str, met: set[int]) -> tuple[int, int]:
    unseen = [_listing.c.state == "live", _listing.c.last_seen < run.started_at]
    if isinstance(expected, str):
        query = select(_listing.c.id).where(_listing.c.source == expected, *unseen)
        expected = list(conn.execute(query).scalars())
    misses = _listing.c.missed + 1
    missed = gone = 0
    for part in chunks(sorted(set(expected) - met)):
        marked = conn.execute(
            update(_listing)
            .where(_listing.c.id.in_(part), *unseen)
            .values(missed=misses, state=case((misses >= MISSES_UNTIL_GONE, "gone"), else_=_listing.c.state))
            .returning(_listing.c.state)
        )
        states = list(marked.scalars())
        missed += len(states)
        gone += states.count("gone")
    return missed, gone

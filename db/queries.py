"""Reads that more than one place needs. All take a connection; rows come as SQLAlchemy rows with named fields."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db import light
from db.store.sql import chunks

_run, _listing, _revision, _plan = light.crawl_run, light.raw_listing, light.raw_revision, light.crawl_plan


def pending_listings(conn: Connection, rules_version: int, limit: int) -> list[int]:
    """Return ids of listings whose counting revisions have not been read by ``rules_version``.

    Whoever writes what was read calls this in the same ``engine.begin()``, after ``lock_writers``:
    then nothing can change between reading and writing.
    """
    query = (
        select(_listing.c.id)
        .where(
            or_(_listing.c.rules_version.is_(None), _listing.c.rules_version != rules_version),
            select(1)
            .join_from(_revision, _run, _revision.c.run_id == _run.c.id)
            .where(_revision.c.listing_id == _listing.c.id, _run.c.promoted_at.is_not(None))
            .exists(),
        )
        .order_by(_listing.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def listings_by_id(conn: Connection, listing_ids: Iterable[int]) -> dict[int, Any]:
    """Return the ``raw_listing`` rows of these listings, by id."""
    found: dict[int, Any] = {}
    for part in chunks(sorted(set(listing_ids))):
        found.update((row.id, row) for row in conn.execute(select(_listing).where(_listing.c.id.in_(part))))
    return found


def revisions_of(conn: Connection, listing_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return the counting ``raw_revision`` rows of each listing, oldest first.

    Counting are those of imports and of runs that were judged ok or accepted.
    """
    found: dict[int, list[Any]] = {}
    for part in chunks(sorted(set(listing_ids))):
        query = (
            select(_revision)
            .join_from(_revision, _run, _revision.c.run_id == _run.c.id)
            .where(_revision.c.listing_id.in_(part), _run.c.promoted_at.is_not(None))
            .order_by(_revision.c.listing_id, _revision.c.observed_at, _revision.c.content_hash)
        )
        for row in conn.execute(query):
            found.setdefault(row.listing_id, []).append(row)
    return found


def find_listing(conn: Connection, source: str, external_id: str) -> Any | None:
    """Return the ``raw_listing`` row of a market's own id, or None."""
    where = (_listing.c.source == source, _listing.c.external_id == external_id)
    return conn.execute(select(_listing).where(*where)).one_or_none()


def live_listings(conn: Connection, source: str) -> list[Any]:
    """Return (id, external_id, last_seen) of the listings of ``source`` that are live, least recently seen first."""
    query = (
        select(_listing.c.id, _listing.c.external_id, _listing.c.last_seen)
        .where(_listing.c.source == source, _listing.c.state == "live")
        .order_by(_listing.c.last_seen, _listing.c.id)
    )
    return list(conn.execute(query))


def runs(conn: Connection, source: str | None = None, *, outcome: str | None = None, limit: int = 20) -> list[Any]:
    """Return the last ``crawl_run`` rows, newest first; of one source and outcome where given."""
    query = select(_run).order_by(_run.c.started_at.desc(), _run.c.id).limit(limit)
    if source is not None:
        query = query.where(_run.c.source == source)
    if outcome is not None:
        query = query.where(_run.c.outcome == outcome)
    return list(conn.execute(query))


def last_ok_runs(conn: Connection, source: str, limit: int = 7) -> list[Any]:
    """Return the last crawls of ``source`` that count (ok or accepted), newest first."""
    query = (
        select(_run)
        .where(_run.c.source == source, _run.c.kind == "crawl", or_(_run.c.outcome == "ok", _run.c.accepted))
        .order_by(_run.c.started_at.desc(), _run.c.id)
        .limit(limit)
    )
    return list(conn.execute(query))


def unfinished_runs(conn: Connection, source: str | None = None) -> list[Any]:
    """Return the runs that were begun and never finished, oldest first: under way, or killed."""
    query = select(_run).where(_run.c.finished_at.is_(None)).order_by(_run.c.started_at, _run.c.id)
    return list(conn.execute(query if source is None else query.where(_run.c.source == source)))


def cursor(conn: Connection, source: str, name: str) -> str | None:
    """Return how far ``source`` has been read, or None."""
    where = (light.cursor.c.source == source, light.cursor.c.name == name)
    value: str | None = conn.execute(select(light.cursor.c.value).where(*where)).scalar()
    return value


def spent(conn: Connection, source: str, resource: str, day: str) -> int:
    """Return the calls booked on the allowance of ``day``."""
    quota = light.quota.c
    where = (quota.source == source, quota.resource == resource, quota.day == day)
    return int(conn.execute(select(quota.used).where(*where)).scalar() or 0)


def due_searches(conn: Connection, source: str, now: datetime, limit: int) -> list[Any]:
    """Return the ``crawl_plan`` rows of ``source`` that are due, the least recently made first."""
    query = (
        select(_plan)
        .where(_plan.c.source == source, or_(_plan.c.due_at.is_(None), _plan.c.due_at <= now))
        .order_by(_plan.c.last_run_at.is_not(None), _plan.c.last_run_at, _plan.c.id)
        .limit(limit)
    )
    return list(conn.execute(query))


def corrections(conn: Connection, keys: Sequence[tuple[str, str]] | None = None) -> dict[tuple[str, str], Any]:
    """Return what persons said of listings, by (source, external_id): all, or those of ``keys``."""
    query = select(light.correction)
    if keys is not None:
        wanted = {external_id for _, external_id in keys}
        rows: Iterator[Any] = (
            row
            for part in chunks(sorted(wanted))
            for row in conn.execute(query.where(light.correction.c.external_id.in_(part)))
        )
    else:
        rows = iter(conn.execute(query))
    found = {(row.source, row.external_id): row for row in rows}
    return found if keys is None else {key: found[key] for key in keys if key in found}


def rejects_by_code(conn: Connection, *where: ColumnElement[bool]) -> dict[str, int]:
    """Return how many listings each reject code kept out of the history, most frequent first."""
    offer = light.offer.c
    query = (
        select(offer.reject, func.count())
        .where(offer.reject.is_not(None), *where)
        .group_by(offer.reject)
        .order_by(func.count().desc(), offer.reject)
    )
    return {code: int(n) for code, n in conn.execute(query)}


def gpus(conn: Connection) -> list[Any]:
    """Return the ``gpu`` rows, by slug."""
    return list(conn.execute(select(light.gpu).order_by(light.gpu.c.slug)))

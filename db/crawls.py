"""What crawlers ask before they set out, and what is noted of runs and searches afterwards."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from db import light
from db.store.rows import CONTENT, RevisionRow
from db.store.sql import chunks

_run, _plan, _cursor, _quota = light.crawl_run, light.crawl_plan, light.cursor, light.quota
_listing, _revision, _sighting = light.raw_listing, light.raw_revision, light.sighting

#: Outcome of a crawl that ended and waits for its judgement.
CRAWLED = "crawled"
_EMPTY_PAUSE = timedelta(hours=6)  # doubled by each further empty answer
_LONGEST_PAUSE = timedelta(days=14)


def note_counters(conn: Connection, run_id: int, counters: Mapping[str, Any]) -> None:
    """Replace the counters of a run."""
    conn.execute(update(_run).where(_run.c.id == run_id).values(counters=dict(counters)))


def unfinished_runs(conn: Connection, source: str) -> Sequence[Row[Any]]:
    """Return the runs of a source that are under way, or whose process died."""
    query = select(_run).where(_run.c.source == source, _run.c.outcome == "running").order_by(_run.c.started_at)
    return conn.execute(query).all()


def unjudged_runs(conn: Connection, sources: Sequence[str] | None = None) -> Sequence[Row[Any]]:
    """Return the crawls that ended and were not judged yet, oldest first."""
    query = select(_run).where(_run.c.outcome == CRAWLED).order_by(_run.c.started_at)
    if sources is not None:
        query = query.where(_run.c.source.in_(sources))
    return conn.execute(query).all()


def good_runs(conn: Connection, source: str, before: datetime, limit: int) -> Sequence[Row[Any]]:
    """Return the newest runs of a source that count, newest first."""
    counts = or_(_run.c.outcome == "ok", _run.c.accepted)
    query = select(_run).where(_run.c.source == source, counts, _run.c.started_at < before)
    return conn.execute(query.order_by(_run.c.started_at.desc()).limit(limit)).all()


def baselines(conn: Connection, source: str, before: datetime, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield what the newest runs of a source that count left to judge later ones by, newest first."""
    counts = or_(_run.c.outcome == "ok", _run.c.accepted)
    query = select(_run.c.counters["baseline"]).where(_run.c.source == source, counts, _run.c.started_at < before)
    yield from filter(None, conn.execute(query.order_by(_run.c.started_at.desc()).limit(limit)).scalars())


def last_runs(conn: Connection, source: str, limit: int = 1) -> Sequence[Row[Any]]:
    """Return the newest runs of a source, whatever their outcome, newest first."""
    query = select(_run).where(_run.c.source == source).order_by(_run.c.started_at.desc()).limit(limit)
    return conn.execute(query).all()


def recent_runs(conn: Connection, limit: int) -> Sequence[Row[Any]]:
    """Return the last runs of all sources, crawls and imports, the newest first."""
    query = select(_run).order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(limit)
    return conn.execute(query).all()


def suspect_runs(conn: Connection) -> Sequence[Row[Any]]:
    """Return the suspect runs that nobody has released and that no later good run has made stale, newest first."""
    later = _run.alias("later")
    superseded = (
        select(later.c.id)
        .where(later.c.source == _run.c.source, later.c.outcome == "ok", later.c.started_at > _run.c.started_at)
        .exists()
    )
    query = select(_run).where(_run.c.outcome == "suspect", ~_run.c.accepted, ~superseded)
    return conn.execute(query.order_by(_run.c.started_at.desc())).all()


def listings_of_run(conn: Connection, run_id: int, limit: int) -> Sequence[Row[Any]]:
    """Return up to ``limit`` listings that an unjudged run met: market, external_id, and the revision it saw.

    In the order of their keys, which are hashes: it is a random sample, and the same one at every look.
    """
    query = (
        select(_listing.c.source, _listing.c.external_id, _revision)
        .join_from(_sighting, _revision, _sighting.c.revision_id == _revision.c.id)
        .join(_listing, _listing.c.id == _sighting.c.listing_id)
        .where(_sighting.c.run_id == run_id)
        .order_by(_sighting.c.listing_id)
        .limit(limit)
    )
    return conn.execute(query).all()


def count_listings(conn: Connection, sources: Sequence[str], states: Sequence[str]) -> int:
    """Return how many listings of the given markets are in one of ``states``."""
    query = select(func.count()).select_from(_listing)
    return conn.execute(query.where(_listing.c.source.in_(sources), _listing.c.state.in_(states))).scalar_one()


def stale_listings(
    conn: Connection, sources: Sequence[str], seen_before: datetime, limit: int, *, states: Sequence[str] = ("live",)
) -> Sequence[Any]:
    """Return the listings (id, source, external_id, state) not seen since ``seen_before``, longest unseen first."""
    query = select(_listing.c.id, _listing.c.source, _listing.c.external_id, _listing.c.state).where(
        _listing.c.source.in_(sources), _listing.c.state.in_(states), _listing.c.last_seen < seen_before
    )
    return conn.execute(query.order_by(_listing.c.last_seen, _listing.c.id).limit(limit)).all()


def newest_revisions(conn: Connection, listings: Sequence[int]) -> dict[int, RevisionRow]:
    """Return the newest revision that counts of each listing, as a row to store again when it was seen unchanged."""
    found: dict[int, RevisionRow] = {}
    for part in chunks(listings):
        query = (
            select(_listing.c.source, _listing.c.external_id, _listing.c.url, _revision)
            .join_from(_revision, _listing, _revision.c.listing_id == _listing.c.id)
            .join(_run, _run.c.id == _revision.c.run_id)
            .where(_listing.c.id.in_(part), _run.c.promoted_at.is_not(None))
            .order_by(_revision.c.seen_until)
        )
        for row in conn.execute(query):
            content = {name: getattr(row, name) for name in CONTENT}
            found[row.listing_id] = RevisionRow(
                source=row.source, external_id=row.external_id, url=row.url, observed_at=row.seen_until, **content
            )
    return found


def drop_searches(conn: Connection, source: str, keep: Iterable[int]) -> None:
    """Forget the planned searches of ``source`` but those with the ids to ``keep``."""
    planned = set(conn.execute(select(_plan.c.id).where(_plan.c.source == source)).scalars())
    for part in chunks(planned - set(keep)):
        conn.execute(delete(_plan).where(_plan.c.id.in_(part)))


def searches_due(conn: Connection, source: str, now: datetime) -> Sequence[Row[Any]]:
    """Return the searches of a source that are not paused, least recently made first."""
    query = select(_plan).where(_plan.c.source == source, or_(_plan.c.due_at.is_(None), _plan.c.due_at <= now))
    return conn.execute(query.order_by(_plan.c.last_run_at.asc().nulls_first(), _plan.c.id)).all()


def round_began(conn: Connection, source: str) -> datetime | None:
    """Return since when every search of the plan that is not paused was made, None where some never was."""
    query = select(func.min(_plan.c.last_run_at), func.count(), func.count(_plan.c.last_run_at)).where(
        and_(_plan.c.source == source, _plan.c.due_at.is_(None))
    )
    oldest, planned, made = conn.execute(query).one()
    return oldest if planned and planned == made else None


def settle_searches(conn: Connection, found: Mapping[int, int], made_at: datetime, *, counts: bool) -> None:
    """Note that searches were made; of a run that counts also what they gave, and let empty ones rest longer."""
    rows: dict[int, Row[Any]] = {}
    for part in chunks(found):
        rows |= {row.id: row for row in conn.execute(select(_plan).where(_plan.c.id.in_(part)))}
    for key, row in rows.items():
        values: dict[str, Any] = {"last_run_at": max(made_at, row.last_run_at) if row.last_run_at else made_at}
        if counts:
            streak = 0 if found[key] else row.empty_streak + 1
            pause = min(_EMPTY_PAUSE * 2 ** min(streak - 1, 10), _LONGEST_PAUSE) if streak else None
            values |= {"last_found": found[key], "empty_streak": streak, "due_at": made_at + pause if pause else None}
        conn.execute(update(_plan).where(_plan.c.id == key).values(values))


def get_cursor(conn: Connection, source: str, name: str) -> str | None:
    """Return how far ``source`` has been read, None where nothing is known."""
    return conn.execute(select(_cursor.c.value).where(_cursor.c.source == source, _cursor.c.name == name)).scalar()


def calls_spent(conn: Connection, source: str, resource: str, day: str) -> int:
    """Return how many calls of the allowance of ``day`` are spent."""
    query = select(_quota.c.used).where(_quota.c.source == source, _quota.c.resource == resource, _quota.c.day == day)
    return conn.execute(query).scalar() or 0


def crawled_before(conn: Connection, markets: Sequence[str], before: datetime) -> list[int]:
    """Return the listings of ``markets`` last seen before ``before`` of which no import knows anything."""
    imported = (
        select(_revision.c.id)
        .join_from(_revision, _run, _revision.c.run_id == _run.c.id)
        .where(_revision.c.listing_id == _listing.c.id, _run.c.kind == "import")
        .exists()
    )
    query = select(_listing.c.id).where(_listing.c.source.in_(markets), _listing.c.last_seen < before, ~imported)
    return list(conn.execute(query).scalars())


def held_until(conn: Connection, source: str, now: datetime) -> datetime | None:
    """Return until when a market that ``source`` asks wants to hear nothing, None where it may be asked."""
    query = select(_cursor.c.value).where(_cursor.c.source == source, _cursor.c.name.startswith("hold "))
    moments = [datetime.fromisoformat(value) for value in conn.execute(query).scalars()]
    return max((moment for moment in moments if moment > now), default=None)

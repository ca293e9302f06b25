"""Store what one page of a market said, with how far the source has been read, in one transaction."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy import and_ as all_of

from db import light
from db.store.history import apply_sightings
from db.store.ledger import set_cursor
from db.store.merge import Sight
from db.store.rows import RevisionRow, Stored, revision_id
from db.store.runs import run_row
from db.store.sql import among, chunks, insert_page, lock_writers, storable
from db.store.taken_away import still_there

_run, _listing, _revision, _sighting = light.crawl_run, light.raw_listing, light.raw_revision, light.sighting


def store_page(
    conn: Connection,
    run_id: int,
    rows: Sequence[RevisionRow],
    *,
    cursor: tuple[str, str, str] | None = None,
    now: datetime | None = None,
) -> Stored:
    """Store the rows of a page and return how many were of new listings, changed, said nothing new, or stay out.

    The caller opens one transaction a page, ``with engine.begin() as conn``, so that the rows and
    the ``cursor`` (source, name, value) stand or fall together. What an import stores counts at once;
    what a crawl stores waits for ``promote_run``. Storing the same rows again changes nothing.
    """
    lock_writers(conn)
    run = run_row(conn, run_id)
    if cursor is not None:
        set_cursor(conn, *cursor, now=now or datetime.now(UTC))
    given = len(rows)
    rows = still_there(conn, rows)
    if not rows:
        return Stored(left_out=given)
    fresh = _store_listings(conn, rows)
    if run.promoted_at is not None:
        met: dict[int, list[Sight]] = {}
        for row in rows:
            met.setdefault(row.listing_id, []).append((row.observed_at, row.content_hash))
        content = {(row.listing_id, row.content_hash): row for row in rows}
        before = apply_sightings(conn, run_id, met, content, keep_all=True).before
    else:
        before = _stage(conn, run_id, rows, fresh)
    return _count(rows, fresh, before, given - len(rows))


def _count(rows: Sequence[RevisionRow], fresh: set[int], before: dict[int, set[str]], left_out: int) -> Stored:
    new = changed = 0
    for row in rows:
        known = before.setdefault(row.listing_id, set())
        if row.content_hash in known:
            continue
        known.add(row.content_hash)
        if row.listing_id in fresh:
            fresh.discard(row.listing_id)
            new += 1
        else:
            changed += 1
    return Stored(new, changed, len(rows) - new - changed, left_out)


def _store_listings(conn: Connection, rows: Sequence[RevisionRow]) -> set[int]:
    """Make sure that there is a row for each listing; return the ids of those that are new."""
    by_id: dict[int, RevisionRow] = {}
    urls: dict[int, str] = {}
    for row in rows:
        by_id.setdefault(row.listing_id, row)
        if row.url:
            urls[row.listing_id] = min(urls.get(row.listing_id, row.url), row.url, key=_by_length)
    stored: dict[int, str | None] = {}
    for ids in chunks(sorted(by_id)):
        found = conn.execute(select(_listing.c.id, _listing.c.url).where(among(conn, _listing.c.id, ids)))
        stored.update((key, url) for key, url in found)
    fresh = by_id.keys() - stored.keys()
    insert_page(conn, _listing, [storable(conn, _listing_row(by_id[key], urls.get(key))) for key in sorted(fresh)])
    # Of several addresses the shortest, whatever the order of arrival.
    shorter = [
        {"key": key, "url": urls[key]}
        for key, url in stored.items()
        if key in urls and urls[key] != url and (url is None or min(url, urls[key], key=_by_length) != url)
    ]
    if shorter:
        statement = update(_listing).where(_listing.c.id == bindparam("key")).values(url=bindparam("url"))
        conn.execute(statement, shorter)
    return set(fresh)


def _by_length(url: str) -> tuple[int, str]:
    return len(url), url


def _listing_row(row: RevisionRow, url: str | None) -> dict[str, Any]:
    return {
        "id": row.listing_id,
        "source": row.source,
        "external_id": row.external_id,
        "url": url,
        "state": row.state,
        "first_seen": row.observed_at,
        "last_seen": row.observed_at,
        "missed": 0,
        "rules_version": None,
    }


def _stage(conn: Connection, run_id: int, rows: Sequence[RevisionRow], fresh: Collection[int]) -> dict[int, set[str]]:
    """Store content that is not known yet, and that the run met the listings; nothing of it counts yet."""
    known: dict[tuple[int, str], int] = {}
    query = select(_revision.c.listing_id, _revision.c.content_hash, _revision.c.id, _revision.c.observed_at).join_from(
        _revision, _run, _revision.c.run_id == _run.c.id
    )
    for ids in chunks(sorted({row.listing_id for row in rows}.difference(fresh))):
        counting_or_own = or_(_run.c.promoted_at.is_not(None), _run.c.id == run_id)
        found = query.where(among(conn, _revision.c.listing_id, ids), counting_or_own).order_by(_revision.c.observed_at)
        known.update(((listing, digest), key) for listing, digest, key, _ in conn.execute(found))
    before: dict[int, set[str]] = {}
    for listing, digest in known:
        before.setdefault(listing, set()).add(digest)
    revisions: list[dict[str, Any]] = []
    sightings: dict[int, tuple[datetime, int]] = {}
    for row in sorted(rows, key=lambda row: row.observed_at):
        key = known.get((row.listing_id, row.content_hash))
        if key is None:
            key = known[row.listing_id, row.content_hash] = revision_id(
                row.listing_id, row.observed_at, row.content_hash
            )
            revisions.append(storable(conn, _revision_row(row, key, run_id)))
        sightings[row.listing_id] = max(sightings.get(row.listing_id, (row.observed_at, 0)), (row.observed_at, key))
    insert_page(conn, _revision, revisions)
    _store_sightings(conn, run_id, sightings)
    return before


def _revision_row(row: RevisionRow, key: int, run_id: int) -> dict[str, Any]:
    return {
        **row.content,
        "id": key,
        "listing_id": row.listing_id,
        "run_id": run_id,
        "content_hash": row.content_hash,
        "observed_at": row.observed_at,
        "seen_until": row.observed_at,
        "seen_between": [],
    }


def _store_sightings(conn: Connection, run_id: int, sightings: dict[int, tuple[datetime, int]]) -> None:
    values = [
        {"run_id": run_id, "listing_id": listing, "revision_id": key, "seen_at": seen_at}
        for listing, (seen_at, key) in sorted(sightings.items())
    ]
    insert_page(conn, _sighting, values, _the_later_one)


def _the_later_one(statement: Any) -> Any:
    """Of two meetings in one run let the later one count."""
    new, old = statement.excluded, _sighting.c
    same_time = all_of(new.seen_at == old.seen_at, new.revision_id > old.revision_id)
    return statement.on_conflict_do_update(
        index_elements=["run_id", "listing_id"],
        set_={"revision_id": new.revision_id, "seen_at": new.seen_at},
        where=or_(new.seen_at > old.seen_at, same_time),
    )

"""Write what the revision rule says: the sightings of a run become the history of its listings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from db import light
from db.store.merge import Sight, Span, merge
from db.store.rows import RevisionRow, revision_id
from db.store.sql import chunks, insert_for, lock_writers, storable

_run, _listing, _revision, _sighting = light.crawl_run, light.raw_listing, light.raw_revision, light.sighting
_observation = light.observation


@dataclass(slots=True)
class Applied:
    """What writing changed; ``before`` are the contents that each listing was known with, by hash."""

    changed: int = 0
    before: dict[int, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """A listing's row and its counting revisions, by span key."""

    row: Any
    spans: dict[Sight, Span] = field(default_factory=dict)
    ids: dict[Sight, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)  # by content hash
    staged: dict[int, str] = field(default_factory=dict)  # content hash of what this run has stored for itself


@dataclass(slots=True)
class _Writes:
    """The rows to write for a batch of listings."""

    inserts: list[tuple[int, Span]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, int]] = field(default_factory=list)  # key of a revision, and of its heir
    listings: list[dict[str, Any]] = field(default_factory=list)
    extended: list[dict[str, Any]] = field(default_factory=list)


def apply_sightings(
    conn: Connection,
    run_id: int,
    met: Mapping[int, Sequence[Sight]],
    content: Mapping[tuple[int, str], RevisionRow],
    *,
    keep_all: bool,
    staged_by_run: Collection[int] = (),
) -> Applied:
    """Bring the history of the listings that were ``met`` up to date and return what that changed.

    The content behind a hash is in ``content``, or in a revision row of the listing that is there already.
    """
    lock_writers(conn)
    result = Applied()
    for ids in chunks(sorted(met)):
        known = _load(conn, ids, staged_by_run)
        writes = _Writes()
        for listing_id in ids:
            listing = known[listing_id]
            result.before[listing_id] = {span.content_hash for span in listing.spans.values()}
            spans = merge(listing.spans.values(), met[listing_id], keep_all=keep_all)
            if _compare(writes, listing_id, listing, spans, content, keep_all):
                result.changed += 1
        _insert_spans(conn, run_id, writes.inserts, content)
        _update(conn, _revision, writes.spans, ("seen_until", "seen_between"))
        _remove(conn, writes.replaced)
        _update(conn, _listing, writes.listings, ("first_seen", "last_seen", "state", "missed", "rules_version"))
        _extend_asks(conn, writes.extended)
    return result


def _load(conn: Connection, ids: list[int], staged: Collection[int]) -> dict[int, _Known]:
    rows = conn.execute(select(_listing).where(_listing.c.id.in_(ids)))
    known = {row.id: _Known(row) for row in rows}
    names = ("id", "listing_id", "content_hash", "observed_at", "seen_until", "seen_between", "state")
    columns: list[Any] = [*(_revision.c[name] for name in names), _run.c.promoted_at.is_not(None)]
    query = (
        select(*columns)
        .join_from(_revision, _run, _revision.c.run_id == _run.c.id)
        .where(_revision.c.listing_id.in_(ids))
    )
    for key, listing_id, content_hash, start, end, between, state, counts in conn.execute(query):
        listing = known[listing_id]
        listing.states[content_hash] = state
        if key in staged:
            listing.staged[key] = content_hash
            continue
        if not counts:
            continue
        span = Span(content_hash, start, end, tuple(between))
        listing.spans[span.key] = span
        listing.ids[span.key] = key
    return known


def _compare(
    writes: _Writes,
    listing_id: int,
    listing: _Known,
    spans: list[Span],
    content: Mapping[tuple[int, str], RevisionRow],
    keep_all: bool,
) -> bool:
    """Collect what turns the stored spans into ``spans``; return whether revisions came or went.

    A listing is to be read again where its prices or the days on which they count may have changed. A
    crawl that meets it unchanged, on a day on which it was met before, changes neither.
    """
    old, row, last = listing.spans, listing.row, spans[-1]
    was_last = max(old.values(), key=lambda span: (span.end, span.content_hash), default=None)
    keys = {span.key: revision_id(listing_id, *span.key) for span in spans}
    reread = False
    for span in spans:
        before = old.get(span.key)
        if before is None:
            writes.inserts.append((listing_id, span))
        elif before != span:
            between = list(span.between)
            writes.spans.append({"key": keys[span.key], "seen_until": span.end, "seen_between": between})
            same_day = before.end.date() == span.end.date() and not keep_all
            reread |= before.end != span.end and not (span is last and same_day)
    heirs = {span.content_hash: keys[span.key] for span in spans}
    removed = {listing.ids[key]: key[1] for key in old if key not in keys} | listing.staged
    writes.replaced += [
        {"key": key, "heir": heirs[content_hash]} for key, content_hash in removed.items() if key not in keys.values()
    ]
    came_or_went = old.keys() != keys.keys()
    ahead = was_last is None or last.end > row.last_seen
    newest = content.get((listing_id, last.content_hash))
    state = newest.state if newest else listing.states[last.content_hash]
    values = {
        "first_seen": spans[0].start,
        "last_seen": last.end,
        "state": state if ahead or row.state != "gone" else "gone",
        "missed": 0 if ahead else row.missed,
        "rules_version": None if came_or_went or reread else row.rules_version,
    }
    if any(getattr(row, name) != value for name, value in values.items()):
        writes.listings.append({"key": listing_id, **values})
    if not (came_or_went or reread) and was_last is not None and last.end > was_last.end:
        writes.extended.append({"key": listing_id, "old": was_last.end, "new": last.end})
    return came_or_went


def _insert_spans(
    conn: Connection, run_id: int, inserts: list[tuple[int, Span]], content: Mapping[tuple[int, str], RevisionRow]
) -> None:
    if not inserts:
        return
    missing = {listing_id for listing_id, span in inserts if (listing_id, span.content_hash) not in content}
    stored: dict[tuple[int, str], dict[str, Any]] = {}
    for part in chunks(sorted(missing)):
        for row in conn.execute(select(_revision).where(_revision.c.listing_id.in_(part))):
            stored[row.listing_id, row.content_hash] = dict(row._mapping)
    rows: list[dict[str, Any]] = []
    for listing_id, span in inserts:
        given = content.get((listing_id, span.content_hash))
        values: dict[str, Any] = {
            **(given.content if given else stored[listing_id, span.content_hash]),
            "id": revision_id(listing_id, *span.key),
            "listing_id": listing_id,
            "run_id": run_id,
            "content_hash": span.content_hash,
            "observed_at": span.start,
            "seen_until": span.end,
            "seen_between": list(span.between),
        }
        rows.append(storable(conn, values))
    statement = insert_for(conn)(_revision)
    # The row may be there already, staged by a run that does not count yet.
    taken_over = {name: statement.excluded[name] for name in ("run_id", "seen_until", "seen_between")}
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=taken_over), rows)


def _update(conn: Connection, table: Any, rows: list[dict[str, Any]], names: Sequence[str]) -> None:
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        conn.execute(update(table).where(table.c.id == bindparam("key")).values(values), rows)


def _remove(conn: Connection, replaced: list[dict[str, int]]) -> None:
    """Delete revisions; sightings of other runs that do not count yet go over to the one of equal content."""
    if not replaced:
        return
    moved = update(_sighting).where(_sighting.c.revision_id == bindparam("key"))
    conn.execute(moved.values(revision_id=bindparam("heir")), replaced)
    for part in chunks(replaced):
        conn.execute(delete(_revision).where(_revision.c.id.in_([row["key"] for row in part])))


def _extend_asks(conn: Connection, extended: list[dict[str, Any]]) -> None:
    """Let the asks of unchanged listings stand until now, within the same UTC day: no roll-up depends on it."""
    if extended:
        until = _observation.c.seen_until
        of_listing = (_observation.c.listing_id == bindparam("key"), _observation.c.kind == "ask")
        statement = update(_observation).where(*of_listing, until == bindparam("old"))
        conn.execute(statement.values(seen_until=bindparam("new")), extended)

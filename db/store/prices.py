"""Write what the rules made of listings: offers and observations, replaced listing by listing where they differ."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from db import light
from db.store.marks import mark
from db.store.relists import Price, changed_days, related, resolve, write_settled
from db.store.sql import chunks, insert_rows

_listing, _offer, _observation = light.raw_listing, light.offer, light.observation
_revision, _run = light.raw_revision, light.crawl_run

#: Columns that follow from other listings and other prices, and not from the listing itself.
_SETTLED = ("relist_of", "counts_from", "counts_until")
_STATED = [column.name for column in _observation.columns if column.name not in _SETTLED]


def forget_readings(conn: Connection, rules_version: int | None = None) -> int:
    """Have listings read again: all of them, or those not read by ``rules_version``; return how many."""
    query = update(_listing).values(rules_version=None).where(_listing.c.rules_version.is_not(None))
    if rules_version is not None:
        column = _listing.c.rules_version
        query = query.where(or_(column < rules_version, column > rules_version))
    return conn.execute(query).rowcount


def unread_listings(conn: Connection, limit: int) -> list[Any]:
    """Return up to ``limit`` listings (id, source, external_id, state) with revisions that count and are unread.

    Whoever writes what was read calls this in the same ``engine.begin()``, after ``lock_writers``.
    """
    counting = (
        select(1)
        .join_from(_revision, _run, _revision.c.run_id == _run.c.id)
        .where(_revision.c.listing_id == _listing.c.id, _run.c.promoted_at.is_not(None))
    )
    query = (
        select(_listing.c.id, _listing.c.source, _listing.c.external_id, _listing.c.state)
        .where(_listing.c.rules_version.is_(None), counting.exists())
        .order_by(_listing.c.id)
        .limit(limit)
    )
    return list(conn.execute(query))


def run_kinds(conn: Connection, run_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return (source, kind) of each of these runs."""
    found: dict[int, tuple[str, str]] = {}
    for some in chunks(sorted(set(run_ids))):
        rows = conn.execute(select(_run.c.id, _run.c.source, _run.c.kind).where(_run.c.id.in_(some)))
        found.update((row.id, (row.source, row.kind)) for row in rows)
    return found


def write_readings(
    conn: Connection,
    listing_ids: Collection[int],
    offers: Sequence[Mapping[str, Any]],
    observations: Sequence[Mapping[str, Any]],
    *,
    rules_version: int,
    recount: bool = False,
) -> int:
    """Make ``offers`` and ``observations`` all that is derived of these listings; return how many listings changed.

    Rows have the columns of their tables; of observations, relists and the days that count follow
    here. A listing whose rows are as they were is not written. ``recount`` settles those of unchanged
    listings anew too. Marks the days that changed; ``rollup`` counts them.
    """
    changed = _differing(conn, _offer, listing_ids, offers, [column.name for column in _offer.columns])
    _replace(conn, _offer, changed, offers)
    repriced = _differing(conn, _observation, listing_ids, observations, _STATED)
    _replace_prices(conn, repriced, [row for row in observations if row["listing_id"] in repriced])
    if recount:
        stored = related(conn, (), listings=set(listing_ids) - repriced)
        write_settled(conn, stored, resolve(stored))
    for some in chunks(sorted(listing_ids)):
        conn.execute(update(_listing).where(_listing.c.id.in_(some)).values(rules_version=rules_version))
    return len(changed | repriced)


def _differing(
    conn: Connection,
    table: Any,
    listing_ids: Collection[int],
    rows: Sequence[Mapping[str, Any]],
    names: Sequence[str],
) -> set[int]:
    """Return the listings of which ``rows`` say something else than the table."""
    new: defaultdict[int, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for row in rows:
        new[row["listing_id"]][row["id"]] = tuple(row[name] for name in names)
    old: defaultdict[int, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for some in chunks(sorted(listing_ids)):
        query = select(table.c.listing_id, table.c.id, *(table.c[name] for name in names))
        for listing_id, key, *values in conn.execute(query.where(table.c.listing_id.in_(some))):
            old[listing_id][key] = tuple(values)
    return {listing_id for listing_id in listing_ids if new[listing_id] != old[listing_id]}


def _replace(conn: Connection, table: Any, listing_ids: Collection[int], rows: Iterable[Mapping[str, Any]]) -> None:
    for some in chunks(sorted(listing_ids)):
        conn.execute(delete(table).where(table.c.listing_id.in_(some)))
    insert_rows(conn, table, [dict(row) for row in rows if row["listing_id"] in listing_ids])


def _replace_prices(conn: Connection, listing_ids: set[int], rows: Sequence[Mapping[str, Any]]) -> None:
    if not listing_ids:
        return
    before = _stored(conn, listing_ids)
    for some in chunks(sorted(listing_ids)):
        conn.execute(delete(_observation).where(_observation.c.listing_id.in_(some)))
    stated = [Price(**{name: row[name] for name in _PRICE if name in row}) for row in rows]
    likenesses = {price.likeness for price, _ in before.values()} | {price.likeness for price in stated}
    others = related(conn, {key for key in likenesses if key is not None})
    settled = resolve([*stated, *others])
    after = {price.id: price for price in settled}
    full = [dict(row) | {name: getattr(after[row["id"]], name) for name in _SETTLED} for row in rows]
    insert_rows(conn, _observation, full)
    write_settled(conn, others, settled)
    terms = {row["id"]: tuple(row[name] for name in _TERMS) for row in rows}
    spans: list[tuple[int, date, date]] = []
    for key in before.keys() | terms.keys():
        old, old_terms = before.get(key, (None, None))
        new = after[key] if key in terms else None
        if old_terms == terms.get(key):
            spans += changed_days(old, new)
        else:
            spans += [*changed_days(old, None), *changed_days(new, None)]
    mark(conn, spans)


_PRICE = [name for name in Price.__slots__ if name not in _SETTLED]
#: What the roll-up and fair values are made of, beside the card and the days.
_TERMS = ("kind", "condition", "currency", "unit_price", "usd", "shipping_minor")


def _stored(conn: Connection, listing_ids: Iterable[int]) -> dict[int, tuple[Price, tuple[Any, ...]]]:
    names = (*Price.__slots__, *_TERMS)
    found: dict[int, tuple[Price, tuple[Any, ...]]] = {}
    for some in chunks(sorted(listing_ids)):
        query = select(*(_observation.c[name].label(f"c{i}") for i, name in enumerate(names)))
        for row in conn.execute(query.where(_observation.c.listing_id.in_(some))):
            price = Price(*row[: len(Price.__slots__)])
            found[price.id] = (price, tuple(row[len(Price.__slots__) :]))
    return found

"""Reads that more than one place needs. All take a connection; rows come as SQLAlchemy rows with named fields."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from db import light
from db.store.sql import chunks

_run, _listing, _revision = light.crawl_run, light.raw_listing, light.raw_revision


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


def readings_in_doubt(conn: Connection, below: float = 0.9) -> Iterator[Any]:
    """Yield readings that a person should see: no card or SKU told, or told with less confidence than ``below``.

    Rows have source, external_id, title, reject, model, vram_gb, candidates, gpu_id and confidence.
    """
    offer = light.offer.c
    query = (
        select(
            _listing.c.source,
            _listing.c.external_id,
            _revision.c.title,
            offer.reject,
            offer.model,
            offer.vram_gb,
            offer.candidates,
            offer.gpu_id,
            offer.confidence,
        )
        .join_from(light.offer, _listing, offer.listing_id == _listing.c.id)
        .join(_revision, offer.revision_id == _revision.c.id)
        .where(
            or_(
                offer.reject.in_(("unknown_model", "unconfirmed_model", "no_card", "contradiction")),
                (offer.gpu_id.is_(None)) & offer.reject.is_(None) & (offer.form == "desktop"),
                offer.confidence < below,
            )
        )
        .order_by(_listing.c.id)
    )
    yield from conn.execute(query)

"""Observations as a stream: every price that counts, without the texts of listings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, literal, select, tuple_

from db import light
from db.ids import stable_id

_seen, _gpu, _listing = light.observation, light.gpu, light.raw_listing
_BATCH = 2000


def place_of(conn: Connection, observation_id: int) -> tuple[date, int] | None:
    """Return where an observation stands in the stream, None for one that is not there."""
    if abs(observation_id) >= 2**63:
        return None
    row = conn.execute(select(_seen.c.day, _seen.c.id).where(_seen.c.id == observation_id)).first()
    return None if row is None else (row.day, row.id)


def stream_observations(
    conn: Connection,
    *,
    slug: str | None = None,
    kind: str | None = None,
    since: date | None = None,
    until: date | None = None,
    before: date | None = None,
    after: tuple[date, int] | None = None,
    limit: int,
) -> Iterator[dict[str, Any]]:
    """Yield the observations that enter the statistics, oldest day first; amounts in minor units.

    ``since`` and ``until`` are inclusive; ``before`` hides everything from its 00:00 UTC on; ``after`` is
    the place of the last one read. At most a batch is held in memory.
    """
    query = (
        select(
            _seen.c.id, _gpu.c.slug.label("sku"), _listing.c.source, _seen.c.kind, _seen.c.condition, _seen.c.currency,
            _seen.c.unit_price, _seen.c.usd, _seen.c.shipping_minor, _seen.c.basis, _seen.c.quantity,
            _seen.c.observed_at, _seen.c.seen_until, _seen.c.relist_of.is_not(None).label("relist"),
        )
        .join_from(_seen, _gpu, _seen.c.gpu_id == _gpu.c.id)
        .join(_listing, _listing.c.id == _seen.c.listing_id)
        .where(_seen.c.statistics)
        .order_by(_seen.c.day, _seen.c.id)
        .limit(limit)
    )  # fmt: skip
    if slug is not None:
        query = query.where(_seen.c.gpu_id == stable_id("gpu", slug))
    if kind is not None:
        query = query.where(_seen.c.kind == kind)
    if since is not None:
        query = query.where(_seen.c.day >= since)
    if before is not None:
        query = query.where(_seen.c.day < before)
    if until is not None:
        query = query.where(_seen.c.day <= until)
    if after is not None:
        query = query.where(tuple_(_seen.c.day, _seen.c.id) > tuple_(*map(literal, after)))
    result = conn.execution_options(stream_results=True, yield_per=_BATCH).execute(query)
    names = tuple(result.keys())
    for row in result:
        found = dict(zip(names, row, strict=True))
        found["id"] = str(found["id"])
        found["observed_at"] = found["observed_at"].isoformat()
        found["seen_until"] = found["seen_until"].isoformat()
        yield found

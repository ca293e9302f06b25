"""Observations as a stream: every price that counts, without the texts of listings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from db import light
from db.ids import stable_id

_seen, _gpu, _listing = light.observation, light.gpu, light.raw_listing
_BATCH = 2000


def stream_observations(
    conn: Connection,
    *,
    slug: str | None = None,
    kind: str | None = None,
    since: date | None = None,
    before: date | None = None,
    limit: int,
) -> Iterator[dict[str, Any]]:
    """Yield the observations that enter the statistics, oldest day first; amounts in minor units.

    ``before`` hides everything from its 00:00 UTC on. At most a batch is held in memory.
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
    result = conn.execution_options(stream_results=True, yield_per=_BATCH).execute(query)
    for row in result.mappings():
        yield dict(row) | {
            "id": str(row["id"]),
            "observed_at": row["observed_at"].isoformat(),
            "seen_until": row["seen_until"].isoformat(),
        }

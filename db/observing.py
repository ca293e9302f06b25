"""Observations as a stream: every price that counts, without the texts of listings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Select, literal, select, tuple_

from db import light
from db.ids import stable_id

_seen, _gpu, _listing = light.observation, light.gpu, light.raw_listing
_PART = 1000


def place_of(conn: Connection, observation_id: int) -> tuple[date, int] | None:
    """Return where an observation stands in the stream, None for one that is not there."""
    if abs(observation_id) >= 2**63:
        return None
    row = conn.execute(select(_seen.c.day, _seen.c.id).where(_seen.c.id == observation_id)).first()
    return None if row is None else (row.day, row.id)


def stream_observations(
    engine: Engine,
    *,
    slug: str | None = None,
    kind: str | None = None,
    since: date | None = None,
    until: date | None = None,
    before: date | None = None,
    after: tuple[date, int] | None = None,
    limit: int,
) -> Iterator[list[dict[str, Any]]]:
    """Yield the observations that enter the statistics in parts, oldest day first; amounts in minor units.

    ``since`` and ``until`` are inclusive; ``before`` hides everything from its 00:00 UTC on; ``after`` is
    the place of the last one read. At most a part is held in memory, and no connection from one part to
    the next: a reader who takes long keeps nobody waiting.
    """
    query = _query(slug, kind, since, until, before)
    while limit > 0:
        here = query if after is None else query.where(tuple_(_seen.c.day, _seen.c.id) > tuple_(*map(literal, after)))
        with engine.connect() as conn:
            rows = conn.execute(here.limit(min(_PART, limit))).all()
        if rows:
            yield [_plain(row._asdict()) for row in rows]
            after = rows[-1].day, rows[-1].id
        limit = limit - len(rows) if len(rows) == _PART else 0


def _query(
    slug: str | None, kind: str | None, since: date | None, until: date | None, before: date | None
) -> Select[Any]:
    query = (
        select(
            _seen.c.id, _seen.c.day, _gpu.c.slug.label("sku"), _listing.c.source, _seen.c.kind, _seen.c.condition,
            _seen.c.currency, _seen.c.unit_price, _seen.c.usd, _seen.c.shipping_minor, _seen.c.basis, _seen.c.quantity,
            _seen.c.observed_at, _seen.c.seen_until, _seen.c.relist_of.is_not(None).label("relist"),
        )
        .join_from(_seen, _gpu, _seen.c.gpu_id == _gpu.c.id)
        .join(_listing, _listing.c.id == _seen.c.listing_id)
        .where(_seen.c.statistics)
        .order_by(_seen.c.day, _seen.c.id)
    )  # fmt: skip
    if slug is not None:
        query = query.where(_seen.c.gpu_id == stable_id("gpu", slug))
    if kind is not None:
        query = query.where(_seen.c.kind == kind)
    if since is not None:
        query = query.where(_seen.c.day >= since)
    if until is not None:
        query = query.where(_seen.c.day <= until)
    if before is not None:
        query = query.where(_seen.c.day < before)
    return query


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    row["id"] = str(row["id"])
    for name in ("day", "observed_at", "seen_until"):
        row[name] = row[name].isoformat()
    return row

"""Observations as a stream: every price that counts, without the texts of listings.

The lines are written by the database itself. Rows that pass through Python one by one give the
interpreter up and have to get it back for each of them, which takes long where others want it too.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, literal, literal_column, select, tuple_

from db import light
from db.ids import stable_id

_seen, _gpu, _listing = light.observation, light.gpu, light.raw_listing
#: Rows of the first part, so that a reader has something at once, and of each part that follows.
_FIRST, _PART = 100, 1000

#: What a line says, in its order: name, column, and how it is written.
_FIELDS = (
    ("id", "observation.id", "digits"),
    ("day", "observation.day", "day"),
    ("sku", "gpu.slug", "word"),
    ("source", "raw_listing.source", "word"),
    ("kind", "observation.kind", "word"),
    ("condition", "observation.condition", "word"),
    ("currency", "observation.currency", "word"),
    ("unit_price", "observation.unit_price", "number"),
    ("usd", "observation.usd", "number"),
    ("shipping_minor", "observation.shipping_minor", "number"),
    ("basis", "observation.basis", "word"),
    ("quantity", "observation.quantity", "number"),
    ("observed_at", "observation.observed_at", "moment"),
    ("seen_until", "observation.seen_until", "moment"),
    ("relist", "observation.relist_of", "given"),
)
_COLUMNS = (
    *("gpu_id", "listing_id"),
    *(column.partition(".")[2] for _, column, _ in _FIELDS if column.startswith("observation.")),
)
_DIGITS = "'\"' || CAST({} AS text) || '\"'"
_COMMON = {
    "digits": _DIGITS,
    "day": _DIGITS,
    "number": "coalesce(CAST({} AS text), 'null')",
    "given": "CASE WHEN {} IS NULL THEN 'false' ELSE 'true' END",
}
#: Fractions of a second are written where there are any, as ``datetime.isoformat`` does.
_WRITTEN = {
    "sqlite": _COMMON
    | {
        "word": "json_quote({})",
        "moment": "'\"' || substr({0}, 1, 10) || 'T' || substr({0}, 12, 8) ||"
        " CASE WHEN substr({0}, 20) = '.000000' THEN '' ELSE substr({0}, 20) END || '+00:00\"'",
    },
    "postgresql": _COMMON
    | {
        "word": "coalesce(CAST(to_json({}) AS text), 'null')",
        "moment": "'\"' || to_char({0}, 'YYYY-MM-DD\"T\"HH24:MI:SS') ||"
        " CASE WHEN to_char({0}, 'US') = '000000' THEN '' ELSE to_char({0}, '.US') END || '+00:00\"'",
    },
}


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
) -> Iterator[str]:
    """Yield the observations that enter the statistics in parts, oldest day first: one JSON object a line.

    Amounts are in minor units. ``since`` and ``until`` are inclusive; ``before`` hides everything from
    its 00:00 UTC on; ``after`` is the place of the last one read. At most a part is held in memory, and
    no connection from one part to the next: a reader who takes long keeps nobody waiting.
    """
    query = _query(engine.dialect.name, slug, kind, since, until, before)
    size = min(_FIRST, _PART)
    while limit > 0:
        wanted = min(size, limit)
        here = query if after is None else query.where(tuple_(_seen.c.day, _seen.c.id) > tuple_(*map(literal, after)))
        with engine.connect() as conn:
            n, lines = conn.execute(_as_lines(engine.dialect.name, here, wanted)).one()
        if n:
            yield f"{lines}\n"
            last = json.loads(lines[lines.rfind("\n") + 1 :])
            after = date.fromisoformat(last["day"]), int(last["id"])
        limit = limit - n if n == wanted else 0
        size = _PART


def _query(
    dialect: str, slug: str | None, kind: str | None, since: date | None, until: date | None, before: date | None
) -> Select[Any]:
    query = select(*(_seen.c[name] for name in _COLUMNS)).where(_seen.c.statistics)
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
    # For the first rows of one card PostgreSQL would look through the days of all cards, were they in an index.
    one_card = slug is not None and dialect == "postgresql"
    return query.order_by(_seen.c.day + literal_column("0") if one_card else _seen.c.day, _seen.c.id)


def _as_lines(dialect: str, query: Select[Any], limit: int) -> Select[int, str]:
    """Return the query for how many rows there are in a part, and for their lines as one text."""
    rows = query.limit(limit).subquery("observation")
    written = _WRITTEN[dialect]
    line = " || ',".join(f'"{name}":\' || {written[way].format(column)}' for name, column, way in _FIELDS)
    part = (
        select(literal_column(f"'{{{line} || '}}'").label("line"), rows.c.day, rows.c.id)
        .join_from(rows, _gpu, _gpu.c.id == rows.c.gpu_id)
        .join(_listing, _listing.c.id == rows.c.listing_id)
        .order_by(rows.c.day, rows.c.id)
        .limit(limit)
        .subquery("part")
    )
    if dialect == "sqlite":  # takes the rows in the order of the subquery; it says so itself only from 3.44 on
        text = func.group_concat(part.c.line, "\n")
    else:
        text = func.string_agg(part.c.line, literal_column("E'\\n' ORDER BY day, id"))
    return select(func.count(), text).select_from(part)

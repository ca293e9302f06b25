"""Reads of what fair value stands on: prices of a span of days, which cards were ever seen, values as stored."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, text

from db import light

_fair = light.fair_value

#: Prices that a card keeps at most of the last ``RECENT_DAYS`` and of the time before; beyond, a part of
#: the listings stands for all of them.
RECENT_DAYS = 45
MOST_RECENT, MOST_OLDER = 800, 400


class PriceRow(NamedTuple):
    """A price that counts: US cents of one card, in ``day`` as a Julian day with its fraction."""

    gpu_id: int
    listing: int  # the first listing of the goods, so that relists are one
    kind: str
    condition: str
    usd: int
    shipping: float | None  # as a share of the price, None where unknown
    day: float


def price_rows(conn: Connection, since: date, until: date, conditions: Sequence[str]) -> Iterator[PriceRow]:
    """Yield the prices (no bids) with ``since`` <= day < ``until`` that enter the statistics and are known in dollars.

    A card with very many is thinned by the keys of its listings, which is a fair draw and the same one
    every time.
    """
    recent = max(since, until - timedelta(days=RECENT_DAYS))
    yield from _span(conn, recent, until, conditions, MOST_RECENT)
    yield from _span(conn, since, recent, conditions, MOST_OLDER)


def _span(conn: Connection, since: date, until: date, conditions: Sequence[str], most: int) -> Iterator[PriceRow]:
    span = {"since": _day(conn, since), "until": _day(conn, until)}
    counted = conn.execute(
        text(
            "SELECT gpu_id, count(*) FROM observation"
            " WHERE counts_from >= :since AND counts_from < :until GROUP BY gpu_id"
        ),
        span,
    )
    every = {gpu_id: _thinning(n, most) for gpu_id, n in counted}
    query = _query(conn)
    if all(step == 1 for step in every.values()):
        yield from _rows(conn, f"{query} AND day >= :since AND day < :until", span, conditions)
        return
    for gpu_id, step in sorted(every.items()):
        part = "" if step == 1 else f" AND coalesce(relist_of, listing_id) % {step} = 0"
        sql = f"{query} AND gpu_id = :gpu AND counts_from >= :since AND counts_from < :until{part}"
        yield from _rows(conn, sql, span | {"gpu": gpu_id}, conditions)


def _thinning(n: int, most: int) -> int:
    step = 1
    while n > step * most:
        step *= 2
    return step


def _query(conn: Connection) -> str:
    day = "julianday(observed_at)"
    if conn.dialect.name == "postgresql":
        day = "extract(epoch FROM observed_at)::float8 / 86400 + 2440587.5"
    share = "CAST(shipping_minor AS float) / unit_price"
    return (
        f"SELECT gpu_id, coalesce(relist_of, listing_id), kind, condition, usd, {share}, {day} FROM observation"  # noqa: S608
        " WHERE counts_from IS NOT NULL AND kind <> 'bid' AND usd > 0 AND unit_price > 0 AND condition IN :conditions"
    )


def _rows(conn: Connection, sql: str, bound: dict[str, Any], conditions: Sequence[str]) -> Iterator[PriceRow]:
    statement = text(sql).bindparams(bindparam("conditions", expanding=True))
    yield from map(PriceRow._make, conn.execute(statement, bound | {"conditions": list(conditions)}))


def _day(conn: Connection, day: date) -> date | str:
    return day.isoformat() if conn.dialect.name == "sqlite" else day


def cards_seen(conn: Connection, until: date) -> list[int]:
    """Return ids of the cards with any price that counts before ``until``, bids too."""
    found = conn.execute(
        text(
            "SELECT id FROM gpu WHERE EXISTS"
            " (SELECT 1 FROM observation WHERE gpu_id = gpu.id AND counts_from < :until) ORDER BY id"
        ),
        {"until": _day(conn, until)},
    )
    return list(found.scalars())


def stored_values(conn: Connection, condition: str, day: date, method_version: int) -> list[Any]:
    """Return the ``fair_value`` rows of one day that this method computed, by card; empty where there are none."""
    query = select(_fair).where(
        _fair.c.condition == condition, _fair.c.day == day, _fair.c.method_version == method_version
    )
    return list(conn.execute(query.order_by(_fair.c.gpu_id)))


def values_of_card(conn: Connection, gpu_id: int, condition: str, since: date, until: date) -> list[Any]:
    """Return the stored ``fair_value`` rows of one card with ``since`` <= day <= ``until``, by day."""
    query = select(_fair).where(_fair.c.gpu_id == gpu_id, _fair.c.condition == condition)
    return list(conn.execute(query.where(_fair.c.day >= since, _fair.c.day <= until).order_by(_fair.c.day)))

"""Reads of one card's prices through time: the roll-up by day, and the observations that count in a time."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Date, text

#: A row of ``daily_price``: day, kind, condition, currency, n, min, p25, median, p75, max (minor units).
DailyRow = tuple[date, str, str, str, int, int, int, int, int, int]


class CountedPrice(NamedTuple):
    """An observation that enters the statistics, with the days that it counts on."""

    id: int
    listing: int
    root: int  # the first listing of the goods: another one where this is a relist
    offer_id: int
    kind: str
    condition: str
    currency: str
    unit_price: int
    first: date
    last: date


def _in(name: str, values: Sequence[str], bound: dict[str, Any]) -> str:
    bound.update((f"{name}{place}", value) for place, value in enumerate(values))
    return f" AND {name} IN ({', '.join(f':{name}{place}' for place in range(len(values)))})"


def _bound(conn: Connection, gpu_id: int, since: date, until: date) -> dict[str, Any]:
    as_text = conn.dialect.name == "sqlite"
    return {
        "gpu": gpu_id,
        "since": since.isoformat() if as_text else since,
        "until": until.isoformat() if as_text else until,
    }


@lru_cache(maxsize=1 << 13)
def _date(day: str) -> date:
    return date.fromisoformat(day)


def daily_prices(
    conn: Connection,
    gpu_id: int,
    since: date,
    until: date,
    kinds: Sequence[str],
    conditions: Sequence[str],
    currency: str | None = None,
) -> list[DailyRow]:
    """Return the roll-up of a card from ``since`` to ``until`` inclusive, by day, kind, condition, currency."""
    bound = _bound(conn, gpu_id, since, until)
    where = _in("kind", kinds, bound) + _in("condition", conditions, bound)
    if currency is not None:
        where += _in("currency", [currency], bound)
    rows: Any = conn.execute(
        text(
            "SELECT day, kind, condition, currency, n, min, p25, median, p75, max FROM daily_price"  # noqa: S608
            f" WHERE gpu_id = :gpu AND day BETWEEN :since AND :until{where}"
            " ORDER BY kind, condition, currency, day"
        ),
        bound,
    ).cursor.fetchall()
    # The database reads them in that order; merging the few series is cheaper here than sorting there.
    rows.sort(key=itemgetter(0))
    if conn.dialect.name == "sqlite":
        return [
            (_date(day), kind, condition, currency, n, low, p25, median, p75, high)
            for day, kind, condition, currency, n, low, p25, median, p75, high in rows
        ]
    return cast(list[DailyRow], rows)


def counted_prices(
    conn: Connection,
    gpu_id: int,
    since: date,
    until: date,
    kinds: Sequence[str],
    conditions: Sequence[str],
    currency: str | None = None,
) -> list[CountedPrice]:
    """Return the observations of a card that count on a day from ``since`` to ``until`` inclusive, in time order."""
    bound = _bound(conn, gpu_id, since, until)
    where = _in("kind", kinds, bound) + _in("condition", conditions, bound)
    if currency is not None:
        where += _in("currency", [currency], bound)
    rows = conn.execute(
        text(
            "SELECT id, listing_id, coalesce(relist_of, listing_id), offer_id, kind, condition, currency, unit_price,"  # noqa: S608
            " counts_from, counts_until FROM observation"
            f" WHERE gpu_id = :gpu AND counts_from <= :until AND counts_until >= :since{where}"
            " ORDER BY observed_at, id"
        ).columns(counts_from=Date, counts_until=Date),
        bound,
    ).all()
    return [CountedPrice._make(row) for row in rows]

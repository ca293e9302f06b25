"""Price history of one card: by day from the roll-up, by week and month from the observations themselves.

A week is not the median of its days: each listing counts once in a period, with the last price that
it showed there; sales, closes and bids count one by one. Kinds of price and currencies are never
pooled; conditions open_box, refurbished and used are, under the name ``pooled``, unless asked apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from crawlers.amounts import currency_digits
from db.history import CountedPrice, DailyRow, counted_prices, daily_prices
from db.ids import stable_id
from db.store.daily import POOLED, POOLED_CONDITIONS
from db.store.quantiles import five_numbers

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection, Engine

Period = Literal["day", "week", "month"]

KINDS = ("ask", "bid", "sold", "closed")

#: The JSON fields and the columns of the frame, in their order.
FIELDS = ("day", "kind", "condition", "n", "min", "p25", "median", "p75", "max", "currency")
_AMOUNTS = ("min", "p25", "median", "p75", "max")


class HistoryRow(NamedTuple):
    """What a card cost in one period; amounts in major units of ``currency``."""

    day: date  # the first day of the period; weeks begin on Monday
    kind: str
    condition: str
    n: int  # listings
    min: float
    p25: float
    median: float
    p75: float
    max: float
    currency: str


def history_rows(
    conn: "Connection",
    slug: str,
    *,
    since: date | None = None,
    until: date | None = None,
    kinds: Sequence[str] = KINDS,
    conditions: Sequence[str] = (POOLED,),
    by: Period = "day",
    currency: str | None = None,
    as_of: date | None = None,
) -> list[HistoryRow]:
    """Return the history of the card ``slug``, in order of period, kind, condition and currency.

    ``since`` and ``until`` are inclusive UTC days; ``as_of`` hides everything from its 00:00 UTC on.
    ``currency`` keeps prices that were quoted in it; none is converted.
    """
    first = since or date.min
    last = min(filter(None, (until, as_of - timedelta(days=1) if as_of else None)), default=date.max)
    if first > last or not kinds or not conditions:
        return []
    gpu_id = stable_id("gpu", slug)
    found: Iterable[DailyRow]
    if by == "day":
        found = daily_prices(conn, gpu_id, first, last, kinds, conditions, currency)
    else:
        wanted = {c for name in conditions for c in (POOLED_CONDITIONS if name == POOLED else (name,))}
        prices = counted_prices(conn, gpu_id, first, last, kinds, sorted(wanted), currency)
        found = by_period(prices, by, conditions, first, last)
    return _in_major_units(found)


def _in_major_units(rows: Iterable[DailyRow]) -> list[HistoryRow]:
    # A quotient by a power of ten is the float nearest to the decimal number, so it prints as one.
    units: dict[str, int] = {}
    found = []
    for day, kind, condition, currency, n, low, p25, median, p75, high in rows:
        unit = units.get(currency) or units.setdefault(currency, 10 ** currency_digits(currency))
        found.append(
            HistoryRow(
                day, kind, condition, n, low / unit, p25 / unit, median / unit, p75 / unit, high / unit, currency
            )
        )
    return found


def first_day(day: date, by: Period) -> date:
    """Return the first day of the period that ``day`` lies in."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def _next_period(day: date, by: Period) -> date | None:
    try:
        if by == "month":
            return (day + timedelta(days=31)).replace(day=1)
        return day + timedelta(days=7 if by == "week" else 1)
    except OverflowError:
        return None


def by_period(
    prices: Iterable[CountedPrice], by: Period, conditions: Sequence[str], since: date, until: date
) -> list[DailyRow]:
    """Return one row a period, kind, condition and currency; each listing counts once in it, with its last price."""
    cells: defaultdict[tuple[date, str, str, str], dict[object, int]] = defaultdict(dict)
    for key, price in _lines(prices):
        names = [name for name in conditions if price.condition == name or (name == POOLED and _pools(price))]
        period: date | None = first_day(max(price.first, since), by)
        last = min(price.last, until)
        while period is not None and period <= last:
            for name in names:
                cells[period, price.kind, name, price.currency][key] = price.unit_price
            period = _next_period(period, by)
    found: list[DailyRow] = []
    for (period, kind, condition, currency), cell in sorted(cells.items(), key=lambda item: item[0]):
        found.append((period, kind, condition, currency, *five_numbers(sorted(cell.values()))))
    return found


def _pools(price: CountedPrice) -> bool:
    return price.condition in POOLED_CONDITIONS


def _lines(prices: Iterable[CountedPrice]) -> Iterator[tuple[object, CountedPrice]]:
    """Yield prices in time order, each with what counts once: the line of goods of an ask, any other price itself.

    The line is that of the first listing of the goods: relists continue it.
    """
    places: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for price in prices:
        if price.kind != "ask":
            yield price.id, price
            continue
        mine = places[price.listing]
        yield (price.root, mine.setdefault(price.offer_id, len(mine))), price


def as_dict(row: HistoryRow) -> dict[str, Any]:
    """Return ``row`` with the fields of the JSON output, in their order; the day as YYYY-MM-DD."""
    return row._asdict() | {"day": row.day.isoformat()}


def history(
    engine: "Engine",
    sku: str,
    *,
    since: date | None = None,
    until: date | None = None,
    kind: str | Sequence[str] | None = None,
    condition: str | Sequence[str] = POOLED,
    by: Period = "day",
    currency: str | None = None,
    as_of: date | None = None,
) -> "pd.DataFrame":
    """Return the price history of a card as a frame, one row a period, kind, condition and currency.

    Columns: ``day`` (datetime64, the first day of the period), ``kind``, ``condition`` and
    ``currency`` (str), ``n`` (int64, listings), ``min``, ``p25``, ``median``, ``p75`` and ``max``
    (float64, major units of the currency). ``sku`` may be typed loosely. Raises GpudealsError where
    it names no card or more than one.
    """
    from tracker.catalog.chosen import chosen

    with engine.connect() as conn:
        rows = history_rows(
            conn,
            chosen(sku).slug,
            since=since,
            until=until,
            kinds=_several(kind, KINDS),
            conditions=_several(condition, (POOLED,)),
            by=by,
            currency=currency,
            as_of=as_of,
        )
    return frame(rows)


def _several(value: str | Sequence[str] | None, otherwise: Sequence[str]) -> Sequence[str]:
    return otherwise if value is None else (value,) if isinstance(value, str) else value


def frame(rows: Sequence[HistoryRow]) -> "pd.DataFrame":
    """Return ``rows`` as a frame with the columns of ``history``, also where there are none."""
    import pandas as pd

    found = pd.DataFrame(rows, columns=list(FIELDS))
    types = {"day": "datetime64[s]", "n": "int64"} | dict.fromkeys(_AMOUNTS, "float64")
    return found.astype(types | dict.fromkeys(("kind", "condition", "currency"), "str"))

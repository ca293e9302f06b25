"""``daily_price``: what each card cost on each day, counted anew for the days that a change touched.

Whoever changes observations marks the days in ``daily_todo`` within the same transaction; settling
counts them, a few cards a transaction. A process killed in between leaves its marks to the next one.
Memory holds one card at a time: the prices of single days come grouped by day from the covering
index, and asks that stand longer enter one sweep over the days.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, text

from db.store.quantiles import Five, five_numbers
from db.store.sql import lock_writers
from db.store.valuation import drop_values

#: Conditions that count together by default; new stands apart, and parts never count.
POOLED_CONDITIONS = ("open_box", "refurbished", "used")
POOLED = "pooled"

#: Marks the whole history of a card.
EVER = (date(1, 1, 1), date(9999, 12, 31))

#: Marked days that lie closer than this are counted in one sweep: cheaper than two.
_GAP_DAYS = 31

#: Other writers wait for so many rows, a fraction of a second.
_ROWS_A_TRANSACTION = 20_000

#: kind, condition, currency: what is never mixed.
Key = tuple[str, str, str]


#: A price that stands on every day from the first to the last, as ordinals.
Standing = tuple[int, int, int]

#: Day as ordinal, and the five numbers of that day.
DayRow = tuple[int, Five]


def days_of(single: Mapping[int, list[int]], standing: Sequence[Standing]) -> list[DayRow]:
    """Return (day, five numbers) for each day with a price, ascending; days are ordinals.

    ``single`` gives the prices that count on one day only, by day; ``standing`` those that count on
    several, as (first, last, price), sorted.
    """
    if not standing:
        return [(day, five_numbers(sorted(single[day]))) for day in sorted(single)]
    days: list[DayRow] = []
    active: list[int] = []  # the prices that stand, sorted
    ends: defaultdict[int, list[int]] = defaultdict(list)
    starts = iter(standing)
    start = next(starts, None)
    singles = iter([*sorted(single), _NEVER])
    alone = next(singles)
    unchanged: Five | None = None
    day = 0
    while active or start is not None or alone != _NEVER:
        day = day + 1 if active else min(alone, start[0] if start else _NEVER)
        if day in ends:
            for price in ends.pop(day):
                del active[bisect_left(active, price)]
            unchanged = None
        while start is not None and start[0] <= day:
            insort(active, start[2])
            ends[start[1] + 1].append(start[2])
            unchanged = None
            start = next(starts, None)
        if alone == day:
            days.append((day, five_numbers(sorted([*active, *single[day]]))))
            alone = next(singles)
        elif active:
            unchanged = unchanged or five_numbers(active)
            days.append((day, unchanged))
    return days


_NEVER = date.max.toordinal() + 2


def daily_rows(
    single: Mapping[Key, Mapping[int, list[int]]], standing: Mapping[Key, Sequence[Standing]]
) -> list[tuple[Key, list[DayRow]]]:
    """Return the days of each key, in order of the keys, those of pooled conditions among them."""
    rows: dict[Key, list[DayRow]] = {}
    families: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in single.keys() | standing.keys():
        rows[key] = days_of(single.get(key, {}), standing.get(key, ()))
        if key[1] in POOLED_CONDITIONS:
            families[key[0], POOLED, key[2]].append(key)
    for pooled, keys in families.items():
        if len(keys) == 1:
            rows[pooled] = rows[keys[0]]
            continue
        together: defaultdict[int, list[int]] = defaultdict(list)
        for key in keys:
            for day, prices in single.get(key, {}).items():
                together[day] += prices
        rows[pooled] = days_of(together, sorted(ask for key in keys for ask in standing.get(key, ())))
    return sorted(rows.items())


@lru_cache(maxsize=1 << 15)
def _ordinal(day: date | str) -> int:
    return (day if isinstance(day, date) else date.fromisoformat(day)).toordinal()


def _singles(conn: Connection, gpu_id: int, first: date, last: date) -> dict[Key, dict[int, list[int]]]:
    joined = "group_concat(unit_price)" if conn.dialect.name == "sqlite" else "string_agg(unit_price::text, ',')"
    rows = conn.execute(
        text(
            f"SELECT counts_from, kind, condition, currency, {joined} FROM observation"  # noqa: S608
            " WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from"
            " GROUP BY counts_from, kind, condition, currency"
        ),
        _bound(conn, gpu=gpu_id, first=first, last=last),
    )
    found: defaultdict[Key, dict[int, list[int]]] = defaultdict(dict)
    for day, kind, condition, currency, prices in rows.all():
        # One price alone comes as a number from SQLite.
        found[kind, condition, currency][_ordinal(day)] = list(map(int, str(prices).split(",")))
    return found


def _standing(conn: Connection, gpu_id: int, first: date, last: date) -> dict[Key, list[Standing]]:
    rows = conn.execute(
        text(
            "SELECT counts_from, counts_until, kind, condition, currency, unit_price FROM observation"
            " WHERE gpu_id = :gpu AND counts_until >= :first AND counts_from <= :last AND counts_until > counts_from"
        ),
        _bound(conn, gpu=gpu_id, first=first, last=last),
    )
    lowest, highest = first.toordinal(), last.toordinal()
    found: defaultdict[Key, list[Standing]] = defaultdict(list)
    for since, until, kind, condition, currency, price in rows.all():
        found[kind, condition, currency].append(
            (max(_ordinal(since), lowest), min(_ordinal(until), highest), int(price))
        )
    for asks in found.values():
        asks.sort()
    return found


def _bound(conn: Connection, **values: Any) -> dict[str, Any]:
    """Return ``values`` as the driver takes them: SQLite keeps days as text."""
    if conn.dialect.name != "sqlite":
        return values
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _recount(conn: Connection, gpu_id: int, first: date, last: date) -> int:
    conn.execute(
        text("DELETE FROM daily_price WHERE gpu_id = :gpu AND day BETWEEN :first AND :last"),
        _bound(conn, gpu=gpu_id, first=first, last=last),
    )
    singles, standing = _singles(conn, gpu_id, first, last), _standing(conn, gpu_id, first, last)
    counted = daily_rows(singles, standing)
    if conn.dialect.name == "sqlite":
        _insert_sqlite(conn, gpu_id, counted)
    else:
        _copy_postgresql(conn, gpu_id, counted)
    return sum(len(days) for _, days in counted)


_DAILY = "gpu_id, kind, condition, currency, day, n, min, p25, median, p75, max"


def _insert_sqlite(conn: Connection, gpu_id: int, counted: Sequence[tuple[Key, list[DayRow]]]) -> None:
    rows = [(gpu_id, *key, _iso(day), *five) for key, days in counted for day, five in days]
    if rows:
        marks = ",".join("?" * 11)
        conn.exec_driver_sql(f"INSERT INTO daily_price ({_DAILY}) VALUES ({marks})", rows)  # noqa: S608


def _copy_postgresql(conn: Connection, gpu_id: int, counted: Sequence[tuple[Key, list[DayRow]]]) -> None:
    cursor: Any = conn.connection.cursor()
    with cursor, cursor.copy(f"COPY daily_price ({_DAILY}) FROM STDIN") as copy:
        for key, days in counted:
            for day, five in days:
                copy.write_row((gpu_id, *key, date.fromordinal(day), *five))


@lru_cache(maxsize=1 << 15)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def mark(conn: Connection, spans: Iterable[tuple[int, date, date]]) -> None:
    """Note that the days from the first to the last of each (gpu_id, first, last) are to be counted anew.

    Fair values that rest on these days are dropped; they are computed anew when asked for.
    """
    spans = sorted(set(spans))
    if spans:
        _note(conn, spans)
        drop_values(conn, min(first for _, first, _ in spans))


def _note(conn: Connection, spans: Iterable[tuple[int, date, date]]) -> None:
    conn.execute(
        text(
            "INSERT INTO daily_todo (gpu_id, first_day, last_day) VALUES (:gpu, :first, :last) ON CONFLICT DO NOTHING"
        ),
        [_bound(conn, gpu=gpu_id, first=first, last=last) for gpu_id, first, last in spans],
    )


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + _GAP_DAYS:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _marked(conn: Connection) -> list[int]:
    return list(conn.execute(text("SELECT DISTINCT gpu_id FROM daily_todo ORDER BY gpu_id")).scalars())


def _settle_card(conn: Connection, gpu_id: int) -> int:
    rows = conn.execute(text("SELECT first_day, last_day FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})
    spans = _merged((_ordinal(first), _ordinal(last)) for first, last in rows.all())
    written = sum(_recount(conn, gpu_id, date.fromordinal(a), date.fromordinal(b)) for a, b in spans)
    conn.execute(text("DELETE FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})
    return written


def settle(conn: Connection) -> int:
    """Count all marked days within the caller's transaction; return the number of rows written."""
    return sum(_settle_card(conn, gpu_id) for gpu_id in _marked(conn))


def settle_all(engine: Engine) -> int:
    """Count all marked days, some cards in a transaction; return the number of rows written."""
    with engine.connect() as conn:
        cards = iter(_marked(conn))
    written, more = 0, True
    while more:
        with engine.begin() as conn:
            lock_writers(conn)
            pending = 0
            while pending < _ROWS_A_TRANSACTION and more:
                gpu_id = next(cards, None)
                more = gpu_id is not None
                pending += _settle_card(conn, gpu_id) if gpu_id is not None else 0
        written += pending
    return written


def rebuild_daily(engine: Engine) -> int:
    """Count the whole of ``daily_price`` anew; killed, the next settling goes on. Returns the rows written."""
    with engine.begin() as conn:
        lock_writers(conn)
        cards = conn.execute(text("SELECT id FROM gpu UNION SELECT gpu_id FROM daily_price")).scalars().all()
        if cards:
            _note(conn, [(gpu_id, *EVER) for gpu_id in cards])
    return settle_all(engine)

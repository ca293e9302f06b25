"""``daily_price``: what each card cost on each day, counted anew for the days that a change touched.

Whoever changes observations marks the days in ``daily_todo`` within the same transaction; settling
counts them, one card a transaction. A process killed in between leaves its marks to the next one.
Memory stays constant: prices of single days arrive grouped from the covering index, and only asks
that stand over a day's end are held while they stand.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

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

#: kind, condition, currency: what is never mixed.
Key = tuple[str, str, str]


class Standing(NamedTuple):
    """An ask that counts on every day from ``first`` to ``last``, as ordinals."""

    first: int
    last: int
    key: Key
    price: int


class _Active:
    """The prices that stand on the present day, sorted, by key."""

    def __init__(self) -> None:
        self.prices: defaultdict[Key, list[int]] = defaultdict(list)
        self._ends: defaultdict[int, list[tuple[Key, int]]] = defaultdict(list)

    def start(self, ask: Standing) -> None:
        insort(self.prices[ask.key], ask.price)
        self._ends[ask.last + 1].append((ask.key, ask.price))

    def end(self, day: int) -> set[Key]:
        changed = set()
        for key, price in self._ends.pop(day, ()):
            prices = self.prices[key]
            del prices[bisect_left(prices, price)]
            if not prices:
                del self.prices[key]
            changed.add(key)
        return changed


def daily_rows(
    single: Mapping[int, Mapping[Key, list[int]]] | Iterable[tuple[int, Mapping[Key, list[int]]]],
    standing: Iterable[Standing],
) -> Iterator[tuple[int, Key, Five]]:
    """Yield (day, key, five numbers) for each day with a price, days as ordinals and ascending.

    ``single`` gives the prices that count on one day only, ``standing`` the asks that count on more;
    both ascend by day. Pooled rows follow the rows that they are made of.
    """
    singles = iter(sorted(single.items()) if isinstance(single, Mapping) else single)
    starts = iter(standing)
    active = _Active()
    known: dict[Key, Five] = {}
    next_single, next_start = next(singles, None), next(starts, None)
    day = 0
    while next_single or next_start or active.prices:
        upcoming = [found[0] for found in (next_single, next_start) if found]
        day = day + 1 if active.prices else min(upcoming)
        changed = active.end(day)
        while next_start and next_start.first <= day:
            active.start(next_start)
            changed.add(next_start.key)
            next_start = next(starts, None)
        today: Mapping[Key, list[int]] = {}
        if next_single and next_single[0] == day:
            today = next_single[1]
            next_single = next(singles, None)
        yield from ((day, key, five) for key, five in _day_rows(today, active.prices, changed, known))


def _day_rows(
    today: Mapping[Key, list[int]], standing: Mapping[Key, list[int]], changed: set[Key], known: dict[Key, Five]
) -> Iterator[tuple[Key, Five]]:
    """Yield the rows of one day; ``known`` keeps those of keys that stay as they were from day to day."""
    families: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in sorted({*today, *standing}):
        if key in today:
            five = five_numbers(sorted([*standing.get(key, ()), *today[key]]))
            changed.add(key)
            known.pop(key, None)
        else:
            if key in changed or key not in known:
                known[key] = five_numbers(standing[key])
                changed.add(key)
            five = known[key]
        yield key, five
        if key[1] in POOLED_CONDITIONS:
            families[key[0], key[2]].append(key)
    for (kind, currency), keys in families.items():
        if len(keys) == 1 and keys[0] in known and keys[0] not in today:
            yield (kind, POOLED, currency), known[keys[0]]
            continue
        prices = [price for key in keys for part in (standing, today) for price in part.get(key, ())]
        yield (kind, POOLED, currency), five_numbers(sorted(prices))


def _ordinal(day: date | str) -> int:
    return (day if isinstance(day, date) else date.fromisoformat(day)).toordinal()


def _singles(conn: Connection, gpu_id: int, first: date, last: date) -> Iterator[tuple[int, dict[Key, list[int]]]]:
    joined = "group_concat(unit_price)" if conn.dialect.name == "sqlite" else "string_agg(unit_price::text, ',')"
    rows = conn.execute(
        text(
            f"SELECT counts_from, kind, condition, currency, {joined} FROM observation"  # noqa: S608
            " WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from"
            " GROUP BY counts_from, kind, condition, currency ORDER BY counts_from"
        ),
        _bound(conn, gpu=gpu_id, first=first, last=last),
        execution_options={"stream_results": True},
    )
    present: Any = None
    prices: dict[Key, list[int]] = {}
    for day, kind, condition, currency, joined_prices in rows:
        if day != present:
            if present is not None:
                yield _ordinal(present), prices
            present, prices = day, {}
        prices[kind, condition, currency] = list(map(int, str(joined_prices).split(",")))
    if present is not None:
        yield _ordinal(present), prices


def _standing(conn: Connection, gpu_id: int, first: date, last: date) -> Iterator[Standing]:
    rows = conn.execute(
        text(
            "SELECT counts_from, counts_until, kind, condition, currency, unit_price FROM observation"
            " WHERE gpu_id = :gpu AND counts_until >= :first AND counts_from <= :last AND counts_until > counts_from"
            " ORDER BY counts_from"
        ),
        _bound(conn, gpu=gpu_id, first=first, last=last),
    )
    lowest, highest = first.toordinal(), last.toordinal()
    for since, until, kind, condition, currency, price in rows:
        yield Standing(
            max(_ordinal(since), lowest), min(_ordinal(until), highest), (kind, condition, currency), int(price)
        )


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
    rows = [(gpu_id, *key, day, *five) for day, key, five in daily_rows(singles, standing)]
    rows.sort()  # the order of the primary key
    _insert(conn, rows)
    return len(rows)


def _insert(conn: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write rows of ``daily_price`` whose fifth field is a day's ordinal, as fast as the driver can."""
    if not rows:
        return
    columns = "gpu_id, kind, condition, currency, day, n, min, p25, median, p75, max"
    days = {row[4]: date.fromordinal(row[4]) for row in rows}
    if conn.dialect.name == "sqlite":
        texts = {ordinal: day.isoformat() for ordinal, day in days.items()}
        conn.exec_driver_sql(
            f"INSERT INTO daily_price ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
            [(*row[:4], texts[row[4]], *row[5:]) for row in rows],
        )
        return
    cursor: Any = conn.connection.cursor()
    with cursor, cursor.copy(f"COPY daily_price ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row[:4], days[row[4]], *row[5:]))


def mark(conn: Connection, spans: Iterable[tuple[int, date, date]]) -> None:
    """Note that the days from the first to the last of each (gpu_id, first, last) are to be counted anew.

    Fair values that rest on these days are dropped; they are computed anew when asked for.
    """
    spans = sorted(set(spans))
    rows = [_bound(conn, gpu=gpu_id, first=first, last=last) for gpu_id, first, last in spans]
    if rows:
        conn.execute(
            text(
                "INSERT INTO daily_todo (gpu_id, first_day, last_day) VALUES (:gpu, :first, :last)"
                " ON CONFLICT DO NOTHING"
            ),
            rows,
        )
        drop_values(conn, min(first for _, first, _ in spans))


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
    """Count all marked days, one card a transaction; return the number of rows written."""
    with engine.connect() as conn:
        cards = _marked(conn)
    written = 0
    for gpu_id in cards:
        with engine.begin() as conn:
            lock_writers(conn)
            written += _settle_card(conn, gpu_id)
    return written


def rebuild_daily(engine: Engine) -> int:
    """Count the whole of ``daily_price`` anew; killed, the next settling goes on. Returns the rows written."""
    with engine.begin() as conn:
        lock_writers(conn)
        cards = conn.execute(text("SELECT id FROM gpu UNION SELECT gpu_id FROM daily_price")).scalars().all()
        mark(conn, [(gpu_id, *EVER) for gpu_id in cards])
    return settle_all(engine)

"""``daily_price``: what each card cost on each day, counted anew for the days that a change touched.

Whoever changes observations marks the days in ``daily_todo`` within the same transaction; settling
counts them, a few cards a transaction. A process killed in between leaves its marks to the next one.
Memory holds one card at a time: the prices of single days come grouped by day from the covering
index, and asks that stand longer enter one sweep over the days.
"""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Engine, text

from db.store.daily import DayRow, Key, Standing, daily_rows
from db.store.sql import chunks, lock_writers
from db.store.valuation import drop_values

#: Marks the whole history of a card.
EVER = (date(1, 1, 1), date(9999, 12, 31))

#: Marked days that lie closer than this are counted in one sweep: cheaper than two.
_GAP_DAYS = 31

#: Other writers wait for so many rows, about half a second; each transaction begins with a read not made ahead.
_ROWS_A_TRANSACTION = 60_000


@lru_cache(maxsize=1 << 15)
def _ordinal(day: date | str) -> int:
    return (day if isinstance(day, date) else date.fromisoformat(day)).toordinal()


#: One JSON text a card. As rows, a million of them would each hand Python's lock to the thread that writes and back.
_SINGLES = {
    "sqlite": """
        SELECT '[' || group_concat(line) || ']' FROM (
            SELECT '["' || counts_from || '",' || json_quote(kind) || ',' || json_quote(condition) || ','
                || json_quote(currency) || ',[' || group_concat(unit_price) || ']]' AS line
            FROM observation
            WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from
            GROUP BY counts_from, kind, condition, currency) AS days""",
    "postgresql": """
        SELECT json_agg(json_build_array(counts_from, kind, condition, currency, prices))::text FROM (
            SELECT counts_from, kind, condition, currency, json_agg(unit_price) AS prices
            FROM observation
            WHERE gpu_id = :gpu AND counts_from BETWEEN :first AND :last AND counts_until = counts_from
            GROUP BY counts_from, kind, condition, currency) AS days""",
}
_STANDING = {
    "sqlite": "SELECT json_group_array(json_array(counts_from, counts_until, kind, condition, currency, unit_price))",
    "postgresql": "SELECT json_agg(json_build_array("
    "counts_from, counts_until, kind, condition, currency, unit_price))::text",
}


def _json_rows(conn: Connection, query: str, gpu_id: int, first: date, last: date) -> list[list[Any]]:
    found = conn.execute(text(query), _bound(conn, gpu=gpu_id, first=first, last=last)).scalar_one()
    rows: list[list[Any]] = json.loads(found or "[]")
    return rows


def _singles(conn: Connection, gpu_id: int, first: date, last: date) -> dict[Key, dict[int, list[int]]]:
    found: defaultdict[Key, dict[int, list[int]]] = defaultdict(dict)
    for day, kind, condition, currency, prices in _json_rows(conn, _SINGLES[conn.dialect.name], gpu_id, first, last):
        found[kind, condition, currency][_ordinal(day)] = prices
    return found


def _standing(conn: Connection, gpu_id: int, first: date, last: date) -> dict[Key, list[Standing]]:
    query = (
        _STANDING[conn.dialect.name] + " FROM observation WHERE gpu_id = :gpu"
        " AND counts_until >= :first AND counts_from <= :last AND counts_until > counts_from"
    )
    lowest, highest = first.toordinal(), last.toordinal()
    found: defaultdict[Key, list[Standing]] = defaultdict(list)
    for since, until, kind, condition, currency, price in _json_rows(conn, query, gpu_id, first, last):
        found[kind, condition, currency].append((max(_ordinal(since), lowest), min(_ordinal(until), highest), price))
    for asks in found.values():
        asks.sort()
    return found


def _bound(conn: Connection, **values: Any) -> dict[str, Any]:
    """Return ``values`` as the driver takes them: SQLite keeps days as text."""
    if conn.dialect.name != "sqlite":
        return values
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


#: The days that are counted anew, as ordinals, and the prices that count on them.
Part = tuple[int, int, dict[Key, dict[int, list[int]]], dict[Key, list[Standing]]]


def _read_card(conn: Connection, gpu_id: int) -> list[Part]:
    """Return what the marked days of a card are counted from."""
    rows = conn.execute(text("SELECT first_day, last_day FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})
    parts: list[Part] = []
    for first, last in _merged((_ordinal(first), _ordinal(last)) for first, last in rows.all()):
        days = date.fromordinal(first), date.fromordinal(last)
        parts.append((first, last, _singles(conn, gpu_id, *days), _standing(conn, gpu_id, *days)))
    return parts


def _write_card(conn: Connection, gpu_id: int, parts: Iterable[Part]) -> int:
    """Write the days of a card anew and take its marks away; return the number of rows."""
    written = 0
    for first, last, singles, standing in parts:
        conn.execute(
            text("DELETE FROM daily_price WHERE gpu_id = :gpu AND day BETWEEN :first AND :last"),
            _bound(conn, gpu=gpu_id, first=date.fromordinal(first), last=date.fromordinal(last)),
        )
        counted = daily_rows(singles, standing)
        if conn.dialect.name == "sqlite":
            _insert_sqlite(conn, gpu_id, counted)
        else:
            _copy_postgresql(conn, gpu_id, counted)
        written += sum(len(days) for _, days in counted)
    conn.execute(text("DELETE FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})
    return written


_DAILY = "gpu_id, kind, condition, currency, day, n, min, p25, median, p75, max"


#: Rows in one INSERT of SQLite: many in one cost two thirds of one by one, and 550 parameters no version refuses.
_ROWS_AT_ONCE = 50


def _insert_sqlite(conn: Connection, gpu_id: int, counted: Sequence[tuple[Key, list[DayRow]]]) -> None:
    rows = [(gpu_id, *key, _iso(day), *five) for key, days in counted for day, five in days]
    cursor: Any = conn.connection.cursor()
    for part in chunks(rows, _ROWS_AT_ONCE):
        marks = ",".join(["(?,?,?,?,?,?,?,?,?,?,?)"] * len(part))
        cursor.execute(f"INSERT INTO daily_price ({_DAILY}) VALUES {marks}", tuple(chain.from_iterable(part)))  # noqa: S608


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


def settle(conn: Connection) -> int:
    """Count all marked days within the caller's transaction; return the number of rows written."""
    return sum(_write_card(conn, gpu_id, _read_card(conn, gpu_id)) for gpu_id in _marked(conn))


def settle_all(engine: Engine) -> int:
    """Count all marked days, some cards in a transaction; return the number of rows written."""
    with engine.connect() as conn:
        cards = deque(_marked(conn))
    written = 0
    with ThreadPoolExecutor(1, "read-ahead") as ahead:
        while cards:
            written += _settle_some(engine, ahead, cards)
    return written


def _settle_some(engine: Engine, ahead: Executor, cards: deque[int]) -> int:
    """Count the next cards in one transaction; while one is counted and written, the next is read."""
    written = 0
    with engine.begin() as conn:
        lock_writers(conn)
        with engine.connect() as reader:  # begun under the lock: no other writer can change what it reads
            reading: Future[list[Part]] | None = ahead.submit(_read_card, reader, cards[0])
            try:
                while reading:
                    gpu_id, parts = cards.popleft(), reading.result()
                    more = cards and written < _ROWS_A_TRANSACTION
                    reading = ahead.submit(_read_card, reader, cards[0]) if more else None
                    written += _write_card(conn, gpu_id, parts)
            finally:
                wait([reading] if reading else [])
    return written


def rebuild_daily(engine: Engine) -> int:
    """Count the whole of ``daily_price`` anew; killed, the next settling goes on. Returns the rows written."""
    with engine.begin() as conn:
        lock_writers(conn)
        cards = conn.execute(text("SELECT id FROM gpu UNION SELECT gpu_id FROM daily_price")).scalars().all()
        if cards:
            _note(conn, [(gpu_id, *EVER) for gpu_id in cards])
    return settle_all(engine)

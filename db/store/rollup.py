"""``daily_price``: what each card cost on each day, counted anew for the days that a change touched.

Whoever changes observations marks the days (``marks``) within the same transaction; settling counts
them, a few cards a transaction. A process killed in between leaves its marks to the next one.
Memory holds one card at a time.
"""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait

from sqlalchemy import Connection, Engine, text

from db.store.counting import Prices, daily_rows
from db.store.daily_reading import read_prices
from db.store.daily_writing import insert_days
from db.store.marks import EVER, Days, bound, marked_cards, marked_days, note, unmark
from db.store.sql import lock_writers

#: Other writers wait for so many rows, about half a second; each transaction begins with a read not made ahead.
_ROWS_A_TRANSACTION = 60_000

#: The days that are counted anew, and the prices that count on them.
Part = tuple[Days, Prices]


def _read_card(conn: Connection, gpu_id: int) -> list[Part]:
    """Return what the marked days of a card are counted from."""
    return [(days, read_prices(conn, gpu_id, *days)) for days in marked_days(conn, gpu_id)]


def _write_card(conn: Connection, gpu_id: int, parts: Iterable[Part]) -> int:
    """Write the days of a card anew and take its marks away; return the number of rows."""
    written = 0
    for (first, last), prices in parts:
        conn.execute(
            text("DELETE FROM daily_price WHERE gpu_id = :gpu AND day BETWEEN :first AND :last"),
            bound(conn, gpu=gpu_id, first=first, last=last),
        )
        written += insert_days(conn, gpu_id, daily_rows(prices))
    unmark(conn, gpu_id)
    return written


def settle(conn: Connection) -> int:
    """Count all marked days within the caller's transaction; return the number of rows written."""
    return sum(_write_card(conn, gpu_id, _read_card(conn, gpu_id)) for gpu_id in marked_cards(conn))


def settle_all(engine: Engine) -> int:
    """Count all marked days, some cards in a transaction; return the number of rows written."""
    with engine.connect() as conn:
        cards = deque(marked_cards(conn))
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
            note(conn, [(gpu_id, *EVER) for gpu_id in cards])
    return settle_all(engine)

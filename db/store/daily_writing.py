"""Counted days of a card into ``daily_price``, each database the way that is fastest for it."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection

from db.store.counting import Ints
from db.store.daily import Key
from db.store.sql import chunks

_COLUMNS = "gpu_id, kind, condition, currency, day, n, min, p25, median, p75, max"

#: Rows in one INSERT of SQLite: many in one cost half of one by one, and 354 parameters no version refuses.
_ROWS_AT_ONCE = 50

#: What frames the rows of a binary COPY: signature, flags, no extension; and the end.
_HEAD, _END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
_POSTGRESQL_DAY_0 = date(2000, 1, 1).toordinal()


def insert_days(conn: Connection, gpu_id: int, counted: Sequence[tuple[Key, Ints]]) -> int:
    """Insert the days of each key, as ``daily_rows`` counted them; return how many."""
    cursor: Any = conn.connection.cursor()
    if conn.dialect.name == "sqlite":
        for key, days in counted:
            _insert_sqlite(cursor, (gpu_id, *key), days)
    elif counted:
        with cursor, cursor.copy(f"COPY daily_price ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(_HEAD)
            for key, days in counted:
                copy.write(_binary(gpu_id, key, days))
            copy.write(_END)
    return sum(len(days) for _, days in counted)


def _insert_sqlite(cursor: Any, card: tuple[int, str, str, str], days: Ints) -> None:
    day, *numbers = days.T.tolist()
    for part in chunks(zip(map(_iso, day), *numbers, strict=True), _ROWS_AT_ONCE):
        cursor.execute(_insert(len(part)), (*card, *chain.from_iterable(part)))


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insert(rows: int) -> str:
    """Return the statement that inserts so many days of a key; card and key are bound once, before them."""
    days = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * rows)
    return f"INSERT INTO daily_price ({_COLUMNS}) SELECT ?, ?, ?, ?, * FROM (VALUES {days})"  # noqa: S608


@lru_cache(maxsize=1 << 15)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _binary(gpu_id: int, key: Key, days: Ints) -> bytes:
    """Return the days as rows of a binary COPY: how many fields, and before each its length in bytes."""
    shared = [gpu_id.to_bytes(8, "big", signed=True), *(part.encode() for part in key)]
    own = [">i4", ">i4", *[">i8"] * 5]
    lead = (11).to_bytes(2, "big") + b"".join(len(part).to_bytes(4, "big") + part for part in shared)
    fields: list[tuple[str, str]] = [("lead", f"V{len(lead)}")]
    for place, kind in enumerate(own):
        fields += [(f"length{place}", ">i4"), (f"value{place}", kind)]
    rows = np.empty(len(days), dtype=fields)
    rows["lead"] = np.void(lead)
    for place, kind in enumerate(own):
        rows[f"length{place}"] = np.dtype(kind).itemsize
        rows[f"value{place}"] = days[:, place] - (_POSTGRESQL_DAY_0 if place == 0 else 0)
    return rows.tobytes()

"""Fair value of every card on a day, from prices of earlier days only: read where stored, else computed.

Without a day the value is that of now, from everything seen so far. It is stored under tomorrow,
whose 00:00 UTC is the first moment that sees all of today.
"""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from db import valuation
from db.errors import GpudealsError
from db.store.daily import POOLED, POOLED_CONDITIONS
from tracker.pricing.values import KEPT_CONDITIONS, METHOD_VERSION, WINDOW_DAYS, FairValue

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def today() -> date:
    """Return the UTC day."""
    return datetime.now(UTC).date()


def key_day(as_of: date | None) -> date:
    """Return the day under which values of ``as_of`` are stored; None is now."""
    return as_of or today() + timedelta(days=1)


def fair_values(engine: "Engine", as_of: date | None = None, condition: str = POOLED) -> list[FairValue]:
    """Return the fair value of every card with any price before ``as_of`` (00:00 UTC), else up to now; by card.

    ``condition`` is ``pooled`` (open_box, refurbished and used) or one of the five. What is not stored
    is computed, and stored where the database can be written. Raises GpudealsError for an unknown condition.
    """
    day = key_day(as_of)
    with engine.connect() as conn:
        found = _stored(conn, day, condition)
        if found:
            return found
        prices, seen = _read(conn, day, condition)
    found = _computed(prices, seen, day, condition)
    _keep(engine, prices, found, day, condition)
    return found


def values_at(conn: "Connection", day: date, condition: str = POOLED) -> list[FairValue]:
    """Return the same from a connection of the caller's, and store nothing."""
    return _stored(conn, day, condition) or _computed(*_read(conn, day, condition), day, condition)


def _stored(conn: "Connection", day: date, condition: str) -> list[FairValue]:
    rows = valuation.stored_values(conn, condition, day, METHOD_VERSION)
    return [FairValue.of_row(row) for row in rows]


def _computed(prices: list[valuation.PriceRow], seen: list[int], day: date, condition: str) -> list[FairValue]:
    # The matrices are small: threads would only wait for each other. Heeded before numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tracker.pricing.valuing import compute

    return compute(prices, seen, day, condition)


def update_fair_values(engine: "Engine", as_of: date | None = None) -> int:
    """Compute and store the values of now (or of ``as_of``) where they are missing; return how many there are.

    One transaction, so that no price can change between reading and storing.
    """
    from db.store.sql import lock_writers
    from db.store.valuation import write_values

    day, n = key_day(as_of), 0
    for condition in KEPT_CONDITIONS:
        with engine.begin() as conn:
            lock_writers(conn)
            found = _stored(conn, day, condition)
            if not found:
                found = _computed(*_read(conn, day, condition), day, condition)
                write_values(conn, condition, day, [value.row() for value in found])
            n += len(found)
    return n


def conditions_of(condition: str) -> Sequence[str]:
    """Return the conditions that ``condition`` stands for. Raises GpudealsError for one without a fair value."""
    if condition == POOLED:
        return POOLED_CONDITIONS
    if condition in ("new", "open_box", "refurbished", "used"):
        return (condition,)
    raise GpudealsError(f"{condition!r} is no condition with a fair value: pooled, new, used, open_box, refurbished")


def _read(conn: "Connection", day: date, condition: str) -> tuple[list[valuation.PriceRow], list[int]]:
    since = day - timedelta(days=WINDOW_DAYS)
    rows = list(valuation.price_rows(conn, since, day, conditions_of(condition)))
    return rows, valuation.cards_seen(conn, day)


def _keep(
    engine: "Engine", prices: list[valuation.PriceRow], found: list[FairValue], day: date, condition: str
) -> None:
    """Store the values, if the prices are still the same and the database lets us."""
    from sqlalchemy.exc import DBAPIError

    from db.store.sql import lock_writers
    from db.store.valuation import write_values

    if not found:
        return
    rows = [value.row() for value in found]
    try:
        with engine.begin() as conn:
            lock_writers(conn)
            if _digest(_read(conn, day, condition)[0]) == _digest(prices):
                write_values(conn, condition, day, rows)
    except DBAPIError:
        return  # read-only or full: the values are right all the same


def _digest(prices: list[valuation.PriceRow]) -> tuple[int, int]:
    """Return what tells two lists of prices apart, whatever their order."""
    return len(prices), sum(map(hash, prices))

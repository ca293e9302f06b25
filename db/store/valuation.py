"""Writes of fair values: those of a day as one, and away with those that a changed price may have entered."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete

from db import light
from db.store.sql import insert_rows

_fair = light.fair_value


def write_values(conn: Connection, condition: str, day: date, rows: Sequence[dict[str, Any]]) -> None:
    """Make ``rows`` all fair values of ``condition`` on ``day``."""
    conn.execute(delete(_fair).where(_fair.c.condition == condition, _fair.c.day == day))
    insert_rows(conn, _fair, list(rows))


def drop_values(conn: Connection, changed: date) -> None:
    """Drop the fair values that prices of the day ``changed`` may have entered: those of later days, of all cards.

    The market index is pooled, so a price of one card enters the values of the others too.
    """
    conn.execute(delete(_fair).where(_fair.c.day > changed))

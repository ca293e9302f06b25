"""``daily_todo``: the days whose roll-up is to be counted anew, noted by whoever changes what they are counted from."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from db.store.valuation import drop_values

#: First and last day of what is counted anew.
Days = tuple[date, date]

#: Marks the whole history of a card.
EVER: Days = (date(1, 1, 1), date(9999, 12, 31))

#: Marked days that lie closer than this are counted in one go: cheaper than two.
_GAP_DAYS = 31


def mark(conn: Connection, spans: Iterable[tuple[int, date, date]]) -> None:
    """Note that the days from the first to the last of each (gpu_id, first, last) are to be counted anew.

    Fair values that rest on these days are dropped; they are computed anew when asked for.
    """
    spans = sorted(set(spans))
    if spans:
        note(conn, spans)
        drop_values(conn, min(first for _, first, _ in spans))


def note(conn: Connection, spans: Iterable[tuple[int, date, date]]) -> None:
    """Mark the days of each (gpu_id, first, last); fair values stay."""
    conn.execute(
        text(
            "INSERT INTO daily_todo (gpu_id, first_day, last_day) VALUES (:gpu, :first, :last) ON CONFLICT DO NOTHING"
        ),
        [bound(conn, gpu=gpu_id, first=first, last=last) for gpu_id, first, last in spans],
    )


def marked_cards(conn: Connection) -> list[int]:
    """Return the cards that have marked days."""
    return list(conn.execute(text("SELECT DISTINCT gpu_id FROM daily_todo ORDER BY gpu_id")).scalars())


def marked_days(conn: Connection, gpu_id: int) -> list[Days]:
    """Return the marked days of a card, ascending."""
    rows = conn.execute(text("SELECT first_day, last_day FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})
    return merged((_date(first), _date(last)) for first, last in rows.all())


def unmark(conn: Connection, gpu_id: int) -> None:
    """Take the marks of a card away."""
    conn.execute(text("DELETE FROM daily_todo WHERE gpu_id = :gpu"), {"gpu": gpu_id})


def merged(spans: Iterable[Days]) -> list[Days]:
    """Return the same days in fewer spans."""
    found: list[Days] = []
    for first, last in sorted(spans):
        if found and first.toordinal() <= found[-1][1].toordinal() + _GAP_DAYS:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def bound(conn: Connection, **values: Any) -> dict[str, Any]:
    """Return ``values`` as the driver takes them: SQLite keeps days as text."""
    if conn.dialect.name != "sqlite":
        return values
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)

"""What one card is worth on a day, as it is stored and shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.store.daily import POOLED

#: Raised whenever the same prices give other values; stored values of older methods are not used.
METHOD_VERSION = 3
FEWEST_EFFECTIVE = 5.0
WEEKS = 26  # of which the value is kept, to draw
WINDOW_DAYS = 365  # prices older than this say nothing; also in tracker.pricing.estimator.timegrid
#: What values are kept for after each ingest; others are computed when asked for.
KEPT_CONDITIONS = (POOLED, "new")


@dataclass(frozen=True, slots=True, kw_only=True)
class FairValue:
    """What one card is worth; US dollars. ``value`` is None where it is withheld, and ``reason`` says why.

    ``kind`` says which prices it rests on (``mixed``: combined through the measured gap), ``n`` counts
    their listings, ``n_effective`` is Kish's, ``trend_30`` is the relative change over 30 days.
    """

    gpu_id: int
    condition: str
    day: date
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    n_effective: float = 0.0
    kind: str | None = None
    reason: str | None = None
    trend_30: float | None = None
    trend_90: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def weekly(self, weeks: int) -> tuple[float | None, ...]:
        """Return the value in US dollars of the last weeks, oldest first; None where the card had no price yet."""
        path = self.facts.get("weekly", []) if self.value is not None else []
        return tuple(path[:weeks][::-1])

    def row(self) -> dict[str, Any]:
        """Return it as a row of the table, amounts in cents."""
        row = {name: getattr(self, name) for name in _SAME} | {name: _cents(getattr(self, name)) for name in _AMOUNTS}
        return row | {"method_version": METHOD_VERSION, "facts": dict(self.facts)}

    @classmethod
    def of_row(cls, row: Any) -> "FairValue":
        """Return the value that a row of the table holds."""
        columns: dict[str, Any] = {name: getattr(row, name) for name in (*_SAME, "facts")}
        for name in _AMOUNTS:
            cents = getattr(row, name)
            columns[name] = None if cents is None else cents / 100
        return cls(**columns)


_AMOUNTS = ("value", "low", "high")
_SAME = ("gpu_id", "condition", "day", "n", "n_effective", "kind", "reason", "trend_30", "trend_90")


def _cents(amount: float | None) -> int | None:
    return None if amount is None else round(amount * 100)

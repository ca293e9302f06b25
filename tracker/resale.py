"""What a card may still fetch later: an interval from declines that were measured, never one number.

Constant rates forecast badly (median error 29 % over a year at 28.5 % a year, measured on the same
prices), so the outlook names the regime that the market is in and spans what cards did in it.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: A market that loses more than this in a year, at the pace of its last 90 days, is in a crash.
CRASH_BEYOND = 0.5
HORIZONS_MONTHS = (6, 12, 24)


@dataclass(frozen=True, slots=True)
class Decline:
    """Shares of its price that a card lost in a year: one of ten lost less than ``p10``, one more than ``p90``."""

    regime: str
    p10: float
    p50: float
    p90: float
    source: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """Shares of today's value that are left after ``months``: 80 % of cards in this regime kept low to high."""

    months: int
    low: float
    median: float
    high: float


@cache
def declines() -> dict[str, Decline]:
    """Return the measured declines by regime, from resale.csv."""
    text = (files("tracker") / "resale.csv").read_text(encoding="utf-8")
    return {row["regime"]: _decline(row) for row in csv.DictReader(text.splitlines())}


def _decline(row: dict[str, str]) -> Decline:
    p10, p50, p90 = (float(row[f"annual_decline_{name}"]) for name in ("p10", "p50", "p90"))
    return Decline(row["regime"], p10, p50, p90, f"{row['source']}, {row['span']}, {row['cards']} cards")


def regime(trend_90: float | None) -> str:
    """Return the regime for a relative change over 90 days: crash, calm, or unknown without one."""
    if trend_90 is None:
        return "unknown"
    annual = 1 - max(1 + trend_90, 0.0) ** (365 / 90)
    return "crash" if annual > CRASH_BEYOND else "calm"


def outlooks(decline: Decline) -> tuple[Outlook, ...]:
    """Return the outlook for each horizon: (1 - annual decline) ^ years."""
    found = []
    for months in HORIZONS_MONTHS:
        low, median, high = (round((1 - lost) ** (months / 12), 3) for lost in (decline.p90, decline.p50, decline.p10))
        found.append(Outlook(months, low, median, high))
    return tuple(found)

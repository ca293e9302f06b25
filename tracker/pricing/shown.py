"""Which listings are still live, and may be shown by the policy of their source."""

from datetime import date, datetime, timedelta
from typing import Any

from crawlers.settings import Policy, source_policy
from crawlers.source import source_of
from tracker.pricing.currency import Rates

#: How long after its last sighting an offer is taken for live: files are saved by hand, crawls come by themselves.
LIVE_IMPORT = timedelta(days=14)
_LIVE_CRAWL, _LIVE_CRAWLS = timedelta(days=2), 6


class Shown:
    """Which listings are still live, and may be shown by the policy of their source."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._policies: dict[tuple[str, str], tuple[Policy, timedelta]] = {}

    def shown(self, row: Any) -> bool:
        """Return whether the listing of ``row`` was seen lately enough for both."""
        policy, live_for = self._of(row)
        age = self.now - row.last_seen
        displayed = policy.display_hours is None or age <= timedelta(hours=policy.display_hours)
        return bool(displayed and age <= live_for)

    def statistics(self, row: Any) -> bool:
        """Return whether the policy lets the listing enter what is computed and published."""
        return self._of(row)[0].statistics

    def _of(self, row: Any) -> tuple[Policy, timedelta]:
        key = (row.run_source if row.run_kind == "crawl" else row.source, row.run_kind)
        if key not in self._policies:
            self._policies[key] = (source_policy(*key), _live_for(*key))
        return self._policies[key]


def _live_for(name: str, kind: str) -> timedelta:
    source = source_of(name) if kind == "crawl" else None
    return LIVE_IMPORT if source is None else max(_LIVE_CRAWL, _LIVE_CRAWLS * timedelta(minutes=source.interval()))


def dollars(table: Rates, minor: int, currency: str | None, day: date) -> float | None:
    """Return minor units of ``currency`` in US dollars at the rate of ``day``, None where none is known."""
    if currency == "USD":
        return minor / 100
    found = table.usd(minor, currency, day) if currency else None
    return None if found is None else found.cents / 100

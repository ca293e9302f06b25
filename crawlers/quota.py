"""The day's allowance of calls, kept in the database so that no restart forgets what was spent."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")  # eBay's quotas start anew at midnight there


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often something may be asked in a day of the market."""

    resource: str
    daily: int  # calls
    reserve: float = 0.0  # share that only re-checks may use
    zone: ZoneInfo = PACIFIC

    def day(self, now: datetime) -> str:
        """Return the market's day at ``now``, such as 2026-11-24."""
        return now.astimezone(self.zone).date().isoformat()

    def limit(self, *, reserved: bool) -> int:
        """Return the calls of a day, with the reserve or without it."""
        return self.daily if reserved else self.daily - ceil(self.daily * self.reserve)

    def resets_at(self, now: datetime) -> datetime:
        """Return the next midnight of the market, in UTC; days of 23 and 25 hours count as they are."""
        tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), self.zone).astimezone(UTC)

    def share(self, now: datetime, used: int, every: int) -> int:
        """Return the calls that one run may spend so that those to come today, ``every`` minutes, have some too."""
        rest = max(0, self.limit(reserved=False) - used)
        minutes = (self.resets_at(now) - now).total_seconds() / 60
        return ceil(rest / max(1, ceil(minutes / every)))

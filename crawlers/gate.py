"""The gate before every call: is the market waiting, is the day's allowance spent, is it too soon?

All three are kept in the database, in one transaction a call, so that neither a restart nor a second
process forgets them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from crawlers.politeness import LONGEST_HOLD, retry_at
from crawlers.quota import Allowance
from crawlers.stopping import CrawlError
from db import store
from db.crawls import get_cursor

#: Calls are spaced a little wider than asked, since each takes its own time to arrive.
MARGIN = 1.02


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Gate:
    """What one host may be asked, and when."""

    def __init__(
        self,
        engine: Engine,
        source: str,
        host: str,
        *,
        per_minute: float = 0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._source = source
        self._now = now
        self._interval = timedelta(seconds=60 / per_minute * MARGIN) if per_minute else timedelta(0)
        self._hold = f"hold {host}"
        self._next = f"next {host}"
        self.host = host
        self.calls = 0

    def reserve(self, allowance: Allowance | None = None, *, reserved: bool = False) -> float:
        """Take one call and return the seconds to wait before making it.

        ``reserved`` opens the part of the day's allowance that is kept for re-checks. Raises CrawlError
        where the market asked to wait or the allowance is spent; then nothing was taken.
        """
        now = self._now()
        with self._engine.begin() as connection:
            until = self._held_until(connection, now)
            if until is not None:
                raise self.stopped(until)
            if allowance is not None:
                limit = allowance.limit(reserved=reserved)
                if not store.spend(connection, self._source, allowance.resource, allowance.day(now), limit=limit):
                    raise CrawlError(
                        "quota",
                        f"the {limit:,} calls of the day ({allowance.resource}) are spent; "
                        f"they start anew at {allowance.resets_at(now):%Y-%m-%d %H:%M} UTC",
                    )
            wait = self._pace(connection, now)
        self.calls += 1
        return wait

    def held_until(self) -> datetime | None:
        """Return the moment before which the host wants to hear nothing, None where there is none."""
        with self._engine.connect() as connection:
            return self._held_until(connection, self._now())

    def hold(self, retry_after: str | None) -> datetime:
        """Remember that the host asked to wait, and return until when."""
        now = self._now()
        until = retry_at(retry_after, now)
        with self._engine.begin() as connection:
            held = self._held_until(connection, now)
            until = max(until, held) if held else until
            store.set_cursor(connection, self._source, self._hold, until.isoformat(), now=now)
        return until

    def stopped(self, until: datetime) -> CrawlError:
        """Return the end of a crawl whose market asked to wait until then."""
        return CrawlError("asked_to_wait", f"{self.host} asked to wait until {until:%Y-%m-%d %H:%M:%S} UTC")

    def _held_until(self, connection: Connection, now: datetime) -> datetime | None:
        until = _moment(get_cursor(connection, self._source, self._hold))
        if until is None or until <= now:
            return None
        return min(until, now + LONGEST_HOLD)  # the clock may have been set back

    def _pace(self, connection: Connection, now: datetime) -> float:
        if not self._interval:
            return 0.0
        slot = _moment(get_cursor(connection, self._source, self._next)) or now
        if slot > now + 200 * self._interval:  # nobody queues for so long: the clock was set back
            slot = now
        slot = max(slot, now)
        store.set_cursor(connection, self._source, self._next, (slot + self._interval).isoformat(), now=now)
        return (slot - now).total_seconds()


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

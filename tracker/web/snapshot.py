"""What the pages show, read once and kept until the database says something new.

Judging every live offer takes longer than a page may; so one thread does it whenever a run ended, and
every reader gets the last finished result at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine, func, select

from db import light
from db.engine import open_engine
from tracker.pricing.offers import LiveOffer, live_offers
from tracker.pricing.ranking import MarketRow, market_rows

T = TypeVar("T")

#: Offers come of age by themselves (display policies), so even a quiet database is read again.
LONGEST = timedelta(seconds=60)
CHECK_SECONDS = 2.0
_ANSWERS = 256


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The market and its live offers at one moment."""

    at: datetime
    version: tuple[Any, ...]
    rows: tuple[MarketRow, ...]
    offers: tuple[LiveOffer, ...]
    any_run: bool


class Snapshots:
    """Gives the present snapshot, and keeps other answers as long as the database stands still."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url, read_only=True)
        self._now: Snapshot | None = None
        self._answers: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._checked = datetime.min.replace(tzinfo=UTC)

    def version(self) -> tuple[Any, ...]:
        """Return what changes whenever a run ended or a person corrected a reading."""
        with self.engine.connect() as conn:
            runs = conn.execute(select(func.count(), func.max(light.crawl_run.c.promoted_at))).one()
            said = conn.execute(select(func.count(), func.max(light.correction.c.created_at))).one()
            rules = conn.execute(select(func.max(light.raw_listing.c.rules_version))).scalar()
            unread = conn.execute(
                select(func.count()).select_from(light.raw_listing).where(light.raw_listing.c.rules_version.is_(None))
            ).scalar()
        return (*runs, *said, rules, unread)

    def get(self) -> Snapshot:
        """Return the last snapshot at once; it is read anew beside, or here where there is none yet."""
        current = self._now
        if current is None:
            with self._reading:
                return self._now or self._read()
        now = datetime.now(UTC)
        if now - self._checked > timedelta(seconds=CHECK_SECONDS) and self._reading.acquire(blocking=False):
            self._checked = now
            threading.Thread(target=self._renew, args=(current,), daemon=True).start()
        return current

    def _renew(self, current: Snapshot) -> None:
        try:
            if self.version() != current.version or datetime.now(UTC) - current.at > LONGEST:
                self._read()
        finally:
            self._reading.release()

    def _read(self) -> Snapshot:
        now, version = datetime.now(UTC), self.version()
        rows = tuple(market_rows(self.engine, now=now))
        offers = tuple(live_offers(self.engine, now))
        self._now = Snapshot(now, version, rows, offers, bool(version[0]))
        return self._now

    def answer(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Return the answer for ``key``, made once per state of the database."""
        whole = (self.get().version, *key)
        with self._lock:
            if whole in self._answers:
                self._answers.move_to_end(whole)
                found: T = self._answers[whole]
                return found
        made = make()
        with self._lock:
            self._answers[whole] = made
            while len(self._answers) > _ANSWERS:
                self._answers.popitem(last=False)
        return made

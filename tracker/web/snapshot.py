"""What the pages show, read once and kept until the database says something new.

Judging every live offer takes longer than a page may; so it is done beside whenever something was
written, and every reader gets the last finished result at once.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from db.engine import open_engine
from db.store.daily import POOLED
from tracker.pricing.offers import LiveOffer
from tracker.pricing.ranking import MarketRow
from tracker.web.answers import Answers
from tracker.web.beside import Beside, read

T = TypeVar("T")

#: Offers come of age by themselves (display policies), so even a quiet database is read again.
LONGEST_SECONDS = 60.0
#: How often the database is asked whether something was written, and how much of the time may go into reading.
CHECK_SECONDS = 2.0
_SHARE_OF_TIME = 0.25
#: How long a new snapshot waits at most for the answers that are asked for all the time.
_AHEAD_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The market and its live offers at one moment, with the answers that were made of them."""

    at: datetime
    version: Any
    rows: tuple[MarketRow, ...]
    offers: tuple[LiveOffer, ...]
    engine: Engine
    ask: Callable[[dict[str, Any]], list[Any]]
    answers: "Answers[Snapshot]" = field(default_factory=Answers)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return not self.rows and not self.offers

    def answer(self, key: tuple[Any, ...], make: "Callable[[Snapshot], T]", *, ahead: bool = True) -> T:
        """Return the answer for ``key``, made once of this snapshot; see :meth:`Answers.get`."""
        return self.answers.get(self, key, make, ahead=ahead)

    def rows_of(
        self, as_of: date | None = None, condition: str = POOLED, currency: str = "USD"
    ) -> tuple[MarketRow, ...]:
        """Return the rows of the market for every card, by VRAM per dollar. Raises GpudealsError without a rate."""
        if is_usual(as_of, condition, currency):
            return self.rows
        asked = {"as_of": as_of.isoformat() if as_of else None, "condition": condition, "currency": currency}
        return self.answer(("rows", *asked.values()), lambda _: tuple(self.ask(asked)), ahead=False)


def is_usual(as_of: date | None, condition: str, currency: str) -> bool:
    """Return whether a snapshot holds these rows; others are read when they are asked for, which takes seconds."""
    return as_of is None and condition == POOLED and currency == "USD"


class Snapshots:
    """Gives the present snapshot, which keeps the answers that are made of it as long as it stands."""

    def __init__(self, url: str, *, beside: bool = False) -> None:
        self.engine: Engine = open_engine(url, read_only=True)
        self._beside = Beside(url) if beside else None
        self._watch: Connection | None = None
        self._now: Snapshot | None = None
        self._reading = threading.Lock()
        self._read_at = self._next_check = 0.0
        self.closed = False

    def close(self) -> None:
        """Let go of the database and of the process beside."""
        self.closed = True
        if self._beside is not None:
            self._beside.close()
        # A reading under way ends soon, and then lets go of its connection.
        ended = self._reading.acquire(timeout=5)
        if self._watch is not None:
            self._watch.close()
        self.engine.dispose()
        if ended:
            self._reading.release()

    def version(self) -> Any:
        """Return what changes whenever anything was written; only under the lock of reading."""
        if self._watch is None:
            self._watch = self.engine.connect()
        sqlite = self.engine.dialect.name == "sqlite"
        asked = "PRAGMA data_version" if sqlite else "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
        try:
            return self._watch.exec_driver_sql(asked).scalar()
        finally:
            self._watch.rollback()

    def get(self) -> Snapshot:
        """Return the last snapshot at once; it is read anew beside, or here where there is none yet."""
        current = self._now
        if current is None:
            with self._reading:
                return self._now or self._read()
        if time.monotonic() > self._next_check and self._reading.acquire(blocking=False):
            threading.Thread(target=self._renew, args=(current,), daemon=True).start()
        return current

    def _renew(self, current: Snapshot) -> None:
        try:
            self._next_check = time.monotonic() + CHECK_SECONDS
            if self.version() != current.version or time.monotonic() - self._read_at > LONGEST_SECONDS:
                self._read()
        except Exception:
            if self.closed:
                return
            logging.getLogger(__name__).exception("the market could not be read; the last one stays")
        finally:
            self._reading.release()

    def _read(self) -> Snapshot:
        if self.closed:
            raise RuntimeError("the server has ended")
        began, now, version = time.monotonic(), datetime.now(UTC), self.version()
        found = self._ask({"condition": POOLED, "currency": "USD", "offers": True})
        new = Snapshot(
            at=now,
            version=version,
            rows=tuple(one for one in found if isinstance(one, MarketRow)),
            offers=tuple(one for one in found if isinstance(one, LiveOffer)),
            engine=self.engine,
            ask=self._ask,
        )
        self._read_at = time.monotonic()
        self._next_check = self._read_at + max(CHECK_SECONDS, (self._read_at - began) / _SHARE_OF_TIME)
        if self._now is not None:
            new.answers.follow(new, self._now.answers, _AHEAD_SECONDS)
        self._now = new
        return new

    def _ask(self, asked: dict[str, Any]) -> list[Any]:
        return list(read(self.engine, asked)) if self._beside is None else self._beside.read(asked)

    def answer(self, key: tuple[Any, ...], make: Callable[[Snapshot], T], *, ahead: bool = True) -> T:
        """Return the answer for ``key``, made once per snapshot; see :meth:`Answers.get`."""
        return self.get().answer(key, make, ahead=ahead)

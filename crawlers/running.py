"""One run of a source while it lasts: where its pages go, and what is counted of it."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from crawlers.gate import utc_now
from crawlers.listing import RawListing, RowProblem
from crawlers.stopping import CrawlError
from crawlers.storing import revision_row
from db import store
from db.ids import stable_id
from db.store import RevisionRow
from db.store.leases import leave_lease, take_lease
from db.store.runs import run_row

logger = logging.getLogger(__name__)

#: Fields whose coverage is watched, whether or not a source requires them.
WATCHED = (
    "title",
    "body",
    "url",
    "price",
    "currency",
    "shipping",
    "condition",
    "condition_id",
    "flair",
    "country",
    "created_at",
)
_NOTHING = (None, "")
_PRICE = ("kind", "price_text", "price_minor", "price_max_minor", "buy_now_minor", "converted")


@dataclass(slots=True)
class Tally:
    """What a run met; ``as_json`` is what ``crawl_run.counters`` keeps of it for the judgement."""

    met: set[str] = field(default_factory=set)  # market:id, each listing once
    covered: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)  # answers about known listings, by what is missing
    dropped: Counter[str] = field(default_factory=Counter)  # rows in = items + sum of these + problems
    stored: Counter[str] = field(default_factory=Counter)
    searches: int = 0
    calls: int = 0
    rows: int = 0
    shown: int = 0  # listings met that were not taken away
    notes: list[str] = field(default_factory=list)  # what a person should know, though the run is whole
    rechecked: int = 0
    removed: int = 0  # listings met that were taken away
    removed_asked: int = 0  # of those asked after
    marks: dict[str, str] = field(default_factory=dict)  # cursors to move on when the run counts
    expected: int = 0
    answered: int = 0  # listings of the searches of which it is known what they gave before: ``expected``
    expecting: int = 0
    found: dict[int, int] = field(default_factory=dict)  # by search of the plan
    purge: list[int] = field(default_factory=list)  # listings that were taken away
    missing: list[int] = field(default_factory=list)  # listings asked after and not there
    truncated: list[str] = field(default_factory=list)
    proved_empty: int = 0  # searches that said themselves that there is nothing

    def meet(self, listing: RawListing) -> bool:
        """Count a row, and return whether its listing is new to this run."""
        self.rows += 1
        key = f"{listing.source}:{listing.external_id}"
        if key in self.met:
            self.dropped["repeated"] += 1
            return False
        self.met.add(key)
        if listing.state == "removed":
            self.removed += 1
            self.purge.append(stable_id(listing.source, listing.external_id))
            return True
        self.shown += 1
        for name in WATCHED:
            if getattr(listing, name) not in _NOTHING:
                self.covered[name] += 1
        return True

    def trouble(self, problems: Iterable[RowProblem]) -> None:
        """Count the rows that could not be read, by the reason."""
        for problem in problems:
            self.rows += 1
            self.problems[re.sub(r"\d+", "#", problem.reason)[:60]] += 1

    def as_json(self) -> dict[str, Any]:
        """Return the counters as plain values."""
        return {
            "items": self.shown,
            "notes": self.notes,
            "rows": self.rows,
            "searches": self.searches,
            "calls": self.calls,
            "covered": dict(self.covered),
            "problems": dict(self.problems),
            "unread": dict(self.unread),
            "dropped": dict(self.dropped),
            "stored": dict(self.stored),
            "rechecked": self.rechecked,
            "removed": self.removed,
            "removed_asked": self.removed_asked,
            "marks": self.marks,
            "expected": self.expected if self.expecting else None,
            "answered": self.answered,
            "found": {str(plan): n for plan, n in self.found.items()},
            "missing": self.missing,
            "purge": self.purge,
            "truncated": self.truncated,
            "proved_empty": self.proved_empty > 0 and self.proved_empty == self.searches,
        }


#: A run on another machine that stores no page for so long is dead; each page takes seconds, waits included.
LEASE = timedelta(minutes=30)
_RENEWED = timedelta(minutes=1)
OVERTAKEN = "it stored nothing for so long that another process took its place"


def lease_of(source: str) -> str:
    """Return the name of the lease that a run of ``source`` holds."""
    return f"crawl {source}"


@dataclass(slots=True)
class Run:
    """A run that has begun: its row, its clock, its tally, and the lease that says that it is at work."""

    engine: Engine
    source: str
    id: int
    now: Callable[[], datetime] = utc_now
    tally: Tally = field(default_factory=Tally)
    progress: Callable[[str], None] = lambda _: None
    renewed: datetime | None = None

    def renew(self, connection: Connection) -> None:
        """Say that the run is at work, once a minute. Raises CrawlError where another process took its place."""
        now = self.now()
        if self.renewed is not None and self.renewed <= now < self.renewed + _RENEWED:
            return
        if self.overtaken(connection):
            raise CrawlError("already_running", OVERTAKEN)
        seconds = LEASE.total_seconds()
        take_lease(connection, lease_of(self.source), str(self.id), seconds=seconds, now=now, dead=lambda _: True)
        self.renewed = now

    def overtaken(self, connection: Connection) -> bool:
        """Return whether another process took this one for dead and closed its run."""
        return str(run_row(connection, self.id).outcome) != "running"

    def at_work(self, _what: str = "", _read: int = 0) -> None:
        """Say that the run is at work, for one whose pages are stored by others; may be called for each page."""
        with self.engine.begin() as connection:
            self.renew(connection)

    def leave(self, connection: Connection) -> None:
        """Say that the run is over."""
        leave_lease(connection, lease_of(self.source), str(self.id), now=self.now())

    def keep(
        self, listings: Sequence[RawListing], then: Callable[[Connection], None] | None = None
    ) -> tuple[int, int, int]:
        """Store one page in one transaction, together with what ``then`` writes (how far the source was read).

        Returns how many listings were new, changed and the same. A row that this run has met already is dropped;
        of a post that was taken away nothing is stored but that it has to be purged.
        """
        now = self.now()
        met = [listing for listing in listings if self.tally.meet(listing)]
        rows = [revision_row(listing, observed_at=now) for listing in met if listing.state != "removed"]
        with self.engine.begin() as connection:
            self.renew(connection)
            stored = store.store_page(connection, self.id, rows)
            if then is not None:
                then(connection)
        self.tally.stored.update(new=stored.new, changed=stored.changed, same=stored.same)
        if stored.left_out:
            self.tally.dropped["taken_away"] += stored.left_out
        self.progress(f"{self.source}: {self.tally.searches} pages, {len(self.tally.met):,} listings")
        return stored.new, stored.changed, stored.same

    def keep_known(self, known: RevisionRow, listing: RawListing) -> None:
        """Store that a known listing was met again, seen from another side: its state and its price are news.

        What only this side shows is left out, or the listing would change at each change of sides.
        """
        seen = revision_row(listing, observed_at=self.now())
        row = replace(known, observed_at=seen.observed_at, state=seen.state, ended_at=seen.ended_at)
        if seen.state != "live":
            row = replace(row, kind=seen.kind)
        elif seen.currency == known.currency:
            row = replace(row, **{name: getattr(seen, name) for name in _PRICE})
        self.tally.meet(listing)
        with self.engine.begin() as connection:
            self.renew(connection)
            stored = store.store_page(connection, self.id, [row])
        self.tally.stored.update(new=stored.new, changed=stored.changed, same=stored.same)

    def miss(self, market: str, external_id: str) -> None:
        """Remember that a listing was asked after and that the market does not know it."""
        self.tally.missing.append(stable_id(market, external_id))

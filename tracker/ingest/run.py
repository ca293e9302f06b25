"""Read what the markets said: batches of listings, one transaction each, so that a killed process loses nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from crawlers.settings import source_policy
from db import queries
from db.crawls import get_cursor
from db.store import set_cursor, sync_gpus
from db.store.ledger import drop_cursor
from db.store.prices import forget_readings, run_kinds, unread_listings, write_readings
from db.store.rollup import rebuild_daily, settle_all
from db.store.sql import lock_writers
from tracker.catalog import Catalog, catalog
from tracker.ingest.derive import Means, derive
from tracker.ingest.rows import gpu_rows
from tracker.ingest.views import Correction, Reader
from tracker.pricing.currency import Rates, rates

#: Listings in one transaction: other writers wait for about a second at most.
BATCH = 1000

#: Where an unfinished rebuild is noted.
_REBUILD = ("tracker", "rebuild")

#: Called with the number of listings read so far.
Progress = Callable[[int], None]


@dataclass(slots=True)
class IngestCounts:
    """What became of the listings that were read: ``stored`` and ``rejected`` add up to ``read``."""

    read: int = 0
    stored: int = 0  # listings with at least one offer
    rejected: Counter[str] = field(default_factory=Counter)  # listings by their code
    offers: int = 0
    observations: int = 0
    changed: int = 0  # listings of which something else was known before
    daily_rows: int = 0  # of the roll-up, counted anew


def ingest(
    engine: Engine,
    progress: Progress | None = None,
    *,
    read: Reader | None = None,
    rules_version: int | None = None,
    cards: Catalog | None = None,
) -> IngestCounts:
    """Read the listings that the present rules have not read, and write offers, prices and the roll-up.

    Only revisions of imports and of crawls that were judged ok or accepted are read. Killed at any
    time, the next call goes on where it stopped. The rules, their version and the catalog can be
    given by tests. Raises GpudealsError for settings that contradict each other.
    """
    return _read_all(engine, progress, _rules(read, rules_version), cards or catalog(), recount=False)


def rebuild(
    engine: Engine,
    progress: Progress | None = None,
    *,
    read: Reader | None = None,
    rules_version: int | None = None,
    cards: Catalog | None = None,
) -> IngestCounts:
    """Read all listings anew and count the whole roll-up anew; corrections hold.

    Rows that come out as they were are not written, so that a rebuild without a cause changes
    nothing. Killed at any time, the next call goes on where it stopped.
    """
    with engine.begin() as conn:
        lock_writers(conn)
        if get_cursor(conn, *_REBUILD) is None:
            forget_readings(conn)
            set_cursor(conn, *_REBUILD, "under way", now=datetime.now(UTC))
    counts = _read_all(engine, progress, _rules(read, rules_version), cards or catalog(), recount=True)
    counts.daily_rows = rebuild_daily(engine)
    with engine.begin() as conn:
        drop_cursor(conn, *_REBUILD)
    return counts


def _rules(read: Reader | None, version: int | None) -> tuple[Reader, int]:
    if read is not None and version is not None:
        return read, version
    from tracker.normalize import RULES_VERSION, read_listing

    return read or read_listing, RULES_VERSION if version is None else version


def _read_all(
    engine: Engine, progress: Progress | None, rules: tuple[Reader, int], cards: Catalog, *, recount: bool
) -> IngestCounts:
    read, version = rules
    counts = IngestCounts()
    with engine.begin() as conn:
        lock_writers(conn)
        sync_gpus(conn, gpu_rows(cards))
        forget_readings(conn, version)
    policies = _Policies()
    means = Means(read, version, cards, rates(), policies.statistics)
    while True:
        with engine.begin() as conn:
            lock_writers(conn)
            if not _read_batch(conn, means, policies, counts, recount):
                break
        if progress is not None:
            progress(counts.read)
    counts.daily_rows += settle_all(engine)
    return counts


def _read_batch(conn: Connection, means: Means, policies: "_Policies", counts: IngestCounts, recount: bool) -> bool:
    listings = unread_listings(conn, BATCH)
    if not listings:
        return False
    revisions = queries.revisions_of(conn, [row.id for row in listings])
    policies.learn(conn, {revision.run_id for found in revisions.values() for revision in found})
    said = queries.corrections(conn, [(row.source, row.external_id) for row in listings])
    offers, observations = [], []
    for listing in listings:
        word = said.get((listing.source, listing.external_id))
        correction = Correction(word.action, word.value) if word else None
        derived = derive(listing, revisions[listing.id], correction, means)
        offers += derived.offers
        observations += derived.observations
        counts.read += 1
        if derived.reject is None:
            counts.stored += 1
            counts.offers += len(derived.offers)
        else:
            counts.rejected[derived.reject] += 1
    counts.observations += len(observations)
    ids = [row.id for row in listings]
    counts.changed += write_readings(
        conn, ids, offers, observations, rules_version=means.rules_version, recount=recount
    )
    return True


class _Policies:
    """Which runs may enter the statistics, by the settings of their sources."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[str, str]] = {}
        self._known: dict[tuple[str, str], bool] = {}

    def learn(self, conn: Connection, run_ids: set[int]) -> None:
        """Get to know runs that are to be asked about."""
        self._runs |= run_kinds(conn, run_ids - self._runs.keys())

    def statistics(self, market: str, run_id: int) -> bool:
        """Return whether what the run fetched from ``market`` counts."""
        source, kind = self._runs[run_id]
        # A file brings listings of many markets; a crawl answers for its own source.
        key = (source if kind == "crawl" else market, kind)
        if key not in self._known:
            self._known[key] = source_policy(*key).statistics
        return self._known[key]


__all__ = ["BATCH", "IngestCounts", "Progress", "Rates", "ingest", "rebuild"]

"""What one crawl of eBay's Browse API has to do: which searches, which known items, with how many calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.quota import Allowance
from crawlers.running import Run
from crawlers.settings import EbaySection
from crawlers.source import Source
from crawlers.stopping import CrawlError
from db.crawls import calls_spent, newest_revisions, round_began, searches_due, stale_listings
from db.store import RevisionRow

RECHECKS = 0.2  # share of a run's calls that asks after known items


@dataclass(slots=True)
class Search:
    """One search of the plan under way."""

    plan_id: int
    market: str
    query: str
    before: int | None  # listings that it gave last time
    ids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Work:
    """What one run has to do: searches, least recently made first, and items to ask after."""

    searches: Sequence[Search]
    items: Sequence[RevisionRow]
    calls: int


def allowances(settings: EbaySection) -> tuple[Allowance, Allowance]:
    """Return the day's calls of the Browse API, and of token requests."""
    return (
        Allowance("browse", settings.daily_calls, settings.reserve),
        Allowance("token", settings.daily_tokens),
    )


def plan_work(run: Run, source: Source, settings: EbaySection) -> Work:
    """Return what this run has to do. Raises CrawlError where nothing is planned."""
    now = run.now()
    browse, _ = allowances(settings)
    with run.engine.connect() as connection:
        rows = searches_due(connection, source.name, now)
        used = calls_spent(connection, source.name, browse.resource, browse.day(now))
        began = round_began(connection, source.name)
        calls = settings.calls_per_run or browse.share(now, used, source.interval())
        stale = stale_listings(connection, ("ebay",), began, max(1, int(calls * RECHECKS))) if began and calls else ()
        known = newest_revisions(connection, [row.id for row in stale])
    if not rows and not stale:
        raise CrawlError("idle", "no search is due")
    searches = [Search(row.id, row.market, row.query, row.last_found) for row in rows]
    return Work(searches, [known[row.id] for row in stale if row.id in known], calls)

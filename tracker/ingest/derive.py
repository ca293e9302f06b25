"""One listing, from its revisions to its offers and prices; pure, so that a rebuild gives the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tracker.catalog import Catalog
from tracker.ingest.codes import NOTHING, REMOVED
from tracker.ingest.lines import Line
from tracker.ingest.reading import Lines, closed_by_seller, read_revision
from tracker.ingest.rows import observation_rows, offer_rows, reject_row
from tracker.ingest.views import Correction, Listing, Reader, Revision
from tracker.pricing.currency import Rates
from tracker.pricing.observations import Observation, Seen, observations


class StoredRevision(Revision, Protocol):
    """A revision with the run that brought it."""

    run_id: int


@dataclass(frozen=True, slots=True)
class Means:
    """All that a reading depends on beside the listing itself."""

    read: Reader
    rules_version: int
    catalog: Catalog
    rates: Rates
    statistics: Callable[[str, int], bool]  # market and run: may what the run fetched enter the statistics


@dataclass(frozen=True, slots=True)
class Derived:
    """Everything that follows from one listing; ``reject`` is None where it has offers."""

    offers: list[dict[str, Any]]
    observations: list[dict[str, Any]]
    reject: str | None


def derive(
    listing: Listing, revisions: Sequence[StoredRevision], correction: Correction | None, means: Means
) -> Derived:
    """Return what follows from a listing whose revisions that count are given oldest first."""
    newest = revisions[-1]
    if newest.state == "removed":
        return Derived([reject_row(listing.id, newest.id, REMOVED, means.rules_version)], [], REMOVED)
    history = [(rev, read_revision(listing, rev, correction, means.read, means.catalog)) for rev in revisions]
    prices = observations(_seen(listing, rev, lines, means) for rev, lines in history)
    rows = observation_rows(listing.id, listing.source, prices, means.rates)
    lines, reject = _newest(listing, history)
    if not lines:
        code = reject or NOTHING
        return Derived([reject_row(listing.id, newest.id, code, means.rules_version)], rows, code)
    return Derived(offer_rows(listing.id, newest.id, lines, prices, means.rules_version), rows, None)


def _seen(listing: Listing, revision: StoredRevision, lines: Lines, means: Means) -> Seen:
    stated = revision.seen_as == "csv"
    return Seen(
        revision_id=revision.id,
        observed_at=revision.observed_at,
        seen_until=revision.seen_until,
        lines=lines.lines,
        statistics=means.statistics(listing.source, revision.run_id),
        closed=closed_by_seller(listing.source, revision) and not stated,
        # The title of a row of a price file is the name of the card: equal titles say nothing.
        title_key=None if stated else title_key(revision.title),
        sold_at=revision.ended_at if revision.kind == "sold" else None,
    )


def title_key(title: str) -> str | None:
    """Return what two titles have in common that differ in blanks and letter case only, None for an empty one."""
    return " ".join(title.casefold().split()) or None


def _newest(listing: Listing, history: Sequence[tuple[StoredRevision, Lines]]) -> tuple[tuple[Line, ...], str | None]:
    """Return the lines that the listing has now, or the code why it has none.

    A post that was closed and emptied keeps the lines that it had, as sold. Rows of a price file
    name one card each, so those of one listing stand side by side.
    """
    revision, newest = history[-1]
    if revision.seen_as == "csv":
        latest = {line.offer_id: line for _, read in history for line in read.lines}
        return tuple(latest.values()), newest.reject
    if newest.lines or not closed_by_seller(listing.source, revision):
        return newest.lines, newest.reject
    before = next((read.lines for _, read in reversed(history) if read.lines), ())
    sold = (replace(line, kind="closed", status="sold", unit_price=None) for line in before)
    return tuple(sold), newest.reject


__all__ = ["Derived", "Means", "Observation", "derive", "title_key"]

"""The revision rule: what a listing's history is, given when it was seen with which content.

The history is the sequence of maximal runs of equal content, with the sightings in time order (ties
by content hash). It is a function of the *set* of sightings, so their order of arrival, repeats and
the number of importing processes make no difference.

That needs every sighting, and imports keep theirs (``between``). A crawl meets thousands of
unchanged listings every hour; of those it keeps the first and the last sighting of a run and the
last of each UTC day in between. The one limit that follows: when a file is imported later whose
content is dated between two crawls that both saw something else, the older half of the split run
ends at its last *kept* sighting, which may be earlier on that day than the last real one. The days
on which a price counts stay right, and no content, price or date is invented.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Sight = tuple[datetime, str]  # when, content hash


@dataclass(frozen=True, slots=True)
class Span:
    """A run of equal content: first and last sighting, and those kept from between (microseconds since 1970)."""

    content_hash: str
    start: datetime
    end: datetime
    between: tuple[int, ...] = ()

    @property
    def key(self) -> Sight:
        """What tells a span from the other spans of its listing."""
        return self.start, self.content_hash


def merge(known: Iterable[Span], seen: Iterable[Sight], *, keep_all: bool) -> list[Span]:
    """Return the history that follows from the history so far and new sightings, oldest first.

    ``keep_all`` keeps all sightings that fall inside of a run (imports), else the last of each day (crawls).
    """
    points: set[Sight] = set()
    kept: set[Sight] = set()
    for span in known:
        inner = {(_EPOCH + micro * _MICROSECOND, span.content_hash) for micro in span.between}
        kept |= inner
        kept.add((span.start, span.content_hash))
        points.add((span.end, span.content_hash))
    points |= kept
    points.update(seen)
    spans = []
    for content_hash, run in groupby(sorted(points), key=itemgetter(1)):
        times = [when for when, _ in run]
        between = (
            when
            for when, after in pairwise(times[1:])
            if keep_all or when.date() != after.date() or (when, content_hash) in kept
        )
        spans.append(
            Span(content_hash, times[0], times[-1], tuple((when - _EPOCH) // _MICROSECOND for when in between))
        )
    return spans

"""Where an offer stands among the prices of its card: the share that was lower, the days since one as low.

Prices are sorted once a card, so that a card with thousands of offers costs no thousands of passes.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from db.live import Rival, rivals
from db.store.daily import POOLED_CONDITIONS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_RECENT_DAYS, _HISTORY_DAYS = 90, 365
#: So many of the latest prices are kept at each place of the order; an offer's own are rarely more.
_KEPT = 4


class Standing:
    """The prices of one card that an offer is compared with; ``recent`` is the first day of the percentile."""

    def __init__(self, rivals: Sequence[Rival], day: date, recent: date) -> None:
        priced = [(rival.usd / 100 * (1 + (rival.shipping or 0.0)), rival) for rival in rivals]
        priced.sort(key=lambda pair: pair[0])
        self._prices = [price for price, _ in priced]
        self._rivals = [rival for _, rival in priced]
        self._late = [price for price, rival in priced if rival.first >= recent]
        self._day, self._recent = day, recent
        self._of: defaultdict[int, set[int]] = defaultdict(set)
        self._latest: list[tuple[int, ...]] = []  # of all up to each place, those last seen, newest first
        latest: tuple[int, ...] = ()
        for place, rival in enumerate(self._rivals):
            self._of[rival.listing].add(place)
            if rival.relist_of:
                self._of[rival.relist_of].add(place)
            latest = tuple(sorted((*latest, place), key=self._last, reverse=True)[:_KEPT])
            self._latest.append(latest)
        self._first_seen = sorted(range(len(self._rivals)), key=lambda place: self._rivals[place].first)

    def of(self, listing_id: int, asked: float) -> tuple[float | None, int | None]:
        """Return percentile among the late prices and days since a price as low, without the goods' own prices."""
        known = [self._rivals[place] for place in self._of.get(listing_id, ())]
        own = {listing_id} | {rival.relist_of for rival in known if rival.listing == listing_id and rival.relist_of}
        mine = set().union(*(self._of.get(listing, set()) for listing in own))
        if len(mine) == len(self._rivals):
            return None, None
        own_late = [self._prices[place] for place in mine if self._rivals[place].first >= self._recent]
        late = len(self._late) - len(own_late)
        lower = bisect_left(self._late, asked) - sum(price < asked for price in own_late)
        since = self._last_as_low(bisect_right(self._prices, asked), mine)
        percentile = round(100 * lower / late, 1) if late else None
        return percentile, max((self._day - timedelta(days=1) - since).days, 0)

    def _last_as_low(self, as_low: int, mine: set[int]) -> date:
        """Return the last day of a price among the ``as_low`` lowest, else the first day of any."""
        kept = self._latest[as_low - 1] if as_low else ()
        place = next((place for place in kept if place not in mine), None)
        if place is None and as_low > len(kept):
            place = max((place for place in range(as_low) if place not in mine), key=self._last, default=None)
        if place is not None:
            return self._last(place)
        return self._rivals[next(place for place in self._first_seen if place not in mine)].first

    def _last(self, place: int) -> date:
        return self._rivals[place].last


class Standings:
    """The standings of many offers on one day; a card's other prices are read when the first of its offers asks."""

    def __init__(self, conn: "Connection", day: date) -> None:
        self._conn, self._day = conn, day
        self._top: dict[tuple[int, bool], float] = {}
        self._cards: dict[tuple[int, bool], Standing] = {}

    def add(self, gpu_id: int, new: bool, asked: float) -> None:
        """Say what will be asked about: prices above all offers of a card matter to none of them."""
        self._top[gpu_id, new] = max(asked, self._top.get((gpu_id, new), 0.0))

    def of(self, gpu_id: int, new: bool, listing_id: int, asked: float) -> tuple[float | None, int | None]:
        """Return the standing of an offer of a card, new or used, for ``asked`` US dollars."""
        key = gpu_id, new
        if key not in self._cards:
            since, recent = (self._day - timedelta(days=days) for days in (_HISTORY_DAYS, _RECENT_DAYS))
            conditions = ("new",) if new else POOLED_CONDITIONS
            others = rivals(self._conn, gpu_id, since, recent, round(100 * self._top[key]), conditions)
            self._cards[key] = Standing(others, self._day, recent)
        return self._cards[key].of(listing_id, asked)

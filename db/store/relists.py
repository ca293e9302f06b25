"""On which days a price counts, and which listing repeats another one under a new id.

A seller who ends a listing and puts it up again gets a new id; whoever counts ids then sees the same
card twice. The market hides who sells, so what tells is the same title, card and price in the same
source: such an ask repeats the older one if that one still stood or had stood within the last
``RELIST_DAYS``. All its prices then carry ``relist_of``, and on each day the goods count once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from db import light
from db.store.marks import mark
from db.store.sql import chunks

#: r/hardwareswap forbids a repost within a day and eBay renews after 30; later it is another sale.
RELIST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Price:
    """What has to be known of an observation to say on which days it counts."""

    id: int
    listing_id: int
    offer_id: int
    gpu_id: int
    kind: str
    likeness: int | None
    observed_at: datetime
    seen_until: datetime
    statistics: bool
    relist_of: int | None = None
    counts_from: date | None = None
    counts_until: date | None = None

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Where it stands in time; ids decide between equal times, so that no import order matters."""
        return self.observed_at, self.offer_id, self.id


def utc_day(moment: datetime) -> date:
    """Return the UTC day of ``moment``."""
    return moment.astimezone(UTC).date()


def count_days(prices: Sequence[Price]) -> list[Price]:
    """Return ``prices`` of one offer with the days on which each counts, as if no other listing existed.

    A day counts the last price of the day: an ask ends the day before the next one begins.
    """
    counted: list[Price] = []
    next_day: date | None = None
    for price in sorted(prices, key=lambda p: p.order, reverse=True):
        if not price.statistics:
            counted.append(_on_days(price, None, None))
            continue
        first = last = utc_day(price.observed_at)
        if price.kind == "ask":
            last = utc_day(price.seen_until)
            if next_day is not None:
                last = min(last, next_day - timedelta(days=1))
            next_day = first
        counted.append(_counting(price, first, last))
    return counted[::-1]


def _counting(price: Price, first: date, last: date) -> Price:
    return _on_days(price, None, None) if first > last else _on_days(price, first, last)


def _on_days(price: Price, first: date | None, last: date | None) -> Price:
    same = price.counts_from == first and price.counts_until == last
    return price if same else replace(price, counts_from=first, counts_until=last)


def _repeating(price: Price, first_listing: int | None) -> Price:
    return price if price.relist_of == first_listing else replace(price, relist_of=first_listing)


def resolve(prices: Iterable[Price]) -> list[Price]:
    """Return ``prices``, all those of some listings, with relists recognized and days counted.

    The outcome depends on the prices alone, not on their order.
    """
    offers: defaultdict[int, list[Price]] = defaultdict(list)
    for price in prices:
        offers[price.offer_id].append(price)
    chains: defaultdict[int, list[Price]] = defaultdict(list)  # by the offer that came first
    for offer_id, root in _roots(offers).items():
        first = offers[root][0].listing_id
        relist_of = None if root == offer_id else first
        chains[root] += (_repeating(price, relist_of) for price in count_days(offers[offer_id]))
    return [price for chain in chains.values() for price in _counted_once(chain)]


def _roots(offers: dict[int, list[Price]]) -> dict[int, int]:
    """Return for each offer the offer that it repeats in the end, itself where it repeats none."""
    asks: defaultdict[int, list[Price]] = defaultdict(list)
    firsts: list[Price] = []
    for prices in offers.values():
        mine = [p for p in prices if p.kind == "ask" and p.statistics and p.likeness is not None]
        if mine:
            firsts.append(min(mine, key=lambda p: p.order))
        for ask in mine:
            asks[ask.likeness or 0].append(ask)
    roots = {offer_id: offer_id for offer_id in offers}
    for first in sorted(firsts, key=lambda p: p.order):
        older = min(
            (
                ask
                for ask in asks[first.likeness or 0]
                if ask.listing_id != first.listing_id
                and ask.order < first.order
                and utc_day(ask.seen_until) >= utc_day(first.observed_at) - timedelta(days=RELIST_DAYS)
            ),
            key=lambda p: p.order,
            default=None,
        )
        if older is not None:
            roots[first.offer_id] = roots[older.offer_id]
    return roots


def _counted_once(chain: list[Price]) -> Iterator[Price]:
    """Yield the prices of one chain of relists, where an ask counts only after those of older offers have ended."""
    covered: dict[int, date] = {}
    for price in sorted(chain, key=lambda p: p.order):
        if price.kind != "ask" or price.counts_from is None or price.counts_until is None:
            yield price
            continue
        others = [last for offer_id, last in covered.items() if offer_id != price.offer_id]
        first = max([price.counts_from, *(last + timedelta(days=1) for last in others)])
        settled = _counting(price, first, price.counts_until)
        if settled.counts_until is not None:
            covered[price.offer_id] = max(settled.counts_until, covered.get(price.offer_id, date.min))
        yield settled


def changed_days(old: Price | None, new: Price | None) -> Iterator[tuple[int, date, date]]:
    """Yield (gpu_id, first, last) for the days on which ``new`` counts and ``old`` does not, or the other way."""
    spans = [(p.gpu_id, p.counts_from, p.counts_until) for p in (old, new) if p and p.counts_from and p.counts_until]
    if len(spans) < 2 or spans[0][0] != spans[1][0] or spans[0][2] < spans[1][1] or spans[1][2] < spans[0][1]:
        yield from spans
        return
    (gpu_id, a, b), (_, c, d) = spans
    day = timedelta(days=1)
    if a != c:
        yield gpu_id, min(a, c), max(a, c) - day
    if b != d:
        yield gpu_id, min(b, d) + day, max(b, d)


_COLUMNS = [light.observation.c[name] for name in Price.__slots__]


def read_prices(conn: Connection, listing_ids: Iterable[int]) -> list[Price]:
    """Return the stored prices of these listings."""
    found: list[Price] = []
    for some in chunks(sorted(listing_ids)):
        rows = conn.execute(select(*_COLUMNS).where(light.observation.c.listing_id.in_(some)))
        found += (Price(*row) for row in rows)
    return found


def related(conn: Connection, likenesses: Iterable[int], listings: Collection[int] = ()) -> list[Price]:
    """Return the stored prices of ``listings``, and of all that asks of ``likenesses`` or of theirs can make relists.

    Directly or through others, so that what is resolved together depends on nothing else.
    """
    column = light.observation.c
    known: set[int] = set()
    found: dict[int, list[Price]] = {}
    fresh, met = set(likenesses), set(listings)
    while fresh or met:
        known |= fresh
        for some in chunks(sorted(fresh)):
            met |= set(conn.execute(select(column.listing_id).where(column.likeness.in_(some))).scalars())
        met -= found.keys()
        prices = read_prices(conn, met)
        found |= {listing_id: [] for listing_id in met}
        for price in prices:
            found[price.listing_id].append(price)
        fresh, met = {price.likeness for price in prices if price.likeness is not None} - known, set()
    return [price for prices in found.values() for price in prices]


def write_settled(conn: Connection, stored: Iterable[Price], settled: Iterable[Price]) -> int:
    """Bring ``stored`` rows to what ``settled`` says, mark the days that changed, return how many rows did."""
    after = {price.id: price for price in settled}
    changed = [(old, after[old.id]) for old in stored if after[old.id] != old]
    if changed:
        table = light.observation
        names = ("seen_until", "relist_of", "counts_from", "counts_until")
        conn.execute(
            update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names}),
            [{"row_id": new.id} | {name: getattr(new, name) for name in names} for _, new in changed],
        )
        mark(conn, (span for old, new in changed for span in changed_days(old, new)))
    return len(changed)


def settle_relists(conn: Connection, likenesses: Iterable[int]) -> int:
    """Recognize anew the relists among the stored asks of these likenesses; return how many rows changed."""
    stored = related(conn, likenesses)
    return write_settled(conn, stored, resolve(stored))

"""From how a listing read at each of its revisions to the prices that it showed.

An ask that stands unchanged is one observation, from the revision that first stated it to the last
time it was seen; a changed price, condition or shipping cost begins the next one. Bids and sales are
events. ``closed`` is the last ask of goods that the seller of a post called sold or whose post was
closed, also where the price was edited away with it; a market's own sale without a price (a best
offer accepted) stays without, since the last ask overstates it. A listing that ended or vanished
has no price from that.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from db.ids import stable_id
from db.store.relists import utc_day


class Line(Protocol):
    """What has to be known of a line of goods at one revision; see ``tracker.ingest.lines.Line``."""

    @property
    def offer_id(self) -> int:
        """Key of the offer."""

    @property
    def gpu_id(self) -> int | None:
        """Key of the card, None where it is not known exactly."""

    @property
    def kind(self) -> str | None:
        """The kind of price, None where the revision states none."""

    @property
    def condition(self) -> str:
        """One of the five conditions."""

    @property
    def currency(self) -> str | None:
        """ISO 4217 code."""

    @property
    def unit_price(self) -> int | None:
        """Price of one card in minor units."""

    @property
    def basis(self) -> str | None:
        """Whether the price was stated for each, or divided from a lot."""

    @property
    def shipping_minor(self) -> int | None:
        """Shipping of one card in minor units, None where unknown."""

    @property
    def quantity(self) -> int:
        """How many cards are on offer."""

    @property
    def counts(self) -> bool:
        """Whether the price is that of one working card of a known SKU."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One revision of a listing as it was read."""

    revision_id: int
    observed_at: datetime
    seen_until: datetime
    lines: Sequence[Line]
    statistics: bool = True  # the policy of its source lets its prices count
    closed: bool = False  # the seller closed the post
    title_key: str | None = None  # equal where two titles mean the same; None where titles are no evidence
    sold_at: datetime | None = None  # when the market says that it sold


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One price that an offer showed; columns as in ``db.models.Observation``."""

    offer_id: int
    revision_id: int
    gpu_id: int
    kind: str
    condition: str
    currency: str
    unit_price: int
    basis: str
    quantity: int
    shipping_minor: int | None
    observed_at: datetime
    seen_until: datetime
    statistics: bool
    title_key: str | None

    @property
    def id(self) -> int:
        """Its key; one offer has one price of a kind at a time."""
        return stable_id(self.offer_id, self.kind, f"{self.observed_at.timestamp():.6f}")

    @property
    def day(self) -> date:
        """UTC day of ``observed_at``."""
        return utc_day(self.observed_at)

    def states_the_same(self, other: "Observation") -> bool:
        """Return whether ``other`` repeats this price, so that the two are one that stands on."""
        return (
            replace(
                other,
                revision_id=self.revision_id,
                observed_at=self.observed_at,
                seen_until=self.seen_until,
                title_key=self.title_key,
            )
            == self
        )


def observations(history: Iterable[Seen]) -> list[Observation]:
    """Return the prices of one listing, whose revisions come in time order."""
    timeline = _Timeline()
    for seen in history:
        timeline.add(seen)
    unique = {found.id: found for found in timeline.found()}
    return sorted(unique.values(), key=lambda o: (o.observed_at, o.offer_id, o.kind))


class _Timeline:
    """The prices so far, and what the present ones are."""

    def __init__(self) -> None:
        self._done: list[Observation] = []
        self._standing: dict[int, Observation] = {}  # asks that the last revision still stated
        self._last_ask: dict[int, Observation] = {}
        self._events: dict[tuple[int, str], Observation] = {}  # the last bid or sale of an offer
        self._open: set[int] = set()  # offers of the last revision that offered anything
        self._closed: set[int] = set()

    def found(self) -> list[Observation]:
        """Return all prices, with those that still stand."""
        return [*self._done, *self._standing.values()]

    def add(self, seen: Seen) -> None:
        """Take in the next revision."""
        asked = {line.offer_id for line in seen.lines if line.kind == "ask"}
        for offer_id in self._standing.keys() - asked:
            self._done.append(self._standing.pop(offer_id))
        for line in seen.lines:
            price = _observation(seen, line)
            if line.kind == "ask":
                self._ask(line.offer_id, price)
            elif line.kind == "closed":
                self._close(seen, line.offer_id, price)
            elif price is not None:
                self._event(price, dated=seen.sold_at is not None)
        if seen.closed:
            # What stood until the post was closed and is no longer named in it was closed with it.
            named = {line.gpu_id for line in seen.lines if line.unit_price is not None}
            for offer_id in sorted(self._open & self._last_ask.keys()):
                if self._last_ask[offer_id].gpu_id not in named:
                    self._close(seen, offer_id, None)
            self._open = set()
        elif seen.lines:
            self._open = asked

    def _ask(self, offer_id: int, now: Observation | None) -> None:
        self._closed.discard(offer_id)
        before = self._standing.pop(offer_id, None)
        if before is not None and now is not None and before.states_the_same(now):
            now = replace(before, seen_until=max(before.seen_until, now.seen_until))
        elif before is not None:
            self._done.append(before)
        if now is not None:
            self._standing[offer_id] = self._last_ask[offer_id] = now

    def _close(self, seen: Seen, offer_id: int, stated: Observation | None) -> None:
        price = stated or self._last_ask.get(offer_id)
        if price is None or offer_id in self._closed:
            return
        self._closed.add(offer_id)
        self._done.append(
            replace(
                price,
                kind="closed",
                revision_id=seen.revision_id,
                observed_at=seen.observed_at,
                seen_until=seen.observed_at,
                statistics=price.statistics and seen.statistics,
                title_key=None,
            )
        )

    def _event(self, now: Observation, *, dated: bool) -> None:
        before = self._events.get((now.offer_id, now.kind))
        repeated = before is not None and before.states_the_same(now)
        # One item can sell several times, and then the market dates each sale.
        if not repeated or (now.kind == "sold" and dated and before is not None and before.day != now.day):
            self._done.append(now)
            self._events[now.offer_id, now.kind] = now


def _observation(seen: Seen, line: Line) -> Observation | None:
    if not line.counts or line.kind is None or line.gpu_id is None or line.currency is None or line.unit_price is None:
        return None
    observed_at, seen_until = seen.observed_at, seen.seen_until
    if line.kind != "ask":
        if line.kind == "sold" and seen.sold_at is not None:
            observed_at = min(seen.sold_at, observed_at)
        seen_until = observed_at
    return Observation(
        offer_id=line.offer_id,
        revision_id=seen.revision_id,
        gpu_id=line.gpu_id,
        kind=line.kind,
        condition=line.condition,
        currency=line.currency,
        unit_price=line.unit_price,
        basis="lot" if line.basis == "lot" else "each",
        quantity=line.quantity,
        shipping_minor=line.shipping_minor,
        observed_at=observed_at,
        seen_until=seen_until,
        statistics=seen.statistics,
        title_key=seen.title_key if line.kind == "ask" else None,
    )


def likenesses(source: str, found: Iterable[Observation]) -> Iterator[tuple[Observation, int | None]]:
    """Yield each price of a listing with the key that asks of the same goods under another id share.

    None where there is no telling: other kinds than asks, and listings whose titles say nothing.
    """
    places: dict[tuple[object, ...], list[int]] = {}
    for one in found:
        if one.kind != "ask" or one.title_key is None:
            yield one, None
            continue
        goods = (one.gpu_id, one.condition, one.quantity, one.currency, one.unit_price)
        alike = places.setdefault(goods, [])
        if one.offer_id not in alike:
            alike.append(one.offer_id)
        # Two lines of one post with equal goods and price are two cards: they differ by their place.
        yield one, stable_id("like", source, one.title_key, alike.index(one.offer_id), *goods)

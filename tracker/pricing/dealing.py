"""Deals: live offers far enough under fair value, chosen and ordered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.pricing.offers import LiveOffer, live_offers
from tracker.pricing.verdict import DEAL_DISCOUNT

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which offers are wanted; None asks nothing. ``every`` keeps those too that are no deals."""

    sku: str | None = None
    min_vram: float | None = None
    max_price: float | None = None  # US dollars, landed
    min_quantity: int | None = None
    region: str | None = None
    source: str | None = None
    condition: str | None = None
    every: bool = False

    def takes(self, offer: LiveOffer) -> bool:
        """Return whether ``offer`` is wanted; what is unknown of it satisfies no limit."""
        price = offer.landed if offer.landed is not None else offer.price_usd if self.every else None
        return (
            (self.every or offer.deal)
            and self.sku in (None, offer.sku)
            and (self.min_vram is None or offer.vram_gb >= self.min_vram)
            and (self.max_price is None or (price is not None and price <= self.max_price))
            and (self.min_quantity is None or offer.quantity >= self.min_quantity)
            and (self.region is None or (offer.country or "").upper() == self.region.upper())
            and (self.source is None or offer.source == self.source.lower())
            and self.condition in (None, offer.condition)
        )


def deal_rows(
    engine: "Engine",
    wanted: Wanted | None = None,
    *,
    now: datetime | None = None,
    min_discount: float = DEAL_DISCOUNT,
) -> list[LiveOffer]:
    """Return the live offers that are ``wanted`` (by default all deals), the largest discount first.

    Goods that one listing repeats under a new id are listed once, with the cheaper offer.
    """
    return chosen_offers(live_offers(engine, now or datetime.now(UTC), min_discount=min_discount), wanted or Wanted())


def chosen_offers(found: Iterable[LiveOffer], wanted: Wanted) -> list[LiveOffer]:
    """Return those of the judged offers that are wanted, goods once, the largest discount first."""
    chosen: dict[int, LiveOffer] = {}
    for offer in sorted(filter(wanted.takes, found), key=_order):
        chosen.setdefault(offer.relist_of_offer or offer.offer_id, offer)
    return sorted(chosen.values(), key=_order)


def _order(offer: LiveOffer) -> tuple[bool, float, int]:
    return not offer.deal, -(offer.discount if offer.discount is not None else -9.0), offer.offer_id

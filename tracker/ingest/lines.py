"""One line of goods at one revision of a listing, in the terms of the tables."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from crawlers.amounts import known_currency
from db.ids import stable_id
from tracker.catalog import Catalog, Gpu
from tracker.ingest.conditions import condition_of
from tracker.ingest.views import Listing, Revision
from tracker.normalize.types import Form, Offer, Reading
from tracker.pricing.currency import to_minor

#: Flags of an offer whose price is nobody's price of the card.
NEVER_COUNTED = frozenset({"price_range", "variation", "vram_contradiction", "contradiction", "placeholder_price"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of goods at one revision; amounts in minor units, ``unit_price`` for one card or None."""

    offer_id: int
    position: int
    offer: Offer
    gpu_id: int | None
    kind: str | None  # ask, bid, sold, closed; None where the revision states no price that counts
    status: str
    condition: str
    currency: str | None
    unit_price: int | None
    basis: str | None
    lot_price: int | None
    shipping_minor: int | None
    flags: tuple[str, ...]

    @property
    def quantity(self) -> int:
        """How many cards are on offer."""
        return self.offer.quantity

    @property
    def counts(self) -> bool:
        """Whether ``unit_price`` is the price of exactly one working card of a known SKU, and nothing else."""
        goods = self.offer
        return (
            self.gpu_id is not None
            and self.unit_price is not None
            and self.unit_price > 0
            and self.currency is not None
            and not (goods.broken or goods.in_system or goods.form == "mobile")
            and not NEVER_COUNTED.intersection(self.flags)
        )


def form_of(gpu: Gpu) -> Form:
    """Return the form that the catalog gives a card."""
    return "sxm" if gpu.form_factor.startswith(("SXM", "OAM")) else "desktop"


def lines_of(
    listing: Listing, revision: Revision, reading: Reading, kind: str | None, catalog: Catalog
) -> Iterator[Line]:
    """Yield the offers of ``reading`` as lines, at prices of ``kind``."""
    met: Counter[tuple[str | None, float | None]] = Counter()
    for position, offer in enumerate(reading.offers):
        goods = (offer.model, offer.vram_gb)
        offer_id = stable_id(listing.id, *goods, met[goods])
        met[goods] += 1
        yield _line(offer_id, position, revision, offer, kind, catalog)


def _line(offer_id: int, position: int, revision: Revision, offer: Offer, kind: str | None, catalog: Catalog) -> Line:
    currency = offer.currency or revision.currency
    if currency is not None and not known_currency(currency):
        currency = None
    unit_price, lot_price, basis = _prices(offer, currency)
    flags = [*offer.flags, *_market_flags(revision)]
    if offer.status == "sold" and kind == "ask":
        kind = "closed"
    gpu = catalog.by_slug(offer.sku) if offer.sku else None
    return Line(
        offer_id=offer_id,
        position=position,
        offer=offer,
        gpu_id=stable_id("gpu", gpu.slug) if gpu else None,
        kind=kind,
        status="sold" if kind in ("sold", "closed") else offer.status,
        condition=offer.condition or condition_of(revision.condition_id, revision.condition),
        currency=currency,
        unit_price=unit_price,
        basis=basis,
        lot_price=lot_price,
        shipping_minor=_shipping(revision, offer, currency, basis),
        flags=tuple(dict.fromkeys(flags)),
    )


def _prices(offer: Offer, currency: str | None) -> tuple[int | None, int | None, str | None]:
    """Return unit price, lot price (minor units) and basis; a lot of one model is divided, a bundle never."""
    if currency is None:
        return None, None, offer.basis
    lot = None if offer.lot_price is None else to_minor(offer.lot_price, currency)
    if offer.price is not None and offer.basis != "bundle":
        return to_minor(offer.price, currency), lot, "each"
    if lot is not None and offer.basis == "lot" and offer.quantity > 0:
        return _share(lot, offer.quantity), lot, "lot"
    return None, lot, offer.basis


def _share(amount: int, quantity: int) -> int:
    return (2 * amount + quantity) // (2 * quantity)


def _market_flags(revision: Revision) -> Iterator[str]:
    if revision.price_max_minor is not None and revision.price_max_minor != revision.price_minor:
        yield "price_range"
    if revision.variation:
        yield "variation"
    if revision.converted:
        yield "converted"


def _shipping(revision: Revision, offer: Offer, currency: str | None, basis: str | None) -> int | None:
    """Return what shipping costs for one card in minor units, 0 where it is included, None where it is unknown."""
    if revision.shipping_minor is not None and revision.currency == currency:
        cost = revision.shipping_minor
    elif offer.shipping in ("included", "free"):
        return 0
    elif offer.shipping == "fixed" and offer.shipping_cost is not None and currency is not None:
        cost = to_minor(offer.shipping_cost, currency)
    else:
        return None
    return _share(cost, offer.quantity) if basis == "lot" else cost

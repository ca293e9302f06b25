"""From one revision of a listing to its lines of goods, in the terms of the tables."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from crawlers.amounts import known_currency
from db.ids import stable_id
from tracker.catalog import Catalog, Gpu
from tracker.ingest.codes import IGNORED, NOTHING, UNKNOWN_MODEL, UNKNOWN_SIZE
from tracker.ingest.conditions import condition_of
from tracker.normalize.read import is_post
from tracker.normalize.types import ListingText, Offer, Reading
from tracker.pricing.currency import to_major, to_minor

Reader = Callable[[ListingText], Reading]


class Listing(Protocol):
    """The columns of ``raw_listing`` that a reading needs."""

    id: int
    source: str
    external_id: str


class Revision(Protocol):
    """The columns of ``raw_revision`` that a reading needs."""

    id: int
    seen_as: str
    observed_at: datetime
    seen_until: datetime
    title: str
    body: str | None
    kind: str
    state: str
    price_minor: int | None
    price_max_minor: int | None
    buy_now_minor: int | None
    currency: str | None
    converted: bool
    shipping_minor: int | None
    condition: str | None
    condition_id: str | None
    variation: bool
    flair: str | None
    ended_at: datetime | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of a listing: ``action`` sku, reject or ignore, with its slug or code."""

    action: str
    value: str | None


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


#: Flags of an offer whose price is nobody's price of the card.
NEVER_COUNTED = frozenset({"price_range", "variation", "vram_contradiction", "contradiction", "placeholder_price"})


@dataclass(frozen=True, slots=True)
class Lines:
    """How a revision was read: lines of goods, or one reject code."""

    lines: tuple[Line, ...]
    reject: str | None


def read_revision(
    listing: Listing, revision: Revision, correction: Correction | None, read: Reader, catalog: Catalog
) -> Lines:
    """Return the lines of goods that ``revision`` offers, or the one code that says why there are none."""
    if correction is not None and correction.action == "ignore":
        return Lines((), IGNORED)
    if correction is not None and correction.action == "reject":
        return Lines((), correction.value)
    reading = _reading(listing, revision, revision.price_minor, correction, read, catalog)
    if not reading.offers:
        return Lines((), reading.reject or NOTHING)
    kind = _kind(listing.source, revision)
    if kind == "bid" and revision.buy_now_minor is not None:
        # An auction with a price to buy at once is on offer at that price; the bid is a second line of evidence.
        at_once = _reading(listing, revision, revision.buy_now_minor, correction, read, catalog)
        asks = _lines(listing, revision, at_once, "ask", catalog)
        bids = _lines(listing, revision, reading, "bid", catalog)
        return Lines((*asks, *bids), None)
    return Lines(tuple(_lines(listing, revision, reading, kind, catalog)), None)


def closed_by_seller(source: str, revision: Revision) -> bool:
    """Return whether the seller of a post called it sold or closed it.

    A market's own listing that ended or ran out says nothing of a price by that.
    """
    if revision.kind == "ask" and is_post(source):
        return revision.state in ("sold", "ended")
    return revision.kind == "closed"


def _kind(source: str, revision: Revision) -> str | None:
    if revision.kind == "sold":
        return "sold"
    if closed_by_seller(source, revision):
        return "closed"
    return None if revision.kind == "ended" or revision.state != "live" else revision.kind


def _reading(
    listing: Listing,
    revision: Revision,
    price_minor: int | None,
    correction: Correction | None,
    read: Reader,
    catalog: Catalog,
) -> Reading:
    price = _major(price_minor, revision.currency)
    if revision.seen_as == "csv":
        reading = _stated(revision, price, catalog)
    else:
        reading = read(
            ListingText(
                id=f"{listing.source}:{listing.external_id}",
                source=listing.source,
                title=revision.title,
                body=revision.body,
                price=price,
                currency=revision.currency,
                condition=revision.condition,
                condition_id=revision.condition_id,
                variation=revision.variation,
                flair=revision.flair,
            )
        )
    if correction is None:
        return reading
    gpu = catalog.by_slug(correction.value or "")
    return reading if gpu is None else _corrected(reading, gpu, price, revision.currency)


def _major(minor: int | None, currency: str | None) -> Decimal | None:
    return None if minor is None or currency is None or not known_currency(currency) else to_major(minor, currency)


def _stated(revision: Revision, price: Decimal | None, catalog: Catalog) -> Reading:
    """Read a row of a price file: it names the card in the catalog's words, and no title is guessed at."""
    facts = revision.facts
    model, size = str(facts.get("model") or revision.title), facts.get("vram_gb")
    gpu = catalog.find(model, float(size) if size is not None else None)
    if gpu is None:
        sizes = catalog.by_model(model)
        return Reading(intent="sell", reject=UNKNOWN_SIZE if sizes else UNKNOWN_MODEL)
    offer = Offer(
        model=gpu.model,
        vram_gb=gpu.vram_gb,
        sku=gpu.slug,
        form=_form(gpu),
        price=price,
        basis="each",
        currency=revision.currency,
    )
    return Reading(intent="sell", offers=(offer,))


def _form(gpu: Gpu) -> Any:
    return "sxm" if gpu.form_factor.startswith(("SXM", "OAM")) else "desktop"


def _corrected(reading: Reading, gpu: Gpu, price: Decimal | None, currency: str | None) -> Reading:
    """Return ``reading`` as a person corrected it: the goods are ``gpu``.

    A single line keeps its price and quantity. Of several lines those remain that named the model or
    had it as a candidate; where none did, and where nothing was recognized, the listing is one card
    at the price that the market itself states, if any.
    """
    mine = [o for o in reading.offers if o.model == gpu.model or gpu.slug in (o.sku, *o.candidates)]
    kept = list(reading.offers) if len(reading.offers) == 1 else mine
    if not kept:
        kept = [Offer(model=gpu.model, price=price, basis="each" if price else None, currency=currency)]
    offers = tuple(
        replace(
            offer,
            model=gpu.model,
            vram_gb=gpu.vram_gb,
            sku=gpu.slug,
            candidates=(),
            form=_form(gpu),
            in_system=False,
            confidence=1.0,
            flags=("corrected",),
        )
        for offer in kept
    )
    return Reading(intent=reading.intent, offers=offers, trace=reading.trace)


def _lines(
    listing: Listing, revision: Revision, reading: Reading, kind: str | None, catalog: Catalog
) -> Iterator[Line]:
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

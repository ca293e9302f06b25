"""From one revision of a listing to how it reads: by the rules, as a price file states it, or as a person said."""

from dataclasses import dataclass, replace
from decimal import Decimal

from crawlers.amounts import known_currency
from tracker.catalog import Catalog, Gpu
from tracker.ingest.codes import IGNORED, NOTHING, UNKNOWN_MODEL, UNKNOWN_SIZE
from tracker.ingest.lines import Line, form_of, lines_of
from tracker.ingest.views import Correction, Listing, Reader, Revision
from tracker.normalize.read import is_post
from tracker.normalize.types import ListingText, Offer, Reading
from tracker.pricing.currency import to_major


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
        asks = lines_of(listing, revision, at_once, "ask", catalog)
        bids = lines_of(listing, revision, reading, "bid", catalog)
        return Lines((*asks, *bids), None)
    return Lines(tuple(lines_of(listing, revision, reading, kind, catalog)), None)


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
        reading = read(listing_text(listing, revision, price_minor))
    if correction is None:
        return reading
    gpu = catalog.by_slug(correction.value or "")
    return reading if gpu is None else _corrected(reading, gpu, price, revision.currency)


def listing_text(listing: Listing, revision: Revision, price_minor: int | None) -> ListingText:
    """Return a revision as the rules see it, at the price of ``price_minor`` units of its currency."""
    return ListingText(
        id=f"{listing.source}:{listing.external_id}",
        source=listing.source,
        title=revision.title,
        body=revision.body,
        price=_major(price_minor, revision.currency),
        currency=revision.currency,
        condition=revision.condition,
        condition_id=revision.condition_id,
        variation=revision.variation,
        flair=revision.flair,
        written_by=revision.observed_at.date(),
    )


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
        form=form_of(gpu),
        price=price,
        basis="each",
        currency=revision.currency,
    )
    return Reading(intent="sell", offers=(offer,))


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
            form=form_of(gpu),
            in_system=False,
            confidence=1.0,
            flags=("corrected",),
        )
        for offer in kept
    )
    return Reading(intent=reading.intent, offers=offers, trace=reading.trace)

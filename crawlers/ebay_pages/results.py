"""A result page as a list of listings, or as what else it is."""

import re
from collections import Counter
from dataclasses import replace

from crawlers.amounts import Point, point_of
from crawlers.ebay_pages.cards import CardError, is_dummy, item_id, read_card
from crawlers.ebay_pages.document import Document, Element, classes, css, text_of
from crawlers.ebay_pages.markups import MARKUPS, Markup
from crawlers.listing import Found, LayoutChanged, NothingFound, PageOutcome, RawListing, RowProblem

#: Where more than this share of the cards lack a field, the layout changed.
_TOLERATED = 0.5
#: What all of so many cards lack is not lacking by chance.
_TELLING = 5
_RIVER = ".srp-river-results, .srp-results, .srp-controls__count-heading, .srp-save-null-search, .srp-river-main"

_ENDS = re.compile(r"\s*>(?:\s|</[a-zA-Z][\w-]*\s*>|<!--(?:(?!-->).)*-->)*", re.DOTALL)
_NOTHING = ".srp-river-answer--SAVE_CARD, .srp-save-null-search__heading, .srp-save-null-search"


def is_result_page(page: Document) -> bool:
    """Return whether the page shows the frame of a result page, whatever its cards look like."""
    return bool(css(_RIVER)(page.root)) or any(css(m.card)(page.root) for m in MARKUPS)


def read_results(page: Document) -> PageOutcome:
    """Return the listings of a result page; NothingFound only where the page itself says so."""
    cards = [(c, m) for c, m in _cards(page.root) if not is_dummy(c)]
    if not cards:
        return _without_cards(page)
    point = point_of(_price_texts(cards), page.point)
    listings: dict[str, RawListing] = {}
    problems: list[RowProblem] = []
    missing: Counter[str] = Counter()
    counters: Counter[str] = Counter({"cards": len(cards)})
    fuzzy_from = _fuzzy_cards(page.root)
    for number, (card, markup) in enumerate(cards, 1):
        counters[f"markup {markup.name}"] += 1
        try:
            listing = _listing(card, markup, page, point, fuzzy=card in fuzzy_from)
        except CardError as error:
            problems.append(RowProblem(f"card {number}", str(error)))
            missing[error.field] += 1
            continue
        _add(listing, listings, problems, number)
    field, lacking = missing.most_common(1)[0] if missing else ("", 0)
    if lacking and (lacking > _TOLERATED * len(cards) or lacking == len(cards)):
        first = next(p for p in problems)
        return LayoutChanged(field, f"{lacking} of {len(cards)} cards have no readable {field}: {first.reason}")
    changed = _sold_unmarked(page, list(listings.values())) or _rows_unmarked(cards)
    if changed:
        return changed
    problems += _fields_unmarked(cards)
    counters.update(_coverage(listings.values()))
    return Found(tuple(listings.values()), tuple(problems), _next_url(page), counters)


def _cards(root: Element) -> list[tuple[Element, Markup]]:
    """Return all cards in the order of the page, which may mix markups: in 2025 dummies were s-item, results s-card."""
    found: dict[Element, Markup] = {}
    for markup in MARKUPS:
        for card in css(markup.card)(root):
            found.setdefault(card, markup)
    for card in list(found):
        for around in card.iterancestors():
            if around in found and _listing_id(around) in ("", _listing_id(card)):
                del found[around]
    if len({m.name for m in found.values()}) < 2:
        return list(found.items())
    return [(e, found[e]) for e in root.iter("li", "div") if e in found]


def _listing_id(card: Element) -> str:
    return card.get("data-listingid") or ""


def _listing(card: Element, markup: Markup, page: Document, point: Point, fuzzy: bool) -> RawListing:
    if any(inner is not card for m in MARKUPS for inner in css(m.card)(card)):
        raise CardError("card", "another card stands inside of it, so its prices cannot be told apart")
    if _cut_off(card, page.source):
        raise CardError("card", f"item {item_id(card, markup)} stands where the file was cut off")
    return read_card(card, markup, page, point, fuzzy)


def _cut_off(card: Element, source: str) -> bool:
    """Return whether the page ends within ``card``: then its price may be half a price."""
    node = card
    while node is not None:
        if node.getnext() is not None and node.getparent() is not None:
            return False
        node = node.getparent()
    # Nothing follows it in the tree: then nothing but ends of tags may follow it in the file either. Else the
    # file was cut, or a broken comment or nesting swallowed the rest.
    tail = source[max(0, source.rfind(card.get("data-listingid") or "/itm/")) :]
    _, closed, rest = tail.rpartition(f"</{card.tag}")
    return not closed or _ENDS.fullmatch(rest) is None


def _add(listing: RawListing, listings: dict[str, RawListing], problems: list[RowProblem], number: int) -> None:
    """Keep one listing an id: eBay repeats items, and the exact match comes before the fuzzy one."""
    known = listings.setdefault(listing.external_id, listing)
    if known is not listing and replace(known, fuzzy=listing.fuzzy).price != listing.price:
        problems.append(RowProblem(f"card {number}", f"item {listing.external_id} is on the page twice at two prices"))


def _fuzzy_cards(root: Element) -> set[Element]:
    """Return the cards behind the line "Results matching fewer words": they do not match the search."""
    seen_line = False
    fuzzy: set[Element] = set()
    for element in root.iter("li", "div"):
        own = classes(element)
        if any(c.startswith("srp-river-answer--rewrite") for c in own):
            seen_line = True
        elif seen_line and own & {"s-item", "s-card", "su-item-card"}:
            fuzzy.add(element)
    return fuzzy


def _price_texts(cards: list[tuple[Element, Markup]]) -> list[str]:
    return [text_of(p) for card, markup in cards for p in css(markup.price)(card)]


def _without_cards(page: Document) -> PageOutcome:
    headings = [text_of(h) for h in css(".srp-controls__count-heading")(page.root)]
    containers = len(css(".su-card-container")(page.root))
    links = len({a for a in page.root.xpath("//a/@href") if re.search(r"/itm/\d{9,}", a)})
    river = css(".srp-river-results, .srp-results")(page.root)
    inside = len({h for r in river for h in r.xpath(".//a/@href") if re.search(r"/itm/(?:[^/?]+/)?\d{9,}", h)})
    zero = next((h for h in headings if re.match(r"0(?![\d.,])", h)), None)
    if inside < 3:
        if zero:
            return NothingFound(f"the page says “{zero[:80]}”")
        for element in css(_NOTHING)(page.root):
            return NothingFound(f"the page says “{text_of(element)[:40]}”")
    return LayoutChanged(
        "card",
        "a result page without a card that is known (li.s-item, li.s-card, .su-item-card), "
        f"but with {containers} .su-card-container and {links} links to items",
    )


def _sold_unmarked(page: Document, listings: list[RawListing]) -> LayoutChanged | None:
    """Return a layout change where the search was for sold listings and no card shows that it sold."""
    if len(listings) < 3 or any(listing.kind in ("sold", "ended") for listing in listings):
        return None
    addresses = page.root.xpath("//link[@rel='canonical']/@href | //a[contains(@class, 'pagination__')]/@href")
    if not any("LH_Sold=1" in a or "LH_Complete=1" in a for a in addresses):
        return None
    return LayoutChanged("kind", "a search for sold or completed listings, and no card says that it sold or ended")


def _rows_unmarked(cards: list[tuple[Element, Markup]]) -> LayoutChanged | None:
    """Return a layout change where no card has rows: shipping, bids and accepted offers stand in them, prices too."""
    known = [(c, m) for c, m in cards if m.price_row_known]
    if len(known) < _TELLING or any(css(m.row)(c) for c, m in known):
        return None
    return LayoutChanged("shipping", f"none of {len(known)} cards has a row at {known[0][1].row}")


def _fields_unmarked(cards: list[tuple[Element, Markup]]) -> list[RowProblem]:
    """Return a problem where a field that a page may lack is lacking on all of its many cards."""
    if len(cards) < _TELLING or any(css(m.subtitle)(c) for c, m in cards):
        return []
    place = cards[0][1].subtitle
    return [
        RowProblem("page", f"condition: none of {len(cards)} cards has one at {place}; the layout may have changed")
    ]


def _next_url(page: Document) -> str | None:
    for link in css("a.pagination__next")(page.root):
        address: str | None = link.get("href")
        if address and address.startswith("http") and link.get("aria-disabled") != "true":
            return address
    return None


def _coverage(listings: object) -> dict[str, int]:
    """Return how many listings have each field that a healthy page mostly shows."""
    rows = [x for x in listings if isinstance(x, RawListing)]  # type: ignore[attr-defined]
    return {
        "listings": len(rows),
        "with price": sum(r.price is not None for r in rows),
        "with condition": sum(r.condition is not None for r in rows),
        "with shipping": sum(r.shipping is not None for r in rows),
        "fuzzy": sum(r.fuzzy for r in rows),
    }

"""A saved item page as one listing."""

import re
from decimal import Decimal
from typing import Any

from crawlers.amounts import AmountError, Money, Point, read_money
from crawlers.ebay_pages import words
from crawlers.ebay_pages.attributes import bids_of, shipping_of
from crawlers.ebay_pages.cards import is_worded, without_unit
from crawlers.ebay_pages.document import Document, Element, css, text_of, texts
from crawlers.listing import Found, Kind, LayoutChanged, PageOutcome, RawListing, RowProblem, State

_TITLE = "h1.x-item-title__mainTitle, .x-item-title__mainTitle, .x-item-title h1"
_PRICES = ".x-price-primary, .x-bid-price, .x-bin-price"
#: The sentence at the top of an ended listing; no whole page of one is public, so the words decide.
_STATUS = (
    ".d-statusmessage, .vi-statusmessage, .ux-layout-section__textual-display--statusMessage, .d-top-panel-message"
)
#: The same sentence wherever it stands: an ended listing read as a live one would be a wrong price.
_ENDED = re.compile(
    r"\b(?:This listing (?:has |was )?(?:ended|sold on)|Bidding (?:has )?ended"
    r"|Dieses Angebot wurde [\w ]{0,30}beendet)\b[^\n]{0,100}"
)


def is_item_page(page: Document) -> bool:
    """Return whether the page is the page of one item."""
    return bool(css(_TITLE)(page.root)) or bool(css(_PRICES)(page.root))


def read_item_page(page: Document) -> PageOutcome:
    """Return the one listing of an item page, or LayoutChanged naming what is missing.

    The price is the one that the seller asks: the "approximately" beside it and the JSON-LD are
    converted on a foreign listing. The seller's name is not read.
    """
    title = next((t for e in css(_TITLE)(page.root) if (t := _first_text(e))), "")
    if not title:
        return LayoutChanged("title", f"an item page without a title at {_TITLE.split(',')[0]}")
    numbers = _item_numbers(page)
    if len(numbers) != 1 or "?" in numbers:
        return LayoutChanged(
            "external_id", "an item page whose item number is missing, broken, or not the same everywhere"
        )
    number = numbers.pop()
    prices = _price_texts(page.root)
    if not prices:
        return LayoutChanged("price", f"an item page without a price at {_PRICES}")
    try:
        listing = _listing(page, number, title, prices, page.point)
    except AmountError as error:
        return Found((), (RowProblem(f"item {number}", str(error)),))
    return Found((listing,), (), None, {"cards": 1, "listings": 1, "markup item": 1})


def _first_text(element: Element) -> str:
    spans = css(".ux-textspans")(element)
    return text_of(spans[0]) if spans else text_of(element)


def _item_numbers(page: Document) -> set[str]:
    """Return the numbers that the page gives its item, in its text and in its own address: they have to agree."""
    found: set[str] = set()
    for element in css(".ux-layout-section__textual-display--itemId, #descItemNumber")(page.root):
        found.update(re.findall(r"(?<![\w])(\d{9,14})\s*$", text_of(element).rpartition(":")[2].strip()) or ["?"])
    for address in page.root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        if "/itm/" in address:
            own = re.search(r"/itm/(?:[^/?#]+/)?(\d{9,14})(?:[/?#]|$)", address)
            found.add(own.group(1) if own else "?")
    return found


def _price_texts(root: Element) -> list[tuple[str, str]]:
    """Return (role, text) of each price: ``bid``, ``bin``, or ``""`` for the only price."""
    found: list[tuple[str, str]] = []
    for element in css(".x-price-primary, .x-bid-price__price")(root):
        around = " ".join(a.get("class") or "" for a in (element, *element.iterancestors()))
        role = "bid" if "x-bid-price" in around else "bin" if "x-bin-price" in around else ""
        if (text := _first_text(element)) and (role, text) not in found:
            found.append((role, text))
    return found


def _listing(page: Document, number: str, title: str, prices: list[tuple[str, str]], point: Point) -> RawListing:
    money = _by_role(page, prices, point)
    bid = money.get("bid")
    main = bid or money.get("") or money.get("bin")
    condition, shipping = _condition(page.root), _shipping(page, point, main)
    counts = (bids_of(text_of(e)) for e in css(".x-bid-count, .x-bid-price__bidCount")(page.root))
    bids = next((b for b in counts if b is not None), None)
    kind, state = _state(page.root, auction=bid is not None)
    facts: dict[str, Any] = {"site": f"ebay.{page.site}"} if page.site else {}
    if bids is not None:
        facts["bids"] = bids
    status = _status(page.root)
    if status:
        facts["status"] = status
    sold_hidden = kind == "sold" and not re.search(r"sold for|winning bid", status, re.IGNORECASE)
    return RawListing(
        source="ebay",
        external_id=number,
        seen_as="item",
        title=title,
        observed_at=page.served_at,
        url=f"https://www.ebay.com/itm/{number}",
        kind=kind,
        state=state,
        price_text=" | ".join(t for _, t in prices),
        # What a sold item's page shows may be the asking price: only its own words make it the price paid.
        price=main.low if main and not sold_hidden else None,
        price_max=main.high if main and not sold_hidden else None,
        buy_now=money["bin"].low if bid and money.get("bin") else None,  # type: ignore[union-attr]
        currency=main.currency if main else None,
        shipping=shipping,
        condition=condition[0] if condition else None,
        condition_id=condition[1] if condition else None,
        variation=bool(css(".x-msku, .x-msku__select-box, .x-msku-evo")(page.root)) or bool(main and main.high),
        country=_country(page.root),
        quantity_sold=_sold(page.root),
        ended_at=words.day_of(status) if status else None,
        facts=facts,
    )


def _by_role(page: Document, prices: list[tuple[str, str]], point: Point) -> dict[str, Money | None]:
    """Return the amounts by role; AmountError where one cannot be told from another."""
    roles = [role for role, _ in prices]
    if len(set(roles)) < len(roles) or ("" in roles and len(roles) > 1):
        raise AmountError("it has several prices that cannot be told apart")
    if css(".x-bid-count, .x-bid-price")(page.root) and "bid" not in roles:
        raise AmountError("it is an auction, and has no bid")
    return {role: _money(text, point, page) for role, text in prices}


def _money(text: str, point: Point, page: Document) -> Money | None:
    if is_worded(text):
        return None
    money = read_money(without_unit(text), point, page.dollar)
    if money.currency is None:
        raise AmountError(f"{text[:40]!r} names no currency")
    return money


def _condition(root: Element) -> tuple[str, str] | None:
    for element in css(".x-item-condition-text")(root):
        if found := words.condition_of(_first_text(element)):
            return found
    for element in css(".ux-labels-values--condition .ux-labels-values__values")(root):
        if found := words.condition_of(re.split(r"[:.]", _first_text(element))[0]):
            return found
    return None


def _shipping(page: Document, point: Point, price: Money | None) -> Decimal | None:
    for element in css(".ux-labels-values--shipping .ux-labels-values__values")(page.root):
        text = re.sub(r"\([^)]*\)", "", text_of(element))
        if not words.has_part("pickup", text):
            return shipping_of(text, page, point, price.currency if price else None)[0]
    return None


def _country(root: Element) -> str | None:
    for element in css(".ux-labels-values--shipping, .ux-labels-values--deliverto, .d-shipping-minview")(root):
        located = re.search(r"(?:Located in:?|Standort:|Artikelstandort:)\s*([^.]{2,80})", text_of(element))
        if located and (code := words.country_of("from " + located.group(1).split(",")[-1].strip())):
            return code
    return None


def _sold(root: Element) -> int | None:
    for element in css(".x-quantity__availability")(root):
        for part in re.split(r"[/·]", text_of(element)):
            found = re.search(r"(\d[\d.,]*)\+?\s*(?:sold|verkauft|vendid|vendu|vendut)", part, re.IGNORECASE)
            if found:
                return int(re.sub(r"\D", "", found.group(1))[:9])
    return None


def _status(root: Element) -> str:
    """Return the sentence that says how the listing ended, "" where none does: by its place, else by its words."""
    placed = next((t for e in css(_STATUS)(root) if (t := text_of(e)[:200])), "")
    if placed:
        return placed
    worded = _ENDED.search("\n".join(texts(root)))
    return worded.group() if worded else ""


def _out_of_stock(root: Element) -> bool:
    """Return whether the data for search engines says that it can no longer be bought."""
    scripts = root.xpath("//script[@type='application/ld+json']/text()")
    return any(re.search(r'"availability"\s*:\s*"[^"]*/(?:OutOfStock|SoldOut|Discontinued)"', s) for s in scripts)


def _state(root: Element, auction: bool) -> tuple[Kind, State]:
    status = _status(root)
    if re.search(r"\bsold\b|winning bid|verkauft", status, re.IGNORECASE):
        return "sold", "sold"
    if (status and (words.says("ended", status) or "no longer available" in status.lower())) or _out_of_stock(root):
        return "ended", "ended"
    return ("bid" if auction else "ask"), "live"

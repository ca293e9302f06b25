"""One card of a result page, in any of the three markups, as a raw listing."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crawlers.amounts import AmountError, Money, Point, read_money, read_number
from crawlers.ebay_pages import words
from crawlers.ebay_pages.document import Document, Element, classes, css, text_of
from crawlers.listing import Kind, RawListing, State


@dataclass(frozen=True, slots=True)
class Markup:
    """Where one generation of markup keeps each field."""

    name: str
    card: str
    link: str
    title: str
    title_part: str | None
    price: str
    price_row: frozenset[str]
    price_row_known: bool
    subtitle: str
    caption: str
    row: str


#: 2018 to 2025.
S_ITEM = Markup(
    name="s-item",
    card="li.s-item",
    link="a.s-item__link",
    title=".s-item__title",
    title_part=None,
    price=".s-item__price",
    price_row=frozenset({"s-item__detail"}),
    price_row_known=True,
    subtitle=".s-item__subtitle",
    caption=(
        ".s-item__caption--signal, .s-item__caption--row, .s-item__caption, .s-item__title--tag, .s-item__ended-date"
    ),
    row=".s-item__detail, .s-item__bids, .s-item__location, .s-item__shipping, .s-item__logisticsCost",
)
#: August 2025 on; carousels use its inner classes outside ``li.s-card``.
S_CARD = Markup(
    name="s-card",
    card="li.s-card",
    link="a.s-card__link, a.su-link, .su-card-container__header a, a",
    title=".s-card__title",
    title_part="span.su-styled-text",
    price=".s-card__price",
    price_row=frozenset({"s-card__attribute-row"}),
    price_row_known=True,
    subtitle=".s-card__subtitle",
    caption=".s-card__caption",
    row=".su-card-container__attributes__primary .s-card__attribute-row",
)
#: July 2026 on. No whole page of it is public: read after the fields that parsers of it name.
SU_ITEM_CARD = Markup(
    name="su-item-card",
    card="div.su-item-card, li.su-item-card",
    link="a.su-item-card__title, a.su-item-card__link, a",
    title=".su-item-card__title",
    title_part=None,
    price=".su-item-card__price",
    price_row=frozenset({"su-item-card__attribute-row", "s-card__attribute-row", "su-item-card__row"}),
    price_row_known=False,
    subtitle=".su-item-card__subtitle",
    caption=".signal, .su-item-card__caption, .s-card__caption",
    row=(
        ".su-card-container__attributes__primary .su-item-card__attribute-row, "
        ".su-card-container__attributes__primary .s-card__attribute-row, "
        ".su-card-container__attributes__primary > .su-styled-text, "
        ".su-card-container__attributes__primary > * > .su-styled-text"
    ),
)
MARKUPS = (S_CARD, S_ITEM, SU_ITEM_CARD)

_HIDDEN = ("clipped", "s-card__new-listing", "su-item-card__new-listing", "light_highlight")
_ITEM_ID = re.compile(r"/itm/(?:[^/?#\"']+/)?(\d{9,14})(?![\d])")
_COUNT = re.compile(r"\d[\d.,\u00a0 ]*")
_TIME_LEFT = ".s-item__time-left, .s-item__time, .s-card__time-left, .su-item-card__time-left"


class CardError(ValueError):
    """A card that cannot be read; ``field`` is the column of the raw listing that is at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def is_dummy(card: Element) -> bool:
    """Return whether ``card`` is one of eBay's own cards that lead no list: "Shop on eBay" and empty boxes.

    They carry the item number 123456, the listing number 2500219655424533, an empty id and a price of $20.
    """
    if card.get("data-listingid") == "2500219655424533":
        return True
    links = [a.get("href") or "" for a in card.iter("a")]
    if any("/itm/123456?" in h or h.rstrip("/").endswith("/itm/123456") for h in links):
        return True
    titles = (text_of(t, _HIDDEN) for m in MARKUPS for t in css(m.title)(card)[:1])
    if any(t.casefold() in words.words("dummy_titles") for t in titles):
        return True
    return not card.get("data-listingid") and not any("/itm/" in h for h in links) and not _has_price(card)


def _has_price(card: Element) -> bool:
    return any(css(m.price)(card) for m in MARKUPS)


def item_id(card: Element, markup: Markup) -> str:
    """Return the legacy item number of ``card``; CardError where it has none or two that differ."""
    stated = (card.get("data-listingid") or "").strip()
    linked = {m.group(1) for a in card.iter("a") if (m := _ITEM_ID.search(a.get("href") or ""))}
    main = next((m.group(1) for a in css(markup.link)(card) if (m := _ITEM_ID.search(a.get("href") or ""))), None)
    if stated and not re.fullmatch(r"[1-9]\d{8,13}", stated, re.ASCII):
        raise CardError("external_id", f"data-listingid {stated[:30]!r} is no item number")
    if stated and linked and stated not in linked:
        raise CardError("external_id", f"the card says item {stated} and links to {min(linked)}")
    found = stated or main
    if not found:
        raise CardError("external_id", "no item number: neither data-listingid nor a link to /itm/")
    return found


def read_card(card: Element, markup: Markup, page: Document, point: Point, fuzzy: bool) -> RawListing:
    """Return the listing on ``card``. Raises CardError naming the field that cannot be read."""
    external_id = item_id(card, markup)
    title = _title(card, markup)
    if not title:
        raise CardError("title", f"item {external_id} has no title at {markup.title}")
    price_rows, style = _price_rows(card, markup)
    if not price_rows:
        raise CardError("price", f"item {external_id} has no price at {markup.price}")
    if len(price_rows) == 1 and _stands_behind(card, markup):
        raise CardError("price", f"item {external_id} has no price before its bids, only one to buy at")
    rows = [t for t in (text_of(r) for r in css(markup.row)(card)) if t]
    kind, state, ended_at = _kind(card, markup, rows, style)
    if kind == "ask" and len(price_rows) > 1:
        raise CardError("kind", f"item {external_id} has two prices and does not read as an auction")
    money = [_money(t, page, point, external_id) for t in price_rows[:2]]
    hidden = "strikethrough" in style or _offer_accepted(rows)
    first = None if hidden else money[0]
    second = money[1] if len(money) > 1 else None
    subtitles = [text_of(s) for s in css(markup.subtitle)(card)]
    condition = words.condition_of(subtitles[0]) if subtitles else None
    shipping, facts = _rows(rows, page, point, money[0])
    if hidden:
        facts["best_offer_accepted"] = True
    original = _original_title(card, title)
    if original:
        facts["original_title"] = original
    return RawListing(
        source="ebay",
        external_id=external_id,
        seen_as="page",
        title=title,
        observed_at=page.served_at,
        url=f"https://www.ebay.com/itm/{external_id}",
        kind=kind,
        state=state,
        price_text=" | ".join(price_rows),
        price=first.low if first else None,
        price_max=first.high if first else None,
        buy_now=second.low if second else None,
        currency=(money[0].currency if money[0] else None),
        converted="italic" in style,
        fuzzy=fuzzy,
        shipping=shipping,
        condition=condition[0] if condition else None,
        condition_id=condition[1] if condition else None,
        # Only a listing with variations has a price that is a range.
        variation=bool(money[0] and money[0].high),
        country=next(filter(None, map(words.country_of, rows)), None),
        quantity_sold=_quantity_sold(rows),
        ended_at=ended_at,
        facts=facts,
    )


def _title(card: Element, markup: Markup) -> str:
    for element in css(markup.title)(card):
        parts = [
            p
            for p in (element if markup.title_part else ())
            if p.tag == "span" and "su-styled-text" in classes(p) and not classes(p) & set(_HIDDEN)
        ]
        text = " ".join(text_of(p, _HIDDEN) for p in parts) if parts else text_of(element, _HIDDEN)
        if text:
            return text
    return ""


def _original_title(card: Element, title: str) -> str | None:
    """Return the seller's own title where eBay shows a translation: the watch button keeps it, behind a word or two."""
    for element in card.iter("a", "button"):
        label = element.get("aria-label") or ""
        if label and any("watch" in c for c in classes(element) | classes(element.getparent())):
            label = " ".join(label.split())
            if label.endswith(" ".join(title.split())):
                return None
            prefix = next((p for p in _WATCH if label.casefold().startswith(p)), None)
            return label[len(prefix) :].strip() or None if prefix else None
    return None


_WATCH = ("marcar como favorito ", "watch ", "beobachten ", "suivre ", "osserva ", "ウォッチ ", "관심 상품 ")


def _price_rows(card: Element, markup: Markup) -> tuple[list[str], set[str]]:
    """Return the price texts, one a row of the card (a second row is the buy-it-now price), and their classes."""
    rows: dict[Element, list[str]] = {}
    style: set[str] = set()
    for element in css(markup.price)(card):
        if any(markup.price.removeprefix(".") in classes(a) for a in element.iterancestors()):
            continue
        text = text_of(element)
        if not text:
            # Where one price of two is lost, the other must not be taken for it.
            raise CardError("price", f"a price at {markup.price} is empty")
        style |= classes(element).union(*(classes(c) for c in element.iter() if isinstance(c.tag, str)))
        row = next((a for a in element.iterancestors() if classes(a) & markup.price_row), element.getparent())
        rows.setdefault(row, []).append(text)
    if len(rows) == 1 and not markup.price_row_known:
        # Without rows to tell them apart: two bare amounts are a bid and a price to buy at, not a range.
        parts = next(iter(rows.values()))
        if len(parts) == 2 and all(re.search(r"\d", p) for p in parts):
            return parts, style
    return [" ".join(parts) for parts in rows.values()], style


def _stands_behind(card: Element, markup: Markup) -> bool:
    """Return whether the first price stands behind the time left, where the buy-it-now price stands."""
    times, prices = css(_TIME_LEFT)(card), css(markup.price)(card)
    times = times or [r for r in css(markup.row)(card) if bids_of(text_of(r)) is not None]
    if not times:
        return False
    order = {e: n for n, e in enumerate(card.iter())}
    return bool(order[prices[0]] > order[times[0]])


def _money(text: str, page: Document, point: Point, external_id: str) -> Money | None:
    """Return the amount in ``text``, None where it holds words instead ("See price"); CardError where it is broken."""
    if is_worded(text):
        return None
    try:
        money = read_money(without_unit(text), point, page.dollar)
    except AmountError as error:
        raise CardError("price", f"item {external_id}: {error}") from error
    if money.currency is None:
        raise CardError("price", f"item {external_id}: {text[:40]!r} names no currency")
    return money


def is_worded(text: str) -> bool:
    """Return whether a price is hidden behind words, as "See price" is; "NaN" and signs alone are no words."""
    if any(c.isdigit() for c in text):
        return False
    return re.search(r"[^\W_]{3}", text) is not None and not re.search(r"\b(?:nan|inf|null|none|undefined)", text, re.I)


def without_unit(text: str) -> str:
    """Return a price without the unit behind it ("US $12.00/ea", "EUR 12,00/Stk.")."""
    return re.sub(r"\s*/\s*[^\W\d]{1,6}\.?$", "", text)


def _kind(card: Element, markup: Markup, rows: list[str], style: set[str]) -> tuple[Kind, State, Any]:
    """Return kind and state, and the day of the end where the card says so."""
    for element in css(markup.caption)(card):
        text = text_of(element)
        inner = classes(element).union(*(classes(c) for c in element.iter() if isinstance(c.tag, str)))
        label = " ".join(filter(None, (c.get("aria-label") for c in element.iter() if isinstance(c.tag, str))))
        day = words.day_of(text)
        if words.says("ended", text) or label == "Ended Item" or (day and "negative" in inner):
            return "ended", "ended", day
        starts_so = text.casefold().startswith(tuple(words.words("sold")))
        if (words.says("sold", text) and (day or ("positive" in inner and starts_so))) or label == "Sold Item":
            return "sold", "sold", day
    if "positive" in style:
        return "sold", "sold", None
    if any("mode=SellLikeItem" in (a.get("href") or "") for a in card.iter("a")):
        raise CardError("kind", "of a completed listing, and it does not say whether it sold")
    # Only auctions run out: the time left tells where the words of a language are not known.
    bids, time_left = any(bids_of(r) is not None for r in rows), bool(css(_TIME_LEFT)(card))
    if markup is S_CARD and bids and not time_left:
        raise CardError("kind", "bids without a time left are of a completed listing, and it does not say how it ended")
    auction = bids or time_left
    return ("bid" if auction else "ask"), "live", None


def bids_of(row: str) -> int | None:
    """Return the number of bids that ``row`` tells ("13 bids", "0 ofertas de subasta", "입찰 3건"), else None."""
    folded = row.casefold()
    some = "|".join(sorted(map(re.escape, words.words("bids")), key=len, reverse=True))
    lead = re.match(rf"(\d[\d.,]*)\s*(?:件の|건의|件|건|次)?\s*(?:{some})(?![a-zà-ÿа-я])", folded)
    trail = re.match(r"(?:入札|입찰)(?:件数|\s*수)?\s*[:：]?\s*(\d+)", folded)
    found = lead or trail
    return int(re.sub(r"\D", "", found.group(1))[:9]) if found else None


def _offer_accepted(rows: list[str]) -> bool:
    return any(words.has_part("best_offer", r) and words.has_part("accepted", r) for r in rows)


def _quantity_sold(rows: list[str]) -> int | None:
    for row in rows:
        number = _COUNT.match(row) or re.search(r"(?:販売|판매)\D{0,6}(\d[\d.,]*)", row)
        if number and len(row) < 30 and words.says("sold", row) and "%" not in row:
            digits = re.sub(r"\D", "", number.group())
            return int(digits[:9]) if digits else None
    return None


def _rows(rows: list[str], page: Document, point: Point, price: Money | None) -> tuple[Decimal | None, dict[str, Any]]:
    """Return what the card's further rows say: the shipping cost, and facts."""
    facts: dict[str, Any] = {}
    if page.site:
        facts["site"] = f"ebay.{page.site}"
    shipping: Decimal | None = None
    for row in rows:
        if (bids := bids_of(row)) is not None:
            facts["bids"] = bids
        elif words.has_part("best_offer", row):
            facts["best_offer"] = True
        elif words.has_part("pickup", row):
            facts["local_pickup"] = True
        elif shipping is None and is_shipping(row):
            shipping, estimated = shipping_of(row, page, point, price.currency if price else None)
            if estimated is not None:
                facts["shipping_estimate"] = str(estimated)
    return shipping, facts


def is_shipping(row: str) -> bool:
    """Return whether ``row`` tells the cost of shipping."""
    if words.has_part("not_shipping", row):
        return False
    return row.startswith("+") or words.has_part("shipping", row)


def shipping_of(row: str, page: Document, point: Point, currency: str | None) -> tuple[Decimal | None, Decimal | None]:
    """Return the shipping cost of ``row`` and, apart from it, an estimate; free is 0, unknown is None.

    A cost in another currency than the price is unknown, for it cannot be added.
    """
    amounts = re.findall(
        r"(?:[^\s\d+]{1,4}\s?\$?\s?)?\d[\d.,'\u00a0\u202f]*(?:\s?(?:円|원|zł|€|[A-Z]{3}\b|kr\.?|лв|₽))?", row
    )
    for text in amounts:
        try:
            money = read_money(text.strip().rstrip(".,"), point, page.dollar)
        except AmountError:
            if not re.search(r"[1-9]", text) and re.search(r"\d", text) and not words.has_part("estimate", row):
                try:
                    read_number(re.sub(r"[^\d.,]", "", text).rstrip(".,"), point)
                except AmountError:
                    continue
                return Decimal(0), None
            continue
        if money.currency is None or money.currency != currency:
            continue
        return (None, money.low) if words.has_part("estimate", row) else (money.low, None)
    if words.says("free", row) and not amounts_with_sign(row):
        return Decimal(0), None
    return None, None


def amounts_with_sign(row: str) -> bool:
    """Return whether ``row`` names an amount of money, as in "Free delivery from $50"."""
    return re.search(r"[$€£¥₩]\s?\d|\b[A-Z]{3}\s?\d|\d\s?(?:円|원|zł|€)", row) is not None

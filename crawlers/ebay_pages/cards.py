"""One card of a result page, in any of the three markups, as a raw listing."""

import re
from typing import Any

from crawlers.amounts import AmountError, Money, Point, read_money
from crawlers.ebay_pages import words
from crawlers.ebay_pages.attributes import bids_of, offer_accepted, quantity_sold, read_rows
from crawlers.ebay_pages.document import Document, Element, classes, css, text_of
from crawlers.ebay_pages.markups import MARKUPS, S_CARD, Markup
from crawlers.listing import Kind, RawListing, State

_HIDDEN = ("clipped", "s-card__new-listing", "su-item-card__new-listing", "light_highlight")
_ITEM_ID = re.compile(r"/itm/(?:[^/?#\"']+/)?(\d{9,14})(?![\d])")
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
    hidden = "strikethrough" in style or offer_accepted(rows)
    first = None if hidden else money[0]
    second = money[1] if len(money) > 1 else None
    subtitles = [text_of(s) for s in css(markup.subtitle)(card)]
    condition = words.condition_of(subtitles[0]) if subtitles else None
    shipping, facts = read_rows(rows, page, point, money[0])
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
        quantity_sold=quantity_sold(rows),
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

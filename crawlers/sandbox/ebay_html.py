"""Result and item pages of the simulated eBay, in the three markups that the real one has used.

They are for saving as files and reading from there: robots.txt forbids ``/sch/``, here as there.
"""

import html
import re
from datetime import datetime
from typing import Any

from crawlers.sandbox import money
from crawlers.sandbox.market import Market
from crawlers.sandbox.messages import Answer, Request, html_answer
from crawlers.sandbox.model import DATA, Item
from crawlers.sandbox.words import read_query

MARKUPS = ("s-item", "s-card", "su-item-card")
PER_PAGE = 60
ROBOTS = "User-agent: *\nDisallow: /sch/\nDisallow: /itm/watch/\n"
DUMMY = "2500219655424533"  # "Shop on eBay" leads every real list
_SITES = {"EBAY_US": "en-US", "EBAY_GB": "en-GB", "EBAY_DE": "de-DE", "EBAY_CA": "en-CA"}
_COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "CA": "Canada"}


class EbayPages:
    """Answers requests for pages from the market; ``markup`` is used where the request names none."""

    def __init__(self, market: Market, markup: str = "s-card") -> None:
        self.market = market
        self.markup = markup
        self.base = "https://www.ebay.com"

    def answer(self, request: Request) -> Answer | None:
        """Return the answer, or None where the path is of no page."""
        if request.path == "/robots.txt":
            return Answer(200, ROBOTS.encode(), {"Content-Type": "text/plain"})
        query = request.query
        if request.path == "/sch/i.html":
            number = query.get("_pgn", "1")
            return html_answer(
                self.results(
                    query.get("_nkw", ""),
                    markup=query.get("_markup", self.markup),
                    sold=query.get("LH_Sold") == "1",
                    page=int(number) if number.isdigit() else 1,
                )
            )
        if match := re.fullmatch(r"/itm/(\d{9,14})", request.path):
            item = self.market.items.get(match[1])
            return html_answer(
                self.item(item) if item else _page("Item not found", "<p>This listing is not there.</p>", "en-US"),
                200 if item else 404,
            )
        return None

    def results(
        self, words: str, *, market: str = "EBAY_US", markup: str = "s-card", sold: bool = False, page: int = 1
    ) -> str:
        """Return a result page: live listings, or sold ones where ``sold``; the newest first."""
        query = read_query(words)
        if sold:
            chosen = [i for i in self.market.items.values() if i.market == market and i.state == "sold" and i.ended]
            found = [i for i in chosen if set(query.all_of) <= i.tokens and not set(query.none_of) & i.tokens]
            found.sort(key=lambda i: (i.ended or i.created, i.id), reverse=True)
        else:
            found = self.market.matching(market, query.all_of, query.any_of, query.none_of)
            found.sort(key=lambda i: -int(i.id))
        shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        write = {"s-item": s_item, "s-card": s_card, "su-item-card": su_item_card}[markup]
        cards = [_dummy(markup)] + [write(item, self.base, sold) for item in shown]
        count = f'<h1 class="srp-controls__count-heading"><span class="BOLD">{len(found):,}</span> results for <span class="BOLD">{_e(words)}</span></h1>'
        if not shown:
            count += '<div class="srp-save-null-search__heading">No exact matches found</div>'
        more = len(found) > page * PER_PAGE
        following = f"{self.base}/sch/i.html?_nkw={_e(words.replace(' ', '+'))}&amp;_pgn={page + 1}"
        pager = f'<nav class="pagination"><a class="pagination__next" href="{following}">Next</a></nav>' if more else ""
        kind = "div" if markup == "su-item-card" else "ul"
        body = f'{count}<div id="srp-river-results" class="srp-river-results"><{kind} class="srp-results srp-list clearfix">{"".join(cards)}</{kind}></div>{pager}'
        return _page(f"{_e(words)} for sale | eBay", body + self._served(), _SITES[market])

    def item(self, item: Item) -> str:
        """Return the page of one listing."""
        line = item.lines[0]
        asked = item.price if item.price is not None else line.lot_price
        price = (
            f"US ${money.decimal(asked or 0)}"
            if item.currency == "USD"
            else f"{item.currency} {money.decimal(asked or 0)}"
        )
        ended = (
            '<div class="d-statusmessage"><span class="ux-textspans">This listing has ended.</span></div>'
            if item.ended
            else ""
        )
        body = f"""{ended}<h1 class="x-item-title__mainTitle"><span class="ux-textspans">{_e(item.title)}</span></h1>
<div class="x-price-primary"><span class="ux-textspans">{price}</span></div>
<div class="x-item-condition-text"><span class="ux-textspans">{_e(item.condition[1])}</span></div>
<div class="ux-labels-values ux-labels-values--shipping"><span class="ux-textspans">{_delivery(item)}</span></div>
<div class="ux-layout-section__textual-display--itemId">eBay item number: <span>{item.id}</span></div>"""
        link = f'<link rel="canonical" href="{self.base}/itm/{item.id}">'
        return _page(f"{_e(item.title)} | eBay", body + self._served(), "en-US", link)

    def _served(self) -> str:
        """Return the comment in which eBay's servers say when they served a page."""
        stamp = int(self.market.now.timestamp() * 1000)
        return f"<!-- RlogId simulated-sandbox-page-{stamp:x}-0x100 -->"


def challenge() -> str:
    """Return a page that asks the visitor to prove that they are no program."""
    return (DATA / "challenge.html").read_text(encoding="utf-8")


def _e(text: str) -> str:
    return html.escape(text)


def _page(title: str, body: str, language: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><!-- simulated market: nobody sells this -->{body}</body></html>"
    )


def _price(minor: int, currency: str) -> str:
    whole, cents = divmod(minor, 100)
    if currency == "EUR":
        grouped = f"{whole:,}".replace(",", ".")
        return f"EUR {grouped},{cents:02d}"
    return f"{'C $' if currency == 'CAD' else money.sign(currency)}{whole:,}.{cents:02d}"


def _delivery(item: Item) -> str:
    line = item.lines[0]
    if line.shipping_cost is None:
        return "Shipping not specified" if line.shipping == "unknown" else "Calculated shipping"
    if line.shipping_cost == 0:
        return "Free delivery"
    return f"+{_price(line.shipping_cost, item.currency)} delivery"


def _facts(item: Item, sold: bool) -> dict[str, Any]:
    line = item.lines[0]
    asked = item.price if item.price is not None else line.lot_price
    shown = item.sold_price if sold else asked
    ways = []
    if item.bids is not None:
        ways.append(f"{item.bids} bid{'' if item.bids == 1 else 's'}")
    if "BEST_OFFER" in item.options:
        ways.append("or Best Offer")
    elif item.bids is None:
        ways.append("Buy It Now")
    return {
        "title": _e(item.title),
        "price": _price(shown or 0, item.currency),
        "buy_now": _price(item.buy_now, item.currency) if item.buy_now and not sold else None,
        "condition": {"3000": "Pre-Owned", "1000": "Brand New", "1500": "Open Box", "7000": "Parts Only"}.get(
            item.condition[0], item.condition[1]
        ),
        "shipping": _delivery(item),
        "where": f"Located in {_COUNTRIES[item.country]}",
        "ways": ways,
        "sold": f"Sold  {_day(item.ended)}" if sold and item.ended else "",
    }


def _day(at: datetime) -> str:
    return f"{at:%b} {at.day}, {at.year}"


def s_item(item: Item, base: str, sold: bool) -> str:
    """Return a card in the markup of 2018 to 2025."""
    f = _facts(item, sold)
    caption = (
        f'<div class="s-item__caption"><span class="s-item__caption--signal POSITIVE">{f["sold"]}</span></div>'
        if f["sold"]
        else ""
    )
    price = f'<span class="POSITIVE">{f["price"]}</span>' if sold else f["price"]
    details = [f'<div class="s-item__detail s-item__detail--primary"><span class="s-item__price">{price}</span></div>']
    if f["buy_now"]:
        details.append(
            f'<div class="s-item__detail s-item__detail--primary"><span class="s-item__price">{f["buy_now"]}</span></div>'
        )
    details += [
        f'<div class="s-item__detail s-item__detail--primary"><span class="s-item__{_way_class(way)}">{way}</span></div>'
        for way in f["ways"]
    ]
    details += [
        f'<div class="s-item__detail s-item__detail--primary"><span class="s-item__shipping s-item__logisticsCost">{f["shipping"]}</span></div>',
        f'<div class="s-item__detail s-item__detail--secondary"><span class="s-item__location">{f["where"]}</span></div>',
    ]
    return (
        f'<li class="s-item" id="item{int(item.id):x}"><div class="s-item__wrapper clearfix"><div class="s-item__info clearfix">{caption}'
        f'<a class="s-item__link" href="{base}/itm/{item.id}?hash=item{int(item.id):x}"><h3 class="s-item__title">{f["title"]}</h3></a>'
        f'<div class="s-item__subtitle"><span class="SECONDARY_INFO">{f["condition"]}</span></div>'
        f'<div class="s-item__details clearfix">{"".join(details)}</div></div></div></li>'
    )


def _way_class(way: str) -> str:
    return "bids" if "bid" in way else "purchase-options"


def s_card(item: Item, base: str, sold: bool) -> str:
    """Return a card in the markup of 2025 and 2026."""
    f = _facts(item, sold)
    caption = (
        f'<div class="s-card__caption"><span class="su-styled-text positive default">{f["sold"]}</span></div>'
        if f["sold"]
        else ""
    )
    tone = "positive" if sold else "primary"
    rows = [f'<span class="su-styled-text {tone} bold large-1 s-card__price">{f["price"]}</span>']
    if f["buy_now"]:
        rows.append(f'<span class="su-styled-text primary bold large-1 s-card__price">{f["buy_now"]}</span>')
    rows += [
        f'<span class="su-styled-text secondary large">{text}</span>'
        for text in (*f["ways"], f["shipping"], f["where"])
    ]
    shown = "".join(f'<div class="s-card__attribute-row">{row}</div>' for row in rows)
    return (
        f'<li class="s-card s-card--horizontal" id="item{int(item.id):x}" data-listingid="{item.id}"><div class="su-card-container">'
        f'<div class="su-card-container__content"><div class="su-card-container__header">{caption}'
        f'<a class="su-link" href="{base}/itm/{item.id}?_skw=simulated"><div role="heading" aria-level="3" class="s-card__title">'
        f'<span class="su-styled-text primary default">{f["title"]}</span><span class="clipped">Opens in a new window or tab</span></div></a>'
        f'<div class="s-card__subtitle-row"><div class="s-card__subtitle"><span class="su-styled-text secondary default">{f["condition"]}</span></div></div></div>'
        f'<div class="su-card-container__attributes"><div class="su-card-container__attributes__primary">{shown}</div></div></div></div></li>'
    )


def su_item_card(item: Item, base: str, sold: bool) -> str:
    """Return a card in the markup of July 2026 on."""
    f = _facts(item, sold)
    caption = f'<span class="signal">{f["sold"]}</span>' if f["sold"] else ""
    rows = [f'<span class="su-styled-text bold su-item-card__price">{f["price"]}</span>']
    if f["buy_now"]:
        rows.append(f'<span class="su-styled-text bold su-item-card__price">{f["buy_now"]}</span>')
    rows += [
        f'<span class="su-styled-text secondary">{text}</span>' for text in (*f["ways"], f["shipping"], f["where"])
    ]
    shown = "".join(f'<div class="su-item-card__attribute-row">{row}</div>' for row in rows)
    return (
        f'<div class="su-item-card s-item-card s-item-card--search-evo" data-listingid="{item.id}">{caption}'
        f'<a class="su-item-card__title" href="{base}/itm/{item.id}">{f["title"]}</a>'
        f'<div class="su-item-card__subtitle">{f["condition"]}</div>'
        f'<div class="su-card-container__attributes__primary">{shown}</div></div>'
    )


def _dummy(markup: str) -> str:
    link = "https://ebay.com/itm/123456?hash=item28caef0a3a:g:E3kAAOSwlGJiMikD"
    if markup == "s-item":
        return (
            f'<li class="s-item"><a class="s-item__link" href="{link}"><h3 class="s-item__title">Shop on eBay</h3></a>'
            '<span class="s-item__price">$20.00</span></li>'
        )
    if markup == "s-card":
        return (
            f'<li class="s-card" id="" data-listingid="{DUMMY}"><a class="su-link" href="{link}"><div class="s-card__title">'
            '<span class="su-styled-text">Shop on eBay</span></div></a><span class="s-card__price">$20.00</span></li>'
        )
    return (
        f'<div class="su-item-card s-item-card" data-listingid="{DUMMY}"><a class="su-item-card__title" href="{link}">Shop on eBay</a>'
        '<span class="su-item-card__price">$20.00</span></div>'
    )

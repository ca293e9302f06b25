"""Result and item pages of the simulated eBay, in the three markups that the real one has used.

They are for saving as files and reading from there: robots.txt forbids ``/sch/``, here as there.
"""

import html
import re
import tomllib
from datetime import datetime, timedelta
from functools import cache

from crawlers.sandbox import money
from crawlers.sandbox.market import Market
from crawlers.sandbox.messages import Answer, Request, html_answer
from crawlers.sandbox.model import DATA, Item
from crawlers.sandbox.words import read_query, tokens

MARKUPS = ("s-item", "s-card", "su-item-card")
PER_PAGE = 60
ROBOTS = "User-agent: *\nDisallow: /sch/\nDisallow: /itm/watch/\n"
_DUMMY = "https://ebay.com/itm/123456?hash=item28caef0a3a:g:simulated"  # "Shop on eBay" leads every real list
_LANGUAGES = {"EBAY_US": "en-US", "EBAY_GB": "en-GB", "EBAY_DE": "en-US", "EBAY_CA": "en-CA"}
_COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "CA": "Canada"}
_CONDITIONS = {"3000": "Pre-Owned", "1000": "Brand New", "1500": "Open Box", "7000": "Parts Only"}


@cache
def _markup() -> dict[str, dict[str, str]]:
    with (DATA / "markup.toml").open("rb") as file:
        return tomllib.load(file)


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
        if request.path == "/sch/i.html":
            query = request.query
            number = query.get("_pgn", "1")
            text = self.results(
                query.get("_nkw", ""),
                markup=query.get("_markup", self.markup),
                sold=query.get("LH_Sold") == "1",
                page=int(number) if number.isdigit() else 1,
            )
            return html_answer(text)
        if match := re.fullmatch(r"/itm/(\d{9,14})", request.path):
            item = self.market.items.get(match[1])
            if item is None:
                return html_answer(_page("Item not found", "<p>This listing is not there.</p>", "en-US"), 404)
            return html_answer(self.item(item))
        return None

    def results(
        self, words: str, *, market: str = "EBAY_US", markup: str = "s-card", sold: bool = False, page: int = 1
    ) -> str:
        """Return a result page: live listings or ``sold`` ones, the newest first. KeyError: no such markup."""
        forms, frame = _markup()[markup], _markup()["page"]
        found = self._sold(words, market) if sold else self._live(words, market)
        shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        cards = [forms["dummy"].format(link=_DUMMY), *(self.card(item, forms, sold=sold) for item in shown)]
        parts = [frame["count"].format(count=f"{len(found):,}", words=_e(words))]
        if not shown:
            parts.append(frame["none"])
        parts.append(frame["list"].format(tag=forms["tag"], cards="".join(cards)))
        if len(found) > page * PER_PAGE:
            query = f"_nkw={_e(words.replace(' ', '+'))}&amp;_pgn={page + 1}"
            parts.append(frame["pager"].format(following=f"{self.base}/sch/i.html?{query}"))
        return _page(f"{_e(words)} for sale | eBay", "".join(parts) + self._served(), _LANGUAGES[market])

    def _live(self, words: str, market: str) -> list[Item]:
        query = read_query(words)
        found = self.market.matching(market, query.all_of, query.any_of, query.none_of)
        return sorted(found, key=lambda item: -int(item.id))

    def _sold(self, text: str, market: str) -> list[Item]:
        query = read_query(text)
        wanted, unwanted = set(query.all_of), set(query.none_of)
        sold = (item for item in self.market.items.values() if item.market == market and item.state == "sold")
        found = [item for item in sold if wanted <= (words := tokens(item.title)) and not unwanted & words]
        return sorted(found, key=lambda item: (item.ended or item.created, item.id), reverse=True)

    def card(self, item: Item, forms: dict[str, str], *, sold: bool) -> str:
        """Return one result in a markup."""
        asked = item.price if item.price is not None else item.lines[0].lot_price
        price = _price((item.sold_price if sold else asked) or 0, item.currency)
        rows = [forms["sold_price" if sold else "price"].format(text=price)]
        if item.buy_now and not sold:
            rows.append(forms["price"].format(text=_price(item.buy_now, item.currency)))
        rows.append(self._way(item, forms, sold=sold))
        rows.append(forms["shipping"].format(text=_delivery(item)))
        rows.append(forms["where"].format(text=f"Located in {_COUNTRIES[item.country]}"))
        caption = forms["caption"].format(text=f"Sold  {_day(item.ended)}") if sold and item.ended else ""
        return forms["card"].format(
            id=item.id,
            hex=f"{int(item.id):x}",
            link=f"{self.base}/itm/{item.id}",
            title=_e(item.title),
            condition=_CONDITIONS.get(item.condition[0], item.condition[1]),
            caption=caption,
            rows="".join(rows),
        )

    def _way(self, item: Item, forms: dict[str, str], *, sold: bool) -> str:
        """Return the row that says how to buy."""
        if item.bids is None:
            return forms["way"].format(text="or Best Offer" if "BEST_OFFER" in item.options else "Buy It Now")
        text = f"{item.bids} bid{'' if item.bids == 1 else 's'}"
        if sold or item.ends is None:
            return forms["way"].format(text=text)
        left = max(item.ends - self.market.now, timedelta(0))
        return forms["bids"].format(text=text, left=f"{left.days}d {left.seconds // 3600}h left")

    def item(self, item: Item) -> str:
        """Return the page of one listing."""
        frame, line = _markup()["page"], item.lines[0]
        minor = (item.price if item.price is not None else line.lot_price) or 0
        body = frame["item"].format(
            ended=frame["ended"] if item.ended else "",
            title=_e(item.title),
            price=f"{'US $' if item.currency == 'USD' else item.currency + ' '}{money.decimal(minor)}",
            condition=_e(item.condition[1]),
            shipping=_delivery(item),
            id=item.id,
        )
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
    prefix = {"USD": "$", "GBP": "£", "EUR": "EUR ", "CAD": "C $"}[currency]
    whole, cents = divmod(minor, 100)
    return f"{prefix}{whole:,}.{cents:02d}"


def _delivery(item: Item) -> str:
    line = item.lines[0]
    if line.shipping_cost is None:
        return "Shipping not specified" if line.shipping == "unknown" else "Calculated shipping"
    return "Free delivery" if line.shipping_cost == 0 else f"+{_price(line.shipping_cost, item.currency)} delivery"


def _day(at: datetime) -> str:
    return f"{at:%b} {at.day}, {at.year}"

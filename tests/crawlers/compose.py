"""Result pages composed for tests, in each generation of markup. Products, numbers and sellers are invented."""

# ruff: noqa: E501 - markup is compared with a page more easily where its lines are whole

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Flavour = Literal["s-item", "s-card", "s-card-july", "su-item-card"]

DUMMY_ID = "2500219655424533"


@dataclass(frozen=True, kw_only=True)
class Card:
    """What one card shows; ``prices`` are rows of spans, ``style`` the classes of the price."""

    id: str
    title: str
    prices: tuple[tuple[str, ...], ...]
    style: str = "primary bold"
    subtitle: str | None = None
    rows: tuple[str, ...] = ()
    bids: tuple[str, str] | None = None  # bids, time left
    caption: tuple[str, str] | None = None  # class, text
    watch: str | None = None
    new: bool = False


def page(
    cards: Sequence[Card],
    flavour: Flavour,
    *,
    lang: str = "en",
    site: str = "ebay.com",
    heading: str | None = None,
    rewrite_at: int | None = None,
    rewrite_text: str = "Results matching fewer words",
    save_card: bool = False,
    dummies: Flavour | None = None,
    served: int = 0x19A00000000,
    query: str = "_nkw=velocity+card",
    next_page: bool = False,
) -> str:
    """Return a whole page: dummies first, then the cards, with the line of fewer words before card ``rewrite_at``."""
    inner = [_card(_dummy(n), dummies, site) for n in range(2)] if dummies else []
    for number, card in enumerate(cards):
        if number == rewrite_at:
            inner.append(f'<li class="srp-river-answer srp-river-answer--REWRITE_START"><h3>{rewrite_text}</h3></li>')
        inner.append(_card(card, flavour, site))
    if next_page:
        inner.append(
            f'<li><a class="pagination__next" href="https://www.{site}/sch/i.html?{query}&amp;_pgn=2">Next</a></li>'
        )
    saved = (
        '<div class="srp-river-answer srp-river-answer--SAVE_CARD">No exact matches found</div>' if save_card else ""
    )
    count = f'<h1 class="srp-controls__count-heading">{heading}</h1>' if heading else ""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>velocity card for sale | eBay</title>'
        f'<link rel="canonical" href="https://www.{site}/sch/i.html?{escape(query)}">'
        "<script>window.x = 'captcha splashui signin.ebay';</script></head><body>"
        f'<div class="srp-controls">{count}</div>{saved}'
        f'<div class="srp-river-results" id="srp-river-results"><ul class="srp-results srp-list clearfix">'
        + "\n".join(inner)
        + "</ul></div><footer>Copyright</footer></body></html>"
        f"<!-- RcmdId srpnweb,RlogId t6pwvit%60d%3D9abcdefgh%2B-{served:x}-0x502 -->"
    )


def _dummy(number: int) -> Card:
    return Card(id="", title="Shop on eBay", prices=(("$20.00",),), subtitle="Brand New", rows=("or Best Offer",))


def _card(card: Card, flavour: Flavour | None, site: str) -> str:
    if flavour == "s-item":
        return _s_item(card, site)
    if flavour == "su-item-card":
        return _su_item_card(card, site)
    return _s_card(card, site, july=flavour == "s-card-july")


def _href(card: Card, site: str) -> str:
    return (
        f"https://www.{site}/itm/{card.id}?itmmeta=01K&amp;hash=item3"
        if card.id
        else "https://ebay.com/itm/123456?hash=x"
    )


def _s_item(card: Card, site: str) -> str:
    upper = {"positive": "POSITIVE", "strikethrough": "STRIKETHROUGH", "italic": "ITALIC"}
    style = " ".join(upper[c] for c in card.style.split() if c in upper)
    prices = []
    for row in card.prices:
        low, *more = row
        text = escape(low) + "".join(
            f'<span class="DEFAULT">{escape(m)}</span>' if n % 2 == 0 else escape(m) for n, m in enumerate(more)
        )
        shown = f'<span class="{style}">{text}</span>' if style else text
        prices.append(
            f'<div class="s-item__detail s-item__detail--primary"><span class="s-item__price">{shown}</span></div>'
        )
    bids = (
        f'<div class="s-item__detail"><span class="s-item__bids s-item__bidCount">{card.bids[0]}</span>'
        f'<span class="s-item__time"><span class="s-item__time-left">{card.bids[1]}</span></span></div>'
        if card.bids
        else ""
    )
    caption = (
        f'<div class="s-item__caption"><span class="s-item__caption--row"><span class="s-item__caption--signal '
        f'{card.caption[0].upper()}"><span>{card.caption[1]}</span></span></span></div>'
        if card.caption
        else ""
    )
    new = '<span class="LIGHT_HIGHLIGHT">New listing</span>' if card.new else ""
    rows = "".join(
        f'<div class="s-item__detail s-item__detail--primary"><span>{escape(r)}</span></div>' for r in card.rows
    )
    watch = (
        f'<span class="s-item__watchheart"><a aria-label="{escape(card.watch)}" class="s-item__watchheart-click"></a></span>'
        if card.watch
        else ""
    )
    subtitle = (
        f'<div class="s-item__subtitle"><span class="SECONDARY_INFO">{escape(card.subtitle)}</span></div>'
        if card.subtitle
        else ""
    )
    return (
        f'<li class="s-item" data-view="mi:1686"><div class="s-item__wrapper clearfix"><div class="s-item__info">{caption}'
        f'<a class="s-item__link" href="{_href(card, site)}"><h3 class="s-item__title">{new}{escape(card.title)}</h3>'
        f'<span class="clipped">Opens in a new window or tab</span></a>{subtitle}'
        f'<div class="s-item__details">{"".join(prices[:1])}{bids}{"".join(prices[1:])}{rows}</div></div>{watch}</div></li>'
    )


def _price_spans(row: tuple[str, ...], style: str, name: str) -> str:
    return "".join(f'<span class="su-styled-text {style} large-1 {name}">{escape(p)}</span>' for p in row)


def _s_card(card: Card, site: str, july: bool) -> str:
    listing = card.id or DUMMY_ID
    rows = [
        f'<div class="s-card__attribute-row">{_price_spans(r, card.style, "s-card__price")}</div>' for r in card.prices
    ]
    if card.bids:
        rows.insert(
            1,
            f'<div class="s-card__attribute-row"><span class="su-styled-text secondary large">{card.bids[0]}</span>'
            f'<span class="su-styled-text secondary small"> · </span><span class="s-item__time">'
            f'<span class="clipped">Time left</span><span class="s-item__time-left">{card.bids[1]}</span></span></div>',
        )
    rows += [
        f'<div class="s-card__attribute-row"><span class="su-styled-text secondary large">{escape(r)}</span></div>'
        for r in card.rows
    ]
    if card.caption and card.caption[0] != "signal":
        rows.append(
            f'<div class="s-card__attribute-row"><a class="su-link" href="https://www.{site}/sl/list?mode=SellLikeItem&amp;itemId={listing}">'
            '<span class="su-styled-text secondary default">Sell one like this</span></a></div>'
        )
    caption = (
        f'<div class="s-card__caption"><span class="su-styled-text {card.caption[0]} default">{card.caption[1]}</span></div>'
        if card.caption
        else ""
    )
    new = '<span class="s-card__new-listing">New Listing</span>' if card.new else ""
    title = (
        f'<div role="heading" aria-level="3" class="s-card__title">{new}<span class="su-styled-text primary default">'
        f'{escape(card.title)}</span><span class="clipped">Opens in a new window or tab</span></div>'
    )
    subtitle = (
        f'<div class="s-card__subtitle-row"><div class="s-card__subtitle"><span class="su-styled-text secondary default">'
        f"{escape(card.subtitle)}</span></div></div>"
        if card.subtitle
        else ""
    )
    watch = (
        f'<span class="s-item__watchheart"><a aria-label="{escape(card.watch)}" class="s-item__watchheart-click"></a></span>'
        if card.watch
        else ""
    )
    if july:
        header = (
            f'<a class="su-card-container__header s-card__link" href={_href(card, site)}>{caption}{title}{subtitle}</a>'
        )
        opened = f'<li class="s-card s-card--horizontal" data-listingid={listing}>'
    else:
        header = (
            f'<div class="su-card-container__header">{caption}<a class="s-card__link" href="{_href(card, site)}">{title}</a>'
            f"{subtitle}</div>"
        )
        opened = f'<li class="s-card s-card--horizontal" data-listingid="{listing}"{"" if card.id else " id"}>'
    return (
        f'{opened}<div class="su-card-container su-card-container--horizontal"><div class="su-card-container__media">'
        f'<a class="s-card__link image-treatment" href="{_href(card, site)}"><img alt="{escape(card.title)}"></a>{watch}</div>'
        f'<div class="su-card-container__content">{header}<div class="su-card-container__attributes">'
        f'<div class="su-card-container__attributes__primary">{"".join(rows)}</div>'
        '<div class="su-card-container__attributes__secondary"><div class="s-card__attribute-row">'
        '<span class="su-styled-text primary large">invented_shop </span>'
        '<span class="su-styled-text primary large">100% positive (12)</span></div></div></div></div></div></li>'
    )


def _su_item_card(card: Card, site: str) -> str:
    rows = [
        f'<div class="su-item-card__row">{_price_spans(r, card.style, "su-item-card__price")}</div>'
        for r in card.prices
    ]
    texts = [*((f"{card.bids[0]} · Time left {card.bids[1]}",) if card.bids else ()), *card.rows]
    rows[1:1] = [f'<div><span class="su-styled-text secondary">{escape(t)}</span></div>' for t in texts[:1]]
    rows += [f'<div><span class="su-styled-text secondary">{escape(t)}</span></div>' for t in texts[1:]]
    signal = f'<div class="signal {card.caption[0]}">{card.caption[1]}</div>' if card.caption else ""
    subtitle = f'<div class="su-item-card__subtitle">{escape(card.subtitle)}</div>' if card.subtitle else ""
    return (
        f'<div class="su-item-card s-item-card s-item-card--search-evo" data-listingid="{card.id or DUMMY_ID}">{signal}'
        f'<a class="su-item-card__title" href="{_href(card, site)}">{escape(card.title)}</a>{subtitle}'
        f'<div class="su-card-container__attributes__primary">{"".join(rows)}</div></div>'
    )

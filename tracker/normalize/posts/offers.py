"""Turns an item into an offer: its price, in which currency, and who pays for carriage."""

import re
from collections.abc import Sequence
from decimal import Decimal

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.money.shipping import free_from, meets_in_person, shipping_of_post, shipping_of_title
from tracker.normalize.posts.post import Post
from tracker.normalize.posts.prices.settling import Settled, settle
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.types import Offer, Shipping

__all__ = ["offers_of"]

_CURRENCIES = {
    "canadianhardwareswap": "CAD",
    "hardwareswapuk": "GBP",
    "hardwareswapeu": "EUR",
    "bapcsalescanada": "CAD",
    "hardwareswapaustralia": "AUD",
}
_IN_CURRENCY = finder(
    r"(?:all )?prices(?: (?:are|is|in|all)){0,5} (?:cad|usd|gbp|eur|aud)\b|(?:prices?|"
    r"all|everything|amounts?|listed|is|are)(?: (?:are|is|listed|all|in|quoted)){0,5} in (?:cad|"
    r"usd|gbp|eur|euros?|canadian|us dollars?|pounds|aud)\b|\b(?:cad|usd) (?:prices|"
    r"only)"
)
_CODE = Guarded(r"\b(?:cad|usd|gbp|eur|euros?|canadian|us dollars?|pounds|aud)\b")
_CODES = {"canadian": "CAD", "euro": "EUR", "euros": "EUR", "pounds": "GBP", "us dollar": "USD", "us dollars": "USD"}
_PLACE = re.compile(r"[\[(](?P<place>[^\[\]()]{2,20})[\])]")

_OF_ALL = re.compile(
    r"(?:\b(?:everything|all(?: (?:of )?(?:the )?(?:prices|items|parts|goods))?)\b|\bprices?|"
    r"(?:(?<![^\n.!?])|(?<=[.!?] ))(?:the |both |my )?(?:gpus|cards)\b)[^.!?\n$£€\d]{0,40}$"
)
"""``Everything plus the cost of shipping``: holds for all, whatever else its line prices."""
_NAMED = re.compile(
    r"\W{0,6}(?P<name>(?!(?:price|prices|asking|was|now|shipped|local|old|each|all|both|for)\b)[a-z]\w[^$£€\n]{0,80})"
)
_OF_THE_REST = re.compile(r"\b(?:everything|anything) else\b|\b(?:all|the) (?:the )?(?:others|rest)\b")
"""``$180, and $15 to ship this. Everything else is shipped``: what the line says of the others."""


def offers_of(post: Post, layout: Layout, items: Sequence[Item]) -> list[Offer]:
    """The offers that the items have become; a trade or a gift has no price."""
    unpriced = post.intent in ("other", "trade")
    settled = [Settled() if unpriced else settle(item) for item in items]
    open_carriage = (one.amount is not None and one.amount.shipping in (None, "local") for one in settled)
    if post.trace.wanted or any(open_carriage):
        _read_carriage(post, layout, items)
    _read_currency(post)
    return [_offer_of(post, layout, item, one) for item, one in zip(items, settled, strict=True)]


def _read_carriage(post: Post, layout: Layout, items: Sequence[Item]) -> None:
    """Note what the post says of carriage once for all of its prices."""
    text = layout.post.text
    said, where = shipping_of_post(_prose(layout)), "body"
    others = _other_goods(layout, items) if said is not None else []
    other_goods = next((start for start, end in others if said and start <= said[1] < end), None)
    if said is not None and other_goods is not None and not _OF_ALL.search(text, other_goods, said[1]):
        said = shipping_of_post(_blanked(_prose(layout), others))
    if said is None:
        said, where = shipping_of_post(post.title.have_text), "title"
    if said is None and any(a.kind == "shipping" for amounts in layout.amounts.values() for a in amounts):
        post.carriage = "extra"
        post.trace.add("carriage", "extra: a cost of its own", where="body")
    elif said is None and meets_in_person(text, post.title.want_text):
        post.carriage = "local"
        post.trace.add("carriage", "local: no other way than to meet", where="body")
    if said is not None:
        post.carriage, post.free_from = said[0], free_from(text) if said[0] == "extra" else None
        in_body = where == "body"
        start, end = (said[1], said[2]) if in_body else (None, None)
        post.trace.add("carriage", f"{said[0]} for all prices", start, end, "body" if in_body else "title")


def _read_currency(post: Post) -> None:
    """Note the currency that the post states for all of its prices."""
    stated = _IN_CURRENCY.search(post.body.text) if _CODE.possible(post.body.text) else None
    code = _CODE.search(stated.group()) if stated is not None else None
    if stated is not None and code is not None:
        post.stated_currency = _CODES.get(code.group(), code.group().upper()[:3])
        post.trace.add("currency", f"{post.stated_currency} for all prices", stated.start(), stated.end(), "body")


def _offer_of(post: Post, layout: Layout, item: Item, settled: Settled) -> Offer:
    amount = settled.amount
    currency = _currency(post, amount)
    shipping, cost = _shipping(post, layout, item, amount)
    if post.trace.wanted:
        _trace(post, item, settled, currency)
    flags = ("vram_contradiction",) if item.contradiction else ()
    return Offer(
        model=item.model,
        vram_gb=None if item.contradiction else item.vram_gb,
        sku=item.skus[0] if len(item.skus) == 1 else None,
        candidates=item.skus if len(item.skus) != 1 else (),
        form=item.mention.form,
        quantity=item.quantity or 1,
        price=settled.price,
        lot_price=settled.lot_price,
        basis=settled.basis,
        currency=currency,
        shipping=shipping,
        shipping_cost=cost,
        status=item.status or "available",
        condition="parts" if item.broken else None,
        broken=item.broken,
        in_system=item.system,
        confidence=_confidence(item, settled),
        flags=flags,
    )


def _trace(post: Post, item: Item, settled: Settled, currency: str) -> None:
    amount = settled.amount
    if amount is not None:
        said = f"{settled.price or settled.lot_price} {currency} for {item.model}: {amount.why}"
        post.trace.add("price", said, amount.start, amount.end, amount.where)
    card = f"{item.model} x{item.quantity or 1} {item.status or 'available'}"
    start, end = item.spot or (item.mention.start, item.mention.end)
    post.trace.add("card", card, start, end, "body" if item.spot else "title")


def _confidence(item: Item, settled: Settled) -> float:
    sure = 0.95 if item.mention.witnessed else 0.7
    return sure if settled.basis in ("each", None) else min(sure, 0.9)


def _currency(post: Post, amount: Amount | None) -> str:
    if amount is not None and amount.currency:
        return amount.currency
    if post.stated_currency:
        return post.stated_currency
    default = _CURRENCIES.get(post.listing.source.lower())
    if default:
        return default
    if (
        amount is not None
        and "$" in (post.title_post if amount.where == "title" else post.body).text[amount.start : amount.end]
    ):
        return "USD"
    return post.listing.currency or _currency_of_place(post) or "USD"


def _currency_of_place(post: Post) -> str | None:
    for match in _PLACE.finditer(post.title_post.text):
        place = match.group("place").strip()
        if re.match(r"(?:eu|nl|de|fr|it|es|be|at|ie|fi)\b", place):
            return "EUR"
        if re.match(r"(?:uk|gb|gbr|eng)\b", place):
            return "GBP"
    return None


_LOCAL = finder(r"\blocal|\bpick[ -]?up\b|\bcollect")


def _prose(layout: Layout) -> str:
    """The body without shop price lists, whose remarks are not the seller's."""
    text = layout.post.text
    for table in layout.tables:
        if table.retail:
            text = text[: table.start] + " " * (table.end - table.start) + text[table.end :]
    return text.replace("prices include shipping and discounts", " " * 37)


def _other_goods(layout: Layout, items: Sequence[Item]) -> list[tuple[int, int]]:
    """The lines that price other goods, whose remarks on carriage hold for them alone."""
    if not any(number in layout.amounts for number in layout.mentions):
        return []
    tied = {amount.start for item in items for amount in item.asked if amount.where == "body"}
    found = []
    for number in layout.rows:
        line = layout.lines[number]
        if number not in layout.mentions and _LOCAL.search(line.text) and names_goods(line.text):
            found.append((line.start, line.end))
    for number, amounts in layout.amounts.items():
        line = layout.lines[number]
        if number in layout.mentions or number in layout.rows or any(amount.lot for amount in amounts):
            continue
        struck = _is_struck_thing(layout, line, amounts)
        if not struck and any(amount.start in tied for amount in amounts):
            continue
        local = any(amount.shipping == "local" and amount.kind == "asking" for amount in amounts)
        only_local = local and not any(word in line.text for word in _SENT)
        if names_goods(line.text) or only_local or struck:
            of_the_rest = _OF_THE_REST.search(line.text)
            found.append((line.start, line.end if of_the_rest is None else line.start + of_the_rest.start()))
    return found


_SENT = ("ship", "post", "track", "insured", "send", "sent", "mail", "deliver")


def _is_struck_thing(layout: Layout, line: Line, amounts: Sequence[Amount]) -> bool:
    """``~~Monitor: $235 local, or you pay shipping~~``: struck together with the name of what it priced."""
    if not layout.post.struck or not all(amount.struck for amount in amounts):
        return False
    named = _NAMED.match(line.text[: amounts[0].start - line.start])
    return named is not None and layout.post.is_struck(line.start + named.start("name"), line.start + named.end())


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _local_only(text: str, end: int) -> bool:
    """``$2700, pickup only for this one``, in a post that ships the others."""
    return " only" in text[end : end + 40].partition("\n")[0].partition(". ")[0]


def _shipping(post: Post, layout: Layout, item: Item, amount: Amount | None) -> tuple[Shipping, Decimal | None]:
    """Carriage of an offer: as its own price says, else as the post says for all, else as the title's payment says."""
    if amount is None:
        return "unknown", None
    if amount.shipping == "local" and post.carriage == "extra" and not _local_only(layout.post.text, amount.end):
        # A local price in a post that ships at a cost: carriage comes on top of it.
        return "extra", None
    if amount.shipping:
        return amount.shipping, None  # type: ignore[return-value]
    if item.table:
        table = next((table for number, (table, _) in layout.rows.items() if number == item.line), None)
        if table is not None and table.shipped:
            return "included", None
    if post.free_from is not None and amount.value >= post.free_from:
        return "included", None
    if post.carriage is not None:
        cost = next((a.value for amounts in layout.amounts.values() for a in amounts if a.kind == "shipping"), None)
        return post.carriage, cost if post.carriage == "extra" else None
    local = shipping_of_title(post.title.want_text)
    return (local or "unknown"), None

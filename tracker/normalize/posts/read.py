"""Reads one swap post from title to offers."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards import Cards, find_cards, title_items
from tracker.normalize.posts.edits import apply_edits
from tracker.normalize.posts.context import sentence_around
from tracker.normalize.posts.goods import names_goods, names_system, parts_in_title, parts_out, without_spans
from tracker.normalize.posts.intent import read_intent
from tracker.normalize.posts.items import Item
from tracker.normalize.posts.layout import Layout, bare_numbers, lay_out, mentions_of
from tracker.normalize.posts.money import Amount, find_amounts
from tracker.normalize.posts.prices import Settled, give, settle, tie_sentence
from tracker.normalize.posts.quantity import quantity_around
from tracker.normalize.posts.shipping import shipping_of_post, shipping_of_title
from tracker.normalize.posts.status import closes_all, says_broken, status_in
from tracker.normalize.posts.text import PostText, read_text
from tracker.normalize.posts.title import Title, read_title
from tracker.normalize.posts.trace import Tracer
from tracker.normalize.posts.walk import walk
from tracker.normalize.types import Intent, ListingText, Offer, Reading, Shipping

__all__ = ["read_post"]

_CLOSED_FLAIR = ("closed", "sold", "complete", "traded", "gone", "fulfilled")
_SOLD_TITLE = re.compile(r"^\W{0,3}(?:sold|closed)\b|[\[(](?:sold|closed)[\])]|\bsold\W{0,3}$")
_CURRENCIES = {"canadianhardwareswap": "CAD", "hardwareswapuk": "GBP", "hardwareswapeu": "EUR", "bapcsalescanada": "CAD", "hardwareswapaustralia": "AUD"}
_IN_CURRENCY = re.compile(r"(?:all )?prices(?: (?:are|is|in|all))* (?P<after>cad|usd|gbp|eur|aud)\b|(?:prices?|all|everything|amounts?|listed|is|are)(?: (?:are|is|listed|all|in|quoted))* in (?P<code>cad|usd|gbp|eur|euros?|canadian|us dollars?|pounds|aud)\b|(?<!\w)(?P<all>cad|usd) (?:prices|only)")
_CODES = {"canadian": "CAD", "euro": "EUR", "euros": "EUR", "pounds": "GBP", "us dollar": "USD", "us dollars": "USD"}
_PLACE = re.compile(r"[\[(](?P<place>[^\[\]()]{2,20})[\])]")


_OPEN_TITLE = re.compile(r"\b(?:gpus?|(?:graphics?|video|vga) ?cards?|cards?|parts|stuff|hardware)\b")


@dataclass(slots=True)
class _Post:
    listing: ListingText
    title_post: PostText
    title: Title
    body: PostText
    intent: Intent
    trace: Tracer
    other_goods: bool = False


def read_post(listing: ListingText, explain: bool = False) -> Reading:
    """Intent and offers of a post; ``trace`` is filled where ``explain`` asks for it."""
    trace = Tracer(explain)
    title_post, body = read_text(listing.title), read_text(_text(listing.body))
    title = read_title(title_post)
    intent, rule = read_intent(title, title_post, body, listing.flair)
    trace.add("intent", f"{intent}: {rule}", where="title")
    post = _Post(listing, title_post, title, body, intent, trace)
    if intent == "buy":
        return Reading(intent=intent, reject="wanted", trace=trace.steps)
    if intent == "other" and rule != "given away":
        return Reading(intent=intent, reject="not_an_offer", trace=trace.steps)
    offers = _offers(post)
    reject = None if offers else "no_card"
    return Reading(intent=intent, reject=reject, offers=tuple(offers), trace=trace.steps)


def _text(body: str | None) -> str:
    return "" if body is None or body.strip().lower() in ("[deleted]", "[removed]", "none") else body


def _offers(post: _Post) -> list[Offer]:
    mentions = mentions_of(post.title_post, context=True)
    titled, wanted = title_items(post.title_post, post.title, mentions)
    _title_facts(post, titled)
    named = mentions_of(post.body, context=True) if post.body.text else []
    if not titled and not named:
        return []
    if titled and post.body.text:
        named = bare_numbers(post.body, [item.mention for item in titled], named)
    layout = lay_out(post.body, named)
    cards = find_cards(layout, titled, wanted, bool(_OPEN_TITLE.search(post.title.have_text)) or names_system(post.title.have_text))
    if not cards.items:
        return []
    other_goods = post.other_goods = _other_goods(post, mentions)
    from_title = [item for item in cards.items if item.where == "title"]
    every = len(cards.items) == 1 and not other_goods
    walk(layout, cards, cards.items if every else (from_title if from_title and len(from_title) == len(cards.items) and not other_goods else []))
    _leftover(layout, cards, other_goods)
    _title_prices(post, titled, cards)
    _systems(post, layout, cards)
    _split_singles(cards)
    _both(post, cards)
    apply_edits(layout, cards, other_goods)
    _close(post, layout, cards)
    return [_offer(post, layout, item) for item in cards.items]


def _title_facts(post: _Post, items: list[Item]) -> None:
    text = post.title_post.text
    for place, item in enumerate(items):
        low = items[place - 1].mention.end if place else 0
        high = items[place + 1].mention.start if place + 1 < len(items) else len(text)
        side = next((side for side in post.title.have if side.start <= item.mention.start < side.end), None)
        if side is not None:
            low, high = max(low, side.start), min(high, side.end)
        before = text[low : item.mention.start]
        item.quantity = quantity_around(before, text[item.mention.end : high])
        broken = says_broken(text[item.mention.end : high])
        item.broken = bool(broken) or bool(re.search(r"\b(?:broken|dead|faulty|defective|for parts|non-?working)\b[^,|/]{0,40}$", before)) or bool(
            re.search(r"\b(?:dead|broken|faulty|defective) (?:gpus?|cards?|graphics)", post.title.have_text)
        )
        said = status_in(text[item.mention.end : high])
        if said and said != "available":
            item.status = said


def _other_goods(post: _Post, mentions: list[Mention]) -> bool:
    """Whether the title offers more than its cards."""
    spans = [(mention.start, mention.end) for mention in mentions]
    for side in post.title.have:
        pieces = re.split(r"[,|;/&+]|\band\b", without_spans(side.text, side.start, spans))
        if any("\x01" not in piece and (names_goods(piece) or _is_thing(piece)) for piece in pieces):
            return True
    return False


def _is_thing(piece: str) -> bool:
    return bool(re.search(r"\b(?:more|etc|stuff|parts|things|misc|various|random|games?|fans?)\b", piece))


def _priced_on_its_line(layout: Layout, item: Item) -> bool:
    """Whether one of the card's prices stands in the line that names it."""
    if item.line < 0:
        return False
    line = layout.lines[item.line]
    return any(line.begin <= amount.start <= line.end for amount in item.asked)


_GPU_LABEL = re.compile(r"(?:the )?(?:gpu|(?:graphics?|video) ?card|vga|card) ?[:=-]")
_GPU_WORD = re.compile(r"\b(?:card|gpus?|(?:graphics?|video) ?cards?)\b")


def _leftover(layout: Layout, cards: Cards, other_goods: bool) -> None:
    """Prices that name no card: of the only card that has none, or for all of them (``each``, ``for both``)."""
    open_items = [item for item in cards.items if not item.asked and not item.system and not item.table]
    if not open_items and len(cards.items) != 1:
        return
    used = {amount.start for item in cards.items for amount in item.asked}
    for number, line in enumerate(layout.lines):
        if number in layout.rows or number in layout.edits or layout.sections[number] == "want" or number not in layout.amounts:
            continue
        own = [amount for amount in layout.amounts.get(number, ()) if amount.kind == "asking" and amount.start not in used]
        if own and len(cards.items) == 1 and not _priced_on_its_line(layout, cards.items[0]) and _GPU_LABEL.match(line.text):
            cards.items[0].asked = own
            break
        if not own or (len(line.text) < 70 and names_goods(line.text)):
            continue
        own = [amount for amount in own if not names_goods(layout.post.text[slice(*sentence_around(layout.post.text, amount.start, amount.end))])]
        if len(cards.items) > 1 and any(amount.each or amount.lot for amount in own):
            counted = [amount for amount in own if amount.each or amount.lot]
            if re.search(r"\b(?:gpus?|cards?|all|both|each|either|pair|lot)\b", line.text):
                give(open_items, counted)
        elif len(cards.items) == 1 and (not other_goods or _GPU_WORD.search(line.text)):
            give(open_items, own)


def _title_prices(post: _Post, titled: list[Item], cards: Cards) -> None:
    """Prices in the title: behind each card, or on the wanted side for the only card."""
    text = post.title_post.text
    amounts = [amount for amount in find_amounts(post.title_post) if amount.kind == "asking"]
    if not amounts or not titled:
        return
    fresh = {id(item): Item.of(item.mention, "title", -1, text) for item in titled}
    for item in titled:
        fresh[id(item)].quantity = item.quantity
    for side in post.title.have:
        named = [(item.mention.start, item.mention.end, fresh[id(item)]) for item in titled if side.start <= item.mention.start < side.end]
        own = [amount for amount in amounts if side.start <= amount.start < side.end]
        if named and own:
            tie_sentence(side.text, side.start, named, own, [])
    for side in post.title.want:
        own = [amount for amount in amounts if side.start <= amount.start < side.end]
        if own and (len(titled) == 1 or any(amount.each or amount.lot for amount in own)) and not post.other_goods:
            give([fresh[id(item)] for item in titled], own)
        elif len(own) > 1:
            for item in titled:
                place = _piece_of(post, item, len(own))
                if place is not None:
                    fresh[id(item)].asked.append(own[place])
    for item in titled:
        _carry_shipping(item, fresh[id(item)])
        if any(item is other for other in cards.items) and not any(amount.kind == "asking" for amount in item.asked):
            twin = fresh[id(item)]
            item.asked = twin.asked + item.asked
            item.bundled = item.bundled or twin.bundled
            item.lot_of = item.lot_of or twin.lot_of


def _carry_shipping(item: Item, twin: Item) -> None:
    """``[W] $350 + shipping`` holds for the same price named again in the body."""
    for place, amount in enumerate(item.asked):
        said = next((other.shipping for other in twin.asked if other.value == amount.value and other.shipping), None)
        if said and amount.shipping is None:
            item.asked[place] = replace(amount, shipping=said)


def _both(post: _Post, cards: Cards) -> None:
    """``$320 each, both sealed``: two, where nothing else counts them."""
    item = cards.items[0]
    if len(cards.items) == 1 and item.quantity is None and any(amount.each for amount in item.asked) and re.search(r"\bboth (?:are |cards |of them |have |new|sealed|work|come|in\b|with|gpus)", post.body.text):
        item.quantity = 2


def _split_singles(cards: Cards) -> None:
    """``a single card with box for $150, a single card without for $140``: as many cards as prices."""
    for item in list(cards.items):
        singles = [a for a in item.asked if a.kind == "asking" and a.each and a.shipping != "local" and not a.newest]
        values = {amount.value for amount in singles}
        if 1 < len(values) == len(singles) == (item.quantity or 1):
            twins = [replace(item, asked=[amount], quantity=1) for amount in singles]
            place = next(number for number, other in enumerate(cards.items) if other is item)
            cards.items[place : place + 1] = twins


def _piece_of(post: _Post, item: Item, count: int) -> int | None:
    """Which of the title's offered pieces names the card, where there are as many pieces as prices."""
    pieces = [piece for side in post.title.have for piece in re.finditer(r"[^,|;/&+]+", side.text) if piece.group().strip()]
    offsets = [(side.start + piece.start(), side.start + piece.end()) for side in post.title.have for piece in re.finditer(r"[^,|;/&+]+", side.text) if piece.group().strip()]
    if len(pieces) != count:
        return None
    return next((place for place, (start, end) in enumerate(offsets) if start <= item.mention.start < end), None)


_WHOLE = re.compile(r"\b(?:full|complete|entire|whole)\b")
_HOLDS = re.compile(r"[:(]|\bw/|\bwith\b| [-/|] |\.{2,}")
_PULLED = re.compile(r"pulled|removed|taken|from (?:a|an|my)|out of|salvaged|used in|upgrad")
_MACHINE_AFTER = re.compile(r"[^,|]{0,60}\b(?:pc|build|rig|computer|laptop|desktop|system|tower|machine|server|workstation|notebook)\b")


def _systems(post: _Post, layout: Layout, cards: Cards) -> None:
    """Mark cards that are sold inside a machine."""
    have = post.title.have_text
    whole_title = names_system(have) and not parts_in_title(have)
    parted = parts_out(have) or (parts_out(post.body.text) and not _WHOLE_ONLY.search(post.body.text))
    for item in cards.items:
        if item.mention.form == "mobile" and "mxm" not in post.body.text + have:
            item.system = True
            continue
        alone = _priced_alone(layout, item)
        if parted or alone:
            item.system = False
        elif item.line >= 0 and _in_machine_line(layout, item):
            item.system = True
        elif whole_title and _inside(post, item):
            item.system = True
        if whole_title and not item.titled and not item.system and not alone and not item.table:
            item.bundled = True
    if any(item.system for item in cards.items):
        post.trace.add("in_system", "cards inside a machine", where="body")
        _system_price(layout, cards)


_WHOLE_ONLY = re.compile(r"(?:not|n't|rather not|won't|no) (?:be )?(?:looking to |going to |willing to )?part|rather (?:sell|not)")


def _priced_alone(layout: Layout, item: Item) -> bool:
    """Whether the card's own line states a price that is not the machine's."""
    if item.line < 0 or item.bundled or item.system:
        return False
    line = layout.lines[item.line]
    inside = [amount for amount in item.asked if amount.kind == "asking" and not amount.bundle and line.begin <= amount.start <= line.end]
    return bool(inside)


def _in_machine_line(layout: Layout, item: Item) -> bool:
    """Whether the line's own item is a machine that holds the card: ``R740xd w/ 2x T4``."""
    line = layout.lines[item.line]
    text = layout.post.text
    if item.spot is None:
        return False
    begin, _ = sentence_around(text, *item.spot)
    before = text[max(begin, line.start) : item.spot[0]]
    if _PULLED.search(before) or not names_system(before):
        return False
    return bool(_HOLDS.search(before) or "," in before) and (line.is_item_mark or len(line.text) < 240 and before.count(" ") < 16)


def _inside(post: _Post, item: Item) -> bool:
    """Whether the title's machine holds the card: named in its list, or only in the body's specifications."""
    text = post.title_post.text
    position = item.mention.start
    side = next((side for side in post.title.have if side.start <= position < side.end), None)
    if not item.titled or side is None:
        pieces = re.split(r"[,|;+&]", _PLACE.sub(" ", post.title.have_text))
        other_cards = re.search(r"\b(?:gpus?|video ?cards?|graphics? cards?)\b", post.title.have_text)
        return bool(pieces and names_system(pieces[0]) and not other_cards)
    before = text[side.start : position]
    if names_system(before) and not _PULLED.search(before):
        piece = re.split(r"[,;|]", before)[-1]
        return bool(_WHOLE.search(side.text) or names_system(piece) or _held(before))
    return bool(_MACHINE_AFTER.match(text, item.mention.end, side.end)) or (bool(_WHOLE.search(side.text)) and names_system(side.text))


def _held(before: str) -> bool:
    """Whether the list that a machine opens is still running: ``PC - i5 / RTX 4070``, but not ``server w/ 2x T4, A2000``."""
    match = _HOLDS.search(before)
    if match is None:
        return False
    rest = before[match.end() :]
    return match.group() not in ("w/", "with") or "," not in rest


def _system_price(layout: Layout, cards: Cards) -> None:
    amounts: list[Amount] = []
    for number in sorted(layout.amounts):
        if number in layout.rows:
            continue
        amounts += [amount for amount in layout.amounts[number] if amount.kind == "asking" and amount.value >= 100]
    for item in cards.items:
        if item.system and not [amount for amount in item.asked if amount.kind == "asking"]:
            item.asked = amounts[:1]
        item.bundled = item.bundled or item.system


def _close(post: _Post, layout: Layout, cards: Cards) -> None:
    """Everything is sold where flair, title or a line of its own says so."""
    flair = (post.listing.flair or "").lower()
    said: str | None = None
    if any(word in flair for word in _CLOSED_FLAIR):
        said = "sold"
        post.trace.add("closed", f"flair {post.listing.flair}", where="title")
    elif _SOLD_TITLE.search(post.title_post.text):
        said = "sold"
        post.trace.add("closed", "title says sold", where="title")
    if said:
        for item in cards.items:
            item.status = "sold"
        return
    for number, line in enumerate(layout.lines):
        if number in layout.rows or number in layout.edits or cards.named.get(number):
            continue
        if len(line.text) <= 120 and not names_goods(line.text):
            closed = closes_all(line.text)
            if closed and _stands_for_all(layout, cards, number):
                for item in cards.items:
                    item.status = item.status if item.status == "sold" else closed
                post.trace.add("closed", line.text[:60], line.start, line.end, "body")


def _stands_for_all(layout: Layout, cards: Cards, number: int) -> bool:
    """A bare ``SOLD`` closes the post at its top or its end, or where only one card is on offer."""
    line = layout.lines[number]
    if re.search(r"\b(?:all|everything|both|thread|post|closed|lot)\b", line.text) or len(cards.items) == 1:
        return True
    filled = [place for place, other in enumerate(layout.lines) if other.kind != "blank"]
    return bool(filled) and number == filled[0]


def _offer(post: _Post, layout: Layout, item: Item) -> Offer:
    settled = settle(item)
    if post.intent in ("other", "trade"):
        settled = Settled()
    amount = settled.amount
    currency = _currency(post, amount)
    if amount is not None:
        where = "title" if post.title_post.text[amount.start : amount.end] == _money_text(post, amount) and item.line < 0 else "body"
        post.trace.add("price", f"{settled.price or settled.lot_price} {currency} for {item.model}: {amount.why}", amount.start, amount.end, where)
    shipping, cost = _shipping(post, layout, item, amount)
    post.trace.add("card", f"{item.model} x{item.quantity or 1} {item.status or 'available'}", *(item.spot or (item.mention.start, item.mention.end)), "body" if item.spot else "title")
    flags = ("vram_contradiction",) if item.contradiction else ()
    return Offer(
        model=item.model, vram_gb=None if item.contradiction else item.vram_gb, sku=item.skus[0] if len(item.skus) == 1 else None,
        candidates=item.skus if len(item.skus) != 1 else (), form=item.mention.form, quantity=item.quantity or 1,
        price=settled.price, lot_price=settled.lot_price, basis=settled.basis, currency=currency, shipping=shipping,  # type: ignore[arg-type]
        shipping_cost=cost, status=item.status or "available", broken=item.broken, in_system=item.system,
        condition="parts" if item.broken else None, confidence=_confidence(item, settled), flags=flags,
    )  # fmt: skip


def _money_text(post: _Post, amount: Amount) -> str:
    return post.title_post.text[amount.start : amount.end]


def _confidence(item: Item, settled: Settled) -> float:
    sure = 0.95 if item.mention.witnessed else 0.7
    return sure if settled.basis in ("each", None) else min(sure, 0.9)


def _currency(post: _Post, amount: Amount | None) -> str:
    if amount is not None and amount.currency:
        return amount.currency
    stated = _IN_CURRENCY.search(post.body.text)
    if stated:
        code = stated.group("code") or stated.group("all") or stated.group("after")
        return _CODES.get(code, code.upper()[:3])
    default = _CURRENCIES.get(post.listing.source.lower())
    if default:
        return default
    return (post.listing.currency or _currency_of_place(post) or "USD") if not (amount and "$" in _around(post, amount)) else "USD"


def _around(post: _Post, amount: Amount) -> str:
    return post.body.text[amount.start : amount.end] + post.title_post.text[amount.start : amount.end]


def _currency_of_place(post: _Post) -> str | None:
    for match in _PLACE.finditer(post.title_post.text):
        place = match.group("place").strip()
        if re.match(r"(?:eu|nl|de|fr|it|es|be|at|ie|fi)\b", place):
            return "EUR"
        if re.match(r"(?:uk|gb|gbr|eng)\b", place):
            return "GBP"
    return None


def _prose(layout: Layout) -> str:
    """The body without shop price lists, whose remarks are not the seller's."""
    text = layout.post.text
    for table in layout.tables:
        if table.retail:
            text = text[: table.start] + " " * (table.end - table.start) + text[table.end :]
    return text.replace("prices include shipping and discounts", "")


def _shipping(post: _Post, layout: Layout, item: Item, amount: Amount | None) -> tuple[Shipping, Decimal | None]:
    """Carriage of an offer: as its own price says, else as the post says for all, else as the title's payment says."""
    if amount is None:
        return "unknown", None
    if amount.shipping:
        return amount.shipping, None  # type: ignore[return-value]
    if item.table:
        table = next((table for number, (table, _) in layout.rows.items() if number == item.line), None)
        if table is not None and table.shipped:
            return "included", None
    said = shipping_of_post(_prose(layout))
    if said is not None:
        cost = next((a.value for amounts in layout.amounts.values() for a in amounts if a.kind == "shipping"), None)
        return said[0], cost if said[0] == "extra" else None
    local = shipping_of_title(post.title.want_text)
    return (local or "unknown"), None

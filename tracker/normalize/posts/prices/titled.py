"""What the title says of its cards: counts, states, prices, and which other goods stand beside them."""

import re

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.defects import tells_of_defect
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.goods import MENTION_BLANK, is_bundled, names_goods, names_system, without_spans
from tracker.normalize.posts.clues.quantity import quantity_around
from tracker.normalize.posts.clues.status import says_broken, status_in
from tracker.normalize.posts.intents.sides import money_and_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money.bare import MODEL_NUMBER
from tracker.normalize.posts.money.finding import Amount, find_amounts
from tracker.normalize.posts.post import Post
from tracker.normalize.posts.prices.tying import give, tie_sentence
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["break_listed", "offers_other_goods", "read_title_facts", "tie_title_prices"]

_OWN_END = re.compile(r"[,;|+&]|(?<!w)/")
_BROKEN_BEFORE = Guarded(
    r"\b(?:broken|dead|bad|faulty|defective|for parts|parts only|spares only|non-?working|"
    r"cracked(?! (?:shroud|back ?plate|fan|plastic|box)))\b[^,|/]{0,40}$"
)
_ONLY_BROKEN = Guarded(
    r"[^,;|\[\]/+&]{0,40}[,;-] ?(?:is |it's |currently )?(?:broken|dead|faulty|defective|not working|for parts|"
    r"as[- ]is|parts only)(?: card| gpu)? *(?:[,;|\[(/]|$)|"
    r"[^,;|\[\]/+&]{0,40}[(\[](?:for |as )?(?:parts|spares|repairs?|broken)"
    r"(?: ?(?:/|&|or|and) ?(?:parts|repairs?|broken))?[)\]]"
)
"""``EVGA GTX 680 SC, broken``: a piece of the list that names nothing else."""
_NEXT_PIECE = re.compile(
    r"[^,;|\[\]/+&\n]{0,40}(?:[,;]|[ ]-)[ ]{1,2}(?P<said>[a-z][^,;|\[\]/+&\d\n]{3,30}?)[ ]{0,2}(?=[,;|\[/]|$)"
)
"""``EVGA GTX 680 SC, no display``: a piece of the list that names no other card."""
_BROKEN_CARDS = Guarded(
    r"\b(?:dead|broken|faulty|defective|dying|for[- ]parts|non[ -]?working|not working|non[ -]?functional)"
    r"(?: ?(?:/|and|or|&) ?\w+)? (?:gpus?|cards?|graphics)|"
    r"(?:^|[\])>}] ?|\n)(?:(?:for|as) )?(?:parts|spares|repairs?|dead|broken|faulty)"
    r"(?: ?(?:/|and|or|&) ?(?:parts|spares|repairs?|dead|broken|faulty|not working))? ?(?:only)? ?:"
)
_AFTER_A_LIST = re.compile(r"\d[^,;|]*[,;|&+][^,;|\d]{0,20}$")
_WORKS = Guarded(
    r"(?<!\w)(?<!not )(?<!n't )(?<!nothing )(?<!port )(?<!half )(?<!never )(?<!fan )"
    r"(?:works?(?! (?:on|until|till|only|when|with|if|for (?:\w+ )?(?:few|minute))\b)|fully (?:working|functional)|"
    r"working (?:fine|great|perfect\w*|card|gpu)|runs (?:fine|great|perfect\w*))\b"
)
_WORKING_BEFORE = re.compile(r"\b(?:working|good|functional)(?: \w+){0,2} $")
_PIECE = re.compile(r"[^,;|]+")
_GOODS_END = finder(
    r"[,|;&+]|/(?<!w/)|/(?! ?(?:[a-z'-]{1,12} ){0,3}(?:fans?|shrouds?|blowers?|box(?:es)?|brackets?|games?)\b)|\band\b"
)
"""``4x P40 w/ fan shrouds`` names a part of the cards, no goods of its own."""
_ORIGIN = re.compile(r"\((?:pulled |taken |out )?(?:from|of) [^()]{2,60}\)")
"""``(from an Aurora, 12900F/64GB)``: where the card was."""
_THING = Guarded(r"\b(?:more|etc|stuff|parts|things|misc|various|random|games?|fans?)\b")
_LOT_OF_CARDS = re.compile(
    r"\b(?:gpus?|(?:graphics? |video )?cards?)(?: lot| bundle|(?: [a-z'-]{1,14}){1,6}(?= ?[:(-]))?"
    r" ?[:(-]{1,2} ?(?:\w+ ){0,3}$"
)
"""``Lot of three GPUs: RX 570, ...`` counts the list, not its first card."""


def read_title_facts(post: Post, items: list[Item]) -> None:
    """Give the title's cards their counts, defects and states."""
    text = post.title_post.text
    for place, item in enumerate(items):
        low = items[place - 1].mention.end if place else 0
        high = items[place + 1].mention.start if place + 1 < len(items) else len(text)
        start, end = item.mention.start, item.mention.end
        side = post.title.side_of(start)
        if side is not None:
            low, high = max(low, side.start), min(high, side.end)
        before, after = text[low:start], text[end:high]
        item.quantity = quantity_around(before, after)
        if len(items) > 1 and (_LOT_OF_CARDS.search(before) or _counts_list(before, item, len(items))):
            item.quantity = None
        item.broken = _calls_broken(text, before, after, end)
        item.combo = "+" in text and _in_combo(post, item)
        said = status_in(after)
        if said and said != "available":
            item.status = said


def _calls_broken(text: str, before: str, after: str, end: int) -> bool:
    """Whether a title calls the card that is named up to ``end`` broken."""
    own = _OWN_END.split(after, maxsplit=1)[0]
    if says_broken(own) or _BROKEN_BEFORE.search(before):
        return True
    if _ONLY_BROKEN.possible(text) and _ONLY_BROKEN.compiled.match(text, end) is not None:
        return True
    piece = _NEXT_PIECE.match(text, end)
    return piece is not None and tells_of_defect(f"{piece['said']}.")


_HEADING = re.compile(r"(?:\w+ ){0,3}\w+ ?: ?(?:[a-z]{2,12} ){0,3}$")


def _counts_list(before: str, item: Item, count: int) -> bool:
    """``3x Ampere: 3080, 3070, 3060 Ti``: a count of the list that it heads, not of its first card."""
    return ":" in before and item.quantity == count and _HEADING.search(before) is not None


def break_listed(post: Post, layout: Layout, cards: Cards) -> None:
    """``Dead GPUs: 2080 Ti, 1070``: all that the title lists is broken, but for what is said to work.

    Where it names no card, it speaks of all of them.
    """
    if not _lists_broken(post.title.have_text):
        return
    listed = {item.model for item in cards.items if item.titled}
    named = any(item.titled for item in cards.items)
    for item in cards.items:
        own = layout.text_of(item.line) if item.line >= 0 else ""
        title = post.title_post.text[: item.mention.start] if item.titled else ""
        works = _WORKING_BEFORE.search(title) or (_WORKS.search(own) and not says_broken(own))
        item.broken = item.broken or ((item.model in listed or not named) and not works)


def _lists_broken(offered: str) -> bool:
    """Whether a title calls its cards broken, and not only some further ones: ``3070, 3060 Ti, some dead cards``."""
    match = _BROKEN_CARDS.search(offered)
    return match is not None and not _AFTER_A_LIST.search(offered[: match.start()])


def _in_combo(post: Post, item: Item) -> bool:
    """Whether the title joins the card with other hardware by ``+``: ``13900K + Z790 + 4090 combo``."""
    for side in post.title.have:
        for piece in _PIECE.finditer(side.text) if "+" in side.text else ():
            start = side.start + piece.start()
            if start <= item.mention.start < side.start + piece.end() and "+" in piece.group():
                return is_bundled(without_spans(piece.group(), start, [(item.mention.start, item.mention.end)]))
    return False


def offers_other_goods(post: Post, mentions: list[Mention]) -> bool:
    """Whether the title offers more than its cards."""
    spans = [(mention.start, mention.end) for mention in mentions]
    for side in post.title.have:
        offered = without_spans(side.text, side.start, spans)
        if "(" in offered:
            offered = _ORIGIN.sub(" ", offered)
        for piece in _GOODS_END.split(offered):
            if MENTION_BLANK not in piece and (names_goods(piece) or names_system(piece) or _THING.search(piece)):
                return True
    return False


_JOINED = finder(r"\+|&|\band\b")


def _with_others(post: Post, titled: list[Item]) -> bool:
    """``6950 + TX3 [W] $140 for both``: whether the title offers one card and something else beside it."""
    if len(titled) != 1 or (titled[0].quantity or 1) > 1:
        return False
    return post.other_goods or _JOINED.search(post.title.have_text) is not None


def _tie_offered(post: Post, titled: list[Item], fresh: dict[int, Item], amounts: list[Amount]) -> None:
    """Tie the prices that stand behind the cards on the offered side."""
    for side in post.title.have:
        named = [
            (item.mention.start, item.mention.end, fresh[id(item)])
            for item in titled
            if side.start <= item.mention.start < side.end
        ]
        own = [amount for amount in amounts if side.start <= amount.start < side.end]
        if named and own:
            tie_sentence(side.text, side.start, named, own, [])


def tie_title_prices(post: Post, titled: list[Item], cards: Cards) -> None:
    """Prices in the title: behind each card, or on the wanted side for the only card."""
    if not titled:
        return
    text = post.title_post.text
    names = frozenset().union(*(range(item.mention.start, item.mention.end) for item in titled))
    found = find_amounts(post.title_post, names=names)
    amounts = [amount for amount in found if amount.kind == "asking"] or _bare_of_want(post)
    amounts = [amount._replace(where="title") for amount in amounts]
    if not amounts:
        return
    fresh = {id(item): Item.of(item.mention, "title", -1, text) for item in titled}
    for item in titled:
        fresh[id(item)].quantity = item.quantity
    _tie_offered(post, titled, fresh, amounts)
    for side in post.title.want:
        own = [amount for amount in amounts if side.start <= amount.start < side.end]
        together = [amount for amount in own if amount.lot]
        if together and _with_others(post, titled):
            fresh[id(titled[0])].asked, fresh[id(titled[0])].bundled = together, True
        elif own and (len(titled) == 1 or any(amount.each or amount.lot for amount in own)) and not post.other_goods:
            give([fresh[id(item)] for item in titled], own)
        elif len(own) > 1:
            for item in titled:
                place = _piece_of(post, item, len(own))
                if place is not None:
                    fresh[id(item)].asked.append(own[place])
    for item in titled:
        _carry_shipping(item, amounts)
        twin = fresh[id(item)]
        if any(item is other for other in cards.items) and _stands_in_title(item, twin):
            item.asked = twin.asked + item.asked
            item.bundled = item.bundled or twin.bundled
            item.lot_of = item.lot_of or twin.lot_of


def _stands_in_title(item: Item, twin: Item) -> bool:
    """Whether the title has the price: the body asks nothing, or only less of who collects."""
    asked = [amount for amount in item.asked if amount.kind == "asking"]
    shipped = [amount.value for amount in twin.asked if amount.shipping == "included"]
    if not asked or not shipped:
        return not asked
    return all(amount.shipping == "local" and amount.value <= max(shipped) for amount in asked)


_MONEY = r"(?:paypal|pp|cash|venmo|zelle|money|local|[$£€]{1,3})"
_BARE_WANT = re.compile(
    rf"(?:^[ :-]*|{_MONEY}[ :-]{{1,3}})(?=(?P<number>\d{{2,4}})"
    rf"(?: ?(?:$|[,;|/(+]|(?:{_MONEY}|shipped|obo|or|firm|each|for)(?!\w))))"
)
"""``[W] Paypal 210``, ``[W] 560 cash``."""
_NUMBER = re.compile(r"\d\d")
_PAID_IN = re.compile(rf" ?(?:{_MONEY}|shipped|obo)(?!\w)")


def _bare_of_want(post: Post) -> list[Amount]:
    """The number on the wanted side that is no card's, where the side asks for nothing but money."""
    for side in post.title.want if post.intent in ("sell", "sell_or_trade") else ():
        match = _BARE_WANT.search(side.text) if _NUMBER.search(side.text) else None
        if match is None:
            continue
        if post.intent != "sell" and money_and_goods(post.title.want_text, wanted=True)[1]:
            return []
        end = match.end("number")
        if MODEL_NUMBER.fullmatch(match["number"]) and not _PAID_IN.match(side.text, end):
            continue
        return find_amounts(post.title_post, side.start + match.start("number"), side.end, loose=True)[:1]
    return []


def _carry_shipping(item: Item, titled: list[Amount]) -> None:
    """``[W] $350 + shipping`` holds for the same price named again in the body."""
    for place, amount in enumerate(item.asked):
        said = next((other.shipping for other in titled if other.value == amount.value and other.shipping), None)
        if said and amount.shipping is None:
            item.asked[place] = amount._replace(shipping=said)


_OFFERED_PIECE = re.compile(r"[^,|;/&+]+")


def _piece_of(post: Post, item: Item, count: int) -> int | None:
    """Which of the title's offered pieces names the card, where there are as many pieces as prices."""
    offsets = [
        (side.start + piece.start(), side.start + piece.end())
        for side in post.title.have
        for piece in _OFFERED_PIECE.finditer(side.text)
        if piece.group().strip()
    ]
    if len(offsets) != count:
        return None
    return next((place for place, (start, end) in enumerate(offsets) if start <= item.mention.start < end), None)

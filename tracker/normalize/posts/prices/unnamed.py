"""Prices that name no card: of the only card, or of all of them."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.items import Item, same_card
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import telling_words
from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money.bare import is_measured
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.money.plausible import is_plausible
from tracker.normalize.posts.prices.signless import amount_at, ends_a_price
from tracker.normalize.posts.prices.turns import opens_other_goods
from tracker.normalize.posts.prices.tying import give, is_of_other_goods
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["bundle_combos", "drop_combos", "price_per_piece", "says_card_alone", "split_singles", "tie_unnamed"]

_GPU_LABEL = re.compile(r"(?:the )?(?:gpu|(?:graphics?|video) ?card|vga|card) ?[:=-]")
_PRICE_LIST = re.compile(r"(?:asking )?prices?\b[^:\n]{0,20}[:=-]")
_OTHER_CARD = "".join(f"(?<!{word} )" for word in ("sd", "sound", "wifi", "network", "capture", "gift"))
_GPU_WORD = finder(rf"\b(?:{_OTHER_CARD}card|gpus?|(?:graphics?|video) ?cards?)\b")


_CARD_PRICED = finder(
    rf"\b(?:{_OTHER_CARD}card|gpu|(?:graphics?|video) ?card|vga)"
    r"(?: (?:only|alone|by itself|itself|on its own|is|for|at|price|asking|just)){0,3} ?[:=~-]{0,2}>? ?(?=[$£€]? ?\d)"
)
"""``CPU 120, GPU 240, RAM 40``: the card's price in a list that names each thing by its kind."""
_PRICED_CARD = re.compile(
    r" ?(?:shipped |obo |each )?(?:- ?|for |on |= ?)?(?:just )?(?:the )?"
    r"(?:gpu|(?:graphics?|video) ?card|card)\b(?! ?[:=]| \d)"
)


_CALLED = (
    rf"(?:gpu|(?:graphics?|video) ?card|{_OTHER_CARD}card|(?:[a-z]{{1,3}} ?)?\d{{3,4}}(?: ?(?:ti|super|xtx?|gre))*)\b"
)
_CARD_ALONE = Guarded(
    r"\b(?:only|just) (?:(?:want|wants|need|take|buy|after|interested in)(?:s|ed|ing)? )?(?:the |my )?"
    rf"{_CALLED}[^.!?\n$£€]{{0,40}}\??[^.!?\n$£€]{{0,24}}[$£€]? ?$|"
    rf"(?<!n't sell )(?<!not selling )(?<!not sell )(?<!n't sell the )(?<!not selling the )(?<!not sell the )"
    rf"\b{_CALLED} (?:only|alone|by itself|itself|on its own|solo|without the rest)\b[^.!?\n$£€]{{0,16}}[$£€]? ?$|"
    rf"\b{_CALLED} is all (?:that )?(?:you|u)(?:'re| are|'d)? ?(?:really )?(?:after|want|need|care about|interested in|"
    r"looking for|like)\b[^.!?\n$£€]{0,24}[$£€]? ?$"
)
_ALONE_BEHIND = re.compile(
    r" ?(?:shipped |obo )?for (?:(?:just|only) the (?:gpu|card)|the (?:gpu|card) (?:only|alone|by itself))\b"
)


def says_card_alone(text: str, start: int, amount: Amount) -> bool:
    """``If you only want the GPU, $300``: whether an amount is what a machine's card costs without the machine."""
    return bool(
        _CARD_ALONE.search(text[max(start, amount.start - 90) : amount.start]) or _ALONE_BEHIND.match(text, amount.end)
    )


def _labelled_amounts(layout: Layout, number: int) -> list[Amount]:
    """The amounts of a line that say to be the card's: ``GPU 240``, ``$240 for the card``."""
    line, text = layout.lines[number], layout.post.text
    amounts = [amount for amount in layout.amounts.get(number, ()) if amount.kind == "asking"]
    found = []
    for match in _CARD_PRICED.finditer(text, line.start, line.end):
        own = next((amount for amount in amounts if 0 <= amount.start - match.end() <= 1), None)
        if own is None and not is_measured(text[line.start : match.start()], match.group()):
            own = amount_at(layout, match.end(), line.end)
        found += [own] if own is not None and ends_a_price(text, own.end) else []
    return found or [
        amount
        for amount in amounts
        if _PRICED_CARD.match(text, amount.end, line.end) or says_card_alone(text, line.start, amount)
    ]


def _priced_on_its_line(layout: Layout, item: Item) -> bool:
    """Whether one of the card's prices stands in the line that names it."""
    if item.line < 0:
        return False
    line = layout.lines[item.line]
    return any(line.begin <= amount.start <= line.end and not amount.weak for amount in item.asked)


def tie_unnamed(layout: Layout, cards: Cards, other_goods: bool) -> None:
    """Prices that name no card: of the only card that has none, or for all of them (``each``, ``for both``)."""
    _share_each(cards)
    open_items = [item for item in cards.items if not item.asked and not item.system and not item.table]
    if not open_items and (len(cards.items) != 1 or _priced_on_its_line(layout, cards.items[0])):
        return
    used = {amount.start for item in cards.items for amount in item.asked}
    for number in _lines_of_prices(layout, len(cards.items) == 1):
        line = layout.lines[number]
        own = [
            amount for amount in layout.amounts.get(number, ()) if amount.kind == "asking" and amount.start not in used
        ]
        if len(cards.items) == 1 and _tie_by_kind(layout, number, cards.items[0], own):
            break
        called = [amount for amount in own if len(cards.items) == 1 and _is_for_card(layout, cards.items[0], amount)]
        if called:
            give(open_items, called)
            continue
        if not own or (len(line.text) < 70 and names_goods(line.text)):
            continue
        if not cards.items[0].titled and opens_other_goods(layout, number, None, False):
            continue
        own = [
            amount
            for amount in own
            if not is_of_other_goods(layout.text_of(number), line.start, amount)
            and not names_goods(
                _ASIDE.sub("", layout.post.text[slice(*sentence_around(layout.post.text, amount.start, amount.end))])
            )
        ]
        counted = [amount for amount in own if amount.each or amount.lot]
        if len(cards.items) > 1 and counted:
            if re.search(r"\b(?:gpus?|cards?|all|both|each|either|pair|lot|everything)\b", line.text):
                _give_counted(cards, open_items, counted)
        elif len(cards.items) == 1 and (not other_goods or cards.items[0].combo or _GPU_WORD.search(line.text)):
            give(open_items, own)


_ASIDE = re.compile(r"\([^()\n]{0,80}\)")


_FOR_THE = re.compile(
    r" ?(?:shipped |obo |firm |local )?for (?:the|my|this) (?P<what>[a-z][\w-]{2,14}(?: [a-z][\w-]{2,14})?)"
)


_FOR_SEVERAL = re.compile(
    r" ?(?:shipped |obo |firm |local )?(?:for|takes|gets) (?:the (?:pair|set|two|three|four)|both(?: cards| gpus)?)\b"
    r"(?! (?:of )?\w+ (?:cpu|board|mobo|ram|monitor))"
)


def _is_for_card(layout: Layout, item: Item, amount: Amount) -> bool:
    """``$850 for the devil``: whether an amount is for what the title calls the card beside its name."""
    if (item.quantity or 1) > 1 and _FOR_SEVERAL.match(layout.post.text, amount.end):
        return True
    match = _FOR_THE.match(layout.post.text, amount.end)
    return match is not None and bool(telling_words(match["what"]) & telling_words(item.segment))


def _lines_of_prices(layout: Layout, alone: bool) -> list[int]:
    """Lines of prose that hold a price, or, for a card ``alone``, a bare number behind the kind of thing it is for."""
    text = layout.post.text
    labelled = alone and ("gpu" in text or "card" in text or "vga" in text)
    return [
        number
        for number, line in enumerate(layout.lines)
        if (number in layout.amounts or (labelled and _names_price(line.text)))
        and not (number in layout.rows or number in layout.edits or layout.sections[number] == "want")
    ]


def _names_price(text: str) -> bool:
    return _PRICE_LIST.match(text) is not None or (
        ("gpu" in text or "card" in text or "vga" in text) and _CARD_PRICED.search(text) is not None
    )


def _tie_by_kind(layout: Layout, number: int, item: Item, own: list[Amount]) -> bool:
    """Give the only card the price that a line calls that of the card."""
    if _priced_on_its_line(layout, item):
        return False
    labelled = _labelled_amounts(layout, number)
    if labelled:
        own_price = item.combo and (item.quantity or 1) == 1
        item.asked = [amount._replace(each=amount.each or own_price) for amount in labelled]
    elif own and _GPU_LABEL.match(layout.lines[number].text):
        item.asked = own
    else:
        return False
    return True


def _share_each(cards: Cards) -> None:
    """``3060 Tis are $190 each``: the price of each card of the model that has none of its own."""
    for item in cards.items if len(cards.items) > 1 else ():
        if item.asked or item.table or item.where != "title":
            continue
        for other in cards.items:
            each = [amount for amount in other.asked if amount.each]
            if other is not item and each and same_card(other, item.mention):
                item.asked = each


def _give_counted(cards: Cards, open_items: list[Item], counted: list[Amount]) -> None:
    """Give a price for each, or for all of them, to the cards that have none."""
    give(open_items, counted)
    for item in open_items:
        if any(amount.lot for amount in item.asked):
            item.lot_of = item.lot_of or sum(other.quantity or 1 for other in cards.items)


def bundle_combos(layout: Layout, cards: Cards, other_goods: bool) -> None:
    """A price that is not the card's own, in a post whose title sells it in a combo, is the combo's.

    A price of everything is no card's where other goods are sold too.
    """
    for item in cards.items:
        if (other_goods or item.combo) and (item.quantity or 1) == 1 and not item.lot_of:
            item.asked = [a._replace(bundle=True) if a.lot and not a.each else a for a in item.asked]
        if item.combo and not item.table and not _priced_on_its_line(layout, item):
            item.bundled = True


_PER_PIECE = Guarded(
    r"\b(?:(?:all |the |these |listed )*prices?|all|everything|each)\b[^.!?\n$£€\d]{0,30}"
    r"\b(?:each|per (?:card|gpu|unit|piece|item|one)|a ?piece|individual)\b"
)


def price_per_piece(layout: Layout, cards: Cards) -> None:
    """``All prices are per card``: what is asked is asked for each, but for what is said to be a lot's."""
    if not any((item.quantity or 1) > 1 for item in cards.items) or _PER_PIECE.search(layout.post.text) is None:
        return
    for item in cards.items:
        item.per_piece = item.per_piece or not any(amount.lot for amount in item.asked)


def drop_combos(cards: Cards) -> None:
    """``CPU + board + 3070 $430`` and ``3070 alone $240`` are one card, which has the price of its own."""
    for combo in [item for item in cards.items if item.bundled and not item.system]:
        own = next(
            (
                item
                for item in cards.items
                if item is not combo and same_card(item, combo.mention) and not item.bundled and item.asked
            ),
            None,
        )
        if own is None or max(own.quantity or 1, combo.quantity or 1) > 1:
            continue
        own.titled = own.titled or combo.titled
        cards.items[:] = [item for item in cards.items if item is not combo]
        for number, entries in cards.named.items():
            cards.named[number] = [(a, b, own if item is combo else item) for a, b, item in entries]


def split_singles(cards: Cards) -> None:
    """``a single card with box for $150, a single card without for $140``: as many cards as prices."""
    for item in list(cards.items):
        if (item.quantity or 1) < 2:
            continue
        singles = [
            a
            for a in item.asked
            if a.kind == "asking" and a.each and a.shipping != "local" and not a.newest and not a.weak
        ]
        singles = [amount for amount in singles if is_plausible(item.model, amount.value)]
        values = {amount.value for amount in singles}
        if 1 < len(values) == len(singles) == (item.quantity or 1):
            twins = [replace(item, asked=[amount], quantity=1) for amount in singles]
            place = next(number for number, other in enumerate(cards.items) if other is item)
            cards.items[place : place + 1] = twins

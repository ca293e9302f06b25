"""Cards of one model that a line prices one by one: ``$215 with the box, $205 without``."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import MAKER
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money.finding import Amount

__all__ = ["split_by_words"]

_THING = (
    r"(?:(?:the |its |an? |original |oem |retail )*(?:box(?:es)?|back ?plate|bracket|packaging|accessories|cables?))"
)
_STATE = r"(?:sealed|unopened|opened|open[ -]box|boxed|unboxed|bnib|used|new|loose|mint|scratched|repasted)"
_ONE = r"(?:one|other|first|second|third|1st|2nd|3rd)"
_BEHIND = re.compile(
    r" ?\(?(?:shipped |obo |firm |local )?\(?(?:"
    rf"for (?:the |just )?(?:{_ONE}|{_STATE})\b|{_STATE}\b|"
    rf"(?:with|w/) ?{_THING}|(?:without|w/o|no|missing)(?: {_THING}|\b(?! \w)))"
)
_AHEAD = re.compile(
    rf"(?<!\w)(?:(?:the |an? )?(?:{_ONE}|{_STATE})(?: (?:one|card|gpu))?"
    rf"(?: (?:with|without|w/o?|has|no)(?: {_THING})?)?|(?:with|w/) ?{_THING}|(?:without|w/o|no)(?: {_THING})?)"
    r"(?:'s)?(?: (?:is|for|at|asking))* ?[:=-]? ?$"
)
_MOST = 4
_WINDOW = 48


def split_by_words(layout: Layout, cards: Cards) -> None:
    """Make as many cards of one item as a line has prices that are each for one of them."""
    for item in list(cards.items):
        if not 2 <= (item.quantity or 0) <= _MOST or item.table:
            continue
        own = next((found for number in sorted(layout.amounts) if (found := _singles(layout, cards, number, item))), [])
        if own:
            place = next(number for number, other in enumerate(cards.items) if other is item)
            said = _behind(layout.post.text, own, _end_of(layout, own[-1]))
            cards.items[place : place + 1] = [
                replace(item, asked=[amount], quantity=1, words=words) for amount, words in zip(own, said, strict=True)
            ]


def _end_of(layout: Layout, amount: Amount) -> int:
    return next(line.end for line in layout.lines if line.begin <= amount.start <= line.end)


def _singles(layout: Layout, cards: Cards, number: int, item: Item) -> list[Amount]:
    """The prices of a line, each told to be for one card of the item; none where they are not as many."""
    named = cards.named.get(number)
    if number in layout.rows or number in layout.edits or layout.sections[number] == "want":
        return []
    if any(other is not item for _, _, other in named) if named else len(cards.items) > 1:
        return []
    line, text = layout.lines[number], layout.post.text
    asked = [amount for amount in layout.amounts[number] if amount.kind == "asking" and not amount.lot]
    if len(asked) != item.quantity or len({amount.value for amount in asked}) != len(asked):
        return []
    bounds = [line.start, *(amount.end for amount in asked)]
    stretches = [text[begin : amount.start] for begin, amount in zip(bounds, asked, strict=False)]
    for stretch, amount in zip(stretches, asked, strict=True):
        if _AHEAD.search(stretch[-_WINDOW:]) is None and _BEHIND.match(text, amount.end, line.end) is None:
            return asked if _by_makers(stretches) or _by_makers(_behind(text, asked, line.end)) else []
    return asked


def _behind(text: str, asked: list[Amount], end: int) -> list[str]:
    """What stands behind each amount up to the next."""
    bounds = [*(amount.start for amount in asked[1:]), end]
    return [text[amount.end : until] for amount, until in zip(asked, bounds, strict=True)]


def _by_makers(stretches: list[str]) -> bool:
    """Whether each of several stretches names a maker of its own, and no other goods."""
    makers = [frozenset(MAKER.findall(stretch)) for stretch in stretches]
    if not all(len(of) == 1 for of in makers) or len(set(makers)) < len(makers):
        return False
    return not any(names_goods(stretch) for stretch in stretches)

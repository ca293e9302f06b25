"""Cards of one model that a line prices one by one: ``$215 with the box, $205 without``."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards import Cards
from tracker.normalize.posts.items import Item
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money import Amount

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
    r"(?: (?:is|for|at|asking))* ?[:=-]? ?$"
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
            cards.items[place : place + 1] = [replace(item, asked=[amount], quantity=1) for amount in own]


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
    for begin, amount in zip(bounds, asked, strict=False):
        ahead = _AHEAD.search(text, max(begin, amount.start - _WINDOW), amount.start)
        if ahead is None and _BEHIND.match(text, amount.end, line.end) is None:
            return []
    return asked

"""Prices that head what they are for: ``**Bundle 2 - $90 shipped**``, and the card in the line below."""

import re

from tracker.normalize.posts.cards.items import NamedItem, unique_items
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money.finding import Amount

__all__ = ["give_headed", "heading_prices"]

_NUMBERED = re.compile(
    r"(?:bundle|lot|item|package|pack|combo|set|option|kit|deal|offer|listing|group|gpu|card|box|build) ?#?"
    r"(?:\d{1,2}|[a-f]|one|two|three|four|five|six)\b[ ]?(?:[-:=(|~.,>]{0,3} ?)"
    r"(?:(?:asking|price|for|at|is|only) ){0,2}"
)
_LONGEST_TAIL = 32


def heading_prices(layout: Layout, cards: Cards, number: int) -> list[Amount]:
    """The prices of a line that holds nothing else but a number of the list, where the next line names its card.

    Without such a number a mark has to stand before the price, and no card may be named above the first of them.
    """
    if number not in layout.amounts:
        return []
    amounts = [amount for amount in layout.amounts[number] if amount.kind == "asking"]
    line, text = layout.lines[number], layout.post.text
    if not amounts or number in layout.edits or line.end - amounts[-1].end > _LONGEST_TAIL:
        return []
    head = text[line.start : amounts[0].start]
    if _NUMBERED.fullmatch(head) is None and not (line.is_item_mark and not head and _is_first(layout, cards, number)):
        return []
    below = next((place for place in range(number + 1, len(layout.lines)) if layout.lines[place].text), None)
    if below is None or below in layout.amounts or not cards.named.get(below):
        return []
    return amounts


def _is_first(layout: Layout, cards: Cards, number: int) -> bool:
    """Whether the first marked line that opens with a price stands above all names of cards, as this one does."""
    first = min(cards.named, default=number)
    return any(
        layout.lines[place].is_item_mark and amounts[0].start == layout.lines[place].start
        for place, amounts in layout.amounts.items()
        if place < first
    )


def give_headed(layout: Layout, number: int, named: list[NamedItem], amounts: list[Amount]) -> None:
    """Give the prices of the heading above to the cards of a line; several, or with other goods, share them."""
    if not amounts:
        return
    items = unique_items(named)
    if any(item.asked for item in items):
        return
    for item in items:
        item.asked.extend(amounts)
        item.bundled = item.bundled or len(items) > 1 or names_goods(layout.text_of(number))

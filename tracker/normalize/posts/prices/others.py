"""Prices of cards that a body only talks of: ``the 3060 is $180 nowadays`` asks nothing for what is on offer."""

import re

from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.layout import Layout

__all__ = ["drop_prices_of_others"]

_PRICED = re.compile(
    r"'?s?(?:(?: (?:is|are|was|were|at|for|costs?|sells?|goes|go|new|used|now|about|around|like|only|still)){1,4} |"
    r"[ ]?[(:=~-]? ?)$"
)
_LONGEST = 30


def drop_prices_of_others(layout: Layout, cards: Cards) -> None:
    """Mark the amount behind the name of a card that is not on offer as no price of any that is."""
    if not cards.talked:
        return
    offered = {item.model for item in cards.items}
    text = layout.post.text
    ends = {mention.end: mention for mention, _ in cards.talked if mention.model not in offered}
    for amounts in layout.amounts.values() if ends else ():
        for place, amount in enumerate(amounts):
            end = next((end for end in ends if 0 <= amount.start - end <= _LONGEST), None)
            if end is not None and amount.kind == "asking" and _PRICED.fullmatch(text, end, amount.start):
                amounts[place] = amount._replace(kind="other", why="the price of another card")

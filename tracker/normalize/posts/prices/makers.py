"""Several cards of one model, of which a later line says by the maker alone what became of one: ``PNY sold``."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.words import fragments

__all__ = ["split_by_fate"]

_MAKER = "|".join(fragments("context.makers"))
_NAMED = re.compile(rf"(?<![\w'])(?:{_MAKER})(?!\w)")
_FATE = re.compile(
    rf"(?<![\w'])(?P<maker>{_MAKER})(?: (?:one|card|gpu))? (?:(?:is|has|was|been|now|already|also) ){{0,3}}"
    r"(?:sold|pending|gone|taken|traded|claimed|on hold)\b"
)


def split_by_fate(layout: Layout, cards: Cards, title: str) -> None:
    """Make as many cards of the only one as makers are named for it, where one of them is said to be gone."""
    if len(cards.items) != 1 or not 2 <= (cards.items[0].quantity or 0) <= 4:
        return
    item, text = cards.items[0], layout.post.text
    fates = {match["maker"] for match in _FATE.finditer(text)}
    if not fates or all(amount.lot and not amount.each for amount in item.asked):
        return
    own = [layout.text_of(number) for number, named in sorted(cards.named.items()) if any(e[2] is item for e in named)]
    makers = _distinct(title, item.quantity or 0) or _distinct("\n".join(own), item.quantity or 0)
    if fates <= set(makers):
        cards.items[:] = [replace(item, words=maker, quantity=1, per_piece=True) for maker in makers]
        for number, named in cards.named.items():
            cards.named[number] = [(start, end, cards.items[0]) for start, end, _ in named]


def _distinct(text: str, count: int) -> list[str]:
    """The makers that a text names, in order; none where they are not as many as the cards."""
    makers = list(dict.fromkeys(match.group() for match in _NAMED.finditer(text)))
    return makers if len(makers) == count else []

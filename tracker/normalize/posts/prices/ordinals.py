"""Several cards of one model that a body tells apart by number alone: ``First: $255``, ``Card 2 - $245``."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.status import status_in
from tracker.normalize.posts.layout import Layout

__all__ = ["split_by_ordinals"]

_ORDINAL = re.compile(
    r"(?:the )?(?:(?:card|gpu|one|unit) ?#?(?P<n>[1-4a-d])|"
    r"(?P<word>first|second|third|fourth|1st|2nd|3rd|4th))"
    r"(?: (?:one|card|gpu|unit))?(?=[ :=),.-])"
)
_HASHED = re.compile(r"[ >*_]{0,8}#(?P<m>[1-4])(?=[ :=),.-])")
_NUMBERS = {
    **dict.fromkeys(("1", "a", "first", "1st"), 1),
    **dict.fromkeys(("2", "b", "second", "2nd"), 2),
    **dict.fromkeys(("3", "c", "third", "3rd"), 3),
    **dict.fromkeys(("4", "d", "fourth", "4th"), 4),
}


def split_by_ordinals(layout: Layout, cards: Cards) -> None:
    """Make as many cards of the only one as there are numbered lines with a price each."""
    if len(cards.items) != 1 or not 2 <= (cards.items[0].quantity or 0) <= len(_NUMBERS):
        return
    item = cards.items[0]
    found: list[int] = []
    for number, amounts in sorted(layout.amounts.items()):
        line = layout.lines[number]
        if number in layout.rows or number in layout.edits or not any(a.kind == "asking" for a in amounts):
            continue
        match = _ORDINAL.match(line.text) or _HASHED.match(layout.post.text, line.begin)
        said = next((word for word in match.groups() if word), "") if match else ""
        numbered = _NUMBERS.get(said, len(found) + 1 if line.kind == "number" else 0)
        if numbered == len(found) + 1:
            found.append(number)
    if len(found) != item.quantity:
        return
    cards.items[:] = [
        replace(
            item,
            quantity=1,
            asked=[amount for amount in layout.amounts[number] if amount.kind in ("asking", "old")],
            status=item.status or status_in(layout.lines[number].text),
            words=layout.text_of(number),
        )
        for number in found
    ]

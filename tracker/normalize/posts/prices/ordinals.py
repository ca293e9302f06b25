"""Several cards of one model that a body tells apart by number alone: ``First: $255``, ``Card 2 - $245``."""

import re
from dataclasses import replace

from tracker.normalize.clean import CleanText
from tracker.normalize.mentions import find_mentions
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.status import status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded

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


def _sized(item: Item, line: str) -> Item:
    """The card with the memory that its own line tells, where the others may have another size."""
    name = item.mention.text.strip().lower()
    found = find_mentions(CleanText(f"{name} {line}", f"{name} {line}"), context=True)[:1]
    own = next((mention for mention in found if mention.model == item.model and not mention.contradiction), None)
    return item if own is None else replace(item, vram_gb=own.vram_gb, skus=own.skus)


_IN_PROSE = Guarded(
    r"(?:(?:^|[.!?:\n])\s{0,3}|\band )the (?P<word>first|second|third|fourth|1st|2nd|3rd|4th)"
    r"(?: (?:one|card|gpu|unit))?(?= ?[(,:-]| (?:is|has|was|comes|i'?d|i would|i want|works)\b)"
)


def _split_prose(layout: Layout, cards: Cards, item: Item) -> bool:
    """``The first (Trio) ... $700. The second (FE) ... so $640``: sentences that price one card each."""
    text = layout.post.text
    said = list(_IN_PROSE.finditer(text))
    if [_NUMBERS[match["word"]] for match in said] != list(range(1, (item.quantity or 0) + 1)):
        return False
    asked = [a for number, found in sorted(layout.amounts.items()) if number not in layout.edits for a in found]
    last = text.find("\n", said[-1].end())
    ends = [*(match.start() for match in said[1:]), len(text) if last < 0 else last]
    own = [
        [a for a in asked if match.start() <= a.start < end and a.kind == "asking" and not a.lot]
        for match, end in zip(said, ends, strict=True)
    ]
    if any(len(amounts) != 1 for amounts in own):
        return False
    cards.items[:] = [
        replace(item, quantity=1, asked=amounts, words=text[match.start() : end])
        for match, end, amounts in zip(said, ends, own, strict=True)
    ]
    return True


def split_by_ordinals(layout: Layout, cards: Cards) -> None:
    """Make as many cards of the only one as there are numbered lines with a price each."""
    if len(cards.items) != 1 or not 2 <= (cards.items[0].quantity or 0) <= len(_NUMBERS):
        return
    item = cards.items[0]
    if _split_prose(layout, cards, item):
        return
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
            _sized(item, layout.text_of(number)),
            quantity=1,
            line=number,
            asked=[amount for amount in layout.amounts[number] if amount.kind in ("asking", "old")],
            status=item.status or status_in(layout.lines[number].text),
            words=layout.text_of(number),
        )
        for number in found
    ]

"""Count, state and defects of the cards that a line names."""

import re
from itertools import pairwise

from tracker.normalize.posts.cards.items import Item, NamedItem, unique_items
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.clues.quantity import (
    FIELD,
    NUMBER,
    count_behind_price,
    count_word,
    is_last,
    left_over,
    quantity_around,
)
from tracker.normalize.posts.clues.status import calls_broken, status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.types import Status

__all__ = ["read_facts"]


_SOME_OF = re.compile(rf"(?<!\w){NUMBER} of (?:the|my|these|those|our) (?:\w{{1,12}} ){{0,2}}$")
"""``3 of the 3060s are sold; both 4070s are pending``: a state of some of them, which the clauses tell apart."""


_STOCKED = re.compile(
    rf"(?:{NUMBER} ?(?:avail|in stock|left\b|on hand)|(?:qty|quantity)[:=]? ?\d|"
    rf"(?:have|got|are) (?:{NUMBER}|(?:a )?(?:pair|couple)) of\b|{FIELD})"
)
"""``P40 (4 available): $180``, where a stock is told the price is that of one."""


_FURTHER_ONES = Guarded(
    rf"\b(?:{NUMBER}|some|few|several|bag|lot|box|pile|couple) (?:of )?(?:{NUMBER} )?(?:other |more )?"
    r"(?:dead|broken|faulty|defective|non-?working)\b"
)
"""``Plus a bag of 4 dead 1660 Supers``, below a table that offers others."""


def _of_further_ones(layout: Layout, number: int, item: Item) -> bool:
    """Whether a line calls some cards broken that are not those which a table offers."""
    return item.table and item.line != number and _FURTHER_ONES.search(layout.lines[number].text) is not None


_GOES_ON = re.compile(rf"'?s?(?:,? and|,? plus|,| [+&])? (?:an?|{NUMBER}) (?:[a-z0-9]{{1,12}} ){{0,2}}")
"""``I have four A4000s, one A5000 and two A2000s``: a count behind one that was read in prose."""


_OWNED = re.compile(
    rf"(?:\b(?:i|we)(?:'ve(?: got)?| have(?: got)?| got)|there (?:are|were)) (?P<count>{NUMBER}) of "
    r"(?:the|these|those) (?:\w{1,12} ){0,2}$"
)


def _owned(before: str, item: Item) -> int | None:
    """``We have six of the A2000s``: a count that a sentence tells beside the list."""
    match = _OWNED.search(before)
    count = count_word(match["count"]) if match is not None else None
    item.quantity = count or item.quantity
    return count


def _priced_above(layout: Layout, number: int, item: Item) -> bool:
    """Whether a count is told in a later line than the card's own, whose price then is that of one."""
    return 0 <= item.line < number and item.line in layout.amounts


def read_facts(layout: Layout, number: int, named: list[NamedItem]) -> None:
    """Count, status, strike-through and defects that the line says of each of its cards."""
    text = layout.post.text
    line = layout.lines[number]
    items = unique_items(named)
    whole = text[line.start : line.end] if len(items) == 1 else None
    read, said, broken, counted = "", None, False, False
    shared = _shared_states(layout, number, named)
    for place, (start, end, item) in enumerate(named):
        low = line.start if place == 0 else named[place - 1][1]
        high = named[place + 1][0] if place + 1 < len(named) else line.end
        before, after = (
            (layout.post.unstruck(low, start), layout.post.unstruck(end, high))
            if layout.post.struck
            else (text[low:start], text[end:high])
        )
        prose = not (item.structural and item.line == number) and not (counted and _GOES_ON.fullmatch(before))
        count = quantity_around(before, after, prose=prose)
        counted = counted if count is None else prose or place > 0
        behind = count_behind_price(after)
        if behind is not None and count not in (None, behind):
            behind = None
        if behind is not None and number not in layout.edits:
            item.quantity, item.per_piece = behind, True
        if count is not None and (item.quantity is None or item.line == number) and number not in layout.edits:
            item.quantity = count
        if count is None and number not in layout.edits and "of the" in before:
            count = _owned(before, item)
        if count is not None and (_STOCKED.search(text, end, high) or _priced_above(layout, number, item)):
            item.per_piece = True
        some = _SOME_OF.search(text, max(low, start - 30), start) if whole is None else None
        own = "" if some else whole or text[end:high]
        if own != read:
            read, said, broken = own, _state_in(own), calls_broken(own, item.model)
        if number not in layout.edits:
            item.status = shared.get(start) or _status_or_rest(own, item, said) or item.status
            if layout.sections[number] in ("sold", "pending") and item.status != "sold":
                item.status = "sold" if layout.sections[number] == "sold" else "pending"
        if layout.post.is_struck(start, end) and not _priced_again(layout, number, end):
            item.status = "sold"
        item.broken = item.broken or (broken and not _of_further_ones(layout, number, item))


_LISTED = re.compile(r"(?:'?s)?[ ]{0,2}(?:[,/&+]|,? ?and\b)[ ]{0,2}(?:the |my |both )?")
_HEAD = re.compile(
    r"(?P<first>^[\W\d]{0,12}(?:(?:now|already|also) )?|[.;|,/][ ]{0,2}|[ ]and[ ])"
    r"(?P<state>sold|pending|gone|on hold|reserved|(?:still )?available|still here)(?P<mark>[ ]?[:=-]{1,2})?[ ]{1,2}"
    r"(?:the |my |both )?"
)


def _shared_states(layout: Layout, number: int, named: list[NamedItem]) -> dict[int, Status | None]:
    """States by the place of each name, in a line that only lists cards from above.

    ``4060 and 4080 are sold``, ``Sold: 2070, 2080. Pending: 3070``.
    """
    text, line = layout.post.text, layout.lines[number]
    if number in layout.amounts or number in layout.edits or not any(word in line.text for word in _STATE_WORDS):
        return {}
    if any(item.line == number for _, _, item in named):
        return {}
    if left_over(line.text, max(item.quantity or 1 for _, _, item in named)) is not None:
        return {}
    heads = [
        (line.start + match.end(), status_in(match["state"]))
        for match in _HEAD.finditer(text[line.start : line.end])
        if match["mark"] or match.end() + line.start == named[0][0]
    ]
    if heads and heads[0][0] <= named[0][0]:
        return {start: [said for end, said in heads if end <= start][-1] for start, _, _ in named}
    if not all(_LISTED.fullmatch(text, before[1], after[0]) for before, after in pairwise(named)):
        return {}
    tail = text[named[-1][1] : line.end]
    if len(named) < _SEVERAL or len(tail) >= _SHORT or left_over(tail, 1) is not None:
        return {}
    return dict.fromkeys((start for start, _, _ in named), status_in(tail))


_SEVERAL = 2
_STATE_WORDS = ("sold", "gone", "pend", "hold", "serv", "avail", "here", "taken", "claimed", "traded")
_SHORT = 40
_PART_END = re.compile(r"[.!;](?= )|,(?= )|/(?= )|a(?<= a)nd(?= )|b(?<= b)ut(?= )")


def _state_in(text: str) -> Status | None:
    """The state that a stretch says of its card: ``9800X3D sold. 5090 still here`` leaves out what became of others."""
    # A name of a person at the end of a line is blanked out.
    said = status_in(f"{text} them" if text.endswith(" to") else text)
    if said is None or not names_goods(text):
        return said
    parts, begin, dropped = [], 0, False
    for match in _PART_END.finditer(text):
        parts.append(text[begin : match.start()])
        begin = match.end()
    parts.append(text[begin:])
    kept = []
    for part in parts:
        if _OTHER_FATE.fullmatch(part) and names_goods(part):
            dropped = True
        else:
            kept.append(part)
    return status_in(", ".join(kept)) if dropped else said


_OTHER_FATE = re.compile(
    r"[\W\d/]{0,14}(?:and |the |my |both ){0,2}[a-z0-9][^ ]{0,20}(?: (?!is |are |for )[^ ]{1,14}){0,3}"
    r" (?:(?:is|are|has been|have been|now|already|also) ){0,2}(?:sold|gone|pending|taken|traded|spoken for)\W*"
)
"""A clause that only says what became of its own subject."""


def _priced_again(layout: Layout, number: int, end: int) -> bool:
    """``~~6950 XT $450~~ $415``: the name was struck along with the old price only."""
    return any(
        amount.kind == "asking" and not amount.struck and amount.start > end
        for amount in layout.amounts.get(number, ())
    )


def _status_or_rest(text: str, item: Item, said: Status | None) -> Status | None:
    left = (
        left_over(text, item.quantity or 1)
        if any(word in text for word in ("left", "remain", "sold", "available", "gone", "minus"))
        else None
    )
    if left is not None and ("sold" in text or "gone" in text or "left" in text or "remain" in text or "minus" in text):
        item.quantity = left
        return None
    if said == "pending" and item.quantity and is_last(text):
        item.quantity = 1
    return said

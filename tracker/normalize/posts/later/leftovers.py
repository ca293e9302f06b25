"""What a later clause says of how many are left: of the card it speaks of, or of several name by name."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.quantity import (
    FOUND_HOME,
    HANDED_ON,
    LEFT_AT,
    NUMBER,
    QUANTITY_NOW,
    WENT_OUT,
    count_word,
)
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["count_each", "counts_alone", "tells_of_fewer"]

_ALONE = re.compile(
    rf"(?:(?:and |so )?(?:i |we |there(?:'s| are) )?(?:now )?(?:have )?(?:still )?(?:only |just )?{NUMBER} "
    r"(?:more |still |now |of them )?"
    rf"(?:left|remaining|remains?|to go|available|here|for sale|up for grabs|kvar|[uü]brig)"
    rf"(?:,? (?:as of [\w/.]+(?: \d{{1,2}})?|(?:right )?now|at this point|at the moment|so far|thanks)){{0,2}}|"
    rf"(?:i )?sold:? {NUMBER}x?(?: (?:already|so far|of (?:them|these)))?(?: to [^ ]{{1,30}})?|"
    rf"(?:il )?{LEFT_AT}(?: (?:left|now|da|st(?:uks|uck|ück)))?|"
    rf"{NUMBER}(?:(?: out)? of (?:them|these|'?em|{NUMBER}))? (?:(?:is|are|has|have|been|now|already) ){{0,2}}"
    rf"(?:sold|gone|claimed|taken|paid for|out the door|{FOUND_HOME}|{WENT_OUT})|"
    rf"(?:and )?{NUMBER} {HANDED_ON})"
    r"[ !.:),]{0,4}"
)
_FEWER = Guarded(
    r"\bdown to (?:just |only |the last )?(?:\d{1,2}|one|two|three|four|five|a (?:single|lone))(?! ?[$£€\d])|"
    r"\bdown to (?:the|my) last(?! ?\d)|"
    r"\bstill have (?:the )?(?:second|other)\b|"
    r"\b(?:second|other)(?: one| card| gpu)? (?:is )?still (?:here|available|for sale|up)\b|"
    rf"\b{NUMBER}(?: more)? to go\b|\b{QUANTITY_NOW}|\b{LEFT_AT}"
)
_LEFT = Guarded(
    r"\b(?:(?<!warranty )(?<!years )(?<!year )(?<!months )left|remain(?:s|ing)?(?! warranty)|down to|"
    r"(?:still|only) have|have only|nog|noch)\b"
)
_COUNT_BEHIND = re.compile(
    rf"(?:'?s)?[ ]?[:=-] ?x?(?P<before>{NUMBER}) (?:left|remain\w*)|"
    r"'?s?(?: (?:cards?|gpus?))?,? (?:(?:is|are|now) )?(?:down to|left ?:|remaining ?:|(?:qty|quantity) now|now at)"
    rf" (?:just |only |the last )?x?(?P<count>{NUMBER})(?![\w$£€])"
)
"""``P40s down to 4, 3090s down to 1``: what is left of each card, behind its name."""
_LESS = re.compile(r"\b(?:sold|gone|went|taken|traded|pending|bought|claimed|shipped|paid|found|spoken)\b")
_COUNT_BEFORE = re.compile(
    rf"(?<![\w.$£€/-])(?P<count>{NUMBER}|single|lone)(?: ?x)? (?:of the )?"
    rf"(?:{union('context.brands')}[ '-]{{1,2}}){{0,4}}$"
)


_NONE_OF = re.compile(
    r"\b(?:no(?: more)?|zero|none of (?:the|my)|(?:all )?out of)"
    r"(?: (?:the|my|tesla|quadro|rtx|gtx|rx|radeon|geforce))? $"
)
_NONE_END = re.compile(
    r"'?s?(?: \d{1,2} ?gb)?(?: (?:cards?|left|remain\w*|available|any ?more|now))*[ ]?(?:[.,!;)]|and\b|$)"
)
_EVERY = re.compile(r"\b(?:all|both|every one)(?: of)?(?: (?:the|my|those))? $")


def counts_alone(clause: str) -> bool:
    """Whether a clause is nothing but how many are left, or gone."""
    return _ALONE.fullmatch(clause) is not None


def tells_of_fewer(clause: str) -> bool:
    """Whether a clause says that fewer are left than there were: ``down to two``, ``quantity now 3``."""
    return _FEWER.search(clause) is not None


def count_each(layout: Layout, cards: Cards, number: int, low: int, high: int) -> list[Item]:
    """``Down to 3 P40s and one 3090``: gives each card the count before its name; none where one has none.

    A clause that tells of what is gone too (``two P40s went out, three left``) is none of counts alone.
    """
    text = layout.post.text
    if not _LEFT.search(text[low:high]) or _LESS.search(text, low, high):
        return []
    counted: list[tuple[Item, int]] = []
    begin = low
    for mention in layout.mentions.get(number, ()):
        if not low <= mention.start < high:
            continue
        kept = [item for item in cards.items if item.model == mention.model]
        said = _COUNT_BEHIND.match(text, mention.end, high) or _COUNT_BEFORE.search(text, begin, mention.start)
        count = count_word(next(filter(None, said.groups()), None)) if said is not None else None
        if count is None and counted and kept and _EVERY.search(text, begin, mention.start):
            count = kept[0].quantity or 1
        if count is None and number in layout.edits and _NONE_OF.search(text, begin, mention.start):
            count = 0 if _NONE_END.match(text, mention.end, high) else None
        if count is None or len(kept) != 1 or not _can_be(layout, kept[0], number, count):
            return []
        counted.append((kept[0], count))
        begin = mention.end
    for item, count in counted:
        item.quantity = count or item.quantity
        item.status = "sold" if not count else None if item.status == "sold" else item.status
    return [item for item, _ in counted]


def _can_be(layout: Layout, item: Item, number: int, count: int) -> bool:
    """Whether a line, an edit or none of the card's own, can leave so many of it."""
    return (item.line != number or number in layout.edits) and count <= (item.quantity or 1)

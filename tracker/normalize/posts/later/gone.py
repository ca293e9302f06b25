"""What an edit tells to be gone of the cards that it names: ``one P4000 has gone``, ``sold two P40s and a T4``."""

import re
from math import inf

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.quantity import NUMBER, count_word, left_over
from tracker.normalize.posts.clues.status import status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["count_gone", "hold_some"]

_BEFORE = re.compile(
    rf"(?:^|[^\w.$£€/-])(?<!of )(?P<count>{NUMBER}|an?|another|first|1st|half|most|some|several|a few|a couple|"
    rf"both|all|the|my)(?: ?x)? (?P<less>(?:(?:(?:out )?of (?:the|my|these|those|\d{{1,2}})|of|more|fewer|less) )?)"
    rf"(?:(?:{union('context.brands')}|quadro|tesla|instinct|radeon|geforce|rtx|gtx)[ '-]{{1,2}}){{0,4}}$"
)
_VAGUE = ("most", "some", "several", "a few")
_ALL = ("both", "all", "the", "my")
_GONE = (
    r"(?:(?:is|are|has|have|been|was|were|now|just|already|also|got) ){0,3}"
    r"(?:sold|gone|taken|claimed|traded|shipped|went(?! (?:up|down|from|through|over|into|in|back|for|on))|"
    r"found (?:a|an?other|new|its|their) (?:new )?homes?)\b"
)
_WENT = re.compile(rf"(?:'?s)?(?: \d{{1,2}} ?gb)?(?: (?:cards?|gpus?))?[ :-]{{1,3}}{_GONE}")
_BEHIND = re.compile(
    rf"(?:'?s)?[ :-]{{1,3}}(?:x ?(?P<x>\d{{1,2}})|\((?P<paren>\d{{1,2}})x?\)|(?P<times>\d{{1,2}})x) {_GONE}"
)
_PARTED_WITH = re.compile(r"(?:^|\W)(?:sold|minus|lost|shipped|traded|let go(?: of)?):? (?:off )?$")
_LEFT = Guarded(r"\b(?:left|remain\w*|down to|still have)\b")


def count_gone(layout: Layout, cards: Cards, number: int, low: int, high: int) -> list[Item]:
    """Take what a clause of an edit tells to be gone off the cards that it names; none where it does not count each."""
    if number not in layout.edits:
        return []
    text = layout.post.text
    named = [mention for mention in layout.mentions.get(number, ()) if low <= mention.start < high]
    if not named or _LEFT.search(text[low:high]):
        return []
    begins = [low, *(mention.end for mention in named)]
    ends = [*(mention.start for mention in named[1:]), high]
    first = _BEFORE.search(text, low, named[0].start)
    gone = first is not None and (
        _PARTED_WITH.search(text[low : first.start("count")]) is not None or _WENT.match(text, named[-1].end, high)
    )
    told = [
        (_kept(cards, mention), _told(text, begin, mention, end, bool(gone)))
        for begin, mention, end in zip(begins, named, ends, strict=False)
    ]
    if any(item is None or count is None or inf > count > (item.quantity or 1) for item, count in told):
        return []
    if all(count == inf for _, count in told):
        return []
    if all((item.quantity or 1) == 1 for item, _ in told if item) or status_in(text[low:high]) == "pending":
        return []
    return [_less(item, count) for item, count in told if item is not None and count is not None]


_HELD = re.compile(
    r"(?:'?s)?(?: \d{1,2} ?gb)?(?: (?:cards?|gpus?))?[ :-]{1,3}(?:(?:is|are|has|have|been|now|already|also) ){0,3}"
    r"(?:(?:sale )?pending|on hold|reserved|spoken for|held|promised|claimed)\b"
)


def hold_some(layout: Layout, cards: Cards, number: int, low: int, high: int) -> list[Item]:
    """``Two P40s are spoken for``, of six: some that are held leave the others on offer, so many as are left."""
    if number not in layout.edits:
        return []
    text = layout.post.text
    named = [mention for mention in layout.mentions.get(number, ()) if low <= mention.start < high]
    if len(named) != 1:
        return []
    held = _HELD.match(text, named[0].end, high)
    item = _kept(cards, named[0]) if held is not None else None
    before = _BEFORE.search(text, low, named[0].start) if item is not None else None
    count = count_word(before["count"]) if before is not None else None
    if held is None or item is None or count is None or count >= (item.quantity or 1):
        return []
    item.quantity = left_over(text[held.end() : high], item.quantity or 1) or item.quantity
    return [item]


def _kept(cards: Cards, mention: Mention) -> Item | None:
    kept = [item for item in cards.items if item.model == mention.model]
    return kept[0] if len(kept) == 1 else None


def _told(text: str, begin: int, mention: Mention, end: int, gone: bool) -> float | None:
    """How many of a card are told to be gone, as 0.5 a half, as 0 an unknown part of them; None for no count."""
    behind = _BEHIND.match(text, mention.end, end)
    if behind is not None:
        return count_word(behind["x"] or behind["paren"] or behind["times"])
    before = _BEFORE.search(text, begin, mention.start)
    if before is None or not (gone or before["less"].startswith(("fewer", "less"))):
        return None
    word = before["count"]
    if word in _VAGUE or word in _ALL:
        return 0 if word in _VAGUE else inf
    return {"half": 0.5, "a couple": 2}.get(word) or count_word(word) or 1


def _less(item: Item, count: float) -> Item:
    quantity = item.quantity or 1
    if count in (quantity, inf):
        item.status = "sold"
    else:
        item.quantity = quantity - int(quantity * count if 0 < count < 1 else count)
    return item

"""One card's price lowered from line to line: ``$360``, ``$350 as of Monday``, ``$335, last drop``."""

import re
from itertools import pairwise

from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money.finding import Amount

__all__ = ["take_last_of_falling"]

_AHEAD = re.compile(
    r"[^a-z0-9]{0,4}|[^a-z0-9]{0,4}(?P<cue>(?:now|today|still (?:here|got it|have it|available|for sale|unsold)|"
    r"no (?:takers|bites|buyers|luck)|(?:price )?(?:drop|cut|lower|reduc)\w*|last (?:call|chance|drop)|final|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|let'?s (?:try|say|do)|ok(?:ay)?)\b"
    r"(?: (?!or|and|with|for)[\w/']{1,9}){0,5}[ :,=*~-]{1,5})"
)
_BEHIND = re.compile(
    r"(?:[ *~,(]{1,3}(?:shipped|posted|delivered|obo|ono|firm|conus|paypal)\b){0,3}[ *~).!]{0,5}"
    r"(?P<cue>(?:[ *~,(:–-]{1,4}(?:and (?:that|this|it)'?s (?:my|the) )?"
    r"(?:as of|since|from|last|lowest|final|now|today|new price|drop\w*|lower\w*|reduc\w+|cut)\b)[^$£€\n]{0,60})?"
)
_LEAST = 2
_SURE = 3
"""Prices below one another, and no word, that are one price lowered."""


def _alone(layout: Layout, number: int) -> tuple[Amount, bool] | None:
    """The price that is all a line holds, and whether a word tells that it is a later one."""
    amounts = [amount for amount in layout.amounts[number] if amount.kind in ("asking", "old")]
    if len(amounts) != 1 or amounts[0].each or amounts[0].lot or amounts[0].bundle or number in layout.rows:
        return None
    line, text = layout.lines[number], layout.post.text
    ahead = _AHEAD.fullmatch(text, line.start, amounts[0].start)
    behind = _BEHIND.fullmatch(text, amounts[0].end, line.end) if ahead is not None else None
    if ahead is None or behind is None:
        return None
    return amounts[0], bool(ahead["cue"] or behind["cue"])


def take_last_of_falling(layout: Layout, cards: Cards) -> None:
    """Give the only card the last of several prices that stand below one another, each lower than the one before."""
    if len(cards.items) != 1 or len(layout.amounts) < _LEAST:
        return
    found = [alone for number in sorted(layout.amounts) if (alone := _alone(layout, number)) is not None]
    if len(found) < _LEAST or not (all(cue for _, cue in found[1:]) or len(found) >= _SURE):
        return
    first, last = found[0][0], found[-1][0]
    falls = all(later.value < before.value for (before, _), (later, _) in pairwise(found))
    if not falls or len({amount.shipping for amount, _ in found}) > 1 or first.shipping == "local":
        return
    item = cards.items[0]
    item.asked = [*(amount for amount in item.asked if amount.start != last.start), last._replace(newest=True)]

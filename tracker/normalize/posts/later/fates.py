"""What a clause tells of a card's fate: that it is gone, that some are left, that all but one are sold."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.quantity import left_over
from tracker.normalize.posts.clues.status import closes_all
from tracker.normalize.posts.later.targets import ALL, GPU_WORD, names_others, targets_of
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["handed_over", "leaves_some", "only_left", "speaks_of_fate", "with_people"]

_PERSON = finder(r"\bto(?:[ \[]{3,}|$)")
_SOMEONE = finder(rf"\bto {union('words.someone')}")
"""A person who is not named: ``went to a coworker``."""
_HANDED = Guarded(
    rf"(?:(?:and|also|the|my|{union('context.brands')})[ '-]{{1,2}}){{0,5}}(?=[^ ]{{0,8}}\d)[^ ]{{1,16}}"
    rf"(?: {union('context.editions')}){{0,3}} to them(?: for [$£€] ?\d{{2,5}})?[ .!,)]{{0,4}}"
    r"(?:(?:thanks|thank you|thx|ty)\b|$)"
)

_SOME_LEFT = Guarded(r"\b(?:left|remain(?:s|ing)?|still (?:available|have))\b")
_FATE = Guarded(
    r"\b(?:is|are|has been|have been|now) (?:now )?(?:sold|pending|gone|on hold|reserved|spoken for)\b|"
    r"\bsold to\b|^sold|sold\W*$|gone\W*$|"
    r"\bno longer (?:have|own)\b|\bany ?more\b|\b(?:went|shipped|mailed|way|goes|going) to them\b"
)
_CARDS_FATE = Guarded(
    r"\b(?:is|are|has been|have been|now)\W+(?:\w+ )?(?:sold|pending|gone|bought|spoken for|on hold|reserved)\b|"
    r"\b(?:gpus?|cards?) ?[:=-]{1,2} ?(?:sold|pending|gone)\b"
)


def with_people(stretch: str) -> str:
    """A stretch with single blanks, and a word for each person to whom something went: their names are blanked out."""
    if "to   " in stretch or "to [  " in stretch or stretch.endswith("to"):
        stretch = _PERSON.sub("to them ", stretch)
    elif " to " in stretch:
        stretch = _SOMEONE.sub("to them", stretch)
    return " ".join(stretch.split())


def handed_over(clause: str) -> bool:
    """Whether a clause says nothing but to whom a card went: ``3080 to u/somebody``."""
    return _HANDED.possible(clause) and _HANDED.compiled.match(clause) is not None


def leaves_some(layout: Layout, cards: Cards, number: int, clause: str) -> bool:
    """``Sold two of them. The one that's left ...``: the only card on offer is not sold out."""
    if len(cards.items) != 1 or not _SOME_LEFT.search(layout.lines[number].text):
        return False
    rest = layout.lines[number].text.replace(clause, " ", 1)
    return left_over(clause, cards.items[0].quantity or 1) is None and not names_others(rest)


def speaks_of_fate(layout: Layout, cards: Cards, number: int, clause: str, targets: list[Item]) -> bool:
    """Whether a clause that is no edit says in so many words that its card, or all of the post, is gone."""
    if targets:
        return bool(_FATE.search(clause))
    return bool(GPU_WORD.search(clause) and _CARDS_FATE.search(clause)) or _closing(layout, cards, number, clause)


_ONLY = Guarded(
    r"\bonly (?:the |my )?(?P<what>[a-z0-9 ]{1,30}?) (?:is |are )?(?:left|remain\w*|"
    r"(?:still )?(?:available(?! (?:as|for|in|to|with|local))|here|for sale|up for (?:sale|grabs)))\b"
)
_ALL_BUT = Guarded(
    r"\b(?:everything|all(?: of (?:it|them))?|(?:the )?rest)(?: (?:is|are|has|have|been|else|items?|cards?|gpus?))* "
    r"(?:sold|gone)(?: (?:now|already))?,? (?:except|but|besides|other than|apart from|minus)(?: for)? "
    r"(?:the |my )?(?P<what>[a-z0-9 ]{1,30})|"
    r"\b(?:everything|all)(?: else)?,? (?:except|but|besides|other than|apart from|minus)(?: for)? "
    r"(?:the |my )?(?P<one>[a-z0-9 ]{1,30}?) (?:(?:is|are|has|have|been|now) ){0,2}(?:sold|gone)\b"
)
"""``Everything sold except the 6700 XT``, ``everything but the 6700 XT has sold``."""
_SUFFIXES = frozenset(("ti", "super", "xt", "xtx", "gre", "ada"))


def only_left(layout: Layout, cards: Cards, number: int, low: int, high: int, clause: str) -> bool:
    """``Only the Ti is left``, ``all sold but the Ti``: the others are sold."""
    match = _ONLY.search(clause) or _ALL_BUT.search(clause)
    what = next(filter(None, match.groups()), "") if match is not None else ""
    if not what or re.fullmatch(r"\d{1,2}|one|two|three", what):
        return False
    if len(cards.items) < 2:
        return _of_the_only_card(cards.items[0], what)
    kept, elsewhere = targets_of(layout, cards, number, low, high, clause)
    words = set(what.split())
    if not kept and words & _SUFFIXES:
        kept = [item for item in cards.items if set(item.model.lower().split()) & words & _SUFFIXES]
    if elsewhere or not kept:
        return False
    for item in kept:
        item.status = None if item.status == "sold" else item.status
    for item in cards.items:
        if not any(item is other for other in kept):
            item.status = "sold"
    return True


def _of_the_only_card(item: Item, what: str) -> bool:
    """``Everything except the GPU sold`` leaves the card as it is; of other goods alone nothing is left of it."""
    if GPU_WORD.search(what):
        return True
    if not names_others(what):
        return False
    item.status = "sold"
    return True


def _closing(layout: Layout, cards: Cards, number: int, clause: str) -> bool:
    """Whether a line that is no edit closes all of the post: it stands alone, is short and answers no question."""
    line = layout.lines[number]
    if not closes_all(clause) or len(line.text) >= 90 or "?" in line.text.partition(clause)[0]:
        return False
    return len(cards.items) == 1 or number in layout.outer_lines or bool(ALL.search(clause)) or "closed" in clause

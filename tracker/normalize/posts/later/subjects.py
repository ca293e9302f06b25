"""Whether what a clause tells of a state or a count is told of something that is none of the cards."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import telling_words
from tracker.normalize.posts.later.targets import names_others
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.words import fragments

__all__ = ["counts_others", "speaks_of_others"]

_SUBJECT = re.compile(
    r"(?:and |the |my )*(?P<what>[a-z0-9]\S{0,24}(?: [a-z0-9]\S{0,24}){0,2}?) "
    r"(?:(?:is|are|has|have|was|been|now|also|already|all|both) )*"
    r"(?:sold|pending|gone|taken|traded|spoken for|reserved|on hold)\b"
)
_SAYS_PRICE = re.compile(
    r"\W{0,4}(?:(?:new )?price|ask(?:ing)?|looking|want|sell(?:ing)?|i|i'[md]|we|local|shipped|now|obo|each|both|all|"
    r"edit|update|only|just|sale|these|they|the|my|cards?|gpus?|qty|quantity|have)\b"
)
_PRICE = re.compile(r"[$£€] ?\d")
_LABEL_END = re.compile(r"[a-z][^\n]{0,60}[-:|=~(@,/][ *_]{0,3}$")


def counts_others(layout: Layout, cards: Cards, number: int) -> bool:
    """``64GB LRDIMM - $55 ea, 18 available``: whether a count stands in the line of something that is no card."""
    line = layout.lines[number]
    if cards.named.get(number):
        return False
    if names_others(line.text):
        return True
    price = _PRICE.search(line.text)
    if price is None:
        return False
    head = line.text[: price.start()]
    known = set().union(*(telling_words(item.words) for item in cards.items))
    return bool(_LABEL_END.search(head)) and not _SAYS_PRICE.match(head) and not telling_words(head) & known


_COUNTS = re.compile(r"\d{1,2}|of")
"""``2 of 3 sold``: a count is no subject."""
_NO_SUBJECT = frozenset(fragments("edit.no_subject"))


_OTHER_THINGS = re.compile(
    r"(?:^|[ ])(?!units|ones|founders|beasts|boards|boys|pupp|both|pairs|sets|these|those)[a-z]{3,14}[b-rt-z]s$"
)
"""``the benches are gone``: a noun in the plural that calls no cards."""


def _has_own_subject(clause: str, items: list[Item], earlier: str | None = None) -> bool:
    """``g7 sold`` behind a card's name speaks of a G7, not of the card; in an edit, of one named ``earlier``."""
    match = _SUBJECT.match(clause)
    words = {word for word in match["what"].split() if not _COUNTS.fullmatch(word)} if match is not None else set()
    known = set().union(*(telling_words(item.words) for item in items)) if words else set()
    if not words or words & (_NO_SUBJECT | known):
        return False
    if _OTHER_THINGS.search(match["what"] if match is not None else ""):
        return True
    return earlier is None or any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", earlier) for word in words)


def _opens_with_another(layout: Layout, cards: Cards, number: int, low: int) -> bool:
    """``Ducky Shine 2 - browns. SOLD``: a clause in a line that opens with another thing of the title."""
    line = layout.lines[number]
    head = _HEAD.match(line.text) if low > line.start else None
    words = telling_words(head["what"]) if head is not None else frozenset()
    if not words or not words & telling_words(cards.title):
        return False
    return not words & set().union(*(telling_words(item.words) for item in cards.items))


_HEAD = re.compile(r"(?P<what>[^\n:(,–—|]{2,40}?)(?:[ ]?[:(,–—|]|[ ]-{1,2})[ ]")


def speaks_of_others(layout: Layout, cards: Cards, number: int, low: int, clause: str) -> bool:
    """Whether a clause that names no card has a subject of its own."""
    if cards.named.get(number):
        return _has_own_subject(clause, cards.items)
    if _opens_with_another(layout, cards, number, low):
        return True
    if len(cards.items) > 1 and _ALL_TAKEN.search(clause) is None:
        return False
    return _has_own_subject(clause, cards.items, f"{cards.title}\n{layout.post.text[:low]}")


_ALL_TAKEN = re.compile(
    r"[a-z0-9]s (?:(?:is|are|have|been|now|already) ){0,2}(?:all|both) (?:sold|gone|taken|claimed|spoken)"
)
"""``NICs all taken``: all of one thing, which may be none of the cards."""

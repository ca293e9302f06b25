"""Whether a clause that says sold or pending has a subject of its own, which is none of the cards."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import telling_words
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.words import fragments

__all__ = ["speaks_of_others"]

_SUBJECT = re.compile(
    r"(?:and |the |my )*(?P<what>[a-z0-9]\S{0,24}(?: [a-z0-9]\S{0,24}){0,2}?) "
    r"(?:(?:is|are|has|have|was|been|now|also|already) )*"
    r"(?:sold|pending|gone|taken|traded|spoken for|reserved|on hold)\b"
)
_NO_SUBJECT = frozenset(fragments("edit.no_subject"))


def _has_own_subject(clause: str, items: list[Item], earlier: str | None = None) -> bool:
    """``g7 sold`` behind a card's name speaks of a G7, not of the card; in an edit, of one named ``earlier``."""
    match = _SUBJECT.match(clause)
    words = set(match.group("what").split()) if match is not None else set()
    known = set().union(*(telling_words(item.words) for item in items)) if words else set()
    if not words or words & (_NO_SUBJECT | known):
        return False
    return earlier is None or any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", earlier) for word in words)


def speaks_of_others(layout: Layout, cards: Cards, number: int, low: int, clause: str) -> bool:
    """Whether a clause that names no card has a subject of its own."""
    if cards.named.get(number):
        return _has_own_subject(clause, cards.items)
    return len(cards.items) == 1 and _has_own_subject(clause, cards.items, f"{cards.title}\n{layout.post.text[:low]}")

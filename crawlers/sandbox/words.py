"""How the simulated search reads words: a title answers to its words, glued or apart."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

_WORD = re.compile(r"[a-z0-9]+")
_PIECES = re.compile(r"[a-z]+|\d+")
_GROUP = re.compile(r"\(([^)]*)\)")


def tokens(title: str) -> frozenset[str]:
    """Return the words that a title is found by: ``RTX3080Ti`` also by rtx, 3080, ti, 3080ti and rtx3080."""
    words = _WORD.findall(title.lower())
    found = set(words)
    for word in words:
        pieces = _PIECES.findall(word)
        if len(pieces) > 1:
            found.update(pieces)
            found.update("".join(pieces[i : i + 2]) for i in range(len(pieces) - 1))
    found.update(one + two for one, two in pairwise(words) if one.isdigit() != two.isdigit())
    return frozenset(found)


@dataclass(slots=True)
class Query:
    """A search: words that must be there, groups of which one must be, words that must not be."""

    all_of: list[str] = field(default_factory=list)
    any_of: list[list[str]] = field(default_factory=list)
    none_of: list[str] = field(default_factory=list)


def read_query(text: str) -> Query:
    """Read ``rtx 3080 -ti (10gb, 12gb)``: a list in brackets is a choice, a minus excludes."""
    query = Query()
    for group in _GROUP.findall(text):
        choices = [" ".join(_WORD.findall(choice.lower())) for choice in group.split(",")]
        query.any_of.append([choice for choice in choices if choice])
    for part in _GROUP.sub(" ", text).split():
        words = _WORD.findall(part.lower())
        (query.none_of if part.startswith("-") else query.all_of).extend(words)
    return query

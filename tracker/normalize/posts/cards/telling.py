"""Words that tell one card of a post from another: ``FE sold``, ``dropped the FTW3 to``."""

import re
from functools import lru_cache

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.wording.words import fragments

__all__ = ["MAKER", "is_settled", "named_by_title", "named_by_words", "telling_words"]

_WORD = re.compile(r"#\d{1,2}|\d{1,2} ?gb\b(?! ?(?:ddr|ram|kit))|[a-z][a-z0-9]{1,}")
MAKER = re.compile(rf"(?<![\w'])(?:{'|'.join(fragments('context.makers'))})(?!\w)")
"""Who built a card, where a text tells cards of one model apart."""
_COMMON = frozenset(fragments("edit.common"))
_ALIASES = {"founders": "fe"}


@lru_cache(maxsize=256)
def telling_words(text: str) -> frozenset[str]:
    """The telling words of a text without their endings: ``Sapphires`` is ``Sapphire``, ``dented`` is ``dent``."""
    found = {_ALIASES.get(word, word.replace(" ", "")) for word in _WORD.findall(text)} - _COMMON
    return frozenset(map(_stem, found))


_MAKERS = frozenset(fragments("context.makers"))


def _stem(word: str) -> str:
    if word.endswith("ed") and len(word) > len("boxed"):
        return word[:-2]
    plural = word.endswith("s") and not word.endswith("ss") and (len(word) > len("asus") or word[:-1] in _MAKERS)
    return word[:-1] if plural else word


def _tokens(item: Item) -> frozenset[str]:
    return telling_words(item.words[:160])


def named_by_words(clause: str, items: list[Item]) -> list[Item]:
    """Items that a clause names by a word that only they have: ``FE sold``, ``dropped the FTW3 to``."""
    if len(items) < 2:
        return []
    said = telling_words(clause)
    if not said:
        return []
    tokens = [_tokens(item) for item in items]
    hits = []
    for place, item in enumerate(items):
        others: set[str] = set()
        for number, words in enumerate(tokens):
            if number != place:
                others |= words
        if said & (tokens[place] - others):
            hits.append(item)
    return hits if len(hits) == 1 else []


def is_settled(items: list[Item]) -> bool:
    """Whether no label can tell of a card: there is one, which has its price, or which no title names."""
    return len(items) == 1 and (bool(items[0].asked) or not items[0].segment)


def named_by_title(clause: str, items: list[Item], title: str) -> list[Item]:
    """The only card, where a clause says of it nothing but what the title says of it alone: ``Taichi``."""
    if len(items) != 1 or not items[0].segment:
        return []
    said = telling_words(clause)
    elsewhere = telling_words(title.replace(items[0].segment, " "))
    return items[:1] if said and said <= telling_words(items[0].segment) - elsewhere else []

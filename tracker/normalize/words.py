"""What the words of a title say: one scan for all word lists of ``data/title_words.toml``."""

import re
import tomllib
from functools import cache
from typing import NamedTuple

from tracker.normalize.trie import WORD_GAP, trie_pattern
from tracker.normalize.vocabulary import DATA

_GAPS = re.compile(r"[ -]+")


class Goods(NamedTuple):
    """A kind of accessory; up to ``most_usd`` a title with its word may mean it alone."""

    name: str
    most_usd: float
    strong: bool


class Hit(NamedTuple):
    """A word or phrase of a list, where it stands, and what it says."""

    start: int
    end: int
    text: str
    tags: frozenset[str]
    goods: Goods | None


class Word(NamedTuple):
    """What a phrase says: the lists it is in, and the accessory it names."""

    tags: frozenset[str]
    goods: Goods | None


@cache
def phrases() -> dict[str, Word]:
    """Return every phrase without its blanks, and what it says."""
    return {_GAPS.sub("", phrase): word for phrase, word in _phrases().items()}


@cache
def _phrases() -> dict[str, Word]:
    data = tomllib.loads((DATA / "title_words.toml").read_text(encoding="utf-8"))
    tags: dict[str, set[str]] = {}
    goods: dict[str, Goods] = {}
    for name, value in data.items():
        if name == "goods":
            for kind in value:
                what = Goods(kind["name"], float(kind["most"]), kind["strong"])
                goods.update(dict.fromkeys(kind["words"], what))
        else:
            for phrase in value["words"]:
                tags.setdefault(phrase, set()).add(name)
    return {
        phrase: Word(frozenset(tags.get(phrase, ())), goods.get(phrase)) for phrase in dict.fromkeys((*tags, *goods))
    }


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the one pattern that finds every phrase as whole words, the longest first."""
    return re.compile(rf"(?<![a-z0-9à-ÿ])(?:{trie_pattern(_phrases(), WORD_GAP)})(?![a-z0-9à-ÿ])")


#: Makes a hit without the call of its constructor: there are several in every title.
_hit = tuple.__new__
_SEEN_LIMIT = 50_000


class _Seen(dict[str, Word]):
    """What each phrase says, by the ways it was written so far: few, and looked up without a call."""

    def __missing__(self, written: str) -> Word:
        word = phrases()[_GAPS.sub("", written)]
        if len(self) < _SEEN_LIMIT:
            self[written] = word
        return word


_SEEN = _Seen()


class Said(NamedTuple):
    """What the words of a title say: the phrases in order, all their lists, and those that name an accessory."""

    hits: list[Hit]
    tags: set[str]
    goods: list[Hit]


def find_words(text: str) -> Said:
    """Return the phrases in clean ``text``; where two overlap, the longer one that begins first."""
    hits: list[Hit] = []
    goods: list[Hit] = []
    tags: set[str] = set()
    for match in word_pattern().finditer(text):
        written = match[0]
        said, thing = _SEEN[written]
        start, end = match.span()
        hit = _hit(Hit, (start, end, written, said, thing))
        hits.append(hit)
        tags |= said
        if thing is not None:
            goods.append(hit)
    return _hit(Said, (hits, tags, goods))

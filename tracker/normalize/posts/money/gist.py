"""Who pays for carriage, by the gist of a sentence that none of the wordings in the lists meets.

There are more ways to say it than can be listed. Where a sentence names carriage, and words for who pays stand near,
those tell; where they tell both or neither, nothing is known.
"""

import re
from collections.abc import Iterable, Iterator

from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.words import union, whole
from tracker.normalize.types import Shipping

__all__ = ["gist_of_carriage"]

_CARRIAGE = finder(rf"{whole('gist.carriage')}(?!\w)")
_SENTENCE_END = re.compile(r"\n|[.!?;](?=[ \n]|$)")
_NEAR = 80
"""Characters before and behind a word for carriage in which words tell who pays for it."""
_NONE = finder(rf"{whole('gist.nothing')}(?!\w)")
_NOT_IN = finder(rf"{whole('gist.not_in')}(?!\w)")
_MINE = finder(rf"{whole('gist.mine')}(?!\w)")
_YOURS = finder(rf"{whole('gist.yours')}(?!\w)")
_INSIDE = finder(rf"{whole('gist.inside')}(?!\w)")
_ON_TOP = finder(
    rf"{whole('gist.on_top')}(?!\w)|[$£€] ?[12]?\d(?!\d|[.,]\d)|(?<![\d.,])[12]?\d ?[€£](?!\d)|(?<![\w$£€.,])\+(?!\d)"
)
_ELSEWHERE = finder(union("gist.elsewhere"))


def gist_of_carriage(text: str, places: Iterable[tuple[int, int]]) -> tuple[Shipping, int, int] | None:
    """What the first sentence says that tells who pays for carriage, with its place; None where none tells."""
    for low, high in _sentences(text, places):
        said = _said(text, low, high)
        if said is not None:
            return said, low, high
    return None


def _sentences(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The sentences that name carriage, cut to what stands near it."""
    until = -1
    for start, end in places:
        for match in _CARRIAGE.finditer(text, start, end):
            if match.start() < until:
                continue
            low = max(0, match.start() - _NEAR)
            for stop in _SENTENCE_END.finditer(text, low, match.start()):
                low = stop.end()
            stop_behind = _SENTENCE_END.search(text, match.end(), match.end() + _NEAR)
            until = stop_behind.start() if stop_behind else min(len(text), match.end() + _NEAR)
            yield low, until


def _said(text: str, low: int, high: int) -> Shipping | None:
    if _ELSEWHERE.search(text, low, high):
        return None
    if _NONE.search(text, low, high):
        return "included"
    if _NOT_IN.search(text, low, high):
        return "extra"
    mine, yours = _MINE.search(text, low, high), _YOURS.search(text, low, high)
    if mine or yours:
        return None if mine and yours else "included" if mine else "extra"
    inside, on_top = _INSIDE.search(text, low, high), _ON_TOP.search(text, low, high)
    if (inside is None) == (on_top is None):
        return None
    return "included" if inside else "extra"

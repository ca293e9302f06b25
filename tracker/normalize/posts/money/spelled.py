"""Amounts written in words: ``six hundred even shipped``, ``4 hundred obo``, ``eight fifty apiece``."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["Spelled", "spelled_numbers"]

_ONES = {word: n for n, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1)}
_TEENS = {
    word: n
    for n, word in enumerate(
        (
            "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
            "sixteen", "seventeen", "eighteen", "nineteen",
        ),
        10,
    )
}  # fmt: skip
_TENS = {
    word: n * 10
    for n, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_ONE, _TEEN, _TEN = ("|".join(words) for words in (_ONES, _TEENS, _TENS))
_BELOW_HUNDRED = rf"(?:{_TEN})(?:[ -](?:{_ONE}))?|{_TEEN}"
_PHRASE = Guarded(
    rf"(?<![\w-])(?:(?P<thousands>a|{_ONE}) (?:grand|thousand)|"
    rf"(?:(?P<hundreds>{_ONE}|{_TEEN}|[1-9]) hundred(?: and)?(?:[ -](?P<rest>{_BELOW_HUNDRED}|{_ONE}))?)|"
    rf"(?P<short>{_ONE})[ -](?P<two>{_BELOW_HUNDRED})|(?P<only>{_BELOW_HUNDRED}))(?![\w-])",
    needed=("hundred", "grand", "thousand", *_TENS),
)
_MONEY_AFTER = re.compile(
    r"[ ,(]{1,2}(?:even |flat )?(?P<unit>bucks|dollars|quid|pounds|euros?|usd|cad|gbp|eur)\b|"
    r"[ ,(]{1,2}(?:even |flat )?(?:shipped|posted|delivered|each|apiece|a piece|ea\b|obo|firm|cash|local|plus|"
    r"for (?:the|it|both|each|all|either)\b|takes|gets|[$£€] ?\d)"
)
_MONEY_BEFORE = re.compile(
    r"(?:asking|price(?:d at)?|looking for|selling for|sell for|lowered to|dropped to|now)[ :]{1,2}$"
)
_ENDS = re.compile(r" ?(?:$|[.,;!)])")


class Spelled(NamedTuple):
    """A number in words at ``start:end``, and the word for its money behind it."""

    start: int
    end: int
    value: int
    unit: str


def spelled_numbers(text: str, start: int, end: int) -> Iterator[Spelled]:
    """Numbers in words that words of prices stand beside."""
    if not _PHRASE.possible(text):
        return
    for match in _PHRASE.compiled.finditer(text, start, end):
        after = _MONEY_AFTER.match(text, match.end(), end)
        before = text[max(start, match.start() - 24) : match.start()]
        if after is None and not (_ENDS.match(text, match.end(), end) and _MONEY_BEFORE.search(before)):
            continue
        unit = (after["unit"] or "") if after is not None else ""
        yield Spelled(match.start(), after.end("unit") if after and unit else match.end(), _value(match), unit)


def _value(match: re.Match[str]) -> int:
    if match["thousands"]:
        return 1000 * _ONES.get(match["thousands"], 1)
    if match["hundreds"]:
        return 100 * _small(match["hundreds"]) + _small(match["rest"] or "")
    if match["short"]:
        return 100 * _ONES[match["short"]] + _small(match["two"])
    return _small(match["only"])


def _small(words: str) -> int:
    return sum(
        int(word) if word.isdigit() else _ONES.get(word) or _TEENS.get(word) or _TENS[word]
        for word in re.split(r"[ -]", words)
        if word
    )

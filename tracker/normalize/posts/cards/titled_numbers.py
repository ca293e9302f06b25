"""The title's cards named in a body by their number alone: ``the 480s``, ``1030 - 30 shipped``, ``the 6500`` (XT)."""

import re
from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.namesakes import is_other_thing
from tracker.normalize.posts.cards.naming import MOST_MENTIONS
from tracker.normalize.posts.cards.processors import processor_numbers
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.words import fragments

__all__ = ["bare_numbers"]

_AROUND = (
    r"{number}(?:(?<=(?:for|and) the {number})(?:'?s)?(?![\w%.])|"
    r"(?<![\w$£€.,/#-]{number})(?:'?s)?(?![\w%]|[.,]\d|/\d|"
    r" ?(?:gb|mhz|w\b(?!/)|watt|x\d|p\b|ssd|evo|hz|rpm|shipped(?! to(?:   |\n|$))|obo|usd|cad|[$€£](?! ?\d))))"
)
"""A bare number; what stands before it is looked at behind it, so that a search skips to the number.

``3080 shipped`` is a price, ``3080 shipped to u/somebody`` none: the name of a person is blanked out.
"""


@lru_cache(maxsize=512)
def _around(number: str) -> re.Pattern[str]:
    return re.compile(_AROUND.format(number=number))


_SHORT_NAME = re.compile(r"(?<![a-z0-9])(?:\d{3,4}|[a-z]{1,2}\d{1,4}[a-z]?)$")
_LONG_NAME = re.compile(r"(?<![a-z0-9])(?P<number>\d{3,4}) ?(?:ti super|super|ti|xtx?|gre)$")
_POINTED = re.compile(rf"(?:(?:^|\n)[^\w\n]{{0,8}}|(?<!\w)(?:the|my|this|{'|'.join(fragments('context.makers'))}) )$")
_SPOKEN_OF = re.compile(
    r"'?s?(?: (?:fe|founders|fe edition))?(?: (?:for|is|at|asking))?[ ]?[:=-]{0,2} ?(?:[$£€] ?)?\d{2}|"
    r"'?s? (?:is |are |has |been ){0,4}(?:sold|pending|gone)\b"
)
_PROCESSOR = re.compile(r"(?:i[3579][ -]|cpus?(?: ?[:=-])? )$")


def _as_titled(mention: Mention, titled: list[Mention]) -> Mention:
    """A bare ``570`` is the 570 of the title."""
    number = mention.text.strip()
    if not number.isdigit() or any(mention.model == other.model for other in titled):
        return mention
    for other in titled:
        namesake = mention.model.startswith("Radeon HD") and re.match(rf"\D*{number} ?xtx?$", other.text.lower())
        if namesake or (re.search(r"\d{3,4}$", other.text) and other.text.endswith(number)):
            return replace(other, start=mention.start, end=mention.end, text=mention.text)
    return mention


def _long_names(body: PostText, title: PostText, titled: list[Mention], found: list[Mention]) -> dict[str, Mention]:
    """The title's ``6500 XT`` by its number, where nothing else bears that and the body never says it in full."""
    names: dict[str, list[Mention]] = {}
    numbers = {mention.text.lower().strip() for mention in titled}
    said = {mention.model for mention in found}
    for mention in titled:
        match = _LONG_NAME.search(mention.text.lower().strip())
        if match is None or mention.model in said or match["number"] not in body.text:
            continue
        names.setdefault(match["number"], []).append(mention)
    alone = {number: of[0] for number, of in names.items() if len({mention.model for mention in of}) == 1}
    if not alone:
        return alone
    others = processor_numbers(body, title)
    return {
        number: mention
        for number, mention in alone.items()
        if number not in others and not any(name.endswith(number) for name in numbers)
    }


def _is_meant(body: PostText, start: int, end: int) -> bool:
    """Whether a number stands where a card is named: ``the 2070``, ``2070 - $150``, or what opens a line."""
    before = body.text[max(0, start - 16) : start]
    if _PROCESSOR.search(before):
        return False
    return _POINTED.search(before) is not None or _SPOKEN_OF.match(body.text, end) is not None


def bare_numbers(body: PostText, title: PostText, titled: list[Mention], found: list[Mention]) -> list[Mention]:
    """``found`` with what the body calls by its number alone: the title's cards."""
    long_names = _long_names(body, title, titled, found)
    found = [_in_full(body, _as_titled(mention, titled), long_names) for mention in found]
    starts, ends = [mention.start for mention in found], [mention.end for mention in found]
    if any(mention.text[-1:] == "s" for mention in found):
        found = _plurals(titled, found)
    found = _modified(body, titled, found) if any(mention.modified for mention in titled) else found
    more = _by_part_numbers(body, titled) if any(scheme in body.text for scheme in _SCHEMES) else []
    for mention, number in _numbers(titled, long_names):
        if number not in body.text or any(number == other.text for other in more):
            continue
        for match in _around(number).finditer(body.text):
            if len(more) >= MOST_MENTIONS:
                break
            end = match.start() + len(number)
            before = bisect_left(starts, match.end()) - 1
            if mention.strength != "sure" and is_other_thing(body.text, match.start(), end):
                continue
            if number in long_names and not _is_meant(body, match.start(), end):
                continue
            if before < 0 or ends[before] <= match.start():
                more.append(replace(mention, start=match.start(), end=end, text=number))
    return sorted([*found, *more], key=lambda mention: mention.start)


_PLURAL = re.compile(r"\d{4}s")
_SUPER = " Super"


def _plurals(titled: list[Mention], found: list[Mention]) -> list[Mention]:
    """``1650s`` with a small s are the title's 1650, where the post names no 1650 Super in another way."""
    by_model = {mention.model: mention for mention in titled}
    supers = {mention.model for mention in (*titled, *found) if not _PLURAL.fullmatch(mention.text)}
    return [
        replace(base, start=mention.start, end=mention.end, text=mention.text)
        if mention.model.endswith(_SUPER)
        and mention.model not in supers
        and _PLURAL.fullmatch(mention.text)
        and (base := by_model.get(mention.model.removesuffix(_SUPER))) is not None
        else mention
        for mention in found
    ]


def _modified(body: PostText, titled: list[Mention], found: list[Mention]) -> list[Mention]:
    """``The 2080 Tis were modded`` speaks of the title's 22 GB, but a line that prices the model may offer another."""
    sizes = {mention.model: mention for mention in titled}
    alone = {model: of for model, of in sizes.items() if of.modified and _named_once(model, titled)}
    return [
        replace(mention, vram_gb=alone[mention.model].vram_gb, skus=alone[mention.model].skus)
        if mention.model in alone and mention.stated_gb is None and not _prices_line(body, mention)
        else mention
        for mention in found
    ]


def _named_once(model: str, titled: list[Mention]) -> bool:
    return sum(mention.model == model for mention in titled) == 1


def _prices_line(body: PostText, mention: Mention) -> bool:
    return any(sign in body.text[mention.end :].partition("\n")[0] for sign in "$£€")


_SCHEMES = ("gv-r", "gv-n", "hd-", "fx-")
_BY_SCHEME = re.compile(r"(?<![\w-])(?:gv-[rn]|hd-|fx-)(?P<digits>\d{3,4})(?=[a-z\d]{0,12}-)[a-z]{1,12}\d{0,2}")


def _by_part_numbers(body: PostText, titled: list[Mention]) -> list[Mention]:
    """``GV-R795WF3-3GD``, ``HD-687A-ZNFC``: the title's only card of which a part number begins with the digits."""
    found: list[Mention] = []
    for part in _BY_SCHEME.finditer(body.text):
        numbers = {mention.model: _SHORT_NAME.search(mention.text.lower()) for mention in titled}
        meant = [m for m in titled if (number := numbers[m.model]) and _begins(number.group(), part["digits"])]
        if len(meant) == 1 and len(found) < MOST_MENTIONS:
            found.append(replace(meant[0], start=part.start(), end=part.end(), text=part.group()))
    return found


def _begins(number: str, digits: str) -> bool:
    """Whether a part number's digits are those of a card, of whose four it has the first three."""
    return digits in (number, number[:3] if number.isdigit() and len(number) > len("687") else number)


def _in_full(body: PostText, mention: Mention, long_names: dict[str, Mention]) -> Mention:
    other = long_names.get(mention.text.strip())
    if other is None or not _is_meant(body, mention.start, mention.end):
        return mention
    return replace(other, start=mention.start, end=mention.end, text=mention.text)


def _numbers(titled: list[Mention], long_names: dict[str, Mention]) -> list[tuple[Mention, str]]:
    short = ((mention, _SHORT_NAME.search(mention.text.lower().rstrip("s' "))) for mention in titled)
    return [
        *((mention, named.group()) for mention, named in short if named is not None),
        *((mention, number) for number, mention in long_names.items()),
    ]

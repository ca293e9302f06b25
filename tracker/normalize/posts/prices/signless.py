"""Numbers without a sign or a price word that only stand where a price stands: ``3070 FE - 240, 2060: 110``."""

import re
from functools import lru_cache

from tracker.normalize.posts.cards.items import NamedItem
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.bare import MODEL_NUMBER, is_measured
from tracker.normalize.posts.money.finding import Amount, find_amounts
from tracker.normalize.posts.money.plausible import is_plausible
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.words import fragments

__all__ = ["amount_at", "ends_a_price", "line_amounts"]

_STATE_MARK = (
    r"[ ()\[<>=~*,:-]{1,8}(?:sold|pending|gone|reserved|on hold|taken|claimed|spoken for|"
    r"(?:snatched|scooped|snapped) up|(?:still )?available|still here)\b"
)
"""``60 <- sold``, ``60 (gone)``: what became of the card, behind its price."""
_ENDS = (
    r"(?: ?(?:$|\n|[,;|)](?!\d)|/ ?(?:ea|each|card)\b|\.(?= |$)|obo\b|ono\b|shipped|posted|firm|each|ea\b|plus\b|\+|"
    r"or\b|and\b|if\b|local|[(\[]|[$£€])|"
    rf" ?/{{1,2}} ?(?:\d{{2,5}}|\d{{1,2}} (?:in stock|left|avail)|$)|"
    r" (?:/{2}|\|{1,2}) | (?:-{1,2}|~) (?=[a-z(]|\d{1,2}[ -](?:in stock|left|avail|slot|fan|pin|years?|months?))|"
    rf"{_STATE_MARK})"
)
_AFTER = re.compile(_ENDS)
_NUMBER = rf"(?=[$£€]? ?(?:\d{{2,5}}|\d{{1,2}},\d{{3}})(?:\.\d\d)?{_ENDS})"
_BEHIND_NAME = finder(
    rf"(?:[-:=|>]{{1,3}}|(?<!\.)\.{{2,20}}|…|//|[-=]>|→|[~@]|(?:for|at|asking|is|are|only|just)\b) ?{_NUMBER}"
)
_CLOSING = re.compile(
    r", (?=(?!(?:(?:19|20)\d\d|128|256|512|1024)\b)\d{2,4}(?: (?:shipped|obo|firm))?"
    rf"(?:\.(?= |$)|$| -{{1,2}} (?=[a-z])|{_STATE_MARK}))"
)
"""``The 4080 is a Trinity, 820.``, but not ``3060, 16gb, 512.``"""
_BEHIND_BLANK = re.compile(
    r"(?: (?!(?:and|or|for|vs|gets?|got|did|does|scored?|hits?|draws?|pulls?|uses?|runs?|ran|than|from|in|since|of)\b)"
    r"(?:[a-z][a-z0-9+]{0,11}|[23]x|\d{1,2} ?gb|w/|\([a-z][^()\n$£€]{0,29}\))){0,4} "
    r"(?=(?!(?:19|20)\d\d\b)(?:[2-9]\d|\d{3,4})\b)"
    rf"(?!{MODEL_NUMBER.pattern}\b)(?=\d+(?:$|[,;]|\.(?: |$)| ?(?:shipped|obo|firm|each|ea|local)\b|{_STATE_MARK}))"
)
"""``3070 FE 240``, where nothing but the line's end or a word of prices follows."""
_STATE = r"(?: ?[(,-]{0,2} ?(?:[a-z]{2,5} box|brand new|like new|new|used|sealed|boxed|with box|obo|firm)\)?)?"
_BEHIND_FANS = re.compile(
    r"(?: [a-z][a-z0-9+]{0,11}){1,3} [23]x (?=\d{3,4}(?:$|[,;]|\.(?: |$)| ?(?:shipped|obo|firm)\b))"
)
"""``5070 Ti Ventus 3X 850``: behind the fans of a cooler no other card is named."""
_IN_BRACKETS = re.compile(r"[^\n()]{0,40}\((?=(?!(?:19|20)\d\d\))\d{2,4}\)$)")
_ENDS_IN_NUMBER = re.compile(r"\(\d{2,4}\)\n")
"""``* GTX 670 (180)``: a price where every item of the list ends so."""
_AT_END = re.compile(rf" (?<=[a-z] )(?=\d)(?!(?:{MODEL_NUMBER.pattern}|(?:19|20)\d\d)\b)(?=\d{{2,4}}{_STATE}$)")
_ENDS_BARE = re.compile(
    rf"\n[ ]{{0,3}}[*•+-] [^\n$£€]{{4,70}}(?<=[a-z\d)]) (?!{MODEL_NUMBER.pattern}\b)\d{{2,3}}(?: ea)?{_STATE}(?=\n)"
)
"""``- pny 3060 12gb 190``: a price where most items of the list end so."""
_NO_SIZE = rf"(?!(?:{MODEL_NUMBER.pattern}|(?:19|20)\d\d|128|256|512|1024)\b)"
_IN_MIDDLE = re.compile(rf"[^\n,/]{{0,40}}(?P<mark>, | / )(?={_NO_SIZE}\d{{2,4}}(?P=mark)[a-z])")
_PRICED_IN_MIDDLE = re.compile(rf"\n[^\n$£€]{{4,60}}?(?P<mark>, | / ){_NO_SIZE}\d{{2,4}}(?P=mark)[a-z]")
"""``zotac 3060 12gb, 240, boxed``: a price where another line of the post is of that form."""
_LAST_FIELD = re.compile(rf"[^\n$£€]{{0,80}}? / (?={_NO_SIZE}\d{{2,4}}$)")
_ENDS_IN_FIELD = re.compile(rf"\n[^\n$£€/]{{4,60}} / [^\n$£€]{{0,60}}?(?:(?<=/)| / ){_NO_SIZE}\d{{2,4}}(?= /|\n)")
"""``zotac 3060 / used 9 months / 240``: a price where another line of the post is of that form."""
_BULLET = re.compile(r"\n[ ]{0,3}[*•+-] ")
_LEAST_LISTED = 3
_WORD = re.compile(r"[a-z,]")
"""``6950s at 6970``: behind a word a card's number is a card."""
_SHORT_LINE = 60
_PRICED_PIECE = re.compile(
    rf"(?:^|, )[a-z0-9][^,;:$£€\n]{{2,50}} (?!{MODEL_NUMBER.pattern}\b)\d{{1,4}}"
    r"(?: (?:a piece|each|ea|shipped|obo))?(?=,|\.?$)"
)
"""``asus 4070 ti tuf 520, corsair h100i 60``: a list in one line, each thing of which ends in its price."""
_LEAST_PIECES = 3
_BEFORE_NAME = re.compile(r"(?P<number>\d{2,4})(?: ?[=:] ?| -{1,2}>? )(?:(?:the|my|for|an?|[a-z]{3,11}) ){0,3}$")
"""``70 - GTX 560``, a price list with the prices in front."""
_LEAST = 20
"""Less than that in front of a name counts cards."""


def line_amounts(layout: Layout, number: int, named: list[NamedItem]) -> list[Amount]:
    """The amounts of a line that names cards; a card without any takes the bare number that follows its name."""
    amounts = list(layout.amounts.get(number, ()))
    line, text = layout.lines[number], layout.post.text
    for ahead in amounts:
        if ahead.start < named[0][0] and ahead.kind != "shipping":
            return amounts
    pieces = _PRICED_PIECE.findall(line.text) if line.text.count(",") >= _LEAST_PIECES - 1 else []
    if len(pieces) >= _LEAST_PIECES:
        amounts = [amount for amount in amounts if _in_named_piece(text, line, amount, named)]
    leading = _leading_amount(layout, line, named[0]) if len(named) == 1 and not amounts else None
    if leading is not None:
        return [leading]
    listed = len(named) > 1 or len(pieces) >= _LEAST_PIECES
    for place, (_, end, item) in enumerate(named):
        until = named[place + 1][0] if place + 1 < len(named) else line.end
        if any(end <= own.start < until and not own.lot and own.kind != "shipping" for own in amounts):
            continue
        behind = text[end:until]
        tail = (
            _BEHIND_NAME.search(behind)
            or _CLOSING.search(behind)
            or (_BEHIND_BLANK.match(behind) if listed or line.end - line.start < _SHORT_LINE else None)
            or _BEHIND_FANS.match(behind)
            or (_IN_BRACKETS.match(behind) if line.is_item_mark and _lists_in_brackets(text) else None)
            or (_IN_MIDDLE.match(behind) if _lists_in_middle(text) else None)
            or (_LAST_FIELD.match(behind) if _lists_in_fields(text) else None)
            or (
                _AT_END.search(behind)
                if line.kind == "bullet" and number not in layout.edits and _lists_at_ends(text)
                else None
            )
        )
        if tail is None:
            continue
        amount = amount_at(layout, end + tail.end(), until)
        words = tail.re is not _BEHIND_FANS and _WORD.search(tail.group())
        if amount is not None and words and MODEL_NUMBER.fullmatch(text[amount.start : amount.end]):
            continue
        if amount is None or is_measured(text[line.start : end], tail.group()):
            continue
        if is_plausible(item.model, amount.value):
            amounts.append(amount)
    return sorted(amounts)


def _in_named_piece(text: str, line: Line, amount: Amount, named: list[NamedItem]) -> bool:
    """Whether a card is named between the commas around an amount."""
    low = max(line.start, text.rfind(",", line.start, amount.start))
    high = text.find(",", amount.end, line.end)
    return any(low <= start < (line.end if high < 0 else high) for start, _, _ in named)


def _leading_amount(layout: Layout, line: Line, named: NamedItem) -> Amount | None:
    """The bare number that a line opens with before the name of its card; none that is itself a card's."""
    start, _, item = named
    match = _BEFORE_NAME.fullmatch(layout.post.text[line.start : start])
    if match is None or MODEL_NUMBER.fullmatch(match["number"]):
        return None
    amount = amount_at(layout, line.start, start)
    if amount is None or amount.value < _LEAST or amount.value == item.quantity:
        return None
    return amount if is_plausible(item.model, amount.value) else None


@lru_cache(maxsize=1)
def _lists_in_brackets(text: str) -> bool:
    """Whether the lines of a text end in numbers in brackets; asked of each of its lines, so counted once."""
    return len(_ENDS_IN_NUMBER.findall(f"{text}\n")) >= _LEAST_LISTED


@lru_cache(maxsize=1)
def _lists_in_middle(text: str) -> bool:
    """Whether at least two lines of a text hold a bare number between a name and a remark."""
    return (", " in text or " / " in text) and len(_PRICED_IN_MIDDLE.findall(f"\n{text}")) > 1


@lru_cache(maxsize=1)
def _lists_in_fields(text: str) -> bool:
    """Whether at least two lines of a text end in a bare number behind a name and a stroke."""
    return " / " in text and len(_ENDS_IN_FIELD.findall(f"\n{text}\n")) > 1


@lru_cache(maxsize=1)
def _lists_at_ends(text: str) -> bool:
    """Whether most items of a text's list end in bare numbers that are no cards'."""
    ends = sum(1 for _ in _ENDS_BARE.finditer(f"\n{text}\n"))
    return ends >= _LEAST_LISTED and ends * 2 > sum(1 for _ in _BULLET.finditer(f"\n{text}"))


def ends_a_price(text: str, end: int) -> bool:
    """Whether what follows a number lets it be a price: the clause's end, or a word of prices."""
    return _AFTER.match(text, end) is not None


_NUMBERED_LINES = tuple(f"{line} " for line in fragments("money.numbered_lines"))


def amount_at(layout: Layout, start: int, end: int) -> Amount | None:
    """The number at a place where a price stands, as an amount that is asked."""
    if layout.post.text.endswith(_NUMBERED_LINES, 0, start):
        return None
    found = find_amounts(layout.post, start, end, loose=True)[:1]
    return next((amount for amount in found if amount.start - start <= 2 and amount.kind in ("asking", "old")), None)

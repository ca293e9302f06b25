"""A post laid out for reading: lines, tables, sections, amounts and mentions, each found once."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.markup.grids import find_grids
from tracker.normalize.posts.markup.labels import DAY, is_dated
from tracker.normalize.posts.markup.lines import Line, read_lines
from tracker.normalize.posts.markup.sections import sections_of
from tracker.normalize.posts.markup.tables import Cell, Table, find_tables
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.money.finding import Amount, find_amounts
from tracker.normalize.posts.money.hearsay import is_hearsay
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["Layout", "lay_out"]

_EDIT = re.compile(
    rf"[\[(*]{{0,2}}(?:\d(?:st|nd|rd|th) |final |another |latest |last |quick |second |"
    rf"big |{DAY} |evening |morning |tonight'?s? )?{union('status.edit')}(?: ?#?\d)?(?![\w])"
)


@dataclass(slots=True)
class Layout:
    """Everything found in a body, by line; ``outer_lines`` are the first and the last that hold anything."""

    post: PostText
    lines: list[Line]
    sections: list[str]
    tables: list[Table]
    rows: dict[int, tuple[Table, tuple[Cell, ...]]]
    mentions: dict[int, list[Mention]] = field(default_factory=dict)
    amounts: dict[int, list[Amount]] = field(default_factory=dict)
    edits: frozenset[int] = frozenset()
    outer_lines: tuple[int, ...] = ()

    def text_of(self, number: int) -> str:
        """A line's words."""
        line = self.lines[number]
        return self.post.text[line.start : line.end]


def _number_of(begins: list[int], position: int) -> int:
    return bisect_right(begins, position) - 1


def _overlaps(spans: list[tuple[int, int]], amount: Amount) -> bool:
    place = bisect_right(spans, (amount.start, 1 << 60)) - 1
    if place >= 0 and spans[place][1] > amount.start:
        return True
    return place + 1 < len(spans) and spans[place + 1][0] < amount.end


def _edited(lines: list[Line]) -> frozenset[int]:
    """Lines of an edit: the line that says so, and those that follow it without a gap; on top of a post it alone."""
    found: set[int] = set()
    first = -1
    running = False
    for number, line in enumerate(lines):
        if line.kind == "blank":
            running = False
            continue
        first = number if first < 0 else first
        if _EDIT.match(line.text) or is_dated(line.text):
            running = True
        if running:
            found.add(number)
            running = number != first or line.text.endswith(":")
    return frozenset(found)


_BOUGHT = Guarded(
    r"(?<!\w)(?:bought|purchased|ordered|acquired|(?:got|picked|snagged|grabbed) (?:it|this|these|them|mine|one)|"
    r"set me back)(?!\w)(?![^$£€]*\b(?:asking|sell\w*|looking|price|want|now|letting|yours)\b)"
)


def _tells_of_buying(body: PostText, amount: Amount) -> bool:
    begin, _ = sentence_around(body.text, amount.start, amount.end)
    return _BOUGHT.search(body.text[begin : amount.start]) is not None


_PAID_HEADING = Guarded(
    r"\b(?:what i (?:paid|spent)|i (?:paid|spent)|paid prices?|original (?:prices?|cost)|"
    r"(?:retail|purchase|new) prices)\b"
)


def _unpaid(layout: Layout) -> None:
    """Amounts below ``Specs with what I spent:`` are none that is asked, up to the next gap."""
    if ":" not in layout.post.text or not _PAID_HEADING.possible(layout.post.text):
        return
    paid = False
    for number, line in enumerate(layout.lines):
        if line.kind == "blank":
            paid = False
        elif line.text.endswith(":") and number not in layout.amounts:
            paid = _PAID_HEADING.search(line.text) is not None
        elif paid and number in layout.amounts:
            layout.amounts[number] = [a._replace(kind="other", why="paid") for a in layout.amounts[number]]


def lay_out(body: PostText, mentions: list[Mention]) -> Layout:
    """Find lines, tables, sections and amounts of a body, and sort its mentions by line."""
    lines = read_lines(body)
    begins = [line.begin for line in lines]
    ruled = "|" in body.text and ("--" in body.text or "-|" in body.text or ":-" in body.text)
    tables = find_tables(body) if ruled else []
    tables += find_grids(body, lines, tables)
    rows = {_number_of(begins, place): (table, cells) for table in tables for place, cells in table.rows}
    filled = [number for number, line in enumerate(lines) if line.kind != "blank"]
    outer_lines = (filled[0], filled[-1]) if filled else ()
    layout = Layout(body, lines, sections_of(body, lines), tables, rows, edits=_edited(lines), outer_lines=outer_lines)
    spans = [(mention.start, mention.end) for mention in mentions]
    for mention in mentions:
        layout.mentions.setdefault(_number_of(begins, mention.start), []).append(mention)
    names = frozenset().union(*(range(start, end) for start, end in spans))
    bought = _BOUGHT.possible(body.text)
    for amount in find_amounts(body, names=names):
        if not amount.signed and _overlaps(spans, amount):
            continue
        if amount.kind == "asking" and (
            (bought and _tells_of_buying(body, amount))
            or (amount.shipping is None and is_hearsay(body, amount.start, amount.end))
        ):
            amount = amount._replace(weak=True)
        layout.amounts.setdefault(_number_of(begins, amount.start), []).append(amount)
    _unpaid(layout)
    return layout

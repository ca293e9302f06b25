"""Tables that no rule of dashes marks: a line of headings, and below it lines cut the same way, by blanks or signs."""

import re
from bisect import bisect_right

from tracker.normalize.posts.markup.columns import Piece, role_of, roles_of
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.markup.tables import Table, cells_of, table_of
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["find_grids"]

_HEADING_WORD = Guarded(r"\b(?:qty|quantity|count|price|each|ea|apiece|asking|cost|how much|shipped)\b|#")
_LONGEST_HEADING = 100
_LONGEST_CELL = 26
_BLANKS = re.compile(r"\t| {2,60}")
_SIGNS = (re.compile(r" / "), re.compile(r" -{1,2} "), re.compile(r", ?"))
_BARS = re.compile(r"\|")
_RULE = frozenset("-=_+| ")
_FILLED = re.compile(r"\d|sold|gone|pend|free|none")


def find_grids(post: PostText, lines: list[Line], taken: list[Table]) -> list[Table]:
    """Tables in order, of lines that are part of none that a rule marks."""
    found: list[Table] = []
    begins = [table.start for table in taken]
    until = 0
    for number, line in enumerate(lines):
        # Asked of every line: headings are short and price nothing.
        if number < until or not 4 < line.end - line.begin <= _LONGEST_HEADING or "$" in line.text:
            continue
        heading = post.raw[line.begin : line.end]
        if not _may_be_cut(heading) or not _HEADING_WORD.search(heading.lower()):
            continue
        place = bisect_right(begins, line.begin) - 1
        if place >= 0 and line.begin < taken[place].end:
            continue
        cut = _cut_of(post, line)
        header = _cut(post, line, cut) if cut is not None else []
        rows, until = _rows(post, lines, number, header, cut) if cut is not None else ([], until)
        if rows:
            found.append(table_of(header, rows, line.begin, lines[until - 1].end, post.text))
    return found


def _may_be_cut(heading: str) -> bool:
    """Whether a line holds any of what parts headings."""
    return "," in heading or "|" in heading or "  " in heading or " -" in heading or " / " in heading or "\t" in heading


def _cut_of(post: PostText, line: Line) -> re.Pattern[str] | None:
    """What parts the headings of a line; None for a line that is none of headings."""
    for cut in (_BARS, _BLANKS, *_SIGNS):
        header = _cut(post, line, cut)
        if len(header) < (3 if cut in _SIGNS else 2) or any(len(words) > _LONGEST_CELL for _, _, words in header):
            continue
        roles = roles_of(header, [])
        if all(role_of(words) != "unknown" for _, _, words in header) and "item" in roles and "price" in roles:
            return cut
    return None


def _cut(post: PostText, line: Line, cut: re.Pattern[str]) -> list[Piece]:
    """A line's cells; blanks are those that the seller wrote, not those that markup left."""
    if cut is _BARS:
        return cells_of(post.text[line.begin : line.end], line.begin)
    source = post.raw if cut is _BLANKS else post.text
    begin, end = line.begin, line.end
    while begin < end and source[begin] in " \t":
        begin += 1
    bounds = [begin, *(place for match in cut.finditer(source, begin, end) for place in match.span()), end]
    return [_stripped(post.text, low, high) for low, high in zip(bounds[::2], bounds[1::2], strict=True)]


def _stripped(text: str, low: int, high: int) -> Piece:
    words = text[low:high]
    start = low + len(words) - len(words.lstrip())
    return start, start + len(words.strip()), words.strip()


def _rows(
    post: PostText, lines: list[Line], heading: int, header: list[Piece], cut: re.Pattern[str]
) -> tuple[list[tuple[int, list[Piece]]], int]:
    """The rows below the headings, and the number of the line behind them."""
    rows: list[tuple[int, list[Piece]]] = []
    price = roles_of(header, []).index("price")
    until = number = heading + 1
    while number < len(lines):
        line = lines[number]
        words = post.text[line.begin : line.end].strip()
        number += 1
        if words and not set(words) - _RULE:
            continue
        if not words and lines[number - 2].kind != "blank" and cut not in _SIGNS:
            continue
        row = _cut(post, line, cut)
        if cut is _BLANKS and 1 < len(row) < len(header):
            row = _placed(row, header, lines[heading].begin, line.begin)
        if len(row) != len(header) or not _FILLED.search(row[price][2]):
            break
        rows.append((line.begin, row))
        until = number
    return rows, until


def _placed(row: list[Piece], header: list[Piece], above: int, begin: int) -> list[Piece]:
    """A row that leaves cells out, each under the heading that it stands nearest to."""
    placed: list[Piece] = [(begin, begin, "") for _ in header]
    for piece in row:
        column = min(range(len(header)), key=lambda place: abs(header[place][0] - above - piece[0] + begin))
        if placed[column][2]:
            return row
        placed[column] = piece
    return placed

"""A body cut into lines, each with what its form says: bullet, number, heading, quote, or blank."""

import re
from dataclasses import dataclass

from tracker.normalize.posts.markup.text import PostText

__all__ = ["Line", "read_lines"]

_LEAD = re.compile(
    r"(?P<indent>[ >]{0,40})(?P<mark>#{1,6}(?!\d{1,2}(?!\d))|"
    r"#\d{1,2}[.):]?(?= (?!(?:x|and|&|is|are|has|have|was|now|sold|pending|gone|to|went|for)\b|[-=>~$£€:#&]))|"
    r"(?:[-*+•·]|- ?\[ ?\]|-{2})(?=[ \w$£€\[({~])(?!\d+ ?(?:ship|"
    r"obo))|\(?\d{1,2}[.)](?= |\*)(?! ?\d(?!\d? ?x )))?[ ]{0,8}"
)
_DECORATION = " *_#>"
_NO_MARKS = "$£€|"
_BRACKETED = re.compile(r"\[(?P<mark>\d{1,2})\][ *:.-]{0,6}(?=[^ *])")
_NUMBERS = {
    "[": re.compile(r"(?:^|\n)[ *_>]{0,8}\[(\d{1,2})\]"),
    "(": re.compile(r"(?:^|\n)[ *_>]{0,8}\((\d{1,2})\)"),
}


def _is_numbered(text: str, bracket: str) -> bool:
    """Whether numbers in brackets number the lines of a text, one behind the other, and count nothing."""
    found = [int(number) for number in _NUMBERS[bracket].findall(text)]
    return found == list(range(1, len(found) + 1))


@dataclass(slots=True)
class Line:
    """One line. ``start`` is where its words begin, behind any bullet; ``begin`` where the line itself begins."""

    begin: int
    start: int
    end: int
    text: str
    kind: str
    bold: bool = False

    @property
    def is_item_mark(self) -> bool:
        """Whether the form alone says that something new begins here."""
        return self.kind in ("bullet", "number", "heading") or self.bold


def _kind(mark: str, text: str) -> str:
    if not text:
        return "blank"
    if not mark:
        return "text"
    if mark.startswith("#"):
        return "number" if mark[1:2].isdigit() else "heading"
    return "number" if mark.strip("(")[0].isdigit() else "bullet"


def read_lines(post: PostText) -> list[Line]:
    """Lines in order; positions are those of the post."""
    lines: list[Line] = []
    begin = 0
    numbered = "[1]" in post.text and "[3]" in post.text and _is_numbered(post.text, "[")
    counted: bool | None = None
    for piece in post.text.split("\n"):
        if not piece:
            lines.append(Line(begin, begin, begin, "", "blank"))
            begin += 1
            continue
        if piece[0].isalpha() or piece[0] in _NO_MARKS:
            # Most lines begin with a word, and so with no mark.
            words = piece.rstrip(_DECORATION)
            lines.append(Line(begin, begin, begin + len(words), words, "text"))
            begin += len(piece) + 1
            continue
        raw = post.raw[begin : begin + len(piece)]
        lead = _LEAD.match(raw)
        mark = (lead.group("mark") or "") if lead else ""
        offset = lead.end() if lead else 0
        if lead is not None and mark.startswith("("):
            counted = not _is_numbered(post.text, "(") if counted is None else counted
            # ``(4) RTX 4090`` counts cards.
            mark, offset = ("", lead.end("indent")) if counted else (mark, offset)
        words = piece[offset:]
        led = words.lstrip(_DECORATION)
        stripped = led.rstrip(_DECORATION)
        start = begin + offset + (len(words) - len(led) if stripped else 0)
        number = _BRACKETED.match(stripped) if numbered else None
        if number is not None:
            mark, stripped, start = number["mark"], stripped[number.end() :], start + number.end()
        bold = "**" in raw and bool(stripped) and raw[offset:].lstrip("~[ ").startswith("**")
        lines.append(Line(begin, start, start + len(stripped), stripped, _kind(mark, stripped), bold))
        begin += len(piece) + 1
    return lines

"""Which part of a body a line lies in: what is offered, wanted, pending, sold already, or sold in earlier posts."""

import re

from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["sections_of"]

_HEADINGS = tuple(
    (kind, re.compile(rf"{union(f'section.{kind}')}[ ]?[:.!-]{{0,3}}"))
    for kind in ("want", "sold", "pending", "past", "have")
)
_INLINE_WANT = re.compile(
    rf"(?:{union('section.want')})[ ]?:(?! ?[$£€]? ?\d(?!\d{{3}} ?(?:ti|super|xtx?|gre)\b))[ ]?\S|\[w\] ?\S"
)
_HEADING = re.compile("|".join(f"(?:{words.pattern})" for _, words in _HEADINGS))
_RULE = "-_*=~ "


def _heading(line: Line) -> str | None:
    text = line.text
    if len(text) > 60:
        return None
    if len(text) > 34 and text[-1:] not in ":)!.-" and not line.bold and line.kind != "heading":
        return None
    if _HEADING.fullmatch(text) is None:
        return None
    marked = text.endswith(":") or line.kind == "heading" or line.bold
    for kind, words in _HEADINGS:
        plain = kind not in ("have", "pending") or text in ("have", "for sale", "selling")
        if (marked or plain) and words.fullmatch(text):
            return kind
    return None


_LISTS_WANTS = Guarded(
    r"(?:barter|trad\w+|swap|looking for|interested in|want|need)\b[^.!?]{0,60}(?::|following\W*|,)$"
)
_LISTS_TO_TRADE = Guarded(
    r"(?:any of|one of|the following|these|such as|include|including|like|:).{0,80}(?:barter|trade|swap)|"
    r"(?:up for grabs|following).{0,30}(?:barter|trade|swap)"
)


def _opens_wants(text: str, trading: bool) -> bool:
    """Whether a line of prose opens a list of what the seller would have instead, maybe of ``trading``."""
    if (text.endswith((":", ",")) or "following" in text) and _LISTS_WANTS.search(text[-200:]):
        return True
    return trading and _LISTS_TO_TRADE.search(text[-200:]) is not None


def _is_state(lines: list[Line], number: int) -> bool:
    """Whether a bare ``SOLD`` or ``PENDING`` says what became of the item above it: no list follows."""
    line = lines[number]
    if line.kind == "heading" or line.text.endswith(":"):
        return False
    follower = next((other for other in lines[number + 1 : number + 4] if other.kind != "blank"), None)
    return follower is None or follower.kind not in ("bullet", "number")


def _is_rule(text: str) -> bool:
    return len(text) > 2 and not text.strip(_RULE)


def sections_of(post: PostText, lines: list[Line]) -> list[str]:
    """One of ``have``, ``want``, ``sold``, ``pending``, ``past`` or ``""`` for each line.

    A heading holds until the next, or a rule; that of earlier sales until a gap.
    """
    sections: list[str] = []
    current = ""
    trading = _LISTS_TO_TRADE.possible(post.text)
    for number, line in enumerate(lines):
        if line.kind == "blank":
            current = "" if current == "past" else current
            sections.append("want" if current == "listed" else current)
            continue
        kind = _heading(line)
        if kind in ("sold", "pending") and _is_state(lines, number):
            kind = None
        if kind is None and line.kind == "text" and _opens_wants(line.text, trading):
            sections.append(current)
            current = "listed"
            continue
        if current == "listed" and line.kind not in ("bullet", "number"):
            current = ""
        if kind is not None:
            current = kind
        elif current and (_is_rule(line.text) or line.kind == "heading" or (line.bold and line.text.endswith(":"))):
            current = ""
        if kind is None and (":" in line.text or line.text.startswith("[w]")) and _INLINE_WANT.match(line.text):
            sections.append("want")
        else:
            sections.append("want" if current == "listed" else current)
    return sections

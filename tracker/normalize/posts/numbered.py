"""Items of a numbered list or table that a later line speaks of by number: ``2 is sold!``, ``#1 and #3 pending``."""

import re

from tracker.normalize.posts.cards import Cards
from tracker.normalize.posts.items import Item
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.states import take_state
from tracker.normalize.posts.status import status_in

__all__ = ["apply_by_number"]

_ENTRY = re.compile(r"[ >#*_~\[(]{0,8}(?P<number>\d{1,2})[*_]{0,2}[.):]")
_SAID = re.compile(
    r"(?P<what>(?:items?|cards?|gpus?|numbers?|nos?\.?|lots?|listings?) )?(?P<first>#?\d{1,2})"
    r"(?P<more>(?:(?:, ?(?:and |& ?)?| ?& ?| and )#?\d{1,2}){0,8}) "
    r"(?:(?:is|are|has|have|been|was|were|now|also|already|just) ){0,3}"
    r"(?:sold|pending|gone|taken|claimed|traded|reserved|on hold|spoken for)\b"
)
_NUMBER = re.compile(r"\d{1,2}")


def apply_by_number(layout: Layout, cards: Cards, clause: str) -> list[Item] | None:
    """Give the entries that a clause speaks of by number the state that it says; None where it speaks of none."""
    items = _by_number(layout, cards, clause)
    if items is None:
        return None
    match = _SAID.match(clause)
    rest = f"it{clause[match.end('more') :]}" if match is not None else clause
    for item in items:
        take_state(item, rest, status_in(rest))
    return items


def _by_number(layout: Layout, cards: Cards, clause: str) -> list[Item] | None:
    """The cards of the entries that a clause speaks of by number; None where it does not, or nothing is numbered."""
    match = _SAID.match(clause)
    if match is None:
        return None
    bare = not (match["what"] or match["more"] or match["first"].startswith("#"))
    if bare and (" are " in match.group() or any((item.quantity or 1) > 1 for item in cards.items)):
        return None
    entries = _entries(layout)
    wanted = {int(number) for number in _NUMBER.findall(match["first"] + match["more"])}
    if len(entries) < 2 or not wanted <= set(entries):
        return None
    lines = {entries[number] for number in wanted}
    return [item for item in cards.items if item.line in lines]


def _entries(layout: Layout) -> dict[int, int]:
    """The line of each numbered entry; none where a number comes twice."""
    found: dict[int, int] = {
        int(cell.text.strip("#. ")): number
        for number, (_, cells) in layout.rows.items()
        for cell in cells
        if cell.role == "ordinal"
    }
    if found:
        return found
    for number, line in enumerate(layout.lines):
        match = _ENTRY.match(layout.post.text, line.begin, line.end) if line.kind != "blank" else None
        if match is None or number in layout.edits:
            continue
        if int(match["number"]) in found:
            return {}
        found[int(match["number"])] = number
    return found

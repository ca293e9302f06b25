"""Items of a numbered list or table that a later line speaks of by number: ``2 is sold!``, ``#1 lowered to $2,500``."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.states import take_state
from tracker.normalize.posts.clues.status import status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.prices.signless import amount_at
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["apply_by_number", "price_by_number", "reprice_by_number"]

_ENTRY = re.compile(r"[ >#*_~\[(]{0,8}(?P<number>\d{1,2})[*_]{0,2}[.):]")
_LEAST_ENTRIES = 2
_LEAST_LINES = _LEAST_ENTRIES + 1
"""Those of the entries, and one that speaks of them."""
_SAID = re.compile(
    r"(?P<what>(?:items?|cards?|gpus?|numbers?|nos?\.?|lots?|listings?) )?(?P<first>#?\d{1,2})"
    r"(?P<more>(?:(?:, ?(?:and |& ?)?| ?& ?| and )#?\d{1,2}){0,8}) "
    r"(?:(?:is|are|has|have|been|was|were|now|also|already|just) ){0,3}"
    r"(?:sold|pending|gone|taken|claimed|traded|reserved|on hold|spoken for)\b"
)
_NUMBER = re.compile(r"\d{1,2}")
_ENTRY_NAMED = re.compile(
    r"(?:#|\b(?:item|number) #?|(?:\b(?:dropped|lowered|reduced|and)|,) (?=\d{1,2} (?:is now|now|down to|to) ?[$£€]))"
    r"(?P<number>\d{1,2})(?![\d.,]\d)"
)
_MAY_NAME = Guarded(
    r"#\d|item #?\d|number #?\d|dropped \d|lowered \d|reduced \d",
    ("#", "item ", "number ", "dropped ", "lowered ", "reduced "),
)
_TOGETHER = re.compile(r"\b(?:together|both|bundle|combo)\b")
_CHANGED = re.compile(r"\b(?:lower|drop|reduc|cut|now|down|new price)")
_DIRECTLY = re.compile(r"[\W]{1,4}(?=[$£€]? ?\d[\d,]\d)")
_NEW_NUMBER = re.compile(r"(?:\b(?:now|to|so|at|is|it's)|[:=]|->?)[ :]{1,2}(?=\d{2,3}(?:,?\d{3})?(?![\d%]))")


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


def reprice_by_number(layout: Layout, cards: Cards) -> None:
    """Give the entries of a list the new prices that later lines name them by number for."""
    if len(layout.lines) < _LEAST_LINES or _MAY_NAME.search(layout.post.text) is None:
        return
    entries: dict[int, int] | None = None
    text = layout.post.text
    for number, line in enumerate(layout.lines):
        if number in layout.rows or cards.named.get(number):
            continue
        # From the line's very beginning on: ``#1`` may have been taken for a heading.
        if not _MAY_NAME.compiled.search(text, line.begin, line.end):
            continue
        named = list(_ENTRY_NAMED.finditer(text, line.begin, line.end))
        entries = _entries(layout) if entries is None else entries
        if not named or len(entries) < _LEAST_ENTRIES or number in entries.values():
            continue
        ends = [*(match.start() for match in named[1:]), line.end]
        for match, high in zip(named, ends, strict=True):
            entry = entries.get(int(match["number"]))
            directly = number in layout.edits and _DIRECTLY.match(text, match.end())
            if entry is not None and (directly or _CHANGED.search(text, line.begin, high)):
                _reprice(layout, cards, entry, number, (match.end(), high))


_PAIR = re.compile(
    r"(?<![\w$£€.,-])#?(?P<number>\d{1,2})(?: ?[-:=>]{1,2} ?| (?:is |for |at )?(?=[$£€]))(?=[$£€]? ?\d{2})"
)
"""``1 - $220, 2 - $215``: an entry and its price."""
_SHIPPED = re.compile(r"shipped|posted|deliver|(?:incl|with)\w* (?:shipping|postage)")


def price_by_number(layout: Layout, cards: Cards) -> None:
    """Give the entries of a list without prices those that one later line lists by number."""
    if len(layout.lines) < _LEAST_LINES:
        return
    text = layout.post.text
    for number, amounts in layout.amounts.items():
        if len(amounts) < _LEAST_ENTRIES or number in layout.rows or cards.named.get(number):
            continue
        line = layout.lines[number]
        pairs = list(_PAIR.finditer(text, line.begin, line.end))
        if len(pairs) < _LEAST_ENTRIES:
            continue
        entries = _entries(layout)
        said = [int(match["number"]) for match in pairs]
        if len(set(said)) < len(said) or not set(said) <= set(entries) or number in entries.values():
            continue
        if any(amount.kind == "asking" for entry in said for amount in layout.amounts.get(entries[entry], ())):
            continue
        shipped = _SHIPPED.search(text, line.begin, pairs[0].start()) is not None
        for match in pairs:
            _price_entry(layout, cards, entries[int(match["number"])], (match.end(), line.end), shipped)


def _price_entry(layout: Layout, cards: Cards, entry: int, stretch: tuple[int, int], shipped: bool) -> None:
    """Move the price that opens a stretch to the cards of an entry."""
    amount = amount_at(layout, *stretch)
    if amount is None:
        return
    for item in cards.items:
        item.asked = [a for a in item.asked if a.where == "title" or a.start != amount.start]
        if item.line == entry:
            item.asked.append(amount._replace(shipping=amount.shipping or ("included" if shipped else None)))


def _reprice(layout: Layout, cards: Cards, entry: int, number: int, stretch: tuple[int, int]) -> None:
    """Move the new price in a stretch of a line to the card of an entry, from any that it was taken to be for."""
    low, high = stretch
    amounts = [a for a in layout.amounts.get(number, ()) if low <= a.start < high and a.kind == "asking"]
    bare = _NEW_NUMBER.search(layout.post.text, low, high)
    amount = amounts[-1] if amounts else amount_at(layout, bare.end(), high) if bare is not None else None
    if (
        amount is None
        or status_in(layout.post.text[low:high]) == "sold"
        or _TOGETHER.search(layout.post.text, low, high)
    ):
        return
    for item in cards.items:
        item.asked = [a for a in item.asked if a.where == "title" or not low <= a.start < high]
        if item.line == entry:
            item.asked.append(amount._replace(newest=True))


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
    if len(entries) < _LEAST_ENTRIES or not wanted <= set(entries):
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

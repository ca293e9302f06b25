"""Reads the rows of tables: which card, how many, at what price, in which state."""

import re

from tracker.normalize.posts.cards.items import NamedItem, unique_items
from tracker.normalize.posts.clues.goods import is_bundled, without_spans
from tracker.normalize.posts.clues.status import calls_broken, status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.tables import Cell, Table
from tracker.normalize.posts.money.finding import Amount, find_amounts
from tracker.normalize.posts.prices.row_counts import as_lot, count_row
from tracker.normalize.types import Status

__all__ = ["read_row"]

_NO_PRICES = ("ignored", "bulk", "shipping", "quantity", "had", "type", "item")
_SOME_SOLD = re.compile(r"(?<!\w)(?:one|two|three|\d)x?(?: is| are)? sold\b")


_FREE = re.compile(r"\W{0,2}(?:free|incl\w*|[$£€]? ?0(?:\.00)?)\W{0,2}")


def read_row(layout: Layout, number: int, named: list[NamedItem]) -> None:
    """Give the cards of a row what its columns say of them."""
    table, cells = layout.rows[number]
    items = unique_items(named)
    if not items:
        return
    line = layout.lines[number]
    text = layout.post.text[line.begin : line.end]
    partly = _SOME_SOLD.search(text)
    answered = _answered(cells)
    for item in items:
        item.status = item.status or (None if partly else answered or status_in(text))
        item.broken = item.broken or calls_broken(text, item.model)
        if table.retail:
            item.system = True
    if table.retail:
        return
    count_row(layout, items[0], named, cells)
    named_cell = next((cell for cell in cells if cell.start <= named[0][0] < cell.end), None)
    amounts = _row_amounts(layout, table, cells, named_cell)
    amounts = as_lot(layout, items, named, cells, amounts)
    if named_cell is not None and is_bundled(
        without_spans(named_cell.text, named_cell.start, [(a, b) for a, b, _ in named])
    ):
        for item in items:
            item.bundled = True
    if named_cell is not None and layout.post.is_struck(named[0][0], named[0][1]):
        for item in items:
            item.status = "sold"
    for item in items:
        item.asked.extend(amounts)
    if len(items) > 1 and not any(amount.each for amount in amounts):
        for item in items:
            item.bundled = True


_YES, _NO = re.compile(r"(?:y|yes|x|true)[!., ]{0,3}"), re.compile(r"(?:no?|nope|none|false)[!. ]{0,3}")
_HELD = re.compile(r"(?:on )?hold(?:ing)?|held")
_GONE_HEADINGS = ("sold", "taken", "claimed", "gone")
_HELD_HEADINGS = ("held", "hold", "reserved", "pending")


def _answered(cells: tuple[Cell, ...]) -> Status | None:
    """What a column answers its heading: ``yes`` or ``x`` under ``Sold`` or ``Held?``, ``no`` under ``Available?``."""
    for cell in cells:
        yes = cell.heading and _YES.fullmatch(cell.text)
        if (yes and cell.heading.startswith(_HELD_HEADINGS)) or (cell.role == "status" and _HELD.fullmatch(cell.text)):
            return "pending"
        sold = yes and cell.heading.startswith(_GONE_HEADINGS)
        gone = cell.heading.startswith(("avail", "still", "in stock")) and _NO.fullmatch(cell.text)
        if sold or gone:
            return "sold"
    return None


def _carriage(layout: Layout, cells: tuple[Cell, ...], price: Amount) -> str | None:
    """Who pays for carriage, where a column says what it costs beside a price."""
    column = next((cell for cell in cells if cell.role == "shipping"), None)
    if column is None:
        return None
    if _FREE.fullmatch(column.text):
        return "included"
    cost = next(iter(find_amounts(layout.post, column.start, column.end, loose=True)), None)
    return "extra" if cost is not None and cost.value < price.value else None


def _row_amounts(layout: Layout, table: Table, cells: tuple[Cell, ...], named_cell: Cell | None) -> list[Amount]:
    """Asking prices of a row: the price columns, or any amount where the table has no headings."""
    found: list[Amount] = []
    for cell in cells:
        if cell is named_cell or not cell.text or cell.role in _NO_PRICES:
            continue
        if cell.role in ("notes", "status") and table.headed:
            continue
        amounts = find_amounts(layout.post, cell.start, cell.end, loose=cell.role in ("price", "local", "newest"))
        for amount in amounts:
            if amount.kind not in ("asking", "old"):
                continue
            shipping = "local" if cell.role == "local" else amount.shipping or _carriage(layout, cells, amount)
            each = amount.each or table.each
            found.append(
                amount._replace(
                    shipping=shipping,
                    each=each,
                    newest=amount.newest or (cell.role == "newest" and amount.kind == "asking"),
                )
            )
    if not found and named_cell is not None:
        found = [a for a in find_amounts(layout.post, named_cell.start, named_cell.end) if a.kind in ("asking", "old")]
    if not found and not any(cell.role in ("price", "local", "newest") for cell in cells):
        remarks = [cell for cell in cells if cell.role == "notes" and cell is not named_cell]
        found = [a for cell in remarks for a in find_amounts(layout.post, cell.start, cell.end) if a.kind == "asking"]
    return found

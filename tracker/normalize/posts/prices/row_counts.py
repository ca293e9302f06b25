"""How many of its card the row of a table offers: by the columns that count, or by the row's own words."""

import re

from tracker.normalize.posts.cards.items import Item, NamedItem
from tracker.normalize.posts.clues.quantity import NUMBER, count_word, quantity_around
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.tables import Cell
from tracker.normalize.posts.money.finding import Amount

__all__ = ["as_lot", "count_row"]

_COUNT = re.compile(r"(?<![\w.])x? ?(\d{1,2})(?: ?x)?(?![\w.])(?! (?:pending|on hold|reserved))")
_GONE = re.compile(r"\((\d{1,2}) (?:sold|gone)\)")
_WAS = re.compile(
    r"(?:\b(?:was|were|had|(?<!lot )(?<!set )(?<!pack )of|from|originally|initially|"
    r"started (?:with|at))|/) ?x?\d{1,2}(?!\d)|"
    r"(?<!\d)\d{1,2}(?= ?(?:originally|initially|at first|before|to (?:start|begin)|->|=>|→|➔|➡))"
)
"""``7 (was 9)``, ``12 -> 5``, ``3 of 8``: how many there were."""
_BARE = re.compile(rf"\W{{0,3}}(?:x ?)?(?P<count>{NUMBER})(?: ?x| ?pcs| units?| left| available| sold)?\W{{0,3}}")
_LEFT_HEADING = re.compile(r"left|remain|avail|still|in stock|on hand|now\b")
_SOLD_HEADING = re.compile(r"\b(?:sold|gone|taken|claimed)\b")
_ONE_LOT = re.compile(r"\W{0,3}(?:1|one)(?: ?(?:x|lot|set|pair|bundle))?\W{0,3}")
_TOGETHER = re.compile(r"\b(?:sets?|pairs?|lots?|bundled?|together|combo|both)\b")


def count_row(layout: Layout, item: Item, named: list[NamedItem], cells: tuple[Cell, ...]) -> None:
    """Give a row's card its count; a count of none says that it is sold."""
    left, had = _columns(layout, cells)
    if left is not None and 0 <= left <= 60:
        item.quantity = left or had or _struck_count(layout, item, cells) or item.quantity
        item.status = item.status if left else "sold"
        return
    if had is not None and item.status == "sold":
        item.quantity = had
        return
    count = _by_words(layout, named, cells)
    if count:
        item.quantity = count


def _struck_count(layout: Layout, item: Item, cells: tuple[Cell, ...]) -> int | None:
    """The count of a column that is struck as a whole: how many there were of what the row says to be gone."""
    if item.status != "sold":
        return None
    column = next((cell for cell in cells if cell.role == "quantity"), None)
    return _bare_count(column) if column is not None and layout.post.is_struck(column.start, column.end) else None


def _columns(layout: Layout, cells: tuple[Cell, ...]) -> tuple[int | None, int | None]:
    """How many are left by the columns, and how many there were; None for what no column tells."""
    left = stock = had = sold = None
    for cell in cells:
        if cell.role == "quantity" and not _SOLD_HEADING.search(cell.heading):
            count = _count_in(layout, cell)
            if left is None and count is not None and _LEFT_HEADING.search(cell.heading):
                left = count
            stock = count if stock is None else stock
        elif cell.role == "had":
            had = _bare_count(cell) if had is None else had
        elif sold is None and _SOLD_HEADING.search(cell.heading):
            sold = _bare_count(cell)
    before = had if had is not None else stock
    if left is None and sold is not None and before is not None and sold <= before:
        left = before - sold
    return left if left is not None else stock, before


def _bare_count(cell: Cell) -> int | None:
    match = _BARE.fullmatch(cell.text)
    return 0 if cell.text.strip() == "0" else count_word(match["count"]) if match is not None else None


def _count_in(layout: Layout, column: Cell) -> int | None:
    """The count in a column of counts: the last that is neither struck nor what there was."""
    told = [match.span() for match in _WAS.finditer(column.text)]
    counts = [
        (said.start(1), int(said.group(1)))
        for said in _COUNT.finditer(column.text)
        if not layout.post.is_struck(column.start + said.start(1), column.start + said.end(1))
    ]
    gone = _GONE.search(column.text)
    if gone and len(counts) > 1:
        return counts[0][1] - int(gone.group(1))
    now = [count for place, count in counts if not any(low <= place < high for low, high in told)]
    if now:
        return now[-1]
    if layout.post.is_struck(column.start, column.end) and _BARE.fullmatch(column.text):
        return 0
    return counts[-1][1] if counts else _bare_count(column)


def _by_words(layout: Layout, named: list[NamedItem], cells: tuple[Cell, ...]) -> int | None:
    """A count beside the name, in the first cell, or said with a word of counting in any other."""
    cell = next((cell for cell in cells if cell.start <= named[0][0] < cell.end), None)
    if cell is None:
        return None
    text = layout.post.text
    count = quantity_around(text[cell.start : named[0][0]], text[named[-1][1] : cell.end])
    if count is None and cells[0] is not cell and len(cells[0].text) < 40:
        count = quantity_around("", cells[0].text)
    if count is None:
        others = " ".join(
            other.text for other in cells if other is not cell and other.role in ("notes", "status", "price", "unknown")
        )
        found = re.search(
            r"(?<![\w$£€.])(?:x ?(\d)\b|(\d)(?: ?x)? (?:of (?:them|these)|available|left|in stock))", others
        )
        count = int(found.group(1) or found.group(2)) if found else None
    return count


def as_lot(
    layout: Layout, items: list[Item], named: list[NamedItem], cells: tuple[Cell, ...], amounts: list[Amount]
) -> list[Amount]:
    """The amounts of a row, for all of its cards where it counts one lot of them: ``2x A4500, sold as a set``."""
    held = _lot_of(layout, named, cells) if len(items) == 1 else None
    if held is None:
        return amounts
    items[0].quantity, items[0].lot_of = held, held
    return [amount._replace(each=False, lot=True) for amount in amounts]


def _lot_of(layout: Layout, named: list[NamedItem], cells: tuple[Cell, ...]) -> int | None:
    """How many cards a row's name counts where its column counts one; None where they are no lot."""
    cell = next((cell for cell in cells if cell.start <= named[0][0] < cell.end), None)
    column = next((cell for cell in cells if cell.role == "quantity"), None)
    if cell is None or column is None or cell is column or not _ONE_LOT.fullmatch(column.text):
        return None
    text = layout.post.text
    before, after = text[cell.start : named[0][0]], text[named[-1][1] : cell.end]
    count = quantity_around(before, after if _TOGETHER.search(cell.text) else "")
    return count if count is not None and count > 1 else None

"""Rows of a table that name the cards of one model by their makers alone: ``|EVGA FTW3 Ultra|$380|``."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import MAKER, telling_words
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.tables import Cell

__all__ = ["split_by_rows"]

_COUNT = re.compile(r"x? ?(\d{1,2}) ?x?")


def split_by_rows(layout: Layout, cards: Cards) -> None:
    """Make as many cards of the title's only one as rows name by a maker, where the title counts as many."""
    if not layout.rows or len(cards.items) != 1 or not cards.items[0].titled:
        return
    item = cards.items[0]
    if any(number in layout.rows for number in cards.named):
        return
    count = item.quantity or 1
    # Of one card the row has to say what the title says beside its name.
    known = telling_words(cards.title if count > 1 else item.segment)
    rows = [(number, cell) for number in sorted(layout.rows) if (cell := _named_cell(layout, number, known, count))]
    counts = [_count(layout, number) for number, _ in rows]
    if not rows or count not in (len(rows), sum(counts)):
        return
    cards.items[:] = [_of_row(layout, item, number, cell) for number, cell in rows]
    cards.named = {
        number: [(start, end, cards.items[0]) for start, end, _ in entries] for number, entries in cards.named.items()
    }
    for own, (number, cell) in zip(cards.items, rows, strict=True):
        name = MAKER.search(cell.text)
        start, end = name.span() if name is not None else (0, len(cell.text))
        cards.named[number] = [(cell.start + start, cell.start + end, own)]


def _named_cell(layout: Layout, number: int, known: frozenset[str], count: int) -> Cell | None:
    """The cell of a priced row that names a card by its maker, or by words that the title says of it."""
    table, cells = layout.rows[number]
    cell = next((cell for cell in cells if cell.role == "item" or not table.headed), None)
    if cell is None or table.retail or number in layout.mentions or names_goods(cell.text):
        return None
    if not any(other.text[-1:].isdigit() or number in layout.amounts for other in cells if other is not cell):
        return None
    said = bool(telling_words(cell.text) & known) or (count > 1 and MAKER.search(cell.text) is not None)
    return cell if said else None


def _count(layout: Layout, number: int) -> int:
    _, cells = layout.rows[number]
    match = next((_COUNT.fullmatch(cell.text) for cell in cells if cell.role == "quantity"), None)
    return int(match.group(1)) if match is not None else 1


def _of_row(layout: Layout, item: Item, number: int, cell: Cell) -> Item:
    return replace(
        item, where="body", line=number, words=cell.text, quantity=None, asked=[], table=True, structural=True,
        spot=(cell.start, cell.end), struck=layout.post.is_struck(cell.start, cell.end),
    )  # fmt: skip

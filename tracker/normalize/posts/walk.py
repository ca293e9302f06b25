"""Walks through a body's lines and ties prices, counts and statuses to the cards they speak of."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards import Cards
from tracker.normalize.posts.edits import named_by_words
from tracker.normalize.posts.goods import is_bundled, names_goods, without_spans
from tracker.normalize.posts.items import Item
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.lines import Line
from tracker.normalize.posts.money import Amount, find_amounts
from tracker.normalize.posts.prices import give, tie_sentence
from tracker.normalize.posts.quantity import count_behind_price, quantity_around
from tracker.normalize.posts.status import closes_all, says_broken, status_in
from tracker.normalize.posts.tables import Cell, Table
from tracker.normalize.posts.words import anchored_before

__all__ = ["walk"]

_SENTENCE_END = re.compile(r"[.!?;]+(?=[ ])")
_LABEL = re.compile(
    r"(?:price|condition|asking|shipping|local|notes?|warranty|includes?|included|pics?|proof|time ?stamps?|features?|model|specs?|comes|used|like new|brand new|"
    r"never|box|bought|purchased|status|sold|pending|reason|card|gpu|it |this |they|both|each|selling|paypal|payment|\$|£|€|obo|details?|description|vram|memory|original|location|reference|serial|fans?|no |all |great|excellent|good|works?|tested|temps?)"
)
_CUE_START = re.compile(r"[\W]{0,4}(?:price|asking|ask|looking|want|sell|i'?d|i am|i'm|hoping|local|shipped|now|\$|£|€|\d|obo|paypal|each|both|edit|price|firm|would|will|trying|take|only|sale|new price|reduced|dropped)")
_TAIL_NUMBER = re.compile(r"[ ]?(?:[-:=|]{1,3}|\.{2,}) ?(?=[$£€]? ?\d{2,5}(?:\.\d\d)?(?: ?(?:obo|shipped|firm|each|ea|plus|\+|or|local|\(|[$£€]).{0,40})?$)")


def walk(layout: Layout, cards: Cards, start: list[Item]) -> None:
    """Fill the items of ``cards``; ``start`` are the cards that amounts before the first name speak of."""
    current = list(start)
    leader: Line | None = None
    for number, line in enumerate(layout.lines):
        if line.kind == "blank" or not line.text:
            continue
        named = cards.named.get(number, [])
        if number in layout.rows:
            _row(layout, number, named)
            current, leader = [], None
            continue
        if layout.sections[number] == "want" and not named:
            continue
        if named:
            current = _named_line(layout, cards, number, named)
            leader = line
        elif (labelled := _labelled(layout, cards, number)) is not None:
            current, leader = [labelled], line
            _count_labelled(labelled, line.text)
            _further_line(layout, cards, number, current)
        elif current and _opens_other(layout, number, leader, start is not None and current == start):
            current, leader = [], None
        else:
            _further_line(layout, cards, number, current)


_SOME_SOLD = re.compile(r"(?<!\w)(?:one|two|three|\d)x?(?: is| are)? sold\b")


def _row(layout: Layout, number: int, named: list[tuple[int, int, Item]]) -> None:
    table, cells = layout.rows[number]
    items = _unique(named)
    if not items:
        return
    line = layout.lines[number]
    text = layout.post.text[line.begin : line.end]
    partly = _SOME_SOLD.search(text)
    for item in items:
        item.status = item.status or (None if partly else status_in(text))
        item.broken = item.broken or bool(says_broken(text))
        if table.retail:
            item.system = True
    if table.retail:
        return
    _count_row(layout, items[0], named, cells)
    named_cell = next((cell for cell in cells if cell.start <= named[0][0] < cell.end), None)
    amounts = _row_amounts(layout, table, cells, named_cell)
    if named_cell is not None and is_bundled(without_spans(named_cell.text, named_cell.start, [(a, b) for a, b, _ in named])):
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


def _count_row(layout: Layout, item: Item, named: list[tuple[int, int, Item]], cells: tuple[Cell, ...]) -> None:
    column = next((cell for cell in cells if cell.role == "quantity"), None)
    counts = [
        int(said.group(1))
        for said in re.finditer(r"(?<![\w.])x? ?(\d{1,2})(?: ?x)?(?![\w.])", column.text)
        if not layout.post.is_struck(column.start + said.start(1), column.start + said.end(1))
    ] if column else []  # fmt: skip
    if counts and 1 <= counts[-1] <= 60:
        item.quantity = counts[-1]
        return
    cell = next((cell for cell in cells if cell.start <= named[0][0] < cell.end), None)
    if cell is None:
        return
    text = layout.post.text
    row_end = cells[-1].end
    count = quantity_around(text[cell.start : named[0][0]], text[named[-1][1] : cell.end])
    if count is None:
        others = " ".join(other.text for other in cells if other is not cell and other.role in ("notes", "status", "price", "unknown") and other.end <= row_end)
        found = re.search(r"(?<![\w$£€.])(?:x ?(\d)\b|(\d)(?: ?x)? (?:of (?:them|these)|available|left|in stock))", others)
        count = int(found.group(1) or found.group(2)) if found else None
    if count:
        item.quantity = count


def _row_amounts(layout: Layout, table: Table, cells: tuple[Cell, ...], named_cell: Cell | None) -> list[Amount]:
    """Asking prices of a row: the price columns, or any amount where the table has no headings."""
    found: list[Amount] = []
    for cell in cells:
        if cell is named_cell or not cell.text or cell.role in ("ignored", "shipping", "quantity", "type", "item"):
            continue
        if cell.role in ("notes", "status") and table.headed:
            continue
        amounts = find_amounts(layout.post, cell.start, cell.end, loose=cell.role in ("price", "local", "newest"))
        for amount in amounts:
            if amount.kind not in ("asking", "old"):
                continue
            shipping = "local" if cell.role == "local" else amount.shipping
            each = amount.each or table.each
            found.append(replace(amount, shipping=shipping, each=each, newest=amount.newest or (cell.role == "newest" and amount.kind == "asking")))
    if not found and named_cell is not None:
        found = [a for a in find_amounts(layout.post, named_cell.start, named_cell.end) if a.kind in ("asking", "old")]
    return found


def _unique(named: list[tuple[int, int, Item]]) -> list[Item]:
    seen: list[Item] = []
    for _, _, item in named:
        if not any(item is other for other in seen):
            seen.append(item)
    return seen


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    bounds = [start]
    for match in _SENTENCE_END.finditer(text, start, end):
        if len(bounds) < 200:
            bounds.append(match.end())
    return [(low, high) for low, high in zip(bounds, [*bounds[1:], end], strict=True) if high > low]


def _line_amounts(layout: Layout, number: int, named: list[tuple[int, int, Item]]) -> list[Amount]:
    amounts = list(layout.amounts.get(number, ()))
    if not amounts and named:
        line = layout.lines[number]
        tail = _TAIL_NUMBER.search(layout.post.text[named[-1][1] : line.end])
        if tail:
            begin = named[-1][1] + tail.end()
            amounts = find_amounts(layout.post, begin, line.end, loose=True)[:1]
    return amounts


_ANOTHER = re.compile(r"\b(?:a |the )?(?:second|third|fourth|2nd|3rd|4th|another|other) (?:one|card|unit)\b")


def _another(layout: Layout, cards: Cards, number: int, low: int, high: int, amounts: list[Amount], model: Item) -> bool:
    """``A third one with a bent bracket is $450``: one more card of the model spoken of, at a price of its own."""
    asked = [amount for amount in amounts if amount.kind == "asking"]
    if not asked or not _ANOTHER.search(layout.post.text, low, high):
        return False
    twin = Item.of(model.mention, "body", number, layout.post.text[low:high])
    twin.vram_gb, twin.skus, twin.spot, twin.form = model.vram_gb, model.skus, (low, high), model.form
    twin.asked, twin.quantity = [asked[-1]], 1
    cards.items.append(twin)
    return True


def _named_line(layout: Layout, cards: Cards, number: int, named: list[tuple[int, int, Item]]) -> list[Item]:
    text = layout.post.text
    line = layout.lines[number]
    amounts = _line_amounts(layout, number, named)
    _facts(layout, number, named)
    current: list[Item] = []
    previous: list[Item] = []
    for low, high in _sentences(text, line.start, line.end):
        inside = [entry for entry in named if low <= entry[0] < high]
        own = [amount for amount in amounts if low <= amount.start < high]
        if own and not inside and current and _another(layout, cards, number, low, high, own, current[-1]):
            continue
        current = tie_sentence(text[low:high], low, inside, own, current)
        if inside and not own and previous and not any(item.asked for item in previous):
            current = previous + [item for item in current if not any(item is other for other in previous)]
        previous = current
    return current


def _facts(layout: Layout, number: int, named: list[tuple[int, int, Item]]) -> None:
    """Count, status, strike-through and defects that the line says of each of its cards."""
    text = layout.post.text
    line = layout.lines[number]
    items = _unique(named)
    for place, (start, end, item) in enumerate(named):
        low = line.start if place == 0 else named[place - 1][1]
        high = named[place + 1][0] if place + 1 < len(named) else line.end
        count = quantity_around(text[low:start], text[end:high], prose=not (item.structural and item.line == number))
        behind = count_behind_price(text[end:high]) if count is None else None
        if behind is not None and number not in layout.edits:
            item.quantity, item.per_piece = behind, True
        if count is not None and (item.quantity is None or item.line == number) and number not in layout.edits:
            item.quantity = _unstruck_count(layout, item, start, end, high, count)
        own = text[end:high] if len(items) > 1 else text[line.start : line.end]
        if number not in layout.edits:
            item.status = _strip_quantity_status(own, item) or item.status
            if layout.sections[number] == "sold":
                item.status = "sold"
        if layout.post.is_struck(start, end) and not _priced_again(layout, number, end):
            item.status = "sold"
        item.broken = item.broken or bool(says_broken(own))


def _priced_again(layout: Layout, number: int, end: int) -> bool:
    """``~~6950 XT $450~~ $415``: the name was struck along with the old price only."""
    return any(amount.kind == "asking" and not amount.struck and amount.start > end for amount in layout.amounts.get(number, ()))


def _unstruck_count(layout: Layout, item: Item, start: int, end: int, high: int, count: int) -> int:
    """``~~2x~~ 1x`` counts one."""
    stretch = layout.post.text[end:high]
    for match in re.finditer(r"(?<![\w.])(\d{1,2}) ?x(?!\w)", stretch):
        place = end + match.start()
        if not layout.post.is_struck(place, place + 1):
            return int(match.group(1)) or count
    return count


def _strip_quantity_status(text: str, item: Item) -> str | None:  # type: ignore[return]
    from tracker.normalize.posts.quantity import left_over

    left = left_over(text, item.quantity or 1) if ("left" in text or "remain" in text or "sold" in text or "available" in text) else None
    if left is not None and ("sold" in text or "gone" in text or "left" in text):
        item.quantity = left
        return None
    return status_in(text)


def _opens_other(layout: Layout, number: int, leader: Line | None, from_title: bool) -> bool:
    """Whether a line without a card begins another item, so that its prices are not the card's."""
    line = layout.lines[number]
    text = line.text
    head = text[:70]
    amounts = [amount for amount in layout.amounts.get(number, ()) if amount.kind in ("asking", "old", "range")]
    if _LABEL.match(text) and not (names_goods(head) and amounts):
        return False
    goods = names_goods(head)
    if line.is_item_mark and goods and not from_title:
        return True
    if goods and (amounts or len(text) < 60) and not _CUE_START.match(text) and not from_title:
        return True
    if amounts and (goods or not from_title):
        before = text[: amounts[0].start - line.start]
        if goods and re.match(r"[\W]{0,3}$", before):
            return True
        name = before.strip(" -:|=(~")
        return bool(
            3 <= len(name) <= 80 and not _CUE_START.match(text) and not re.search(r"[.!?] ", name)
            and not anchored_before("money.asking_before").search(before) and re.search(r"[-:|=~(]\W{0,3}$|\t", before)
        )  # fmt: skip
    peer = leader is not None and leader.is_item_mark and line.kind == leader.kind and line.bold == leader.bold
    shallow = leader is not None and line.start - line.begin <= leader.start - leader.begin
    return bool(peer and shallow and line.kind in ("number", "heading", "text") and line.bold)


def _labelled(layout: Layout, cards: Cards, number: int) -> Item | None:
    """``Founders: 700``: a line that names one of several cards by its edition or maker alone."""
    amounts = layout.amounts.get(number)
    if not amounts or len(cards.items) < 2 or number in layout.edits:
        return None
    line = layout.lines[number]
    head = layout.post.text[line.start : amounts[0].start]
    if not 2 <= len(head) <= 40 or names_goods(head) or _LABEL.match(head) or _CUE_START.match(head) or _ASKS.search(head):
        return None
    hits = named_by_words(head, cards.items)
    return hits[0] if hits and not hits[0].asked else None


def _count_labelled(item: Item, text: str) -> None:
    behind = count_behind_price(text)
    if behind is not None:
        item.quantity, item.per_piece = behind, True


_ASKS = re.compile(r"\b(?:sell|price[ds]?|asking|want|shipped|local|offer)\b")
_FOR_ALL = re.compile(r"\bper (?:gpu|card)\b|\b(?:both|all|either|each (?:card|gpu|one))\b|\beach\b")


def _further_line(layout: Layout, cards: Cards, number: int, current: list[Item]) -> None:
    if not current or number in layout.edits:
        return
    text = layout.post.text
    line = layout.lines[number]
    amounts = layout.amounts.get(number, [])
    for low, high in _sentences(text, line.start, line.end):
        own = [amount for amount in amounts if low <= amount.start < high]
        if own and current and any(item.asked for item in current) and _another(layout, cards, number, low, high, own, current[-1]):
            continue
        unpriced = [item for item in cards.items if not item.asked]
        if len(current) == 1 and len(unpriced) > 1 and not current[0].structural and _FOR_ALL.search(text, low, high):
            continue
        if own:
            tie_sentence(text[low:high], low, [], own, current)
    if len(current) == 1:
        item = current[0]
        if len(line.text) < 60 and closes_all(line.text):
            item.status = closes_all(line.text)
        if item.quantity is None and re.match(r"(?:qty|quantity)\b", line.text):
            found = re.search(r"\d{1,2}", line.text)
            item.quantity = int(found.group()) if found else None
        if line.kind in ("bullet", "text") and len(line.text) < 160 and not item.broken and item.structural:
            item.broken = bool(says_broken(line.text)) and not names_goods(line.text)


def give_to(group: list[Item], amounts: list[Amount]) -> None:
    """Give amounts to a group, as a further line would."""
    give(group, amounts)

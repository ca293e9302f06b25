"""Whether a second mention of a model is a second card, or the first one once more."""

import re

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.context import sentence_start
from tracker.normalize.posts.clues.goods import names_goods, names_system
from tracker.normalize.posts.layout import Layout

__all__ = ["is_another"]


_OUT_OF = re.compile(r"\b(?:from|out of) (?:a|an|my|the|our|his|her) ")
"""``Both from my own workstation, the 4090 ...``: a machine that the card was in."""


_LOOSE = re.compile(
    r"(?:(?:(?:an?|the|my|also|and|plus) ){0,3}(?:second|2nd|another|extra|further|other|one more|loose|spare|bare|"
    r"separate|single)|just|only)\b"
)


def _held_by_machine(layout: Layout, item: Item, number: int, structural: bool) -> bool:
    """Whether the earlier card was named inside a machine, and this line opens with a loose one beside it."""
    line = layout.lines[item.line]
    if item.line < 0 or item.spot is None or number in layout.edits or not layout.amounts.get(number):
        return False
    loose = _LOOSE.match(layout.lines[number].text)
    if not structural and loose is None:
        return False
    begin = sentence_start(layout.post.text, item.spot[0])
    before = layout.post.text[max(begin, line.start) : item.spot[0]]
    held = (names_system(before) or (loose and names_goods(before))) and not _OUT_OF.search(before)
    return bool(held) and (loose is not None or not names_system(layout.lines[number].text))


_SPEAKS_AGAIN = re.compile(
    r"(?:i'?ll |will )?(?:take|buy|grab|or|get)? ?(?:all|both|every\w*)\b|(?:take|buy) (?:the|\d)|"
    r"(?:sold|pending|gone) ?[:=-]"
)
"""A line that speaks once more of the cards above it: ``take all P40s for $1700``, ``SOLD: 2070 ($140)``."""


_NOTHING_BUT_FATE = re.compile(r"[^$£€\n]{0,60}\b(?:sold|pending|gone)[\W]*")
_FATE_NEXT = re.compile(r"'?s? ?(?:is |are |has been |[:-] ?)?(?:sold|pending|gone)\b")


_PRICE_THEN_NAME = re.compile(
    r"[^,;/\n]{0,30}[,;/] ?(?!(?:or|and|for|both|if|as|plus|with|the|this|my|i|it|now|was)\b)"
    r"(?:[a-z][a-z0-9+-]{0,14} ){0,3}"
)
_PRICE_NEXT = re.compile(r"[^;/\n$£€]{0,40}$")


def _listed_beside(layout: Layout, item: Item, number: int, span: tuple[int, int]) -> bool:
    """``Sparkle A770 Titan, $200, Sparkle A770 ROC, $215``: a name behind the price of the first, with its own."""
    if item.spot is None or number in layout.edits or number in layout.rows:
        return False
    text = layout.post.text
    asked = [amount for amount in layout.amounts.get(number, ()) if amount.kind == "asking" and not amount.lot]
    before = [amount for amount in asked if item.spot[1] <= amount.start < span[0]]
    after = next((amount for amount in asked if amount.start >= span[1]), None)
    if not before or after is None or not layout.lines[number].is_item_mark:
        return False
    listed = _PRICE_THEN_NAME.fullmatch(text, before[-1].end, span[0]) is not None
    return listed and _PRICE_NEXT.fullmatch(text, span[1], after.start) is not None


_TONGUES = (
    "english below",
    "english follows",
    "english version",
    "anglais plus bas",
    "français plus bas",
    "french below",
)


def _is_translated(layout: Layout, line: int, number: int) -> bool:
    """Whether a line prices the card of an earlier one alike, in a post that says it all in two languages."""
    amounts = layout.amounts.get(number)
    if not amounts or not any(words in layout.post.text for words in _TONGUES):
        return False
    return {amount.value for amount in amounts} == {amount.value for amount in layout.amounts.get(line, ())}


def is_another(
    layout: Layout, item: Item, number: int, span: tuple[int, int], structural: bool, form: str, again: bool = False
) -> bool:
    """Whether a second mention of a model is a second card: both head an item of the same list.

    ``again``: the title names the model once more than the lines so far.
    """
    if item.line == number and _listed_beside(layout, item, number, span):
        return True
    if item.spot is not None and item.line != number and _held_by_machine(layout, item, number, structural):
        return True
    if item.where == "title" or not structural or not item.structural:
        return False
    if item.line == number or _SPEAKS_AGAIN.match(layout.lines[number].text):
        return False
    if _is_translated(layout, item.line, number):
        return False
    # An edit speaks of cards that the post lists, also one on top of it.
    if (number in layout.edits or item.line in layout.edits) and number not in layout.rows:
        return False
    if (
        item.titled
        and not (again and _priced_row(layout, item, form))
        and not _priced_so_far(layout, item.line, number)
    ):
        return False
    if form == "bold" and not layout.amounts.get(number) and _ends_in_fate(layout, number):
        return False
    return item.form == form and (
        form.startswith("row")
        or form in ("bullet", "number", "bold", "heading")
        or bool(
            layout.amounts.get(number)
            and layout.amounts.get(item.line)
            and not _FATE_NEXT.match(layout.post.text, span[1])
        )
    )


def _ends_in_fate(layout: Layout, number: int) -> bool:
    """``P40 SOLD``, a line by itself below all prices: what became of a card that was named before."""
    behind = layout.lines[number + 1 : number + 3]
    below = any(place > number for place, amounts in layout.amounts.items() if amounts)
    return (
        not below
        and _NOTHING_BUT_FATE.fullmatch(layout.lines[number].text) is not None
        and all(line.kind == "blank" for line in behind[:1])
    )


def _priced_row(layout: Layout, item: Item, form: str) -> bool:
    """Whether an item stands in a row of a table that has its price in a column of its own."""
    if item.line not in layout.rows or not form.startswith("row"):
        return False
    table, cells = layout.rows[item.line]
    return not table.retail and any(
        cell.role in ("price", "local", "newest") and cell.text[:1].isdigit() for cell in cells
    )


def _priced_so_far(layout: Layout, line: int, number: int) -> bool:
    """Whether a price stands in the line of an item, or behind it before the next card or the line ``number``."""
    for place in range(line, number):
        if place > line and layout.mentions.get(place):
            return False
        if layout.amounts.get(place) and (place == line or not names_goods(layout.lines[place].text)):
            return True
    return False

"""Walks through a body's lines and ties prices, counts and statuses to the cards they speak of."""

import re

from tracker.normalize.posts.cards.facts import read_facts
from tracker.normalize.posts.cards.items import Item, NamedItem, unique_items
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import is_settled, named_by_title, named_by_words
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.clues.quantity import left_over
from tracker.normalize.posts.clues.status import calls_broken, closes_all, says_broken, status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.finding import Amount, find_amounts
from tracker.normalize.posts.prices.headed import give_headed, heading_prices
from tracker.normalize.posts.prices.rows import read_row
from tracker.normalize.posts.prices.signless import line_amounts
from tracker.normalize.posts.prices.turns import labelled_item, opens_other_goods, pointed_at, tie_by_words
from tracker.normalize.posts.prices.tying import tie_sentence
from tracker.normalize.posts.wording.factoring import finder

__all__ = ["walk"]

_SENTENCE_END = re.compile(r"[.!?;](?=[ ])")
_ANOTHER = re.compile(
    r"\b(?<!every )(?<!each )(?<!any )(?:a |the )?"
    r"(?:second|third|fourth|2nd|3rd|4th|another|other) (?:one|card|unit)\b"
)
_FOR_ALL = finder(
    r"\bper (?:gpu|card)\b|\b(?:both|all|either|each (?:card|gpu|one))\b|\beach\b|\b(?:for|takes) everything\b"
)


_MARKED = re.compile(
    r"^(?:[\W\d]|shipped|local|obo|asking|price|status|each|plus|shipping){0,40}"
    r"\b(?:sold|pending|gone)\b(?: (?:to|for|local\w*|pending))?[\W\d]{0,20}"
)
"""A line of nothing but a price and a status."""


def walk(layout: Layout, cards: Cards, start: list[Item]) -> None:
    """Fill the items of ``cards``; ``start`` are the cards that amounts before the first name speak of."""
    current = list(start)
    leader: Line | None = None
    headed: list[Amount] = []
    dead = False
    for number, line in enumerate(layout.lines):
        if line.kind == "blank" or not line.text:
            continue
        named = cards.named.get(number, [])
        if number in layout.rows:
            read_row(layout, number, named)
            current, leader = [], None
            continue
        if layout.sections[number] == "want" and not named:
            continue
        if not named and (line.text.endswith(":") or _heads_list(layout, number)):
            dead = len(line.text) < 60 and bool(says_broken(line.text))
            if dead and line.is_item_mark:
                current, leader = [], None
                continue
        if named:
            current = _named_line(layout, cards, number, named)
            leader = line
            give_headed(layout, number, named, headed)
            headed = []
            _break(current if dead else [])
        elif headed := heading_prices(layout, cards, number):
            current, leader = [], None
        elif _bare_label(layout, cards, number):
            continue
        elif (labelled := labelled_item(layout, cards, number)) is not None:
            current, leader = [labelled], line
            labelled.words = f"{labelled.words} {line.text}"
            _labelled_line(layout, number, labelled)
        elif current and opens_other_goods(layout, number, leader, start is not None and current == start):
            current, leader = [], None
        else:
            _further_line(layout, cards, number, current)


def _break(items: list[Item]) -> None:
    for item in items:
        item.broken = True


def _heads_list(layout: Layout, number: int) -> bool:
    """Whether a line is the heading of a list: marked as one, without a price, with an item of a list behind it."""
    line = layout.lines[number]
    if not (line.bold or line.kind == "heading") or number in layout.amounts:
        return False
    follower = next((other for other in layout.lines[number + 1 : number + 3] if other.kind != "blank"), None)
    return follower is not None and follower.kind in ("bullet", "number")


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    bounds = [start]
    for match in _SENTENCE_END.finditer(text, start, end):
        if len(bounds) < 200:
            bounds.append(match.end())
    return [(low, high) for low, high in zip(bounds, [*bounds[1:], end], strict=True) if high > low]


def _another(
    layout: Layout, cards: Cards, number: int, low: int, high: int, amounts: list[Amount], model: Item
) -> bool:
    """``A third one with a bent bracket is $450``: one more card of the model spoken of, at a price of its own."""
    asked = [amount for amount in amounts if amount.kind == "asking"]
    if not asked or not _ANOTHER.search(layout.post.text, low, high):
        return False
    twin = Item.of(model.mention, "body", number, layout.post.text[low:high])
    twin.vram_gb, twin.skus, twin.spot, twin.form = model.vram_gb, model.skus, (low, high), model.form
    twin.asked, twin.quantity = [asked[-1]], 1
    cards.items.append(twin)
    return True


def _named_line(layout: Layout, cards: Cards, number: int, named: list[NamedItem]) -> list[Item]:
    text = layout.post.text
    line = layout.lines[number]
    amounts = line_amounts(layout, number, named)
    if line.text.startswith("sold") and _SOLD.match(line.text):
        amounts = [amount._replace(newest=True) for amount in amounts]
    elif number in layout.edits:
        amounts = [amount._replace(newest=amount.newest or amount.signed) for amount in amounts]
    read_facts(layout, number, named)
    alone = unique_items(named)
    for item in alone:
        if item.quantity and any(amount.value == item.quantity and not amount.signed for amount in amounts):
            item.quantity = None
    if number not in layout.amounts:
        _count_once(cards, number, alone)
    current: list[Item] = []
    previous: list[Item] = []
    for low, high in _sentences(text, line.start, line.end):
        inside = [entry for entry in named if low <= entry[0] < high]
        own = [amount for amount in amounts if low <= amount.start < high]
        if own and low == line.start and not inside and len(alone) == 1 and any(amount.cue for amount in own):
            current = alone
        if own and not inside and current and _another(layout, cards, number, low, high, own, current[-1]):
            continue
        if own and not inside and tie_by_words(layout, cards, low, own):
            continue
        if own or inside:
            current = tie_sentence(text[low:high], low, inside, own, current)
        else:
            current = _pointed(text[low:high], cards) or current
        if inside and not own and previous and not any(item.asked for item in previous):
            current = previous + [item for item in current if not any(item is other for other in previous)]
        previous = current
    _prefer_own(layout, cards, number, alone)
    return current


_SOLD = re.compile(r"sold ?[:=-]")
"""``SOLD: 2070 ($140)`` says what it went for."""


def _count_once(cards: Cards, number: int, named: list[Item]) -> None:
    """``3x 3080`` above three cards of one model that the title tells apart counts them, and none of them."""
    for item in named if len(cards.items) > 1 else ():
        alike = sum(other.model == item.model and other.titled for other in cards.items)
        if alike > 1 and item.quantity == alike and item.line == number and not item.asked:
            item.quantity = None


_POINTING = re.compile(r"\W{0,3}(?:(?:and|so|now|well),? )?(?:the|my|this) \S+(?: \S+)?")


def _pointed(sentence: str, cards: Cards) -> list[Item]:
    """The card that a sentence without a price is about: ``The PNY is a Revel. $310.``"""
    head = _POINTING.match(sentence) if len(cards.items) > 1 else None
    return pointed_at(head.group(), cards) if head else []


def _prefer_own(layout: Layout, cards: Cards, number: int, named: list[Item]) -> None:
    """A price in a line that names the card stands before those of earlier lines that do not."""
    line = layout.lines[number]
    for item in named:
        # The price of an edit is newer anyhow, and leaves what was said of carriage before.
        if len(item.asked) < 2 or number in layout.edits:
            continue
        own = [a for a in item.asked if line.begin <= a.start <= line.end and a.kind == "asking" and not a.lot]
        if not own or len(own) == len(item.asked):
            continue
        naming = [layout.lines[place] for place, entries in cards.named.items() if any(e[2] is item for e in entries)]
        item.asked = [
            a
            for a in item.asked
            if a.cue or a.newest or a.lot or a.kind != "asking" or any(n.begin <= a.start <= n.end for n in naming)
        ]


_LONGEST_STATE = 40


def _labelled_line(layout: Layout, number: int, item: Item) -> None:
    line, amounts = layout.lines[number], layout.amounts[number]
    tie_sentence(layout.post.text[line.start : line.end], line.start, [], amounts, [item])
    behind = layout.post.text[amounts[-1].end : line.end]
    if len(behind) < _LONGEST_STATE:
        item.status = status_in(behind) or item.status


def _bare_label(layout: Layout, cards: Cards, number: int) -> bool:
    """``Astral OC sealed: 3300``: a label and a bare number, where the title says which card bears that label."""
    if is_settled(cards.items):
        return False
    line, amounts = layout.lines[number], layout.amounts.get(number, [])
    marked = ":" in line.text or " -" in line.text or "=" in line.text
    match = _LABELLED_NUMBER.fullmatch(line.text) if marked else None
    if match is None or any(amount.start == line.start + match.start("rest") for amount in amounts):
        return False
    label = match.group("label")
    hits = named_by_words(label, cards.items) or named_by_title(label, cards.items, cards.title)
    if not hits or hits[0].asked:
        return False
    own = find_amounts(layout.post, line.start + match.start("rest"), line.end, loose=True)[:1]
    layout.amounts[number] = [*own, *amounts]
    hits[0].asked.extend(own)
    return bool(own)


_LABELLED_NUMBER = re.compile(
    r"(?P<label>(?:[a-z]|\d{1,2} ?gb)[^\n:=]{0,40}?)(?::| -{1,2}| ?=) ?"
    r"(?P<rest>\d{2,5}(?: ?(?:shipped|obo|firm|local|plus ship\w*|\+ ?ship\w*))?)"
    r"(?:,? or \d{2,5} (?:for|takes) (?:all|both|everything)\b.{0,20})?"
)


def _sums_up(amounts: list[Amount], item: Item) -> bool:
    """``$210 takes everything`` below several cards without prices, the last of which is one."""
    return (item.quantity or 1) == 1 and bool(amounts) and all(a.lot and not a.each for a in amounts)


def _further_line(layout: Layout, cards: Cards, number: int, current: list[Item]) -> None:
    if number in layout.edits:
        return
    amounts = layout.amounts.get(number, [])
    if not current:
        tie_by_words(layout, cards, layout.lines[number].start, amounts)
        return
    if amounts:
        current = _tie_further(layout, cards, number, amounts, current)
    if len(current) == 1:
        _learn(layout, number, current[0])


def _tie_further(layout: Layout, cards: Cards, number: int, amounts: list[Amount], current: list[Item]) -> list[Item]:
    """Tie the amounts of a line that names no card; returns the cards that it spoke of last."""
    text, line = layout.post.text, layout.lines[number]
    for low, high in _sentences(text, line.start, line.end):
        own = [amount for amount in amounts if low <= amount.start < high]
        if not own:
            current = _pointed(text[low:high], cards) or current
            continue
        if any(item.asked for item in current) and _another(layout, cards, number, low, high, own, current[-1]):
            continue
        unpriced = [item for item in cards.items if not item.asked]
        shared = len(current) == 1 and (not current[0].structural or _sums_up(own, current[0]))
        if shared and len(unpriced) > 1 and _FOR_ALL.search(text, low, high):
            continue
        if not tie_by_words(layout, cards, low, own):
            tie_sentence(text[low:high], low, [], own, current)
    return current


_LONGEST_CLOSING = 60
_LONGEST_DEFECT = 160
_COUNTED = re.compile(r"(?:qty|quantity)\b(?:\D*(?P<count>\d{1,2}))?")


def _learn(layout: Layout, number: int, item: Item) -> None:
    """What a line below a card says of it: that it is gone, how many there are, that it is broken."""
    line = layout.lines[number]
    words = line.text
    labels = words.endswith(":")
    if (
        not labels
        and len(words) < _LONGEST_CLOSING
        and layout.sections[number] not in ("sold", "pending", "past")
        and ((closed := closes_all(words)) or _is_mark(words))
        and not layout.post.is_struck(line.start, line.end)
        and not ((item.quantity or 1) > 1 and left_over(words, item.quantity or 1))
    ):
        item.status = closed or status_in(words)
    if item.quantity is None and (counted := _COUNTED.match(words)) is not None:
        item.quantity = int(counted["count"]) if counted["count"] else None
    if item.structural and not (item.broken or labels) and line.kind in ("bullet", "text"):
        item.broken = len(words) < _LONGEST_DEFECT and calls_broken(words, item.model) and not names_goods(words)


def _is_mark(words: str) -> bool:
    """Whether a line is nothing but a price and a status."""
    said = "sold" in words or "pending" in words or "gone" in words
    return said and _MARKED.fullmatch(words) is not None

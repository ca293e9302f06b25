"""Reads what was added to a post later: which card is sold or pending, how many are left, which price is new."""

import re

from tracker.normalize.posts.cards.items import Item, NamedItem
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.states import take_state
from tracker.normalize.posts.clues.status import status_in
from tracker.normalize.posts.later.fates import handed_over, leaves_some, only_left, speaks_of_fate, with_people
from tracker.normalize.posts.later.gone import count_gone, hold_some
from tracker.normalize.posts.later.leftovers import count_each, counts_alone, tells_of_fewer
from tracker.normalize.posts.later.numbered import apply_by_number
from tracker.normalize.posts.later.subjects import counts_others, speaks_of_others
from tracker.normalize.posts.later.targets import ALL, counted_down, names_others, other_cards, targets_of, whole_post
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.labels import LABEL
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.prices.signless import amount_at, line_amounts
from tracker.normalize.posts.trace import Tracer
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import union

__all__ = ["apply_edits"]

_CLAUSE = re.compile(
    "|".join(rf"{mark}(?= |$)" for mark in (r"\.", "!", r"\?", ";"))
    + r"|, (?:(?=(?:the |one |both |also |and )?[a-z0-9]+(?: [^\s,$£€]+(?<![.!?;])){0,6} (?:is |are |now |has |have )?"
    r"(?:sold|pending|gone|taken|claimed|left|available|still|remains?|spoken for|reserved|on hold|too$|found a))|"
    r"(?=(?:and )?(?:(?:sold|dropped|lowered|reduced) (?:the|my)|price (?:drop|cut)) )|"
    r"(?<=sold, )|(?<=pending, )|(?<=   , )|(?=(?:and |so |now |only |just )?[a-z0-9]{1,6} here(?:[.!]|$))|"
    r"(?=(?:and |the |price |for ){0,6}rest\b)(?<=[tng], )|"
    r"(?=(?!(?:local|pick|ship|price|asking|it|that|which|this|all|both|each|if|paypal|zelle|cash)\w*\b)"
    r"(?:[^\s,$£€]{1,12} ){1,4}(?:is|are) [$£€] ?\d)|"
    r"(?=(?!(?:is )?now\b)[^,\n]{2,60}?(?:->|=>|→|\bto|\bnow|\bdrop:|:) ?[$£€] ?\d))|"
    r" and (?:(?<=    and )|(?=(?:the |my )?\w+(?: \w+)? (?:is |are )?(?:still|sold|pending|gone|now)))|"
    r" / (?=\w+(?: \w+)? (?:is |are )?(?:still|sold|pending|gone|left))"
)
"""Where a clause ends, also behind a person's name, which is blanked out.

Each way begins with a plain character, so that a search skips to it.
"""
_DROP = finder(r"\b(?:drop\w*|lower\w*|reduc\w+|now|new price|down to|cut|gpu|card)\b|->|=>")
_ANY_STATUS = re.compile(union("edit.fates"))
_EDIT_WORD = 4
"""An edit whose first letters are struck was taken back: ``~~edit: pending~~ fell through``."""
_INLINE = Guarded(r"(?<![\w])(?:edit|update)(?: ?#?\d)? ?[:-]")


_NAME_ONLY = re.compile(r"(?!shipped |mailed |sent )(?:[^\s$£€]{1,12}[ ]){0,3}[^\s$£€]{0,12},?[ ](?:and[ ])?")
"""``4060 and`` before ``4080 are sold``: what has no state of its own shares the next."""


def _without_label(text: str) -> str:
    label = LABEL.match(text)
    return text if label is None else text[label.end() :]


def _clauses(layout: Layout, number: int) -> list[tuple[int, int]]:
    line = layout.lines[number]
    text = layout.post.text
    begin = None
    bounds = [line.start]
    for match in _CLAUSE.finditer(text, line.start, line.end):
        if begin is None:
            begin = line.start + len(line.text) - len(_without_label(line.text))
        head = text[max(bounds[-1], begin) : match.end()]
        if head[-1:] != " " or not _NAME_ONLY.fullmatch(head) or _ANY_STATUS.search(head):
            bounds.append(match.end())
    return [(low, high) for low, high in zip(bounds, [*bounds[1:], line.end], strict=True) if text[low:high].strip()]


def apply_edits(layout: Layout, cards: Cards, other_goods: bool, trace: Tracer) -> None:
    """Apply edits, and any other line that says what became of a card, to the items."""
    if not cards.items:
        return
    lowered: tuple[int, list[Item]] = -1, []
    for number, line in enumerate(layout.lines):
        if line.kind == "blank" or number in layout.rows:
            continue
        edit = number in layout.edits
        if not cards.named.get(number) and (
            (layout.sections[number] in ("sold", "pending", "past") and not edit)
            or layout.post.is_struck(line.start, line.end)
            or (edit and layout.post.is_struck(line.start, line.start + _EDIT_WORD))
        ):
            continue
        if not edit and not _ANY_STATUS.search(line.text):
            continue
        inline = None if edit else _INLINE.search(line.text)
        clauses = _clauses(layout, number)
        read = not edit and cards.named.get(number) and len(clauses) == 1 and not _goes_beyond(line.text)
        for low, high in clauses:
            if not edit and len(clauses) > 1 and not _ANY_STATUS.search(layout.post.text, low, high):
                continue
            added = edit or (inline is not None and low - line.start >= inline.start() - 4)
            touched = (
                _read_again(layout, cards, number, low, high)
                if read
                else _left_of(layout, number, low, high, lowered)
                or _clause(layout, cards, number, low, high, added, other_goods)
                or (_going_on(layout, number, low, high, lowered) if edit and lowered[1] else [])
            )
            lowered = number, touched if edit else []
            for item in touched if trace.wanted else ():
                state = f"{item.model}: {item.status or 'available'}, {item.quantity or 1} on offer"
                trace.add("edit" if edit else "status", state, low, high, "body")


def _left_of(layout: Layout, number: int, low: int, high: int, before: tuple[int, list[Item]]) -> list[Item]:
    """``3 of the A5000s are gone, 1 left``: a count alone is what is left of the card that the line spoke of before."""
    line, items = before
    if line != number or len(items) != 1:
        return []
    clause = layout.post.text[low:high].strip()
    if not clause.endswith(_LEFT) or not counts_alone(clause):
        return []
    take_state(items[0], clause, None)
    return items


_LEFT = tuple(
    f"{word}{mark}" for word in ("left", "remaining", "remain", "remains", "to go") for mark in ("", ".", ",", "!")
)


def _read_again(layout: Layout, cards: Cards, number: int, low: int, high: int) -> list[Item]:
    """What one clause says beside a name is read already, but for what it leaves of several cards."""
    counted = count_each(layout, cards, number, low, high)
    if counted or number in layout.amounts or len(cards.items) < 2:
        return counted
    return cards.items if only_left(layout, cards, number, low, high, layout.post.text[low:high]) else []


def _goes_beyond(line: str) -> bool:
    """Whether a line that names a card says more than what is read beside the name."""
    return ALL.search(line) is not None or handed_over(with_people(line)) or tells_of_fewer(line)


def _clause(
    layout: Layout, cards: Cards, number: int, low: int, high: int, edit: bool, other_goods: bool
) -> list[Item]:
    """Apply one clause; returns the items that it spoke of."""
    clause = with_people(_without_label(layout.post.unstruck(low, high))).strip(" *:-")
    entries = _at_once(layout, cards, number, low, high, clause)
    if entries is not None:
        return entries
    counted = counts_alone(clause) and (len(cards.items) == 1 or "available" not in clause)
    fewer = counted or tells_of_fewer(clause)
    handed = handed_over(clause)
    said = "sold" if handed else status_in(clause)
    if said == "sold" and leaves_some(layout, cards, number, clause):
        return []
    amounts = _new_prices(layout, number, low, high, cards.named.get(number)) if edit else []
    if said is None and not fewer and not (edit and (amounts or "left" in clause or "remain" in clause)):
        return []
    targets, elsewhere = targets_of(layout, cards, number, low, high, clause)
    listed = counted or (not targets and (other_goods or _has_struck_price(layout, number)))
    if elsewhere or (handed and not targets) or (listed and not edit and counts_others(layout, cards, number)):
        return []
    if not (edit or fewer or handed or speaks_of_fate(layout, cards, number, clause, targets)):
        return []
    on_line = cards.named.get(number)
    if not targets and speaks_of_others(layout, cards, number, low, clause):
        return []
    if not targets and on_line:
        targets = other_cards(cards, on_line, clause) or [on_line[-1][2]]
    if not targets:
        targets = whole_post(cards, clause, said) or (counted_down(cards, clause) if fewer else [])
        if (other_goods or _asks_often(layout)) and not _DROP.search(clause):
            amounts = []
    for item in targets:
        take_state(item, clause, said)
        if amounts and (said != "sold" or amounts[-1].newest) and item.line != number:
            item.asked.append(_own_amount(layout, number, item, amounts)._replace(newest=True))
    return targets


def _asks_often(layout: Layout) -> bool:
    """Whether more lines ask for money than those of one card do."""
    asking = (any(amount.kind == "asking" for amount in amounts) for amounts in layout.amounts.values())
    return len(layout.amounts) > _MOST_OF_ONE and sum(asking) > _MOST_OF_ONE


_MOST_OF_ONE = 3
"""Lines that ask for money in a post of one card: before and after a drop, and here or posted."""


def _has_struck_price(layout: Layout, number: int) -> bool:
    """``Peerless Assassin: ~~$30~~ sold``."""
    return any(amount.struck for amount in layout.amounts.get(number, ()))


_BARE = re.compile(
    r"(?:\W{0,3}(?:and|then|now|it's|it|is|a|the|new|price|drop|dropped|lowered|reduced|down|asking|at|to|again|final)\b){0,8}"
    r"[\W]{0,6}"
)


def _going_on(layout: Layout, number: int, low: int, high: int, before: tuple[int, list[Item]]) -> list[Item]:
    """``7/30: 5090 down to $2,800``, and below it ``8/2: $2,700``: a price alone is that of the card before it."""
    line, items = before
    if len(items) != 1 or not number - 2 <= line < number or layout.mentions.get(number):
        return []
    amounts = _new_prices(layout, number, low, high)
    label = LABEL.match(layout.post.text[low:high])
    if not amounts or amounts[-1].lot or names_others(layout.text_of(number)):
        return []
    if not _BARE.fullmatch(layout.post.text, low + (label.end() if label else 0), amounts[0].start):
        return []
    items[0].asked.append(amounts[-1]._replace(newest=True))
    return items


def _at_once(layout: Layout, cards: Cards, number: int, low: int, high: int, clause: str) -> list[Item] | None:
    """The cards of a clause that speaks of them by number, by count or of all but some; None for any other clause."""
    entries = apply_by_number(layout, cards, clause)
    if entries is not None:
        return entries
    counted = (
        count_gone(layout, cards, number, low, high)
        or hold_some(layout, cards, number, low, high)
        or count_each(layout, cards, number, low, high)
    )
    if counted:
        return counted
    return cards.items if only_left(layout, cards, number, low, high, clause) else None


def _new_prices(layout: Layout, number: int, low: int, high: int, named: list[NamedItem] | None = None) -> list[Amount]:
    """The prices that a clause of an edit asks; behind the name of a card, also a bare number."""
    amounts = [a for a in layout.amounts.get(number, ()) if low <= a.start < high and a.kind == "asking"]
    if amounts or not named:
        return amounts or _labelled_price(layout, number, low, high)
    return [a for a in line_amounts(layout, number, named) if low <= a.start < high and a.kind == "asking"]


def _own_amount(layout: Layout, number: int, item: Item, amounts: list[Amount]) -> Amount:
    """``6600 now 110, 6650 XT now 140``: the first price behind the card's own name, else the last of all."""
    names = layout.mentions.get(number, ())
    for place, mention in enumerate(names):
        until = names[place + 1].start if place + 1 < len(names) else 1 << 60
        if mention.model == item.model:
            own = [amount for amount in amounts if mention.end <= amount.start < until]
            if own and len(names) > 1:
                return own[0]
    lowered = [amount for amount in amounts if amount.newest] or amounts
    return next((amount for amount in lowered if amount.shipping == "included"), lowered[-1])


_LABELLED_PRICE = re.compile(
    rf"{LABEL.pattern}(?:(?:now|price|new price|down to|dropped to|lowered to)[ :]{{1,2}}){{0,2}}"
)
_PRICE_END = re.compile(r" ?(?:$|[.,!;(]|shipped|obo|firm|local|each|ea\b|today|plus|\+|or\b|and\b|for\b|now)")


def _labelled_price(layout: Layout, number: int, low: int, high: int) -> list[Amount]:
    """``EDIT 2: 1550 shipped``: a bare number behind the label of an edit."""
    label = _LABELLED_PRICE.match(layout.post.text[low:high])
    if label is None or not layout.post.text[low + label.end() : low + label.end() + 1].isdigit():
        return []
    amount = amount_at(layout, low + label.end(), high)
    if amount is None or amount.value < 20 or not _PRICE_END.match(layout.post.text[amount.end : high]):
        return []
    return [amount]

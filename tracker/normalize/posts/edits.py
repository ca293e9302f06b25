"""Reads what was added to a post later: which card is sold or pending, how many are left, which price is new."""

import re

from tracker.normalize.posts.cards import Cards
from tracker.normalize.posts.goods import names_goods
from tracker.normalize.posts.guards import Guarded
from tracker.normalize.posts.items import Item, NamedItem
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.money import Amount
from tracker.normalize.posts.numbered import apply_by_number
from tracker.normalize.posts.quantity import left_over
from tracker.normalize.posts.signless import amount_at
from tracker.normalize.posts.states import take_state
from tracker.normalize.posts.status import closes_all, status_in
from tracker.normalize.posts.subjects import speaks_of_others
from tracker.normalize.posts.telling import named_by_words
from tracker.normalize.posts.trace import Tracer

__all__ = ["apply_edits"]

_CLAUSE = re.compile(
    "|".join(rf"{mark}(?= |$)" for mark in (r"\.", "!", r"\?", ";"))
    + r"|, (?:(?=(?:the |one |both |also |and )?[a-z0-9]+(?: \S+){0,4} (?:is |are |now |has |have )?"
    r"(?:sold|pending|gone|left|available|still))|(?<=sold, )|(?<=pending, )|"
    r"(?=[^,\n]{2,30}?(?:->|=>|→|\bto|\bnow|:) ?[$£€] ?\d))|"
    r" and (?=(?:the |my )?\w+(?: \w+)? (?:is |are )?(?:still|sold|pending|gone|now))"
)
"""Where a clause ends; each way begins with a plain character, so that a search skips to it."""
_ALL = re.compile(r"\b(?:all|both|everything|cards have|cards are|gpus are|gpus have|every card)\b")
_OTHERS = re.compile(
    r"\b(?:combo|bundle|everything else|the rest|rest of|other (?:stuff|items?|parts)|"
    r"kit|build|keyboard|blocks?)\b"
)
_DROP = re.compile(r"\b(?:drop\w*|lower\w*|reduc\w+|now|new price|down to|cut|gpu|card)\b|->|=>")
_LOWERED = re.compile(r"\b(?:drop\w*|lower\w*|reduc\w*|down)(?: (?:it|this|the|price|my)){0,2} to\b")
_GPU_WORD = re.compile(r"\b(?:graphics? cards?|gpus?|video cards?|cards?|vid card)\b")
_ANY_STATUS = Guarded(
    r"sold|pend|gone|hold|left|avail|tak|claim|bought|trad|reserv|remain|home|tentat|"
    r"closed|fell|accept|wait|back|edit|update|market|down to|still have"
)
_INLINE = Guarded(r"(?<![\w])(?:edit|update)(?: ?#?\d)? ?[:-]")
_LABEL = re.compile(
    r"^\W{0,4}(?:\d(?:st|nd|rd|th) |final |another )?(?:edit|update|updated|eta|ninja edit|"
    r"bump)(?: ?#?\d{1,2}(?:[/.-]\d{1,2}(?:[/.-]\d{2,4})?)?(?=\W))?[ :.)*-]{0,5}"
)


def _targets(layout: Layout, cards: Cards, number: int, low: int, high: int, clause: str) -> tuple[list[Item], bool]:
    """The items a clause speaks of, and whether it speaks of something else."""
    items = cards.items
    offered = {item.model for item in items}
    owned = {start for start, _, _ in cards.named.get(number, ())}
    models = {
        mention.model
        for mention in layout.mentions.get(number, ())
        if low <= mention.start < high
        and (mention.model in offered or mention.start in owned or not mention.text.strip().isdigit())
    }
    if models:
        spoken = [item for start, _, item in cards.named.get(number, ()) if low <= start < high]
        hit = [item for item in items if item.model in models or any(item is other for other in spoken)]
        if len(hit) > 1:
            narrowed = named_by_words(clause, hit)
            if narrowed:
                return narrowed, False
            if len({item.model for item in hit}) == 1 and not _ALL.search(clause):
                unsold = [item for item in hit if item.status != "sold"]
                return unsold[:1] or hit[:1], False
        # A drop may tell of the card that the seller bought instead.
        if hit or not _LOWERED.search(clause):
            return hit, not hit
    named = named_by_words(clause, items)
    if named and not (names_goods(clause) and not _GPU_WORD.search(clause)):
        return named, False
    if (names_goods(clause) or _OTHERS.search(clause)) and not _GPU_WORD.search(clause):
        return [], True
    return [], False


def _clauses(layout: Layout, number: int) -> list[tuple[int, int]]:
    line = layout.lines[number]
    text = layout.post.text
    bounds = [line.start, *(match.end() for match in _CLAUSE.finditer(text, line.start, line.end))]
    return [(low, high) for low, high in zip(bounds, [*bounds[1:], line.end], strict=True) if text[low:high].strip()]


def apply_edits(layout: Layout, cards: Cards, other_goods: bool, trace: Tracer) -> None:
    """Apply edits, and any other line that says what became of a card, to the items."""
    if not cards.items:
        return
    for number, line in enumerate(layout.lines):
        if line.kind == "blank" or number in layout.rows:
            continue
        edit = number in layout.edits
        if not cards.named.get(number) and (
            (layout.sections[number] == "sold" and not edit) or layout.post.is_struck(line.start, line.end)
        ):
            continue
        if not edit and not _ANY_STATUS.search(line.text):
            continue
        inline = _INLINE.search(layout.post.text[line.start : line.end])
        clauses = _clauses(layout, number)
        if not edit and cards.named.get(number) and len(clauses) == 1 and not _ALL.search(line.text):
            continue
        for low, high in clauses:
            added = edit or (inline is not None and low - line.start >= inline.start() - 4)
            touched = _clause(layout, cards, number, low, high, added, other_goods)
            for item in touched if trace.wanted else ():
                state = f"{item.model}: {item.status or 'available'}, {item.quantity or 1} on offer"
                trace.add("edit" if edit else "status", state, low, high, "body")


def _clause(
    layout: Layout, cards: Cards, number: int, low: int, high: int, edit: bool, other_goods: bool
) -> list[Item]:
    """Apply one clause; returns the items that it spoke of."""
    clause = _LABEL.sub("", layout.post.text[low:high]).strip(" *:-")
    clause = " ".join(clause.split())
    entries = apply_by_number(layout, cards, clause)
    if entries is not None or _only_left(layout, cards, number, low, high, clause):
        return cards.items if entries is None else entries
    said = status_in(clause)
    if said == "sold" and _leaves_some(layout, cards, number, clause):
        return []
    amounts = [
        amount for amount in layout.amounts.get(number, ()) if low <= amount.start < high and amount.kind == "asking"
    ]
    if edit and not amounts:
        amounts = _labelled_price(layout, number, low, high)
    fewer = _FEWER.search(clause) is not None
    if said is None and not fewer and not (edit and (amounts or "left" in clause or "remain" in clause)):
        return []
    targets, elsewhere = _targets(layout, cards, number, low, high, clause)
    if elsewhere or not (edit or fewer or _speaks_of_fate(layout, cards, number, clause, targets)):
        return []
    on_line = cards.named.get(number)
    if not targets and speaks_of_others(layout, cards, number, low, clause):
        return []
    if not targets and on_line:
        targets = _others(cards, on_line, clause) or [on_line[-1][2]]
    if not targets:
        targets = _whole(cards, clause, said)
        if (other_goods or len(layout.amounts) > 3) and not _DROP.search(clause):
            amounts = []
    for item in targets:
        take_state(item, clause, said)
        if (
            edit
            and amounts
            and (said != "sold" or amounts[-1].newest)
            and not _tied_already(layout, cards, number, item)
        ):
            item.asked.append(_own_amount(layout, number, item, amounts)._replace(newest=True))
    return targets


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


_FEWER = Guarded(
    r"\bdown to (?:just |only |the last )?(?:\d{1,2}|one|two|three|four|five)(?! ?[$£€\d])|"
    r"\bstill have (?:the )?(?:second|other)\b|"
    r"\b(?:second|other)(?: one| card| gpu)? is still (?:here|available|for sale|up)\b"
)
_LABELLED_PRICE = re.compile(
    rf"{_LABEL.pattern}(?:(?:now|price|new price|down to|dropped to|lowered to)[ :]{{1,2}}){{0,2}}"
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


_THE_OTHERS = re.compile(r"(?:and |but |the |my |all )*(?:others?|rest|remaining)\b")


def _others(cards: Cards, here: list[NamedItem], clause: str) -> list[Item]:
    """``1080 Ti sold, other two still here``: the cards that the line does not name."""
    if not _THE_OTHERS.match(clause):
        return []
    return [item for item in cards.items if not any(item is named for _, _, named in here)]


_SOME_LEFT = Guarded(r"\b(?:left|remaining|still (?:available|have))\b")
_FATE = Guarded(
    r"\b(?:is|are|has been|have been|now) (?:now )?(?:sold|pending|gone)\b|\bsold to\b|^sold|sold\W*$|gone\W*$"
)
_CARDS_FATE = Guarded(r"\b(?:is|are|has been|have been|now)\W+(?:\w+ )?(?:sold|pending|gone|bought)\b")


def _leaves_some(layout: Layout, cards: Cards, number: int, clause: str) -> bool:
    """``Sold two of them. The one that's left ...``: the only card on offer is not sold out."""
    if len(cards.items) != 1 or not _SOME_LEFT.search(layout.lines[number].text):
        return False
    return left_over(clause, cards.items[0].quantity or 1) is None


def _speaks_of_fate(layout: Layout, cards: Cards, number: int, clause: str, targets: list[Item]) -> bool:
    """Whether a clause that is no edit says in so many words that its card, or all of the post, is gone."""
    if targets:
        return bool(_FATE.search(clause))
    return bool(_GPU_WORD.search(clause) and _CARDS_FATE.search(clause)) or _closing(layout, cards, number, clause)


def _tied_already(layout: Layout, cards: Cards, number: int, item: Item) -> bool:
    """Whether the edit is where the card itself was first offered, so that its price is tied already."""
    return item.line == number


_ONLY = Guarded(
    r"\bonly (?:the |my )?(?P<what>[a-z0-9 ]{1,30}?) (?:is |are )?(?:left|remain\w*|"
    r"available|still available)\b"
)
_ALL_BUT = Guarded(
    r"\b(?:everything|all(?: of (?:it|them))?|(?:the )?rest)(?: (?:is|are|has|have|been|else|items?|cards?|gpus?))* "
    r"(?:sold|gone)(?: (?:now|already))?,? (?:except|but|besides|other than|apart from|minus)(?: for)? "
    r"(?:the |my )?(?P<what>[a-z0-9 ]{1,30})"
)
"""``Everything sold except the 6700 XT``."""
_SUFFIXES = frozenset(("ti", "super", "xt", "xtx", "gre", "ada"))


def _only_left(layout: Layout, cards: Cards, number: int, low: int, high: int, clause: str) -> bool:
    """``Only the Ti is left``, ``all sold but the Ti``: the others are sold."""
    match = _ONLY.search(clause) or _ALL_BUT.search(clause)
    if match is None or len(cards.items) < 2 or re.fullmatch(r"\d{1,2}|one|two|three", match.group("what")):
        return False
    kept, elsewhere = _targets(layout, cards, number, low, high, clause)
    words = set(match.group("what").split())
    if not kept and words & _SUFFIXES:
        kept = [item for item in cards.items if set(item.model.lower().split()) & words & _SUFFIXES]
    if elsewhere or not kept:
        return False
    for item in cards.items:
        if not any(item is other for other in kept):
            item.status = "sold"
    return True


def _closing(layout: Layout, cards: Cards, number: int, clause: str) -> bool:
    """Whether a line that is no edit closes all of the post: it stands alone and is short."""
    line = layout.lines[number]
    if not closes_all(clause) or len(line.text) >= 90:
        return False
    return len(cards.items) == 1 or number in layout.outer_lines or bool(_ALL.search(clause)) or "closed" in clause


def _whole(cards: Cards, clause: str, said: str | None) -> list[Item]:
    if _ALL.search(clause) or _GPU_WORD.search(clause):
        return list(cards.items)
    if len(cards.items) == 1:
        return list(cards.items)
    if said and closes_all(clause):
        return list(cards.items)
    return []

"""Ties the amounts of a line to the cards it names."""

import re

from tracker.normalize.posts.cards.items import Item, NamedItem, unique_items
from tracker.normalize.posts.clues.goods import MENTION_BLANK, is_bundled, names_goods, without_spans
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.money.plausible import is_plausible

__all__ = ["give", "is_of_other_goods", "tie_sentence"]

_CLAUSE_END = re.compile(r"[,;|]|\band\b|\bor\b")
_FOR_A_THING = re.compile(r"[ )]{0,2}(?:shipped |each |obo )?(?:for (?:the|my|a)|-|:|for)[ ]")
_THING_END = re.compile(r"[,.;]|\band\b")
_FOR_THE = re.compile(r"[ )]{0,2}(?:shipped |each |obo )?for (?:the|my|a) ")
_QUALIFIED = ("local", "included", "extra")


def give(group: list[Item], amounts: list[Amount]) -> None:
    """Give amounts that name no card to the cards spoken of last."""
    if not group or not amounts:
        return
    if len(group) == 1:
        _give_one(group[0], amounts)
        return
    plain = [amount for amount in amounts if not amount.lot and not amount.bundle and amount.shipping != "local"]
    if len(plain) == len(group) and not any(amount.each for amount in plain) and not any(item.asked for item in group):
        for item, amount in zip(group, plain, strict=True):
            item.asked.append(amount)
        return
    for amount in amounts:
        open_items = [
            item
            for item in group
            if all(asked.lot and not asked.each for asked in item.asked) or amount.shipping == "local"
        ]
        if amount.each or amount.lot:
            for item in open_items:
                item.asked.append(amount)
                if amount.lot and not amount.each:
                    item.lot_of = sum(other.quantity or 1 for other in group)


def _give_one(item: Item, amounts: list[Amount]) -> None:
    for amount in amounts:
        first = not any(
            not asked.struck
            and asked.kind == "asking"
            and asked.shipping != "local"
            and not asked.weak
            and is_plausible(item.model, asked.value)
            for asked in item.asked
        )
        if first or amount.newest or amount.each or amount.lot or amount.shipping in _QUALIFIED or amount.cue:
            item.asked.append(amount)


def _usable(amounts: list[Amount]) -> list[Amount]:
    return [amount for amount in amounts if amount.kind == "asking" or (amount.kind == "old" and amount.struck)]


def tie_sentence(
    text: str, offset: int, named: list[NamedItem], amounts: list[Amount], current: list[Item]
) -> list[Item]:
    """Tie the amounts of one sentence; returns the cards that a following sentence speaks of."""
    usable = _usable(amounts)
    if not named:
        fit = [amount for amount in usable if not is_of_other_goods(text, offset, amount)]
        give(current, fit)
        return current
    items = unique_items(named)
    if not usable:
        return items
    spans = [(start, end) for start, end, _ in named]
    if (
        usable[0].start < named[0][0]
        and not _starts_with_old(text, offset, usable[0], named[0][0])
        and not _ends_with_price(text, offset, named[-1][1], usable)
    ):
        _price_first(text, offset, named, usable, spans)
    else:
        _name_first(text, offset, named, usable, spans)
    return items


_NAMED_BEFORE = re.compile(r"[a-z].*[a-z0-9][ )\"]{0,2}[-:=(]{0,2} ?$")


def _ends_with_price(text: str, offset: int, name_end: int, amounts: list[Amount]) -> bool:
    """``PS5 $330 / 3060 Ti $200``: a list whose prices stand behind the names, and whose first thing is no card."""
    before = text[: amounts[0].start - offset].rpartition("): ")[2]
    if not (names_goods(before) or (len(amounts) > 1 and _NAMED_BEFORE.match(before) and not _CUES.search(before))):
        return False
    after = next((amount for amount in amounts if amount.start >= name_end), None)
    return after is not None and not _PARTED.search(text, name_end - offset, after.start - offset)


_PARTED = re.compile(r"[,;|/]|\d-\d")
_CUES = re.compile(
    r"\b(?:asking|price|sell\w*|looking|want\w*|shipped|local|now|only|just|take|get|i|i'?m|it|this|that|they)\b"
)


def _starts_with_old(text: str, offset: int, amount: Amount, name: int) -> bool:
    """Whether the first amount closes an earlier clause: ``$450. The 3080 ...`` is no price of the 3080."""
    gap = text[amount.end - offset : name - offset]
    return len(gap) > 90


def _for_goods(text: str, offset: int, amount: Amount) -> bool:
    """``about $50 for the screen``: the price of something that is named behind it."""
    until = amount.end - offset + 40
    match = _FOR_THE.match(text, amount.end - offset, until)
    return match is not None and names_goods(_THING_END.split(text[match.end() : until], maxsplit=1)[0])


_CARD_WORD = re.compile(r"\b(?:cards?|gpus?)\b")
_PART_PRICED = re.compile(
    r"\b(?:blocks?|back ?plates?|bridges?|brackets?|cables?|coolers?|risers?|adapters?|"
    r"pads|box(?:es)?)(?: (?:is|are|for|at|each|alone|only|separately|itself|by itself))*[ :=-]{0,3}$"
)


_ALSO = re.compile(
    r"\balso (?:have|got|sell(?:ing)?|offer(?:ing)?)(?: got)? (?:an?|some|my) "
    r"(?!(?:pair|set|lot|couple|few|second|2nd|third|3rd|spare|matching|one|card|gpu)\b)[^,.;:$£€]{3,30}$"
)
"""``Also have a watt meter for $12``: something of its own."""


def is_of_other_goods(text: str, offset: int, amount: Amount) -> bool:
    """Whether the clause around an amount prices something else; ``text`` is a line or sentence from ``offset`` on."""
    before = text[max(0, amount.start - offset - 40) : amount.start - offset]
    clause = _CLAUSE_END.split(before)[-1]
    after = text[amount.end - offset : amount.end - offset + 34]
    return (
        _ALSO.search(before) is not None
        or bool(_PART_PRICED.search(clause) and not _CARD_WORD.search(text, 0, amount.start - offset))
        or names_goods(clause)
        or bool(_FOR_A_THING.match(after) and names_goods(after.split(",")[0]))
    )


def _closes_list(amount: Amount, named: list[NamedItem]) -> bool:
    """Whether an amount behind the last name adds to it: a local price, one for each, one for all."""
    if amount.newest or amount.shipping in _QUALIFIED or amount.each:
        return True
    return amount.lot and len(unique_items(named)) > 1


def _price_first(
    text: str, offset: int, named: list[NamedItem], amounts: list[Amount], spans: list[tuple[int, int]]
) -> None:
    for place, amount in enumerate(amounts):
        following = [entry for entry in named if entry[0] >= amount.end]
        if not following:
            if _closes_list(amount, named) and not is_of_other_goods(text, offset, amount):
                give(unique_items(named) if amount.lot else [named[-1][2]], [amount])
            continue
        target = following[0]
        if (amount.lot or amount.bundle) and place + 1 < len(amounts) and amounts[place + 1].start < target[0]:
            # ``Both for $600, or $420 for the 4070``: nothing of the first is for the card that follows the second.
            if amount.lot:
                give(unique_items(named), [amount])
            continue
        between = text[amount.end - offset : target[0] - offset]
        if amount.lot and not amount.each:
            until = amounts[place + 1].start if place + 1 < len(amounts) else 1 << 60
            group = unique_items([entry for entry in following if entry[0] < until])
            if len(group) > 1:
                give(group, [amount])
                continue
        if ("," in between or ";" in between or "|" in between) and names_goods(between):
            continue
        until = amounts[place + 1].start if place + 1 < len(amounts) else offset + len(text)
        joined = _is_joined(without_spans(text, offset, spans)[amount.end - offset :], between, until - amount.end)
        if joined and _has_own_price(target[2], amount):
            continue
        target[2].bundled = target[2].bundled or joined
        target[2].asked.append(amount._replace(each=amount.each or not amount.lot))


_CLOSED = re.compile(r"[,;] ?[$£€]?$")


def _is_joined(behind: str, between: str, length: int) -> bool:
    """Whether the card behind an amount shares it with other goods, by the text ``between`` and up to the next one."""
    if names_goods(between) and is_bundled(behind):
        return True
    tail = behind[:length]
    if not is_bundled(tail) or _CLOSED.search(between):
        return False
    return "," not in tail.split(MENTION_BLANK)[-1] or length == len(behind)


def _name_first(
    text: str, offset: int, named: list[NamedItem], amounts: list[Amount], spans: list[tuple[int, int]]
) -> None:
    blanked = without_spans(text, offset, spans)
    previous_end = offset
    for amount in amounts:
        preceding = [entry for entry in named if entry[1] <= amount.start]
        fresh = unique_items([entry for entry in preceding if entry[0] >= previous_end])
        stretch = blanked[previous_end - offset : amount.start - offset]
        if fresh and _for_goods(text, offset, amount):
            pass
        elif fresh:
            _give_fresh(fresh, amount, stretch, amounts, named)
        elif preceding:
            _give_again(preceding[-1][2], amount, stretch, unique_items(preceding), text, offset)
        previous_end = amount.end


def _give_fresh(fresh: list[Item], amount: Amount, stretch: str, amounts: list[Amount], named: list[NamedItem]) -> None:
    """Give an amount to the cards named since the last amount."""
    if amount.bundle and not amount.each:
        for item in fresh:
            item.asked.append(amount)
    elif len(fresh) == 1:
        _give_single(fresh[0], amount, stretch, several=len(amounts) > 1)
    elif amount.each or amount.lot:
        give(fresh, [amount])
    else:
        _give_several(fresh, amount, stretch, amounts, named)


def _give_single(item: Item, amount: Amount, stretch: str, several: bool) -> None:
    after_name = stretch.rpartition(MENTION_BLANK)[2] if several and MENTION_BLANK in stretch else ""
    if _LISTED.search(after_name) and names_goods(after_name) and not _JOINS.search(stretch):
        return
    bundled = is_bundled(stretch)
    if bundled and _has_own_price(item, amount):
        return
    item.bundled = item.bundled or bundled
    item.asked.append(amount)


def _has_own_price(item: Item, amount: Amount) -> bool:
    """``3060: £150``, and in a later line ``the 3060 and the 12400F for £275``: the card is sold alone as well."""
    single = (asked for asked in item.asked if asked.kind == "asking" and not (asked.lot or asked.bundle))
    return not item.bundled and any(asked.value < amount.value for asked in single)


_LISTED = re.compile(r"[,;|] ")
_JOINS = re.compile(r"\+|&|\band\b|\bw/|\bwith\b")
_JOINED_NAMES = re.compile(
    rf"{MENTION_BLANK}[^{MENTION_BLANK},;.]{{0,40}}(?:\+|&|\band\b|\bwith\b|\bw/)[^{MENTION_BLANK},;.]{{0,40}}{MENTION_BLANK}"
)


def _give_several(
    fresh: list[Item], amount: Amount, stretch: str, amounts: list[Amount], named: list[NamedItem]
) -> None:
    """One amount behind several names: one each in order, one for them together, or the last one's."""
    rest = [other for other in amounts if other.start >= amount.start and not other.newest]
    if len(rest) == len(fresh) and rest[0] is amount and not any(start > amount.end for start, _, _ in named):
        for item, other in zip(fresh, rest, strict=True):
            item.asked.append(other)
    elif _JOINED_NAMES.search(stretch) and len(rest) == 1:
        for item in fresh:
            if not item.asked:
                item.asked.append(amount)
                item.bundled = True
    elif not fresh[-1].asked:
        fresh[-1].asked.append(amount)


_WORDS = re.compile(r"[a-z]{3}.*[a-z]{3}")


def _tells_more(stretch: str) -> bool:
    """Whether a stretch holds words and a comma or semicolon behind them."""
    until = max(stretch.rfind(","), stretch.rfind(";"))
    return until > 0 and _WORDS.search(stretch, 0, until) is not None


def _give_again(last: Item, amount: Amount, stretch: str, group: list[Item], text: str, offset: int) -> None:
    """A further amount behind the same card: another form of its price, or the price of something else."""
    if is_of_other_goods(text, offset, amount):
        return
    if amount.each or amount.lot:
        give(group if amount.lot and len(group) > 1 else [last], [amount])
        if amount.lot and len(group) == 1:
            return
        return
    if amount.newest or amount.shipping in _QUALIFIED or (amount.cue and not _tells_more(stretch)):
        last.asked.append(amount)

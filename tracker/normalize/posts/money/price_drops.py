"""Prices that replace one another, and the two ends of a range."""

import re

from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.money.amounts import Amount

__all__ = ["with_drops"]

_DROP = re.compile(
    r"[ )(*]{0,4}(?:(?:-{1,3}>|=>|>{1,2}|→|➡|➔|~>)(?: ?(?:now|just)\b)?|(?:down |dropped |reduced |lowered )?to\b|"
    r"(?:,|-|\() ?now\b|now\b)[ :(*]{0,4}$"
)
_DAY = re.compile(r"\((?:\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?|[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?)\)")
"""``~~$500~~ (5/3) $450``: until when a price stood."""
_LONGEST_GAP = 24
_LONGEST_RANGE_GAP = 6


def with_drops(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """The amounts of a text, old and new prices and the upper ends of ranges marked as such."""
    if len(amounts) == 1:
        return amounts
    return _shared_carriage(post, _carriages(post, _range_ends(_drops(post, amounts))))


def _drops(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """Mark the first of ``$500 -> $450`` and of ``~~$500~~ $450`` as old, the second as newest."""
    out = list(amounts)
    for place in range(len(out) - 1):
        first, second = out[place], out[place + 1]
        if second.start - first.end > _LONGEST_GAP:
            continue
        gap = post.text[first.end : second.start]
        if "\n" in gap:
            continue
        arrow = _DROP.fullmatch(gap.replace("obo", "").replace("shipped", "")) or _DROP.fullmatch(gap)
        is_span = gap.strip() == "to" and second.value > first.value
        bare = _DAY.sub("", gap) if first.struck and "(" in gap else gap
        replaced = first.struck and not second.struck and not bare.strip(" *-:|()→>=,.")
        if (arrow and not is_span and second.kind in ("asking", "old", "shipping", "range")) or replaced:
            out[place] = first._replace(kind="old", why="old price")
            out[place + 1] = second._replace(
                kind="asking" if second.kind != "range" else "range", newest=True, why="price drop",
                each=second.each or first.each, shipping=second.shipping or first.shipping,
            )  # fmt: skip
    return out


def _carriages(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """``+ $10 shipping for one, $15 for two``: a sentence that opens with a cost of carriage lists such costs."""
    opened: Amount | None = None
    for place, amount in enumerate(amounts):
        if opened is not None and _SENTENCE_END.search(post.text, opened.end, amount.start):
            opened = None
        if amount.kind == "shipping" and opened is None:
            before = post.text[max(0, amount.start - 8) : amount.start]
            opened = amount if _OPENS.search(before) else None
        elif opened is not None and _may_be_carriage(amount, opened):
            amounts[place] = amount._replace(kind="shipping", why="cost of shipping")
    return amounts


def _shared_carriage(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """``$515 for the 5070 and $645 for the 9070 XT, shipped``: behind a comma it holds for all of the sentence."""
    for place in range(len(amounts) - 1, 0, -1):
        last = amounts[place]
        behind = _BEHIND_COMMA.match(post.text, last.end) if last.shipping in (None, "included", "extra") else None
        if behind is None or last.kind != "asking":
            continue
        shipping = last.shipping or ("extra" if behind["extra"] else "included")
        for earlier in range(place, -1, -1):
            amount = amounts[earlier]
            if (amount.shipping is not None and amount is not last) or amount.kind != "asking":
                break
            if amount is not last and _SENTENCE_END.search(post.text, amount.end, amounts[earlier + 1].start):
                break
            amounts[earlier] = amount._replace(shipping=shipping)
    return amounts


_BEHIND_COMMA = re.compile(
    r"(?! ?(?:shipped|posted|delivered|\+|plus))[^.!?\n$£€,]{0,60}, (?:(?:all|both|each|prices?) ){0,2}"
    r"(?:shipped|posted|delivered|(?P<extra>plus ship|\+ ?ship)|ship\w* incl|incl\w* ship)"
)


def _may_be_carriage(amount: Amount, other: Amount) -> bool:
    if amount.kind != "asking" or amount.cue or amount.shipping == "local":
        return False
    return amount.value <= other.value * _DEAREST_CARRIAGE


_OPENS = re.compile(r"(?:^|[.!?\n])[ *+~-]{0,5}$")
_SENTENCE_END = re.compile(r"[.!?](?= )|\n")
_DEAREST_CARRIAGE = 4


def _range_ends(amounts: list[Amount]) -> list[Amount]:
    """The upper end of a range is a range too."""
    for place in range(len(amounts) - 1):
        first, second = amounts[place], amounts[place + 1]
        if first.kind == "range" and second.start - first.end <= _LONGEST_RANGE_GAP:
            amounts[place + 1] = second._replace(kind="range", why="a range, not a price")
    return amounts

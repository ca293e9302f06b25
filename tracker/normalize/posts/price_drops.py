"""Prices that replace one another, and the two ends of a range."""

import re

from tracker.normalize.posts.amounts import Amount
from tracker.normalize.posts.text import PostText

__all__ = ["with_drops"]

_DROP = re.compile(
    r"[ )(*]{0,4}(?:-{1,3}>|=>|>{1,2}|→|➡|➔|~>|(?:down |dropped |reduced |lowered )?to\b|"
    r"(?:,|-|\() ?now\b|now\b)[ :(*]{0,4}$"
)
_LONGEST_GAP = 24
_LONGEST_RANGE_GAP = 6


def with_drops(post: PostText, amounts: list[Amount]) -> list[Amount]:
    """The amounts of a text, old and new prices and the upper ends of ranges marked as such."""
    return _range_ends(_drops(post, amounts)) if len(amounts) > 1 else amounts


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
        replaced = first.struck and not second.struck and not gap.strip(" *-:|()→>=,.")
        if (arrow and not is_span and second.kind in ("asking", "old", "shipping", "range")) or replaced:
            out[place] = first._replace(kind="old", why="old price")
            out[place + 1] = second._replace(
                kind="asking" if second.kind != "range" else "range", newest=True, why="price drop",
                each=second.each or first.each, shipping=second.shipping or first.shipping,
            )  # fmt: skip
    return out


def _range_ends(amounts: list[Amount]) -> list[Amount]:
    """The upper end of a range is a range too."""
    for place in range(len(amounts) - 1):
        first, second = amounts[place], amounts[place + 1]
        if first.kind == "range" and second.start - first.end <= _LONGEST_RANGE_GAP:
            amounts[place + 1] = second._replace(kind="range", why="a range, not a price")
    return amounts

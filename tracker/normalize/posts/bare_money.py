"""Whether a number without a sign is an amount of money."""

import re

from tracker.normalize.posts.words import anchored_after

__all__ = ["MODEL_NUMBER", "is_rather_a_card", "may_be_bare", "says_bare"]

MODEL_NUMBER = re.compile(r"[2-5]0[5-9]0|10[5-8]0|[5-7][4-9][5-9]0|16[56]0|[5-9][4-9][05]0|90[67]0|[4-9][5-9]0")
"""Bare numbers that are rather a card than money: ``looking for 3080``."""
_END = re.compile(
    r"[ ]{0,2}(?:$|[.,;!)(\n/*+|\]-]|(?:shipped|obo|for|each|ea|or|plus|local|firm|"
    r"cash|via|paypal|if|but|and|with|including|incl|total|is|as|ono|posted|delivered|"
    r"thanks|pp|o\.b\.o|negotiable|through)\b)"
)
_FOLLOWED = re.compile(
    r"[ ]{0,2}(?:\+ ?ship|plus ship|\(?(?:shipped|posted|delivered|obo\b|firm\b|"
    r"ono\b|each\b|ea\b|local\b|cash\b|or best offer|"
    r"if local|for (?:both|all|the pair|it\b|the card|(?:the|my) (?:[a-z]+ ){0,2}[a-z]{0,3}\d{3,4})|"
    r"o\.b\.o|including shipping|incl|a piece|/ ?ea))"
)
_PRECEDED = re.compile(
    r"(?:asking|looking (?:for|to get)|price[d]?|want|hoping for|(?:sell|selling|"
    r"sale|take|do|get|going|let go)(?: (?:it|them|this))? (?:for|at)|"
    r"now|(?:dropp?(?:ed|ing)?|lower(?:ed|ing)?|reduc(?:ed|ing)|cut|down)(?: \S{1,12}){0,4} to|"
    r"sold(?:[ ]+(?:to|local\w*|it))*[ ]+for|i'?d like|shipped for|offers? (?:over|around))"
    r"(?: (?:is|at|for|price|around|about|to get|only|get))*[ :~=]{1,3}$"
)
_UNIT_AFTER = anchored_after("money.unit_after")
_SHIPPED_OR_OBO = re.compile(r"[ ]?(?:shipped|obo)")
_AFTER_THOUSANDS = re.compile(r"[ ]?(?:shipped|obo|local|firm|each|,)")
_AFTER_PRICE = re.compile(
    r"[ ]?(?:shipped|posted|delivered|obo|firm|local|each|ea\b|plus|\+|cash|total|if\b|for (?:both|all|it))"
)
_LABELLED = re.compile(r"[:=-] ?$")
_RESOLUTION = re.compile(r"[ -]?(?:monitor|display|res|video|screen|hz|\d)")
_GLUED = re.compile(r"[-.:,]\w")
_UNITS = frozenset(
    (
        *("gb", "mb", "tb", "gi", "mh", "gh", "rp", "hz", "mm", "cm", "in", "fp"),
        *("ye", "mo", "da", "we", "ho", "mi", "x ", "ti", "su", "xt"),
    )
)


def may_be_bare(text: str, start: int, end: int, number: str, loose: bool) -> bool:
    """Whether a number without a sign stands free enough to be an amount at all."""
    touched = text[start - 1] if start else " "
    glued = text[end] if end < len(text) else " "
    if touched.isalnum() or touched in "-/.#&'" or glued.isalnum() or glued in "/'\"%°":
        return False
    return len(number) > 1 and not _GLUED.match(text, end) and (loose or text[end : end + 3].lstrip()[:2] not in _UNITS)


def says_bare(number: str, thousands: bool, before: str, after: str, loose: bool) -> bool:
    """Whether a price word touches a number without a sign, and no unit follows it."""
    if _touched_by_price_word(before, after):
        return True
    if thousands:
        if ("." in number or _LABELLED.search(before)) and not _RESOLUTION.match(after):
            return True
        if _AFTER_THOUSANDS.match(after):
            return True
    return loose and not _UNIT_AFTER.match(after)


def _touched_by_price_word(before: str, after: str) -> bool:
    if not _END.match(after) or (_UNIT_AFTER.match(after) and not _SHIPPED_OR_OBO.match(after)):
        return False
    return _FOLLOWED.match(after) is not None or (
        before[-1:] in _PRECEDED_ENDS and _PRECEDED.search(before) is not None
    )


_PRECEDED_ENDS = frozenset(" :~=\n")
"""What ``_PRECEDED`` ends with."""


def is_rather_a_card(number: str, after: str) -> bool:
    """Whether a bare number is that of a card, and no word behind it makes a price of it."""
    return MODEL_NUMBER.fullmatch(number) is not None and not _AFTER_PRICE.match(after)

"""Whether a number without a sign is an amount of money."""

import re

from tracker.normalize.posts.wording.words import anchored, anchored_after, union, whole

__all__ = ["MODEL_NUMBER", "is_measured", "is_price_lead", "is_rather_a_card", "may_be_bare", "says_bare"]

MODEL_NUMBER = re.compile(r"[2-5]0[5-9]0|10[5-8]0|[5-7][4-9][5-9]0|16[56]0|[5-9][4-9][05]0|90[67]0|[4-9][5-9]0")
"""Bare numbers that are rather a card than money: ``looking for 3080``."""
_PRICE_LEAD = re.compile(
    r"(?:asking(?: price)?|(?:price|priced|now|firm)(?: (?:is|at))?|(?:dropped|lowered|reduced|down) (?:it )?to|"
    r"shipped for)[ :=-]{1,6}$"
)
_PRICE_LEAD_ENDS = ("asking", "price", "priced", "now", "firm", " is", " at", " to", "shipped for")
_END = re.compile(rf"[ ]{{0,2}}(?:$|[.,;!)(\n/*+|\]-]|{union('money.bare_end')}\b)")
_FOLLOWED = re.compile(rf"[ /]{{0,2}}\(?{union('money.bare_after')}")
_PRECEDED = anchored("money.bare_before", " :~=-", rf"{whole('money.bare_before')}[ :~=-]{{1,3}}$")
_UNIT_AFTER = anchored_after("money.unit_after")
_SET_OFF = re.compile(r"[ (\[*,=<>-]{0,6}sold\b| -{1,2} (?!\d)|, (?!\d)| ?[(\[](?:still )?available\b")
"""``3060 - 185 (SOLD)``, ``185 - fan rattles``, where a price stands; anywhere else it may count what was sold."""
_SHIPPED_OR_OBO = re.compile(r"[ ]?(?:shipped|obo)|/ ?\d{3,4}(?![\d/])")
_AFTER_THOUSANDS = re.compile(r"[ ]?(?:shipped|obo|local|firm|each|,)")
_AFTER_PRICE = re.compile(
    r"[ ]?(?:shipped|posted|delivered|obo|firm|local|each|ea\b|plus|\+|cash|total|if\b|for (?:both|all|it))"
)
_LABELLED = re.compile(r"[:=-] ?$")
_ALONE_BEFORE = re.compile(r"[.!?)\"] $")
_ALONE_AFTER = re.compile(r"[.!]?$|[.!] (?=[a-z])")
_OPENING_AFTER = re.compile(r"[.!]?$|[.!] (?=[a-z])|, (?:which|incl|that incl|shipp|firm|obo|or best|local|plus)")
_NO_PRICE = re.compile(r"(?:19|20)\d\d|\d{5,}|\d|[0-4]\d")
"""Years, places and counts, where nothing but the number stands: ``Never mined. 130.`` is a price."""
_OR_SHIPPED = re.compile(r"/ ?(?:\d{3,4}|[$£€] ?\d{2,4})(?![\d/])")
"""``lowered to 445/465``: two forms of one price, no fraction."""
_PER_PIECE = re.compile(r"/ ?(?:ea|each|card|gpu|unit|piece|pc|shipped|posted|delivered|obo)\b")
_RESOLUTION = re.compile(r"[ -]?(?:monitor|display|res|video|screen|hz|\d)")
_GLUED = re.compile(r"[-.:,]\w")
_UNITS = frozenset(
    (
        *("gb", "mb", "tb", "gi", "mh", "gh", "rp", "hz", "mm", "cm", "fp"),
        *("ye", "mo", "da", "we", "ho", "mi", "x ", "ti", "su", "xt"),
    )
)


_MEASURES = re.compile(r"\d ?(?:mm|cm|inch(?:es)?|in|w|watts?|°c?|degrees|mhz)\b|\b(?:clearance|fits|length|wattage)\b")
_LONGEST_MEASURED = 80


def is_measured(before: str, lead: str) -> bool:
    """``The case takes 285mm and the card is 298``: whether a number behind ``is`` measures as one before it does."""
    return lead.endswith((" is ", " are ")) and _MEASURES.search(before[-_LONGEST_MEASURED:]) is not None


def may_be_bare(text: str, start: int, end: int, number: str, loose: bool) -> bool:
    """Whether a number without a sign stands free enough to be an amount at all."""
    touched = text[start - 1] if start else " "
    glued = text[end] if end < len(text) else " "
    if glued == "/" and (_PER_PIECE.match(text, end) or _has_second_form(text, end, number)):
        glued = " "
    if touched.isalnum() or touched in "-/.#&'" or glued.isalnum() or glued in "/'\"%°":
        return False
    return (
        len(number) > 1 and not _GLUED.match(text, end) and (loose or text[end : end + 3].lstrip(" ")[:2] not in _UNITS)
    )


def _has_second_form(text: str, end: int, number: str) -> bool:
    match = _OR_SHIPPED.match(text, end)
    return match is not None and (len(number) > 2 or not match.group().lstrip("/ ").isdigit())


def says_bare(number: str, thousands: bool, before: str, after: str, loose: bool) -> bool:
    """Whether a price word touches a number without a sign, and no unit follows it."""
    if _touched_by_price_word(before, after):
        return True
    if (_ALONE_AFTER.match(after) and _ALONE_BEFORE.search(before) and not _NO_PRICE.fullmatch(number)) or (
        before[-1:] in ("", "\n") and _OPENING_AFTER.match(after) and not _NO_PRICE.fullmatch(number)
    ):
        return True
    if thousands:
        if ("." in number or _LABELLED.search(before)) and not _RESOLUTION.match(after):
            return True
        if _AFTER_THOUSANDS.match(after):
            return True
    return loose and (_SET_OFF.match(after) is not None or not _UNIT_AFTER.match(after))


def _touched_by_price_word(before: str, after: str) -> bool:
    if not _END.match(after) or (_UNIT_AFTER.match(after) and not _SHIPPED_OR_OBO.match(after)):
        return False
    return _FOLLOWED.match(after) is not None or _PRECEDED.search(before) is not None


def is_price_lead(before: str) -> bool:
    """Whether the words before a number make money even of a card's: ``asking 560``."""
    return before.rstrip(" :=-").endswith(_PRICE_LEAD_ENDS) and _PRICE_LEAD.search(before) is not None


def is_rather_a_card(number: str, before: str, after: str) -> bool:
    """Whether a bare number is that of a card, and no word beside it makes a price of it."""
    return MODEL_NUMBER.fullmatch(number) is not None and not (_AFTER_PRICE.match(after) or is_price_lead(before))

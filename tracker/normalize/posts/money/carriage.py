"""Who pays for carriage, as the words around an amount say of it alone."""

import re

from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.words import anchored_before, pattern

__all__ = ["shipping_of_amount"]

_EITHER_WAY = re.compile(
    r"[ (]{0,2}(?:(?:local(?:ly)?|pick(?:ed)?[ -]?up) ?(?:or|/) ?(?:shipped|posted|delivered)|"
    r"(?:shipped|posted) ?(?:or|/) ?(?:local|pick(?:ed)?[ -]?up))\b"
)
_ENDS_LABELLED = re.compile(r"[ )]{0,2}(?:$|\.(?= |$)|[/|,;\n]|or\b|-)")
_CLAUSE_END = finder(r"[;|]|\[(?=w|want)|,(?= ?[$£€\d])|\bor\b(?= ?[$£€\d])|[.!](?= )|[/](?= ?[$£€\d])")
_NEXT_AMOUNT = re.compile(r"[$£€\d](?:(?<=[$£€]) ?\d|(?<=\d)[$£€]|(?<=\b\d)\d{1,3} (?=local|shipped|if))")
_PLUS = re.compile(r"[ )]{0,2}\+ ?(?:[$£€] ?)?[\d.]{0,6} ?(?:for )?(?:ship|s/h|post)")
_LOCAL_BEFORE, _SHIPPED_BEFORE = anchored_before("money.local"), anchored_before("money.shipped")
_AFTER = tuple((kind, pattern(f"money.{kind}")) for kind in ("extra", "shipped", "local"))
_SAID = {"extra": "extra", "shipped": "included", "local": "local"}


_SHIPS_FOR_MORE = re.compile(
    r"(?:\+|plus|add|and|another|or|[,;]) ?(?:i(?:'ll| can| will|'d) |can |will )?(?:"
    r"[$£€] ?\d{1,3} (?:more |extra )?(?:if|to|for|when)(?: \w+){0,4} ship|[$£€] ?\d{1,2} (?:more|extra) shipped|"
    r"(?:ten|twelve|fifteen|twenty|a tenner)(?: bucks| dollars| quid)? (?:more|extra) (?:shipped|posted)|"
    r"ship(?:ped)?(?: \w+){0,3} for (?:an? (?:extra|additional) |another |about )?[$£€] ?\d{1,2}(?!\d)|"
    r"ship ?\+ ?[$£€]? ?\d{1,2}(?!\d))"
)
"""``$460 local, +$15 if I ship it``: a price that carriage comes on top of."""


def shipping_of_amount(before: str, after: str) -> str | None:
    """What directly follows or precedes an amount about its carriage."""
    if _EITHER_WAY.match(after):
        return "included"
    if _ENDS_LABELLED.match(after) and (said := _labelled(before)) is not None:
        return said
    clause = after[: _end(_CLAUSE_END, after)]
    words = clause.strip()
    kind = _COMMON[words] if words in _COMMON else _kind_in(clause)
    if kind is None:
        return "extra" if _PLUS.match(after) else _labelled(before)
    if kind == "local" and _SHIPS_FOR_MORE.search(after):
        return "extra"
    return _SAID[kind]


def _end(words: re.Pattern[str], text: str) -> int | None:
    match = words.search(text)
    return None if match is None else match.start()


def _kind_in(clause: str) -> str | None:
    """The list of which a word stands first in the clause behind an amount."""
    clause = clause[: _end(_NEXT_AMOUNT, clause)]
    found = [(match.start(), kind) for kind, words in _AFTER if (match := words.search(clause)) is not None]
    if not found:
        return None
    place, kind = min(found)
    if kind == "shipped" and any(other == "extra" and near <= place + 12 for near, other in found):
        return "extra"
    return kind


_COMMON = {words: _kind_in(words) for words in ("", "shipped", "obo", "local", "firm", "each", "posted", "cash")}
"""What most often stands behind an amount, looked up before the lists are searched."""


def _labelled(before: str) -> str | None:
    """``Local: $400``."""
    if _LOCAL_BEFORE.search(before):
        return "local"
    return "included" if _SHIPPED_BEFORE.search(before) else None

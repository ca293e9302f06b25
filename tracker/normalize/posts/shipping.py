"""Who pays for carriage, where the post says it once for all of its prices."""

import re
from decimal import Decimal

from tracker.normalize.posts.words import union
from tracker.normalize.types import Shipping

__all__ = ["shipping_of_post", "shipping_of_title"]

#: Every statement has a letter or digit within its first characters; this spares a long look where there is none.
_BEGINS = r"(?<!\w)(?=[^\w\n]{0,6}\w)"
_RULES: tuple[tuple[Shipping, re.Pattern[str]], ...] = (
    ("extra", re.compile(rf"{_BEGINS}{union('shipping.all_extra')}(?!\w)")),
    ("included", re.compile(rf"{_BEGINS}{union('shipping.all_included')}(?!\w)")),
    ("local", re.compile(rf"{_BEGINS}{union('shipping.all_local')}(?!\w)")),
)
_ANY = re.compile(
    r"ship|post|deliver|p&p|s/h|p\+p|pick|collect|meet|local|in person|rmsd|verz|versand|porto|fdp|charge|sped|env[ií]"
)
_ABROAD = re.compile(r"\boutside\b|\binternational (?:ship|buy|order|post|deliver)|\boverseas\b|\babroad\b")
"""What buyers abroad pay says nothing of carriage at home."""
_LOCAL_ONLY = re.compile(r"\blocal\b(?! (?:or|and|preferred|pref))")


def shipping_of_post(text: str) -> tuple[Shipping, int, int] | None:
    """The statement about carriage that holds for the whole post, with its place; the first by force of rule."""
    if not _ANY.search(text):
        return None
    for kind, rule in _RULES:
        for match in rule.finditer(text):
            if kind != "extra" or not _ABROAD.search(text, max(0, match.start() - 70), match.end() + 24):
                return kind, match.start(), match.end()
    return None


def shipping_of_title(want: str) -> Shipping | None:
    """``local`` where the title takes nothing but local payment."""
    if not _LOCAL_ONLY.search(want):
        return None
    parts = [part.strip() for part in re.split(r"[,/|&]|\bor\b|\band\b", want) if part.strip()]
    remote = [
        part
        for part in parts
        if re.search(r"paypal|pp\b|g&s|shipped|venmo|zelle|wire|transfer", part) and "local" not in part
    ]
    return None if remote else "local"


def cost(text: str) -> Decimal | None:
    """A stated cost of carriage, in major units."""
    match = re.search(r"[$£€] ?(\d{1,3}(?:\.\d\d)?)", text)
    return Decimal(match.group(1)) if match else None

"""Memory that the day of a post settles: a twin that was not sold yet is not on offer."""

import re
from datetime import date
from functools import cache

from tracker.catalog import Gpu, catalog
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.markup.text import PostText

__all__ = ["settle_by_day"]

_BOUGHT = re.compile(
    r"(?:bought|purchased|got (?:it|this|them)|ordered|grabbed|owner since|had (?:it|this) since)\b[^.!?\n]{0,50}?"
    r"(?<![\d$£€.,/])(?:(?P<full>20[12]\d)(?![\d,])|'(?P<short>[12]\d)\b)"
)


@cache
def _by_slug() -> dict[str, Gpu]:
    return {gpu.slug: gpu for gpu in catalog()}


def _bought_by(body: PostText) -> date | None:
    """The last day on which the cards can have been bought, where the body names one year of purchase."""
    found = {int(match.group("full") or f"20{match.group('short')}") for match in _BOUGHT.finditer(body.text)}
    return date(found.pop(), 12, 31) if len(found) == 1 else None


def settle_by_day(items: list[Item], written_by: date | None, body: PostText) -> None:
    """Leave out sizes that came out after the post, or after the purchase; where one is left, it is the card's."""
    open_items = [item for item in items if item.vram_gb is None and not item.contradiction and len(item.skus) > 1]
    days = [day for day in (written_by, _bought_by(body)) if day is not None] if open_items else []
    for item in open_items if days else ():
        cards = [_by_slug()[slug] for slug in item.skus if slug in _by_slug()]
        sold = [card for card in cards if card.release_date is not None and card.release_date <= min(days)]
        if sold and len(sold) < len(cards):
            item.skus = tuple(card.slug for card in sold)
            sizes = {card.vram_gb for card in sold}
            item.vram_gb = sizes.pop() if len(sizes) == 1 else None

"""Names that stand for a card with a longer name: a title's ``7870`` for a body's ``7870 XT``."""

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.items import Item
from tracker.normalize.posts.layout import Layout

__all__ = ["drop_kin", "kin_of"]


def drop_kin(layout: Layout, items: list[Item], waiting: list[Item]) -> None:
    """Take a title's ``7870`` and a body's ``7870 XT`` for one card, where the body never names the title's model."""
    named = {mention.model for mentions in layout.mentions.values() for mention in mentions}
    for item in list(waiting):
        if item.model in named:
            continue
        kin = [
            other
            for other in items
            if not other.titled
            and (other.model.startswith(f"{item.model} ") or item.model.startswith(f"{other.model} "))
        ]
        if len(kin) == 1:
            waiting[:] = [other for other in waiting if other is not item]
            kin[0].quantity = kin[0].quantity or item.quantity
            kin[0].titled = True


_KINDS = ("SE", "Core 216", "v2", "Core 448", "OEM")
"""What sellers leave out when they name the card again: a GTX 460 SE is ``the 460``."""


def kin_of(layout: Layout, items: list[Item], number: int, mention: Mention) -> list[Item]:
    """The one card whose name a shorter name stands for: on its own line, or in a line without a price."""
    kin = [item for item in items if item.model in {f"{mention.model} {kind}" for kind in _KINDS}]
    return kin if len(kin) == 1 and (kin[0].line == number or not layout.amounts.get(number)) else []

"""Names that stand for a card with a longer name: a title's ``7870`` for a body's ``7870 XT``."""

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.cards.items import Item, NamedItem
from tracker.normalize.posts.layout import Layout

__all__ = ["drop_kin", "kin_of", "titled_kin"]


def drop_kin(layout: Layout, named: dict[int, list[NamedItem]], items: list[Item], waiting: list[Item]) -> None:
    """Take a title's ``7870`` and a body's ``7870 XT`` for one card, where the body never names the title's model.

    ``named``: which item each mention speaks of; a short name that stood for a longer one names no card of its own.
    """
    if not waiting:
        return
    owners = {start: item for entries in named.values() for start, _, item in entries}
    models = {
        mention.model
        for mentions in layout.mentions.values()
        for mention in mentions
        if not any(
            _stands_for(mention.model, item.model)
            for item in ([owners[mention.start]] if mention.start in owners else items)
        )
    }
    for item in list(waiting):
        if item.model in models:
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


_KINDS = frozenset((" SE", " Core 216", " v2", " Core 448", " 448", " OEM", " GHz Edition", " Boost", " Liquid"))
"""What sellers leave out when they name the card again: a GTX 460 SE is ``the 460``."""


def _stands_for(short: str, model: str) -> bool:
    return model.startswith(short) and model[len(short) :] in _KINDS


def kin_of(layout: Layout, items: list[Item], number: int, mention: Mention) -> list[Item]:
    """The one card whose name a shorter name stands for: on its own line, in an edit, or in a line without a price."""
    kin = [item for item in items if _stands_for(mention.model, item.model)]
    near = len(kin) == 1 and (kin[0].line == number or number in layout.edits or not layout.amounts.get(number))
    return kin if near else []


def titled_kin(layout: Layout, waiting: list[Item], mention: Mention) -> Item | None:
    """The title's one card whose name a shorter name stands for, where the body never says the longer one."""
    kin = [item for item in waiting if _stands_for(mention.model, item.model)]
    if len(kin) != 1:
        return None
    said = any(other.model == kin[0].model for mentions in layout.mentions.values() for other in mentions)
    return None if said else kin[0]

"""Settles what one card costs, of all that was asked for it."""

from decimal import Decimal
from typing import NamedTuple

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.money.amounts import Amount
from tracker.normalize.posts.money.plausible import is_for_one, is_plausible
from tracker.normalize.types import Basis

__all__ = ["Settled", "settle"]

_ONE_ROW = 40
"""Characters between two new prices of one time: the shipped and the local one."""
_LEAST_LOT = Decimal("1.25")
"""What two cards cost at least, by the price of one; what they cost posted is less."""


class Settled(NamedTuple):
    """The price that stands for an item, or the lot's price, and how it was stated."""

    price: Decimal | None = None
    lot_price: Decimal | None = None
    basis: Basis | None = None
    amount: Amount | None = None


def settle(item: Item) -> Settled:
    """The price of one card: newest before old, shipped before local, each before the lot."""
    settled = _settle(item)
    amount = settled.amount
    if amount is None or amount.shipping is not None or len(item.asked) == 1:
        return settled
    if amount.newest or amount.each:
        carried = next((other.shipping for other in item.asked if other.shipping in ("included", "extra")), None)
    else:
        said = (other.shipping for other in item.asked if other.struck and other.shipping)
        carried = next((shipping for shipping in said if not (amount.struck and shipping == "local")), None)
    return settled if carried is None else settled._replace(amount=amount._replace(shipping=carried))


def _settle(item: Item) -> Settled:
    amounts = [amount for amount in item.asked if amount.kind == "asking"] or [
        amount for amount in item.asked if amount.kind == "old"
    ][-1:]
    amounts = [amount for amount in amounts if _may_be_for(item, amount)]
    amounts = [amount for amount in amounts if not amount.weak] or amounts
    if not (item.struck and amounts and amounts[0].struck):
        amounts = [amount for amount in amounts if not amount.struck] or _last_struck(amounts)
    if not amounts:
        return Settled()
    newest = [amount for amount in amounts if amount.newest]
    singles = [amount for amount in amounts if (amount.each or not amount.lot) and not amount.bundle]
    if item.bundled and (item.system or not any(amount.each for amount in amounts)):
        best = _best(newest or amounts)
        return Settled(lot_price=best.value, basis="bundle", amount=best)
    if not singles:
        best = _best(newest or amounts)
        basis: Basis = "bundle" if best.bundle else "lot"
        if basis == "lot" and (item.quantity or 1) == 1 and (item.lot_of or 1) == 1:
            return Settled(price=best.value, basis="each", amount=best)
        return Settled(lot_price=best.value, basis=basis, amount=best)
    singles = [amount for amount in singles if not amount.fitted] or singles
    each = [amount for amount in singles if amount.each]
    best = _best([amount for amount in newest if amount in singles] or each or singles)
    if (item.quantity or 1) > 1 and not (each or _is_of_one(item, best, amounts)):
        return Settled(lot_price=best.value, basis="lot", amount=best)
    return Settled(price=best.value, basis="each", amount=best)


def _is_of_one(item: Item, best: Amount, amounts: list[Amount]) -> bool:
    """Whether the best of the amounts is what one of several cards costs."""
    if best.each or item.per_piece or is_for_one(item.model, best.value, item.quantity or 1):
        return True
    # ``$360 or $700 for both``: what is far less than the price of all is that of one.
    return any(a.lot and not a.bundle and a.value > best.value * _LEAST_LOT for a in amounts)


def _last_struck(amounts: list[Amount]) -> list[Amount]:
    """Of prices that are all struck those of the last stroke, or of the last that holds more than the lot's."""
    singles = [amount for amount in amounts if amount.each or not amount.lot]
    last = (singles or amounts)[-1:]
    return [amount for amount in amounts if amount.stroke == last[0].stroke] if last else last


def _may_be_for(item: Item, amount: Amount) -> bool:
    """Whether the card can cost that; a lot can, and what is broken or part of something else."""
    if item.broken or item.bundled or item.system or amount.bundle:
        return True
    if (item.quantity or 1) > 1 or amount.lot or item.lot_of:
        return not amount.each or is_plausible(item.model, amount.value)
    return is_plausible(item.model, amount.value)


def _best(amounts: list[Amount]) -> Amount:
    last = amounts[-1]
    if len(amounts) == 1:
        return last
    if last.newest:
        shipped = (a for a in amounts if a.newest and a.shipping != "local" and 0 < last.start - a.end < _ONE_ROW)
        return next(shipped, last) if last.shipping == "local" else last
    for wanted in ("included", "extra", None):
        for amount in amounts:
            if amount.shipping == wanted:
                return amount
    return amounts[0]

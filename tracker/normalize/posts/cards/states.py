"""What a clause about a card changes of it: its state, or how many are left."""

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.quantity import holds_some, is_last, left_over

__all__ = ["take_state"]


def take_state(item: Item, clause: str, said: str | None) -> None:
    """Give a card the state that a clause says, or the count that it leaves."""
    quantity = item.quantity or 1
    left = left_over(clause, quantity)
    if left is not None and item.status == "sold" and "left" not in clause and "still" not in clause:
        return
    if left is not None and (quantity > 1 or "left" in clause or "remain" in clause or "down to" in clause):
        item.quantity = left
        if item.status == "sold" and left:
            item.status = None
        return
    if said == "pending" and quantity > 1 and holds_some(clause, quantity):
        return
    if said == "pending" and quantity > 1 and is_last(clause):
        item.quantity = 1
    if said is not None and not (said == "available" and item.status is None):
        item.status = None if said == "available" else said  # type: ignore[assignment]

"""What the model is fitted to: log prices with their time, card, kind and listing, in an order of their own."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Kinds of price in the order in which they give the level; a number below is a place in this list. A closed
#: price is the last ask of what went away, and so below the asks of a day: it gives no level before those do.
KINDS = ("sold", "ask", "closed")
#: What counts together by default; the first is the level that the others are brought to.
POOLED_CONDITIONS = ("used", "open_box", "refurbished")


def sums(group: Ints, weight: Floats, groups: int) -> Floats:
    """Return the sum of ``weight`` of each group."""
    return np.bincount(group, weight, groups).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Sample:
    """Prices of one as-of day, sorted so that no order of rows can matter.

    ``age`` in days before the as-of moment; ``log_price`` in ln US dollars; ``share`` is the part of
    its listing that a price stands for: all prices of one listing together are one.
    """

    cards: int
    age: Floats
    card: Ints
    log_price: Floats
    kind: Ints  # place in KINDS
    condition: Ints  # place in POOLED_CONDITIONS, 0 for a single condition
    shipping_known: Bools
    share: Floats

    def __len__(self) -> int:
        return len(self.age)

    def only(self, keep: Bools) -> "Sample":
        """Return the prices that ``keep`` marks."""
        columns = {name: getattr(self, name)[keep] for name in self.__slots__ if name != "cards"}
        return replace(self, **columns)


def make_sample(
    *,
    cards: int,
    age: Floats,
    card: Ints,
    price: Floats,
    kind: Ints,
    listing: Ints,
    condition: Ints | None = None,
    shipping_known: Bools | None = None,
) -> Sample:
    """Return the sample of prices in US dollars; those of the future (``age`` <= 0) are left out.

    Where a listing has been sold or closed, the asks that came before say nothing more.
    """
    n = len(age)
    condition = np.zeros(n, np.int64) if condition is None else condition
    shipping_known = np.ones(n, np.bool_) if shipping_known is None else shipping_known
    past = (age > 0) & (price > 0)
    order = np.lexsort((listing, shipping_known, condition, kind, price, -age, card))
    order = order[past[order]]
    goods = _group(listing[order], card[order])
    done = np.zeros(goods.max(initial=-1) + 1, np.bool_)
    done[goods[kind[order] != KINDS.index("ask")]] = True
    superseded = done[goods] & (kind[order] == KINDS.index("ask"))
    order, goods = order[~superseded], goods[~superseded]
    share = 1.0 / np.bincount(goods)[goods] if len(goods) else np.zeros(0)
    return Sample(
        cards,
        age=age[order],
        card=card[order],
        log_price=np.log(price[order]),
        kind=kind[order],
        condition=condition[order],
        shipping_known=shipping_known[order],
        share=share,
    )


def _group(listing: Ints, card: Ints) -> Ints:
    """Number the pairs of listing and card."""
    if not len(listing):
        return np.zeros(0, np.int64)
    order = np.lexsort((card, listing))
    new = np.ones(len(order), np.int64)
    new[1:] = (np.diff(listing[order]) != 0) | (np.diff(card[order]) != 0)
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new) - 1
    return number

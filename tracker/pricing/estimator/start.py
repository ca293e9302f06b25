"""Where the model begins: medians of cards and of the market by turns, which no bait can move."""

import numpy as np

from tracker.pricing.estimator.sample import Floats, Ints

_BLOCK_DAYS = 30.0
_ROUNDS = 6


def medians(value: Floats, group: Ints, groups: int) -> Floats:
    """Return the median of each group, 0 where it is empty."""
    order = np.lexsort((value, group))
    ordered = value[order]
    first = np.searchsorted(group[order], np.arange(groups))
    count = np.bincount(group, minlength=groups)
    low = np.clip(first + (count - 1) // 2, 0, max(len(value) - 1, 0))
    high = np.clip(first + count // 2, 0, max(len(value) - 1, 0))
    found: Floats = np.where(count > 0, 0.5 * (ordered[low] + ordered[high]), 0.0)
    return found


def polish(log_price: Floats, age: Floats, unit: Ints, units: int) -> tuple[Floats, Floats]:
    """Return (level of each unit, the market against now at each price), by median polish over months."""
    block = (age // _BLOCK_DAYS).astype(np.int64)
    blocks = int(block.max()) + 1
    market: Floats = np.zeros(blocks)
    level = medians(log_price, unit, units)
    for _ in range(_ROUNDS):
        market = medians(log_price - level[unit], block, blocks)
        seen = np.bincount(block, minlength=blocks) > 0
        market = np.interp(np.arange(blocks), np.flatnonzero(seen), market[seen])
        market -= market[0]
        level = medians(log_price - market[block], unit, units)
    middle = (np.arange(blocks) + 0.5) * _BLOCK_DAYS
    return level, np.interp(age, middle, market)

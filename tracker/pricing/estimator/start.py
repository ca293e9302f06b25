"""Where the model begins: medians of cards and of the market by turns, which no bait can move."""

import numpy as np

from tracker.pricing.estimator.sample import Floats, Ints

_BLOCK_DAYS = 30.0
_ROUNDS = 6


def medians(value: Floats, weight: Floats, group: Ints, groups: int) -> Floats:
    """Return the weighted median of each group, 0 where it is empty."""
    order = np.lexsort((value, group))
    ordered, members = value[order], group[order]
    running = np.cumsum(weight[order])
    ends = np.searchsorted(members, np.arange(groups), side="right")
    total = np.append(0.0, running)
    before, after = total[np.searchsorted(members, np.arange(groups))], total[ends]
    half = 0.5 * (before + after)
    slack = 1e-9 * (after - before)
    last = np.maximum(ends - 1, 0)
    low = np.minimum(np.searchsorted(running, half - slack), last)
    high = np.minimum(np.searchsorted(running, half + slack), last)
    found: Floats = np.where(after > before, 0.5 * (ordered[low] + ordered[high]), 0.0)
    return found


def polish(log_price: Floats, share: Floats, age: Floats, unit: Ints, units: int) -> tuple[Floats, Floats]:
    """Return (level of each unit, the market against now at each price), by median polish over months."""
    block = (age // _BLOCK_DAYS).astype(np.int64)
    blocks = int(block.max()) + 1
    market: Floats = np.zeros(blocks)
    level = medians(log_price, share, unit, units)
    for _ in range(_ROUNDS):
        market = medians(log_price - level[unit], share, block, blocks)
        seen = np.bincount(block, minlength=blocks) > 0
        market = np.interp(np.arange(blocks), np.flatnonzero(seen), market[seen])
        market -= market[0]
        level = medians(log_price - market[block], share, unit, units)
    middle = (np.arange(blocks) + 0.5) * _BLOCK_DAYS
    return level, np.interp(age, middle, market)

"""The days before the as-of moment in bins that widen with age, and how much a price moves between them."""

import numpy as np

from tracker.pricing.estimator.sample import Floats

WINDOW_DAYS = 365
#: Width of the bins in days, up to an age in days: a move of last week matters, one of last winter hardly.
_STEPS = ((2, 30), (4, 90), (7, 181), (14, WINDOW_DAYS))


def bin_edges() -> Floats:
    """Return the ages that part the bins, from 0 to at least ``WINDOW_DAYS``."""
    edges = [0.0]
    for width, until in _STEPS:
        while edges[-1] < until:
            edges.append(edges[-1] + width)
    return np.array(edges)


def drift_kernel(age: Floats, memory: float) -> Floats:
    """Return the covariance of the moves since each age for a drift of 1 variance a day in the long run.

    The slope is an Ornstein-Uhlenbeck process that forgets within ``memory`` days, so that the path
    goes from a random walk (memory towards 0) to a smooth trend (long memory). Closed form of the
    integrated process, anchored at age 0, where every path is 0 (Taylor, Cumberland & Sy 1994).
    """
    shorter = np.minimum.outer(age, age)
    gap = np.abs(np.subtract.outer(age, age))
    faded = np.exp(-age / memory)
    kernel: Floats = shorter + 0.5 * memory * (faded[:, None] + faded[None, :] - 1.0 - np.exp(-gap / memory))
    return kernel


def walk_kernel(age: Floats) -> Floats:
    """Return the covariance of a random walk of 1 variance a day, anchored at age 0."""
    kernel: Floats = np.minimum.outer(age, age)
    return kernel


def own_kernel(age: Floats, memory: float) -> Floats:
    """Return the covariance of a card's own moves: a random walk without ``memory``, else with a lasting slope."""
    return drift_kernel(age, memory) if memory else walk_kernel(age)

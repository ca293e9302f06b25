"""What a card's figures alone would make it cost: the level that a card with few prices is drawn to."""

import numpy as np

from tracker.pricing.estimator.sample import Bools, Floats

_FEWEST_CARDS = 20
_RIDGE = 1.0
_FLOOR = 0.05  # least variance of the levels, so that the cards' own prices always decide


def prior_level(level: Floats, variance: Floats, seen: Bools, figures: Floats | None) -> tuple[Floats, float]:
    """Return (the level that each card's figures suggest, variance of the levels around it), in ln price.

    Ridge regression of the levels of cards that were ``seen`` on ``figures`` (cards x figures, nan where
    unknown; standardized here). With few cards, or where the figures say nothing, it is the mean level.
    """
    mean = np.full(len(level), np.median(level[seen]))
    spread = float(np.mean((level[seen] - mean[seen]) ** 2)) + _FLOOR
    if figures is None or seen.sum() < _FEWEST_CARDS:
        return mean, spread
    figures = figures[:, ~np.isnan(figures[seen]).all(0)]
    if not figures.shape[1]:
        return mean, spread
    known = figures[seen]
    center = np.nanmean(known, 0)
    scale = np.nanstd(known, 0)
    design = np.nan_to_num((figures - center) / np.where(scale > 0, scale, 1.0))
    weight = 1.0 / (spread + variance[seen])
    base = np.average(level[seen], weights=weight)
    x, y = design[seen], level[seen] - base
    gram = (x * weight[:, None]).T @ x + _RIDGE / spread * np.eye(x.shape[1])
    fitted = base + design @ np.linalg.solve(gram, x.T @ (weight * y))
    left = float(((level - fitted)[seen] ** 2).sum() / max(seen.sum() - x.shape[1] - 1, 1)) + _FLOOR
    return (fitted, left) if left < spread else (mean, spread)

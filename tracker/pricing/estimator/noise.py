"""How prices scatter around a card's value, and which of them are bait, slips and other things.

A price is an ordinary one, one of three times the spread, or something else altogether, spread evenly
over e^4 around; the shares are estimated. What is probably something else weighs next to nothing
(a redescending weight), so bait far under fair does not move the value.
"""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.sample import Floats, Ints, sums

_WIDE = 9.0  # variance of a wide price in those of an ordinary one
_STRAY_RANGE = 4.0  # in ln price
_FEWEST_WIDE, _FEWEST_STRAY = 0.01, 0.003
_SPREAD_PRIOR = 20.0  # prices that the spread of all cards counts as, for the spread of one
_KIND_PRIOR = 50.0


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of ordinary, wide and stray prices, and the variance of each price if it is ordinary."""

    shares: tuple[float, float, float]
    variance: Floats


@dataclass(frozen=True, slots=True)
class Belief:
    """What each price is: probability of ordinary and wide, and its precision (0 for a stray)."""

    ordinary: Floats
    wide: Floats
    precision: Floats


def first_noise(variance: Floats) -> Noise:
    """Return the shares to begin with."""
    return Noise((0.93, 0.05, 0.02), variance)


def believe(noise: Noise, off: Floats, uncertain: Floats, share: Floats) -> Belief:
    """Return what each price is, ``off`` in ln from what the others say, which is ``uncertain`` (variance)."""
    ordinary = noise.shares[0] * _density(off, noise.variance + uncertain)
    wide = noise.shares[1] * _density(off, _WIDE * noise.variance + uncertain)
    total = ordinary + wide + noise.shares[2] / _STRAY_RANGE
    ordinary, wide = ordinary / total, wide / total
    return Belief(ordinary, wide, share * (ordinary + wide / _WIDE) / noise.variance)


def _density(off: Floats, variance: Floats) -> Floats:
    density: Floats = np.exp(-0.5 * off**2 / variance) / np.sqrt(2.0 * np.pi * variance)
    return density


def learn(belief: Belief, squares: Floats, share: Floats, card: Ints, kind: Ints, cards: int) -> Noise:
    """Return the noise after ``squares``, the expected squared distance of each price from its card's path."""
    total = share.sum()
    wide = max(float((share * belief.wide).sum() / total), _FEWEST_WIDE)
    stray = max(float((share * (1.0 - belief.ordinary - belief.wide)).sum() / total), _FEWEST_STRAY)
    ordinary = max(float((share * belief.ordinary).sum() / total), 0.5)
    counted = share * (belief.ordinary + belief.wide)
    scaled = share * (belief.ordinary + belief.wide / _WIDE) * squares
    overall = scaled.sum() / counted.sum()
    by_kind = _pooled(scaled / overall, counted, kind, int(kind.max()) + 1, 1.0, _KIND_PRIOR)
    by_card = _pooled(scaled / by_kind[kind], counted, card, cards, overall, _SPREAD_PRIOR)
    sum_ = ordinary + wide + stray
    return Noise((ordinary / sum_, wide / sum_, stray / sum_), by_card[card] * by_kind[kind])


def _pooled(scaled: Floats, counted: Floats, group: Ints, groups: int, prior: float, strength: float) -> Floats:
    """Return the mean of each group, drawn to ``prior`` as if that had been seen ``strength`` times."""
    found: Floats = (sums(group, scaled, groups) + strength * prior) / (sums(group, counted, groups) + strength)
    return found

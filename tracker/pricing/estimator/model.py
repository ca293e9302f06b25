"""The fit: index, cards, noise and gaps by turns, and each card's value with its uncertainty.

ln price = level of the card + its own walk + loading * index + gaps of kind and condition + noise.
Index, levels and walks are Gaussian processes and solved exactly in bins of time; what price is of
which sort, the gaps and the spread are found by turns with them (expectation-maximization).
"""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.cards import COARSE_WALKS, LOADINGS, WALKS
from tracker.pricing.estimator.gaps import Gap, Ladder, as_gaps, ladder, measure
from tracker.pricing.estimator.hedonic import prior_level
from tracker.pricing.estimator.index import Index
from tracker.pricing.estimator.noise import Noise, believe, first_noise, learn
from tracker.pricing.estimator.sample import KINDS, Bools, Floats, Ints, Sample, sums
from tracker.pricing.estimator.solve import Binned, Solution, solve
from tracker.pricing.estimator.start import medians, polish
from tracker.pricing.estimator.timegrid import WINDOW_DAYS, bin_edges

_ROUNDS = 3  # in which the noise is learnt, before the last and finer one


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row a unit: a card, or a card's prices of kinds that could not be compared with the others'.

    ``value`` is ln US dollars at the as-of moment, ``error`` its standard deviation. ``path`` is the
    value at each of ``ages`` (days before), ``weights`` how much of the value rests on each kind.
    """

    card: Ints
    kind: Ints  # the level that the value is on, a place in KINDS
    value: Floats
    error: Floats
    n: Floats  # listings within the window
    n_effective: Floats
    weights: Floats  # units x kinds
    spread: Floats  # standard deviation of a single ordinary price, in ln
    oldest: Floats  # age of the oldest price in days
    newest: Floats
    path: Floats  # units x ages
    ages: Floats
    index: Floats  # ln of the market at each of ages against now
    gaps: tuple[Gap, ...]
    stray_share: float


@dataclass(slots=True)
class _State:
    level: Floats
    spread: float  # variance of the levels around the prior
    index: Index
    population: Floats
    noise: Noise
    precision: Floats
    gaps: Floats
    gap_covariance: Floats


def estimate(sample: Sample, figures: Floats | None = None, labels: Ints | None = None) -> Estimate | None:
    """Return the value of every card of ``sample``, or None where the sample is empty.

    ``figures`` (cards x figures) are what the hedonic prior may look at; ``labels`` (partitions x
    cards, -1 for none) which cards may go the same way. Row order, future prices and
    the unit of the prices make no difference to the outcome (beyond rounding in the last place).
    """
    keep = sample.age < WINDOW_DAYS
    if not keep.any():
        return None
    sample = sample.only(keep)
    return _Fit(sample, figures, labels).run()


class _Fit:
    """One fit; holds what does not change between the rounds."""

    def __init__(self, sample: Sample, figures: Floats | None, labels: Ints | None) -> None:
        self.sample = sample
        self.plan: Ladder = ladder(sample)
        key = sample.card * len(KINDS) + self.plan.group[sample.kind]
        keys, unit = np.unique(key, return_inverse=True)
        self.unit: Ints = unit.astype(np.int64)
        self.units = len(keys)
        self.card, self.kind = keys // len(KINDS), keys % len(KINDS)
        self.figures = None if figures is None else figures[self.card]
        none = np.zeros((0, self.units), np.int64)
        self.labels: Ints = none if labels is None else labels[:, self.card]
        edges = bin_edges()
        self.ages: Floats = 0.5 * (edges[:-1] + edges[1:])
        self.bin = np.searchsorted(edges, sample.age, side="right") - 1
        self.cell = self.unit * len(self.ages) + self.bin
        self.middle = float(np.median(sample.log_price))
        self.seen: Bools = np.ones(self.units, np.bool_)

    def run(self) -> Estimate:
        state = self._begin()
        for _ in range(_ROUNDS):
            self._learn(state, self._solve(state, COARSE_WALKS))
        return self._result(state, self._solve(state, WALKS))

    def _solve(self, state: _State, walks: tuple[tuple[float, float], ...]) -> Solution:
        weight, mean = self.binned(self.prices(state), state.precision)
        mean = np.where(weight > 0, mean - state.level[:, None], 0.0)
        found = solve(Binned(self.ages, weight, mean, state.spread, self.labels), state.index, state.population, walks)
        state.index, state.population = found.index, found.population
        return found

    def prices(self, state: _State) -> Floats:
        """ln prices around their middle, all brought to the level of their unit's best kind."""
        return self.sample.log_price - self.middle - self.plan.off(state.gaps)

    def binned(self, value: Floats, precision: Floats) -> tuple[Floats, Floats]:
        """Return the precision and the mean of each unit and bin."""
        shape, cells = (self.units, len(self.ages)), self.units * len(self.ages)
        weight: Floats = sums(self.cell, precision, cells).reshape(shape)
        total = sums(self.cell, precision * value, cells).reshape(shape)
        mean: Floats = np.divide(total, weight, out=np.zeros(shape), where=weight > 0)
        return weight, mean

    def _begin(self) -> _State:
        sample, bins = self.sample, len(self.ages)
        value = sample.log_price - self.middle
        gaps: Floats = np.zeros(self.plan.marks.shape[1])
        covariance: Floats = np.eye(len(gaps))
        for _ in range(2 if len(gaps) else 1):
            level, market = polish(value - self.plan.off(gaps), sample.share, sample.age, self.unit, self.units)
            rest = value - level[self.unit] - market
            gaps, covariance = measure(self.plan, rest, np.where(np.abs(rest) < 0.5, 1.0, 0.0), self.unit, self.units)
        rest = value - self.plan.off(gaps) - level[self.unit] - market
        one = np.zeros(len(rest), np.int64)
        deviation = max(1.4826 * float(medians(np.abs(rest), sample.share, one, 1)[0]), 0.02)
        variance = np.full(len(sample), deviation**2)
        precision = sample.share * (np.abs(rest) < 4.0 * deviation) / variance
        prior, spread = prior_level(level, np.zeros(self.units), self.seen, self.figures)
        path = np.interp(self.ages, *_by_age(sample.age, market))
        population = np.ones((0, len(LOADINGS)))  # as even as the grid will be
        return _State(
            prior, spread, Index(path, np.zeros((bins, bins))), population, first_noise(variance), precision, gaps,
            covariance,
        )  # fmt: skip

    def _learn(self, state: _State, solved: Solution) -> None:
        """Learn from the fit which price is of which sort, the spread, the gaps and the prior of the levels."""
        sample, value = self.sample, self.prices(state)
        path, variance = solved.walks.likeliest_path()
        said, unsure = (state.level[:, None] + path)[self.unit, self.bin], variance[self.unit, self.bin]
        # What all other prices say of each one, so that a bait does not vouch for itself.
        others = np.maximum(1.0 / unsure - state.precision, 1e-3 / unsure)
        without = (said / unsure - state.precision * value) / others
        belief = believe(state.noise, value - without, 1.0 / others, sample.share)
        squares = (value - said) ** 2 + unsure
        state.noise = learn(belief, squares, sample.share, self.unit, sample.kind, self.units)
        state.precision = belief.precision
        moved = path - solved.level[:, None]
        rest = sample.log_price - self.middle - moved[self.unit, self.bin]
        state.gaps, state.gap_covariance = measure(self.plan, rest, state.precision, self.unit, self.units)
        state.level, state.spread = prior_level(state.level + solved.level, solved.variance, self.seen, self.figures)

    def _result(self, state: _State, solved: Solution) -> Estimate:
        sample = self.sample
        binned, _ = self.binned(sample.log_price, state.precision)
        own = state.precision / np.maximum(binned[self.unit, self.bin], 1e-300)
        own = np.maximum(own * solved.pull[self.unit, self.bin], 0.0)
        effective = _kish(own, sample.share, self.unit, self.units)
        by_kind = sums(self.unit * len(KINDS) + sample.kind, own, self.units * len(KINDS))
        weights = by_kind.reshape(self.units, len(KINDS))
        weights = weights / np.maximum(weights.sum(1, keepdims=True), 1e-300)
        parts = [sums(self.unit, own * mark, self.units) for mark in self.plan.marks.T]
        lowered = np.array(parts).T.reshape(self.units, -1)
        lowered = lowered / np.maximum(sums(self.unit, own, self.units), 1e-300)[:, None]
        unsure_gap = np.einsum("ui,ij,uj->u", lowered, state.gap_covariance, lowered)
        age_order = np.lexsort((sample.age, self.unit))
        first = np.searchsorted(self.unit[age_order], np.arange(self.units))
        last = np.append(first[1:], len(sample)) - 1
        ages = sample.age[age_order]
        total: Floats = sums(self.unit, sample.share, self.units)
        spread = sums(self.unit, sample.share * state.noise.variance, self.units) / total
        return Estimate(
            card=self.card, kind=self.kind, value=state.level + solved.level + self.middle,
            error=np.sqrt(solved.variance + unsure_gap), n=total, n_effective=effective, weights=weights,
            spread=np.sqrt(spread), oldest=ages[last], newest=ages[first],
            path=solved.path + state.level[:, None] + self.middle, ages=self.ages, index=state.index.path,
            gaps=as_gaps(self.plan, state.gaps, state.gap_covariance), stray_share=state.noise.shares[2],
        )  # fmt: skip


def _by_age(age: Floats, value: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(age, kind="stable")
    return age[order], value[order]


def _kish(weight: Floats, share: Floats, unit: Ints, units: int) -> Floats:
    """Return (sum of weights)^2 / sum of squares for each unit, where parts of one listing are one (Kish 1965)."""
    once = sums(unit, weight, units)
    squares = sums(unit, weight**2 / share, units)
    return np.divide(once**2, squares, out=np.zeros(units), where=squares > 0)

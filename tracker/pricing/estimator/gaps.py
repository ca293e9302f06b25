"""How far apart kinds of price, conditions and unknown shipping lie, measured on cards that have both.

Asks stand above sales. The two are combined only through a gap that at least ``FEWEST_PAIRS`` pairs of
prices of the same cards speak for; without one they stay apart, and a value says which it rests on.
"""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.sample import KINDS, POOLED_CONDITIONS, Bools, Floats, Ints, Sample, sums

FEWEST_PAIRS = 20
_PRIOR_DEVIATION = 0.2  # of a gap in ln price, before anything is measured


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference in ln price against the reference, its standard error, and the pairs behind it."""

    name: str
    value: float
    error: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """Which prices are brought to which level: one column of ``marks`` for each gap to be measured."""

    names: tuple[str, ...]
    marks: Floats  # prices x gaps, 0 or 1
    pairs: tuple[int, ...]
    group: Ints  # kinds with one number are combined; the number is that of the best among them

    def off(self, gaps: Floats) -> Floats:
        """Return what each price has to be lowered by."""
        lowered: Floats = self.marks @ gaps
        return lowered


def ladder(sample: Sample) -> Ladder:
    """Return which gaps the sample can measure; kinds that it cannot compare stay in groups of their own."""
    names: list[str] = []
    marks: list[Floats] = []
    pairs: list[int] = []
    group = np.arange(len(KINDS))
    for kind in range(1, len(KINDS)):
        for better in range(kind):
            n = _pairs(sample, sample.kind == kind, sample.kind == better)
            if group[better] == better and n >= FEWEST_PAIRS:
                names.append(f"{KINDS[kind]} against {KINDS[better]}")
                marks.append((sample.kind == kind).astype(float))
                pairs.append(n)
                group[kind] = better
                break
    more = [(sample.condition == i, sample.condition == 0, f"{POOLED_CONDITIONS[i]} against used") for i in (1, 2)]
    more.append((~sample.shipping_known, sample.shipping_known, "shipping unknown against landed"))
    for these, those, name in more:
        n = _pairs(sample, these, those)
        if n >= FEWEST_PAIRS:
            names.append(name)
            marks.append(these.astype(float))
            pairs.append(n)
    columns = np.array(marks).T if marks else np.zeros((len(sample), 0))
    return Ladder(tuple(names), columns, tuple(pairs), group)


def _pairs(sample: Sample, these: Bools, those: Bools) -> int:
    """Return how many listings of one sort have one of the other beside them, card by card."""
    one = sums(sample.card[these], sample.share[these], sample.cards)
    other = sums(sample.card[those], sample.share[those], sample.cards)
    return int(np.minimum(one, other).sum() + 1e-6)


def measure(plan: Ladder, rest: Floats, precision: Floats, unit: Ints, units: int) -> tuple[Floats, Floats]:
    """Return the gaps and their covariance by least squares within each unit.

    ``rest`` is ln price without the market's and the card's own moves.
    """
    count = plan.marks.shape[1]
    if not count:
        return np.zeros(0), np.zeros((0, 0))
    total = np.maximum(sums(unit, precision, units), 1e-300)
    columns = np.column_stack([plan.marks, rest])
    means = np.column_stack([sums(unit, precision * column, units) / total for column in columns.T])
    within = columns - means[unit]
    marks, target = within[:, :-1], within[:, -1]
    covariance: Floats = np.linalg.inv((marks * precision[:, None]).T @ marks + np.eye(count) / _PRIOR_DEVIATION**2)
    values: Floats = covariance @ (marks.T @ (precision * target))
    return values, covariance


def as_gaps(plan: Ladder, values: Floats, covariance: Floats) -> tuple[Gap, ...]:
    """Return the measured gaps for people."""
    errors = np.sqrt(np.diag(covariance))
    return tuple(
        Gap(name, float(value), float(error), n)
        for name, value, error, n in zip(plan.names, values, errors, plan.pairs, strict=True)
    )

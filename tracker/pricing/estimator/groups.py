"""Cards that go the same way beside the market: those of one generation, of one maker, or of the data centre.

Which partition of the cards tells most, and how far its groups go apart, is weighed by how well it
explains the prices; where none explains more than chance would, there are no groups.
"""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.index import Index
from tracker.pricing.estimator.sample import Floats, Ints
from tracker.pricing.estimator.timegrid import drift_kernel

#: Long-run variance a day of a group's path beside the market, and memory in days of its slope.
_DRIFTS = (1e-5, 4e-5, 1.6e-4, 6.4e-4, 2.5e-3)
_MEMORIES = (1.0, 30.0)
_FEWEST_CARDS = 3
#: What a partition has to gain in log likelihood before it is believed.
_LEAST_GAIN = 3.0
_JITTER = 1e-9


@dataclass(frozen=True, slots=True)
class Groups:
    """The group of each unit (-1 for none), and the prior covariance that the groups' paths have."""

    group: Ints
    count: int
    kernel: Floats


@dataclass(frozen=True, slots=True)
class Paths:
    """ln of market and group together for each unit against now, and the covariance of the error by group.

    ``of_unit`` gives each unit's row of ``covariance``; the last row is that of the market alone.
    """

    path: Floats  # units x bins
    covariance: Floats  # groups + 1 x bins x bins
    of_unit: Ints

    @classmethod
    def of_market(cls, index: Index, units: int) -> "Paths":
        """Return the paths of units that only the market moves."""
        return cls(np.tile(index.path, (units, 1)), index.covariance[None], np.zeros(units, np.int64))


def partition(labels: Ints, seen: Floats) -> tuple[Ints, int]:
    """Return (group of each unit, number of groups) for labels of which small ones stand for no group."""
    group = np.full(len(labels), -1)
    big = [label for label in np.unique(labels[labels >= 0]) if seen[labels == label].sum() >= _FEWEST_CARDS]
    for place, label in enumerate(big):
        group[labels == label] = place
    return group, len(big)


def likeliest(
    labels: Ints, seen: Floats, information: Floats, pull: Floats, index: Floats, age: Floats
) -> Groups | None:
    """Return the groups that explain best what the market ``index`` leaves, None where none are needed.

    ``labels`` is partitions x units; ``information`` and ``pull`` are each unit's part of the index's.
    """
    rest = pull - information @ index
    best: Groups | None = None
    most = _LEAST_GAIN
    for row in labels:
        group, count = partition(row, seen)
        if count < 2 and (group >= 0).all():
            continue
        sums = [(information[group == j].sum(0), rest[group == j].sum(0)) for j in range(count)]
        for memory in _MEMORIES:
            kernel = drift_kernel(age, memory)
            factor = np.linalg.cholesky(kernel + _JITTER * np.eye(len(age)))
            gains = sum((_gains(factor, *one) for one in sums), np.zeros(len(_DRIFTS)))
            if gains.max() > most:
                most, best = float(gains.max()), Groups(group, count, _DRIFTS[int(gains.argmax())] * kernel)
    return best


def _gains(factor: Floats, information: Floats, rest: Floats) -> Floats:
    """Return what each of ``_DRIFTS`` gains in log likelihood for one group against none."""
    values, vectors = np.linalg.eigh(factor.T @ information @ factor)
    along = (vectors.T @ (factor.T @ rest)) ** 2
    drift = np.array(_DRIFTS)[:, None]
    damped = 1.0 + drift * np.maximum(values, 0.0)
    found: Floats = 0.5 * (drift * along / damped - np.log(damped)).sum(1)
    return found


@dataclass(frozen=True, slots=True)
class Apart:
    """The groups integrated out: what is left for the market, and how to come back to each group's path."""

    groups: Groups
    information: Floats
    pull: Floats
    inverses: list[Floats]  # covariance of each group's path, given the market
    sums: list[tuple[Floats, Floats]]

    @classmethod
    def of(cls, groups: Groups, information: Floats, pull: Floats) -> "Apart":
        """Return it for each unit's part of the index's ``information`` and ``pull``."""
        alone = groups.group < 0
        left, drawn = information[alone].sum(0), pull[alone].sum(0)
        root = np.linalg.cholesky(groups.kernel + _JITTER * groups.kernel[-1, -1] * np.eye(len(left)))
        inverses: list[Floats] = []
        sums: list[tuple[Floats, Floats]] = []
        for j in range(groups.count):
            these = groups.group == j
            mine, mean = information[these].sum(0), pull[these].sum(0)
            inverse = root @ np.linalg.solve(np.eye(len(left)) + root.T @ mine @ root, root.T)
            left = left + mine - mine @ inverse @ mine
            drawn = drawn + mean - mine @ (inverse @ mean)
            inverses.append(inverse)
            sums.append((mine, mean))
        return cls(groups, 0.5 * (left + left.T), drawn, inverses, sums)

    def paths(self, index: Index) -> Paths:
        """Return market and group together for each unit."""
        rows: list[Floats] = []
        covariances: list[Floats] = []
        for inverse, (mine, mean) in zip(self.inverses, self.sums, strict=True):
            rows.append(index.path + inverse @ (mean - mine @ index.path))
            turn = np.eye(len(index.path)) - inverse @ mine
            covariances.append(turn @ index.covariance @ turn.T + inverse)
        rows.append(index.path)
        covariances.append(index.covariance)
        of_unit = np.where(self.groups.group < 0, self.groups.count, self.groups.group)
        return Paths(np.array(rows)[of_unit], np.array(covariances), of_unit)

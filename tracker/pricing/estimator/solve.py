"""Index and cards for given weights of the prices: solved exactly, averaged over what is not known of both."""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.cards import LOADINGS, Projection, Walk, log_likelihood, shrink, start_of, weigh
from tracker.pricing.estimator.groups import Apart, Paths, likeliest
from tracker.pricing.estimator.index import Index, index_of
from tracker.pricing.estimator.sample import Floats, Ints
from tracker.pricing.estimator.timegrid import own_kernel

_TURNS = 2  # between index and cards


@dataclass(frozen=True, slots=True)
class Binned:
    """Prices of units (cards, or their prices of one kind) in bins of time, without the prior of their level."""

    ages: Floats  # middle of each bin in days
    weight: Floats  # units x bins: precision of the mean price, 0 where there is none
    mean: Floats  # ln price against the unit's prior
    spread: float  # variance of the levels around the prior
    labels: Ints  # partitions x units: which units may go the same way


@dataclass(frozen=True, slots=True)
class Solution:
    """Each unit's level at the as-of moment against its prior, with the variance of its error.

    ``pull`` is the weight of each bin's mean in the level, ``path`` the unit through time against its prior.
    """

    level: Floats
    variance: Floats
    pull: Floats
    path: Floats
    index: Index
    population: Floats  # walks x loadings: how common each is among the cards
    walks: "Walks"


@dataclass(frozen=True, slots=True)
class Walks:
    """The cards under each variance of their walk, beside one index, and how likely each combination is."""

    kernels: list[Floats]
    walks: list[Walk]
    parts: list[Projection]
    weights: Floats  # units x walks x loadings
    index: Floats
    shared: Floats  # units x bins: the market with the unit's group

    def likeliest_path(self) -> tuple[Floats, Floats]:
        """Return (path, variance of its error) of each unit, units x bins, under its likeliest combination."""
        shape = self.parts[0].on_rest.shape
        best = self.weights.reshape(shape[0], -1).argmax(1)
        walk, loading = best // len(LOADINGS), best % len(LOADINGS)
        path, variance = np.empty(shape), np.empty(shape)
        for k, (card, part) in enumerate(zip(self.walks, self.parts, strict=True)):
            these = np.flatnonzero(walk == k)
            if not len(these):
                continue
            spread = np.array(LOADINGS)[loading[these]] ** 2
            factor = shrink(part)[loading[these], these]
            kernel = self.kernels[k] + spread[:, None, None] * np.outer(self.index, self.index)
            on_index = part.on_index[these]
            inverse = card.inverse[these] - factor[:, None, None] * on_index[:, :, None] * on_index[:, None, :]
            alpha = part.on_rest[these] - (factor * part.index_rest[these])[:, None] * on_index
            path[these] = np.matmul(kernel, alpha[:, :, None])[:, :, 0]
            explained = (np.matmul(kernel, inverse) * kernel).sum(2)
            variance[these] = np.diagonal(kernel, axis1=1, axis2=2) - explained
        return self.shared + path, np.maximum(variance, 1e-8)


def solve(prices: Binned, index: Index, population: Floats, moves: tuple[tuple[float, float], ...]) -> Solution:
    """Return the solution with cards that move by one of ``moves`` on their own, beginning at ``index``."""
    kernels = [prices.spread + variance * own_kernel(prices.ages, memory) for variance, memory in moves]
    walks = [Walk.of(kernel, prices.weight) for kernel in kernels]
    start = start_of(moves)
    if population.shape != start.shape:
        population = start
    seen = (prices.weight.sum(1) > 0).astype(np.float64)
    shared = Paths.of_market(index, len(seen))
    for _ in range(_TURNS):
        parts = [Projection.of(walk, prices.mean - shared.path, index.path) for walk in walks]
        weights, population = weigh(log_likelihood(walks, parts), population, start, seen)
        index, shared = _index(prices, walks, parts, weights, index)
    parts = [Projection.of(walk, prices.mean - shared.path, index.path) for walk in walks]
    cards = Walks(kernels, walks, parts, weights, index.path, shared.path)
    return _averaged(prices, cards, index, shared, population)


def _index(
    prices: Binned, walks: list[Walk], parts: list[Projection], weights: Floats, before: Index
) -> tuple[Index, Paths]:
    """Return the index that is left when cards and groups are integrated out, and the groups' paths beside it."""
    units, bins = prices.mean.shape
    information: Floats = np.zeros((units, bins, bins))
    pull: Floats = np.zeros((units, bins))
    for k, (walk, part) in enumerate(zip(walks, parts, strict=True)):
        share = weights[:, k].sum(1)
        factor = (weights[:, k].T * shrink(part)).sum(0)
        along = part.on_index * factor[:, None]
        information += share[:, None, None] * walk.inverse
        information -= along[:, :, None] * part.on_index[:, None, :]
        pull += share[:, None] * np.matmul(walk.inverse, prices.mean[:, :, None])[:, :, 0]
        pull -= along * (part.on_index * prices.mean).sum(1)[:, None]
    seen = (prices.weight.sum(1) > 0).astype(np.float64)
    groups = likeliest(prices.labels, seen, information, pull, before.path, prices.ages)
    if groups is None:
        index = index_of(information.sum(0), pull.sum(0), prices.ages)
        return index, Paths.of_market(index, units)
    apart = Apart.of(groups, information, pull)
    index = index_of(apart.information, apart.pull, prices.ages)
    return index, apart.paths(index)


def _averaged(prices: Binned, cards: Walks, index: Index, shared: Paths, population: Floats) -> Solution:
    """Return level, variance, pull and path, averaged over walks and loadings by how likely each is."""
    shape = prices.mean.shape
    level, second = np.zeros(shape[0]), np.zeros(shape[0])
    pulls, path = np.zeros(shape), np.zeros(shape)
    rest = prices.mean - shared.path
    covariance = shared.covariance[shared.of_unit]
    for k, (walk, part) in enumerate(zip(cards.walks, cards.parts, strict=True)):
        plain = walk.inverse.sum(2)
        for j, factor in enumerate(shrink(part)):
            weight = cards.weights[:, k, j]
            pull = prices.spread * (plain - factor[:, None] * part.on_index * (plain @ index.path)[:, None])
            value = (pull * rest).sum(1)
            unsure = prices.spread * (1.0 - pull.sum(1)) + (np.matmul(pull[:, None, :], covariance)[:, 0] * pull).sum(1)
            level += weight * value
            second += weight * (np.maximum(unsure, 0.0) + value**2)
            pulls += weight[:, None] * pull
            alpha = part.on_rest - (factor * part.index_rest)[:, None] * part.on_index
            own = alpha @ cards.kernels[k] + LOADINGS[j] ** 2 * (alpha @ index.path)[:, None] * index.path
            path += weight[:, None] * own
    variance = np.maximum(second - level**2, 1e-12)
    return Solution(level, variance, pulls, path + shared.path, index, population, cards)

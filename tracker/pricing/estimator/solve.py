"""Index and cards for given weights of the prices: solved exactly, averaged over what is not known of both."""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.cards import LOADINGS, Projection, Walk, log_likelihood, shrink, weigh
from tracker.pricing.estimator.index import Index, index_of
from tracker.pricing.estimator.sample import Floats
from tracker.pricing.estimator.timegrid import walk_kernel

_TURNS = 2  # between index and cards


@dataclass(frozen=True, slots=True)
class Binned:
    """Prices of units (cards, or their prices of one kind) in bins of time, without the prior of their level."""

    ages: Floats  # middle of each bin in days
    weight: Floats  # units x bins: precision of the mean price, 0 where there is none
    mean: Floats  # ln price against the unit's prior
    spread: float  # variance of the levels around the prior


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
        return self.index + path, np.maximum(variance, 1e-8)


def solve(prices: Binned, index: Index, population: Floats, variances: tuple[float, ...]) -> Solution:
    """Return the solution with cards' walks of these ``variances`` a day, beginning at ``index``."""
    kernels = [prices.spread + variance * walk_kernel(prices.ages) for variance in variances]
    walks = [Walk.of(kernel, prices.weight) for kernel in kernels]
    if population.shape[0] != len(variances):
        population = np.full((len(variances), len(LOADINGS)), 1.0 / (len(variances) * len(LOADINGS)))
    seen = (prices.weight.sum(1) > 0).astype(np.float64)
    for _ in range(_TURNS):
        parts = [Projection.of(walk, prices.mean - index.path, index.path) for walk in walks]
        weights, population = weigh(log_likelihood(walks, parts), population, seen)
        index = _index(prices, walks, parts, weights)
    parts = [Projection.of(walk, prices.mean - index.path, index.path) for walk in walks]
    return _averaged(prices, Walks(kernels, walks, parts, weights, index.path), index, population)


def _index(prices: Binned, walks: list[Walk], parts: list[Projection], weights: Floats) -> Index:
    """Return the index that is left when the cards are integrated out."""
    bins = len(prices.ages)
    information: Floats = np.zeros((bins, bins))
    pull: Floats = np.zeros(bins)
    for k, (walk, part) in enumerate(zip(walks, parts, strict=True)):
        share = weights[:, k].sum(1)
        factor = (weights[:, k].T * shrink(part)).sum(0)
        information += np.tensordot(share, walk.inverse, 1)
        information -= (part.on_index * factor[:, None]).T @ part.on_index
        pull += share @ (part.on_rest + part.on_index)
        pull -= (factor * (part.on_index * prices.mean).sum(1)) @ part.on_index
    return index_of(information, pull, prices.ages)


def _averaged(prices: Binned, cards: Walks, index: Index, population: Floats) -> Solution:
    """Return level, variance, pull and path, averaged over walks and loadings by how likely each is."""
    shape = prices.mean.shape
    level, second = np.zeros(shape[0]), np.zeros(shape[0])
    pulls, path = np.zeros(shape), np.zeros(shape)
    rest = prices.mean - index.path
    for k, (walk, part) in enumerate(zip(cards.walks, cards.parts, strict=True)):
        plain = walk.inverse.sum(2)
        for j, factor in enumerate(shrink(part)):
            weight = cards.weights[:, k, j]
            pull = prices.spread * (plain - factor[:, None] * part.on_index * (plain @ index.path)[:, None])
            value = (pull * rest).sum(1)
            unsure = prices.spread * (1.0 - pull.sum(1)) + ((pull @ index.covariance) * pull).sum(1)
            level += weight * value
            second += weight * (np.maximum(unsure, 0.0) + value**2)
            pulls += weight[:, None] * pull
            alpha = part.on_rest - (factor * part.index_rest)[:, None] * part.on_index
            own = alpha @ cards.kernels[k] + LOADINGS[j] ** 2 * (alpha @ index.path)[:, None] * index.path
            path += weight[:, None] * own
    variance = np.maximum(second - level**2, 1e-12)
    return Solution(level, variance, pulls, path + index.path, index, population, cards)

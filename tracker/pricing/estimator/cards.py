"""Each card beside the market: its level, its own random walk, and how strongly it follows the market.

A card's path is ``level + walk + loading * index``. How far cards wander and how much their loadings
differ is not known: a grid of both is weighed by how well it predicts each card's prices, under
weights that all cards together suggest (empirical Bayes on a grid).
"""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.sample import Floats

#: Variance a day of a card's own moves in ln price, and memory in days of their slope: random walks, whose ends
#: stand for 2.7 % and 66 % a year, and moves that last, as of a card that all of a sudden everybody wants.
WALKS = (
    (2e-6, 0.0),
    (1e-5, 0.0),
    (5e-5, 0.0),
    (2.5e-4, 0.0),
    (1.2e-3, 0.0),
    (5e-5, 30.0),
    (2.5e-4, 30.0),
    (1.2e-3, 30.0),
)
#: Enough of them while the weights of the prices are still being found.
COARSE_WALKS = ((1e-5, 0.0), (2.5e-4, 0.0))
#: Standard deviation of the cards' loadings on the market's moves.
LOADINGS = (0.0, 0.1, 0.2, 0.4)
#: What a lasting move is thought to be worth beside a random walk, before anything is seen.
_LASTING = 0.03
#: The grid's start counts as much as this many cards.
_PRIOR_CARDS = 20.0
_EM_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Walk:
    """One variance of the walk for all cards: ``inverse`` is (kernel + noise)^-1, zero where a bin is empty."""

    kernel: Floats  # bins x bins, with the level's variance in it
    inverse: Floats  # cards x bins x bins
    log_det: Floats  # cards

    @classmethod
    def of(cls, kernel: Floats, weight: Floats) -> "Walk":
        """Return it for ``weight``, the precision of the mean price of each card and bin."""
        root = np.sqrt(weight)
        matrix = root[:, :, None] * kernel * root[:, None, :]
        diagonal = np.arange(kernel.shape[0])
        matrix[:, diagonal, diagonal] += 1.0
        factor = np.linalg.cholesky(matrix)
        inverse: Floats = np.linalg.inv(matrix)
        inverse *= root[:, :, None]
        inverse *= root[:, None, :]
        log_det: Floats = 2.0 * np.log(factor[:, diagonal, diagonal]).sum(1)
        return cls(kernel, inverse, log_det)


@dataclass(frozen=True, slots=True)
class Projection:
    """The products of one ``Walk`` with the market index and what is left of the prices beside it."""

    on_rest: Floats  # inverse @ (mean - index), cards x bins
    on_index: Floats  # inverse @ index
    index_rest: Floats  # cards
    index_index: Floats
    fit: Floats  # rest @ inverse @ rest

    @classmethod
    def of(cls, walk: Walk, rest: Floats, index: Floats) -> "Projection":
        """Return the products for ``rest``, the mean prices without level and index."""
        on_rest = np.matmul(walk.inverse, rest[:, :, None])[:, :, 0]
        on_index = walk.inverse @ index
        return cls(on_rest, on_index, on_rest @ index, on_index @ index, (rest * on_rest).sum(1))


def log_likelihood(walks: list[Walk], parts: list[Projection]) -> Floats:
    """Return cards x walks x loadings: how well each predicts the prices of each card."""
    found = np.empty((len(parts[0].fit), len(walks), len(LOADINGS)))
    for k, (walk, part) in enumerate(zip(walks, parts, strict=True)):
        for j, loading in enumerate(LOADINGS):
            more = 1.0 + loading**2 * part.index_index
            gain = loading**2 * part.index_rest**2 / more
            found[:, k, j] = -0.5 * (walk.log_det + part.fit + np.log(more) - gain)
    return found


def start_of(moves: tuple[tuple[float, float], ...]) -> Floats:
    """Return how common each of ``moves`` and each loading (moves x loadings) is thought to be at first."""
    weight = np.array([_LASTING if memory else 1.0 for _, memory in moves])
    found: Floats = np.repeat((weight / weight.sum() / len(LOADINGS))[:, None], len(LOADINGS), 1)
    return found


def weigh(likelihood: Floats, population: Floats, start: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Return (cards x walks x loadings weights, the population's weights) after some rounds of EM."""
    for _ in range(_EM_ROUNDS):
        logs = likelihood + np.log(population)
        weights = np.exp(logs - logs.max((1, 2), keepdims=True))
        weights /= weights.sum((1, 2), keepdims=True)
        total = np.tensordot(seen, weights, 1)
        population = (total + _PRIOR_CARDS * start) / (seen.sum() + _PRIOR_CARDS)
    return weights, population


def shrink(part: Projection) -> Floats:
    """Return loadings x cards: the factor of the rank-one update that a loading makes to ``inverse``."""
    return np.array([loading**2 / (1.0 + loading**2 * part.index_index) for loading in LOADINGS])

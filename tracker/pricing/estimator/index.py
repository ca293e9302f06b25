"""The market: how prices of all cards moved together, with how sure that is."""

from dataclasses import dataclass

import numpy as np

from tracker.pricing.estimator.sample import Floats
from tracker.pricing.estimator.timegrid import drift_kernel

#: Long-run variance a day of the index in ln price, and memory in days of its slope.
_DRIFTS = (1e-5, 4e-5, 1.6e-4, 6.4e-4, 2.5e-3)
_MEMORIES = (1.0, 7.0, 21.0, 60.0, 180.0)
_JITTER = 1e-9
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True, slots=True)
class Index:
    """ln of the market at each bin against the as-of moment, and the covariance of its error."""

    path: Floats
    covariance: Floats


def index_of(information: Floats, pull: Floats, age: Floats) -> Index:
    """Return the index, averaged over drifts and memories by how well each explains the prices.

    ``information`` is the sum of the cards' inverse covariances, ``pull`` the sum of their products
    with the prices: what is left of a Gaussian model when the cards are integrated out.
    """
    scores: list[float] = []
    paths: list[Floats] = []
    roots: list[Floats] = []
    for memory in _MEMORIES:
        factor = np.linalg.cholesky(drift_kernel(age, memory) + _JITTER * np.eye(len(age)))
        values, vectors = np.linalg.eigh(factor.T @ information @ factor)
        values = np.maximum(values, 0.0)
        basis = factor @ vectors
        along = vectors.T @ (factor.T @ pull)
        for drift in _DRIFTS:
            damped = drift / (1.0 + drift * values)
            scores.append(0.5 * float((damped * along**2).sum() - np.log1p(drift * values).sum()))
            paths.append(basis @ (damped * along))
            roots.append(basis * np.sqrt(damped))
    weights = np.exp(np.array(scores) - max(scores))
    weights /= weights.sum()
    path: Floats = weights @ np.array(paths)
    off = np.array(paths) - path
    covariance: Floats = (off * weights[:, None]).T @ off
    for weight, root in zip(weights, roots, strict=True):
        if weight > _NEGLIGIBLE:
            covariance += weight * (root @ root.T)
    return Index(path, covariance)

"""Fair value from prices: a two-way model of cards and market, as pure functions on numpy arrays.

docs/fair-value.md has the formulas and where they come from.
"""

from tracker.pricing.estimator.model import Estimate, estimate
from tracker.pricing.estimator.sample import KINDS, POOLED_CONDITIONS, Sample, make_sample

__all__ = ["KINDS", "POOLED_CONDITIONS", "Estimate", "Sample", "estimate", "make_sample"]

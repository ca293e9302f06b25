"""Five numbers of sorted integer prices, exact on every machine and database."""

from collections.abc import Sequence
from typing import NamedTuple


class Five(NamedTuple):
    """How many prices there are and how they spread, in the unit of the prices."""

    n: int
    min: int
    p25: int
    median: int
    p75: int
    max: int


def _quarter(ordered: Sequence[int], quarters: int) -> int:
    """Return the quantile ``quarters / 4``, interpolated (type 7, numpy's default), halves rounded up."""
    at, rest = divmod((len(ordered) - 1) * quarters, 4)
    if not rest:
        return ordered[at]
    return (ordered[at] * (4 - rest) + ordered[at + 1] * rest + 2) // 4


def five_numbers(ordered: Sequence[int]) -> Five:
    """Return the five numbers of ``ordered``, which is sorted and not empty."""
    return Five(
        len(ordered),
        ordered[0],
        _quarter(ordered, 1),
        _quarter(ordered, 2),
        _quarter(ordered, 3),
        ordered[-1],
    )

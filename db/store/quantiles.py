"""Five numbers of sorted integer prices, exact on every machine and database."""

from collections.abc import Sequence

#: How many prices there are, and their minimum, quartiles and maximum: n, min, p25, median, p75, max.
Five = tuple[int, int, int, int, int, int]


def five_numbers(ordered: Sequence[int]) -> Five:
    """Return the five numbers of ``ordered``, which is sorted and not empty.

    Quantiles are interpolated (type 7, numpy's default) and rounded to whole units, halves up.
    """
    n = len(ordered)
    last = n - 1
    if not last:
        only = ordered[0]
        return 1, only, only, only, only, only
    # Written out, for a rebuild of the roll-up asks a million times: place = last * quarters / 4.
    at, rest = last >> 2, last & 3
    p25 = (ordered[at] * (4 - rest) + ordered[at + 1] * rest + 2) >> 2
    at, rest = last >> 1, last & 1
    median = (ordered[at] * (2 - rest) + ordered[at + 1] * rest + 1) >> 1
    at, rest = (3 * last) >> 2, (3 * last) & 3
    p75 = (ordered[at] * (4 - rest) + ordered[at + 1] * rest + 2) >> 2 if rest else ordered[at]
    return n, ordered[0], p25, median, p75, ordered[last]

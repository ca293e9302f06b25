"""The day's prices of one card, counted: pure functions from prices and the days they stand to five numbers a day.

On arrays, since a rebuild of the roll-up counts tens of millions of prices. ``quantiles`` says what the numbers are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from db.store.daily import POOLED, POOLED_CONDITIONS, Key

Ints = npt.NDArray[np.int64]

#: Columns of the days of a key: the day as ordinal, and its five numbers.
DAY_COLUMNS = ("day", "n", "min", "p25", "median", "p75", "max")

#: Prices of so many days are counted at once, in some 50 MB; fewer days at a time where asks stand for long.
AT_ONCE = 500_000


class Prices(NamedTuple):
    """Prices that stand on each day from their first to their last (ordinals); ``key`` is a place in ``keys``."""

    keys: list[Key]
    key: Ints
    first: Ints
    last: Ints
    price: Ints


def daily_rows(prices: Prices) -> list[tuple[Key, Ints]]:
    """Return each key's days that have a price, as rows of ``DAY_COLUMNS``, in order of the keys and of the days.

    Those of pooled conditions together are among the keys.
    """
    if not len(prices.price):
        return []
    whole = _with_pooled(prices)
    found: defaultdict[Key, list[Ints]] = defaultdict(list)
    for part in _at_once(whole):
        for place, days in _counted(part):
            found[whole.keys[place]].append(days)
    return [(key, np.concatenate(days)) for key, days in sorted(found.items())]


def joined(parts: Sequence[Prices]) -> Prices:
    """Return the prices of all parts, which number their keys alike."""
    columns = zip(*(part[1:] for part in parts), strict=True)
    return Prices(parts[-1].keys, *map(np.concatenate, columns))


def _with_pooled(prices: Prices) -> Prices:
    """Return the prices with those of pooled conditions once more, under the keys of the pool."""
    keys = list(prices.keys)
    places: dict[Key, int] = {}
    pools = np.full(len(keys), -1)
    for place, (kind, condition, currency) in enumerate(prices.keys):
        if condition in POOLED_CONDITIONS:
            pools[place] = places.setdefault((kind, POOLED, currency), len(keys) + len(places))
    pool = pools[prices.key]
    again = pool >= 0
    pooled = Prices([*keys, *places], pool[again], prices.first[again], prices.last[again], prices.price[again])
    return joined([prices, pooled])


def _at_once(prices: Prices) -> Iterator[Prices]:
    """Yield the prices in spans of days small enough to be counted at once, ascending."""
    first, last = int(prices.first.min()), int(prices.last.max())
    if first == last or int((prices.last - prices.first + 1).sum()) <= AT_ONCE:
        yield prices
        return
    middle = (first + last) // 2
    for since, until in ((first, middle), (middle + 1, last)):
        inside = (prices.first <= until) & (prices.last >= since)
        if inside.any():
            keys, key, begins, ends, price = prices
            yield from _at_once(
                Prices(
                    keys,
                    key[inside],
                    np.maximum(begins[inside], since),
                    np.minimum(ends[inside], until),
                    price[inside],
                )
            )


def _counted(prices: Prices) -> Iterable[tuple[int, Ints]]:
    """Yield the place of each key that has a price, with its days."""
    lowest = int(prices.first.min())
    days = int(prices.last.max()) - lowest + 1
    lasting = prices.last - prices.first + 1
    ends = np.cumsum(lasting)
    day = np.arange(ends[-1]) + np.repeat(prices.first - lowest - (ends - lasting), lasting)
    group, price = _ordered(np.repeat(prices.key * days, lasting) + day, np.repeat(prices.price, lasting))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    key, day = np.divmod(group[starts], days)
    after = np.diff(starts, append=len(group)) - 1
    quartiles = (_quartile(price, starts, after, quarters) for quarters in (1, 2, 3))
    rows = np.column_stack([day + lowest, after + 1, price[starts], *quartiles, price[starts + after]])
    bounds = np.flatnonzero(np.diff(key, prepend=-1))
    return zip(key[bounds].tolist(), np.split(rows, bounds[1:]), strict=True)


def _ordered(group: Ints, price: Ints) -> tuple[Ints, Ints]:
    """Return both by group and within it by price."""
    lowest = int(price.min())
    span = int(price.max()) - lowest + 1
    if (int(group.max()) + 1) * span > np.iinfo(np.int64).max:
        order = np.lexsort((price, group))
        return group[order], price[order]
    both = group * span + (price - lowest)  # one number each sorts ten times as fast as two
    both.sort()
    group = both // span
    return group, both - group * span + lowest


def _quartile(price: Ints, starts: Ints, after: Ints, quarters: int) -> Ints:
    """Return the quantiles of the sorted prices from each start to so many after it, as ``five_numbers`` has them."""
    place = after * quarters
    at = starts + (place >> 2)
    low = price[at]
    more = price[np.minimum(at + 1, starts + after)] - low
    found: Ints = low + ((more * (place & 3) + 2) >> 2)
    return found

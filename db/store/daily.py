"""The day's prices of one card, counted: pure functions from prices and the days they stand to five numbers a day."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from db.store.quantiles import Five, five_numbers

#: Conditions that count together by default; new stands apart, and parts never count.
POOLED_CONDITIONS = ("open_box", "refurbished", "used")
POOLED = "pooled"

#: kind, condition, currency: what is never mixed.
Key = tuple[str, str, str]


#: A price that stands on every day from the first to the last, as ordinals.
Standing = tuple[int, int, int]

#: Day as ordinal, and the five numbers of that day.
DayRow = tuple[int, Five]


def days_of(single: Mapping[int, list[int]], standing: Sequence[Standing]) -> list[DayRow]:
    """Return (day, five numbers) for each day with a price, ascending; days are ordinals.

    ``single`` gives the prices that count on one day only, by day; ``standing`` those that count on
    several, as (first, last, price), sorted.
    """
    if not standing:
        return [(day, five_numbers(sorted(single[day]))) for day in sorted(single)]
    days: list[DayRow] = []
    active: list[int] = []  # the prices that stand, sorted
    ends: defaultdict[int, list[int]] = defaultdict(list)
    starts = iter(standing)
    start = next(starts, None)
    singles = iter([*sorted(single), _NEVER])
    alone = next(singles)
    unchanged: Five | None = None
    day = 0
    while active or start is not None or alone != _NEVER:
        day = day + 1 if active else min(alone, start[0] if start else _NEVER)
        if day in ends:
            for price in ends.pop(day):
                del active[bisect_left(active, price)]
            unchanged = None
        while start is not None and start[0] <= day:
            insort(active, start[2])
            ends[start[1] + 1].append(start[2])
            unchanged = None
            start = next(starts, None)
        if alone == day:
            days.append((day, five_numbers(sorted([*active, *single[day]]))))
            alone = next(singles)
        elif active:
            unchanged = unchanged or five_numbers(active)
            days.append((day, unchanged))
    return days


_NEVER = date.max.toordinal() + 2


def daily_rows(
    single: Mapping[Key, Mapping[int, list[int]]], standing: Mapping[Key, Sequence[Standing]]
) -> list[tuple[Key, list[DayRow]]]:
    """Return the days of each key, in order of the keys, those of pooled conditions among them."""
    rows: dict[Key, list[DayRow]] = {}
    families: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in single.keys() | standing.keys():
        rows[key] = days_of(single.get(key, {}), standing.get(key, ()))
        if key[1] in POOLED_CONDITIONS:
            families[key[0], POOLED, key[2]].append(key)
    for pooled, keys in families.items():
        if len(keys) == 1:
            rows[pooled] = rows[keys[0]]
            continue
        together: defaultdict[int, list[int]] = defaultdict(list)
        for key in keys:
            for day, prices in single.get(key, {}).items():
                together[day] += prices
        rows[pooled] = days_of(together, sorted(ask for key in keys for ask in standing.get(key, ())))
    return sorted(rows.items())

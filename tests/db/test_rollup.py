"""The sweep over days gives what counting each day by itself would give."""

from collections import defaultdict
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from db.store.daily import POOLED, POOLED_CONDITIONS, daily_rows
from db.store.quantiles import five_numbers

KEYS = list(product(("ask", "sold"), ("used", "open_box", "new"), ("USD", "EUR")))
SPANS = st.lists(
    st.tuples(st.integers(700_000, 700_030), st.integers(0, 12), st.sampled_from(KEYS), st.integers(1, 50)), max_size=40
)


def swept(spans: list[tuple[int, int, Any, int]]) -> list[Any]:
    """Rows of the sweep over asks and prices that count from a day on for so many days more."""
    single: defaultdict[Any, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    standing = defaultdict(list)
    for first, more, key, price in spans:
        if more:
            standing[key].append((first, first + more, price))
        else:
            single[key][first].append(price)
    found = daily_rows(single, {key: sorted(asks) for key, asks in standing.items()})
    return sorted((day, key, five) for key, days in found for day, five in days)


def counted(spans: list[tuple[int, int, Any, int]]) -> list[Any]:
    """The same rows, each day counted by itself."""
    cells: defaultdict[tuple[int, Any], list[int]] = defaultdict(list)
    for first, more, key, price in spans:
        for day in range(first, first + more + 1):
            cells[day, key].append(price)
            if key[1] in POOLED_CONDITIONS:
                cells[day, (key[0], POOLED, key[2])].append(price)
    return sorted((day, key, five_numbers(sorted(prices))) for (day, key), prices in cells.items())


@given(SPANS)
def test_a_sweep_equals_counting_each_day(spans: list[tuple[int, int, Any, int]]) -> None:
    assert swept(spans) == counted(spans)


def test_days_without_a_price_have_no_row() -> None:
    key = ("ask", "used", "USD")
    assert [row[0] for row in swept([(700_000, 1, key, 5), (700_010, 0, key, 5)])] == [700_000] * 2 + [700_001] * 2 + [
        700_010
    ] * 2


def test_new_is_not_pooled_and_currencies_stay_apart() -> None:
    rows = swept([(700_000, 0, ("ask", c, m), 5) for c in ("new", "used", "open_box") for m in ("USD", "EUR")])
    pooled = [(key, five[0]) for _, key, five in rows if key[1] == POOLED]
    assert pooled == [(("ask", "pooled", "EUR"), 2), (("ask", "pooled", "USD"), 2)]

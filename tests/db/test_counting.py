"""Counting the days of a card in arrays gives what counting each day by itself would give."""

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store import counting
from db.store.counting import Prices, daily_rows
from db.store.daily import POOLED, POOLED_CONDITIONS
from db.store.quantiles import five_numbers

KEYS = list(product(("ask", "sold"), ("used", "open_box", "new"), ("USD", "EUR")))
SPANS = st.lists(
    st.tuples(st.integers(700_000, 700_030), st.integers(0, 12), st.sampled_from(KEYS), st.integers(1, 50)),
    min_size=1,
    max_size=40,
)


def swept(spans: list[tuple[int, int, Any, int]]) -> list[Any]:
    """Rows of the count over prices that stand from a day on for so many days more."""
    keys = sorted({key for _, _, key, _ in spans})
    first, last, place, price = (
        np.array(column, dtype=np.int64)
        for column in zip(*((day, day + more, keys.index(key), price) for day, more, key, price in spans), strict=True)
    )
    found = daily_rows(Prices(keys, place, first, last, price))
    return sorted((day, key, tuple(five)) for key, days in found for day, *five in days.tolist())


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
def test_counting_all_at_once_equals_counting_each_day(spans: list[tuple[int, int, Any, int]]) -> None:
    assert swept(spans) == counted(spans)


@given(SPANS, st.integers(1, 20))
def test_so_does_counting_some_days_at_a_time(spans: list[tuple[int, int, Any, int]], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "AT_ONCE", at_once)
        assert swept(spans) == counted(spans)


@given(SPANS)
def test_prices_too_far_apart_to_share_a_number_with_their_day_are_counted_too(
    spans: list[tuple[int, int, Any, int]],
) -> None:
    far = [(day, more, key, price * 10**16) for day, more, key, price in spans]
    assert swept(far) == counted(far)


def test_without_a_price_there_is_no_row() -> None:
    none = np.array([], dtype=np.int64)
    assert daily_rows(Prices([], none, none, none, none)) == []


def test_days_without_a_price_have_no_row() -> None:
    key = ("ask", "used", "USD")
    assert [row[0] for row in swept([(700_000, 1, key, 5), (700_010, 0, key, 5)])] == [700_000] * 2 + [700_001] * 2 + [
        700_010
    ] * 2


def test_new_is_not_pooled_and_currencies_stay_apart() -> None:
    rows = swept([(700_000, 0, ("ask", c, m), 5) for c in ("new", "used", "open_box") for m in ("USD", "EUR")])
    pooled = [(key, five[0]) for _, key, five in rows if key[1] == POOLED]
    assert pooled == [(("ask", "pooled", "EUR"), 2), (("ask", "pooled", "USD"), 2)]

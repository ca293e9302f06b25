"""Five numbers are exact, and those of numpy but for the rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store.quantiles import five_numbers

PRICES = st.lists(st.integers(1, 10**12), min_size=1, max_size=60).map(sorted)


@pytest.mark.parametrize(
    ("prices", "numbers"),
    [
        ([5], (1, 5, 5, 5, 5, 5)),
        ([1, 2], (2, 1, 1, 2, 2, 2)),  # 1.25, 1.5 and 1.75: halves go up
        ([1, 2, 3], (3, 1, 2, 2, 3, 3)),
        ([10, 20, 30, 40, 50], (5, 10, 20, 30, 40, 50)),
        ([100, 101, 104, 110], (4, 100, 101, 103, 106, 110)),
    ],
)
def test_five_numbers(prices: list[int], numbers: tuple[int, ...]) -> None:
    assert five_numbers(prices) == numbers


@given(PRICES)
def test_they_are_the_interpolated_quantiles_of_numpy(prices: list[int]) -> None:
    n, low, p25, median, p75, high = five_numbers(prices)
    assert (n, low, high) == (len(prices), prices[0], prices[-1])
    for found, share in ((p25, 0.25), (median, 0.5), (p75, 0.75)):
        assert abs(found - float(np.quantile(np.array(prices, dtype=float), share))) <= 0.5 + 1e-3


@given(PRICES, st.integers(1, 9))
def test_scaled_prices_give_scaled_numbers(prices: list[int], factor: int) -> None:
    exact = [price * 4 for price in prices]  # so that no quantile has to be rounded
    scaled = five_numbers([price * factor for price in exact])
    assert scaled == (len(prices), *(number * factor for number in five_numbers(exact)[1:]))

"""Which amounts can be the price of one card."""

from decimal import Decimal

import pytest

from tracker.normalize.posts.money.plausible import is_plausible


@pytest.mark.parametrize(
    ("model", "value"),
    [
        ("GeForce RTX 3090", 650),
        ("GeForce RTX 3090", 3000),
        ("GeForce RTX 3060", 900),
        ("GeForce GTX 1080 Ti", 90),
        ("GeForce GTX 980", 35),
        ("Tesla K80", 25),
        ("Tesla P40", 150),
        ("H100 PCIe", 18500),
        ("Radeon HD 7850", 15),
        ("GeForce 8800 GT", 5),
    ],
)
def test_prices_that_were_asked_in_good_and_bad_years(model: str, value: int) -> None:
    assert is_plausible(model, Decimal(value))


@pytest.mark.parametrize(
    ("model", "value"),
    [
        ("GeForce RTX 3090", 15),
        ("GeForce RTX 4090", 100),
        ("GeForce RTX 3080", 3080),
        ("GeForce RTX 3090", 3090),
        ("GeForce RTX 2060", 2021),
        ("Radeon RX 580", 2048),
        ("Radeon RX 480", 480),
    ],
)
def test_postage_names_and_years_are_no_prices(model: str, value: int) -> None:
    assert not is_plausible(model, Decimal(value))

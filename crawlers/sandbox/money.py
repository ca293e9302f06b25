"""Amounts of the simulated market: minor units, and how sellers round and write them."""

import csv
import random
from functools import cache

from crawlers.sandbox.model import DATA


@cache
def _rates() -> dict[str, tuple[float, str]]:
    with (DATA / "rates.csv").open(encoding="utf-8", newline="") as file:
        return {row["currency"]: (float(row["usd"]), row["sign"]) for row in csv.DictReader(file)}


def in_currency(usd: float, currency: str) -> int:
    """Return an amount of US dollars in minor units of ``currency``, at the market's fixed rate."""
    return round(usd / _rates()[currency][0] * 100)


def convert(minor: int, source: str, target: str) -> int:
    """Return ``minor`` units of ``source`` in minor units of ``target``."""
    return round(minor * _rates()[source][0] / _rates()[target][0])


def sign(currency: str) -> str:
    """Return the sign that people write before an amount."""
    return _rates()[currency][1]


def shop_price(rng: random.Random, minor: int) -> int:
    """Return a price as eBay sellers round it: to the unit, to .99, or to 9."""
    whole = max(100, round(minor / 100) * 100)
    form = rng.random()
    if form < 0.45 or whole < 2000:
        return whole
    return whole - 1 if form < 0.85 else whole - 5


def round_price(minor: int) -> int:
    """Return a price as people say it: a multiple of 5 units, of 1 under 40."""
    step = 500 if minor >= 4000 else 100
    return max(step, round(minor / step) * step)


def plain(minor: int) -> str:
    """Return an amount without superfluous decimals: 450, 449.99."""
    return str(minor // 100) if minor % 100 == 0 else f"{minor / 100:.2f}"


def decimal(minor: int) -> str:
    """Return an amount with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}"

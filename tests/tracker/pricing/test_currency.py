"""Dollars of the day: which rate, how old it may be, and what stays unknown."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from db.errors import GpudealsError
from tracker.pricing.currency import Rates, Usd, rates, to_major, to_minor

ECB = """Date,USD,CAD,JPY,
2026-03-06,1.2000,1.5000,180.00,
2026-03-05,1.1000,1.5000,N/A,
2026-03-04,1.0000,1.6000,150.00,
"""


@pytest.fixture
def ecb(tmp_path: Path) -> str:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(ECB)
    return str(path)


@pytest.mark.parametrize(
    ("minor", "currency", "day", "usd"),
    [
        (10000, "USD", date(1990, 1, 1), Usd(10000, None)),
        (10000, "EUR", date(2026, 3, 6), Usd(12000, date(2026, 3, 6))),
        (15000, "CAD", date(2026, 3, 5), Usd(11000, date(2026, 3, 5))),
        (15000, "CAD", date(2026, 3, 8), Usd(12000, date(2026, 3, 6))),  # a Sunday: Friday's rate
        (18000, "JPY", date(2026, 3, 6), Usd(12000, date(2026, 3, 6))),  # yen have no cents
        (15000, "JPY", date(2026, 3, 5), Usd(10000, date(2026, 3, 4))),  # no rate that day: the day before
        (15000, "CAD", date(2026, 4, 6), Usd(12000, date(2026, 3, 6))),  # 31 days old
        (15000, "CAD", date(2026, 4, 7), None),
        (15000, "CAD", date(2026, 3, 3), None),  # a later rate is no rate of that day
        (15000, "SEK", date(2026, 3, 6), None),
        (15000, "???", date(2026, 3, 6), None),
    ],
)
def test_dollars(ecb: str, minor: int, currency: str, day: date, usd: Usd | None) -> None:
    assert Rates(ecb).usd(minor, currency, day) == usd


def test_the_history_that_is_shipped_needs_no_file() -> None:
    found = Rates().usd(100_00, "EUR", date(2020, 1, 2))
    assert found == Usd(11193, date(2020, 1, 2))


def test_a_newer_file_is_named_in_the_settings(ecb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_PRICING_ECB_FILE", ecb)
    assert rates().usd(10000, "EUR", date(2026, 3, 4)) == Usd(10000, date(2026, 3, 4))


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such file"), ("not,a\nrate,file\n", "not a file of ECB rates")]
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "rates.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(GpudealsError, match=said):
        Rates(str(path)).usd(10000, "EUR", date(2026, 3, 6))


def test_dollars_need_no_rates_at_all() -> None:
    assert Rates("/no/such/file").usd(500, "USD", date(2026, 3, 6)) == Usd(500, None)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.34", "USD", 1234), ("0.125", "USD", 12), ("0.135", "USD", 14), ("980", "JPY", 980)],
)
def test_minor_units_round_halves_to_even(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert abs(to_major(minor, currency) - Decimal(amount)) <= Decimal("0.005")

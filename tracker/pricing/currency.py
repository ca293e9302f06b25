"""What a price was in US dollars on its day, by the reference rates of the European Central Bank."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from crawlers.amounts import currency_digits, known_currency
from db.errors import GpudealsError
from tracker.settings import pricing_settings

#: The ECB publishes on working days; a rate older than this says too little about a price.
MAX_RATE_AGE = timedelta(days=31)


class Usd(NamedTuple):
    """A price in US cents, and the day of the rate it was converted with; None where it was in dollars."""

    cents: int
    rate_day: date | None


def to_minor(amount: Decimal, currency: str) -> int:
    """Return ``amount`` of major units in minor units of ``currency``, halves to even; KeyError where unknown."""
    return int(amount.scaleb(currency_digits(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def to_major(minor: int, currency: str) -> Decimal:
    """Return ``minor`` units of ``currency`` in major units; KeyError where the currency is unknown."""
    return Decimal(minor).scaleb(-currency_digits(currency))


class Rates:
    """ECB history: the one shipped with ``currencyconverter``, or a newer file; loaded at the first question."""

    def __init__(self, ecb_file: str | None = None) -> None:
        self._file = ecb_file
        self._found: dict[tuple[str, date], tuple[Decimal, date] | None] = {}

    def usd(self, minor: int, currency: str, day: date) -> Usd | None:
        """Return the dollars of ``minor`` units of ``currency`` on ``day``; None where no rate is known.

        The rate is that of the day or of the last working day before it. A rate older than 31 days
        is no rate: a shipped history ages, and an unknown price is better than a wrong one.
        Raises GpudealsError where the file of the settings cannot be read.
        """
        if currency == "USD":
            return Usd(minor, None)
        key = (currency, day)
        if key not in self._found:
            self._found[key] = self._rate(currency, day)
        found = self._found[key]
        if found is None:
            return None
        rate, rate_day = found
        return Usd(to_minor(to_major(minor, currency) * rate, "USD"), rate_day)

    def _rate(self, currency: str, day: date) -> tuple[Decimal, date] | None:
        if not known_currency(currency):
            return None
        converter = _converter(self._file)
        if currency not in converter.currencies:
            return None
        from currency_converter import RateNotFoundError

        for age in range(MAX_RATE_AGE.days + 1):
            rate_day = day - timedelta(days=age)
            try:
                return converter.convert(1, currency, "USD", date=rate_day), rate_day
            except RateNotFoundError:
                continue
        return None


@cache
def _converter(ecb_file: str | None):  # type: ignore[no-untyped-def]  # currency_converter has no types
    from currency_converter import CurrencyConverter

    if ecb_file is None:
        return CurrencyConverter(decimal=True)
    if not Path(ecb_file).is_file():
        raise GpudealsError(f"[pricing] ecb_file names {ecb_file}, and there is no such file")
    try:
        return CurrencyConverter(ecb_file, decimal=True)
    except Exception as error:
        raise GpudealsError(f"{ecb_file} is not a file of ECB rates (eurofxref-hist.zip or .csv): {error}") from None


def rates() -> Rates:
    """Return the rates that the settings name."""
    return Rates(pricing_settings().ecb_file)

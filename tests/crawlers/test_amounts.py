"""Money as pages write it, and what is refused."""

from decimal import Decimal

import pytest

from crawlers.amounts import (
    AmountError,
    Money,
    Point,
    currency_digits,
    currency_of,
    plain_decimal,
    point_of,
    read_money,
    read_number,
)

SINGLE = [
    ("$1,169.90", ".", "1169.90", "USD"),
    ("$5", ".", "5.00", "USD"),
    ("US $3,971.45", ".", "3971.45", "USD"),
    ("AU $12.00", ".", "12.00", "AUD"),
    ("C $15.50", ".", "15.50", "CAD"),
    ("S$ 244.96", ".", "244.96", "SGD"),
    ("HKD 297.54", ".", "297.54", "HKD"),
    ("NT$1,200", ".", "1200.00", "TWD"),
    ("£5.99", ".", "5.99", "GBP"),
    ("USD50.94", ".", "50.94", "USD"),
    ("USD2\u00a0332.00", ".", "2332.00", "USD"),
    ("USD12\u00a0332\u00a0000.00", ".", "12332000.00", "USD"),
    ("EUR 3,500.00", ".", "3500.00", "EUR"),
    ("EUR 164,00", ",", "164.00", "EUR"),
    ("EUR 12.345,67", ",", "12345.67", "EUR"),
    ("1 299,00 EUR", ",", "1299.00", "EUR"),
    ("1\u202f299,00 €", ",", "1299.00", "EUR"),
    ("CHF 1'234.50", ".", "1234.50", "CHF"),
    ("zł 99,00", ",", "99.00", "PLN"),
    ("249,00 zł", ",", "249.00", "PLN"),
    ("1,928 円", ".", "1928.00", "JPY"),
    ("¥115,000", ".", "115000.00", "JPY"),
    ("KRW1,711.13", ".", "1711.13", "KRW"),
    ("₩90,000", ".", "90000.00", "KRW"),
    ("ILS 10.00", ".", "10.00", "ILS"),
    ("RM 45.00", ".", "45.00", "MYR"),
    ("from $20.00", ".", "20.00", "USD"),
    ("ab EUR 20,00", ",", "20.00", "EUR"),
    ("20.00", ".", "20.00", None),
]


@pytest.mark.parametrize(("text", "point", "amount", "currency"), SINGLE)
def test_one_amount(text: str, point: Point, amount: str, currency: str | None) -> None:
    assert read_money(text, point, "USD") == Money(Decimal(amount), None, currency)


RANGES = [
    ("$84.90 to $1,169.90", ".", "84.90", "1169.90", "USD"),
    ("£5.99 to £14.99", ".", "5.99", "14.99", "GBP"),
    ("EUR 17,72 bis EUR 18,66", ",", "17.72", "18.66", "EUR"),
    ("KRW1,711.13 ~ KRW68,445.28", ".", "1711.13", "68445.28", "KRW"),
    ("3,858 円 ～ 13,507 円", ".", "3858.00", "13507.00", "JPY"),
    ("3,858円～13,507円", ".", "3858.00", "13507.00", "JPY"),
    ("USD1\u00a0012.00 a USD2\u00a0332.00", ".", "1012.00", "2332.00", "USD"),
    ("da EUR 5,00 a EUR 9,00", ",", "5.00", "9.00", "EUR"),
    ("17,72 EUR à 18,66 EUR", ",", "17.72", "18.66", "EUR"),
    ("EUR 5,00 tot EUR 9,00", ",", "5.00", "9.00", "EUR"),
    ("od 5,00 zł do 9,00 zł", ",", "5.00", "9.00", "PLN"),
    ("$5.00 - $9.00", ".", "5.00", "9.00", "USD"),
]


@pytest.mark.parametrize(("text", "point", "low", "high", "currency"), RANGES)
def test_a_range(text: str, point: Point, low: str, high: str, currency: str) -> None:
    assert read_money(text, point, "USD") == Money(Decimal(low), Decimal(high), currency)


REFUSED = [
    "",
    "free",
    "$",
    "$NaN",
    "$1.2e400",
    "$1,16",
    "$1,1690.00",
    "$1.234",
    "$1.1",
    "$12,34,567.00",
    "$1,234,56.00",
    "$1.234,56",
    "$-5.00",
    "-$5.00",
    "$0.00",
    "$0",
    "$1,000,000,001.00",
    "$99999999999999999999999999999999999.00",
    "$5.00 to £9.00",
    "$9.00 to $5.00",
    "$1.00 $2.00",
    "$1 to $2 to $3",
    "about $5.00 each",
    "XQZ 5.00",
    "12 bids",
    "$5.00%",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_amount_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(AmountError) as refusal:
        read_money(text, ".", "USD")
    assert len(str(refusal.value)) > 10
    assert "\n" not in str(refusal.value)


def test_a_bare_dollar_is_that_of_the_site() -> None:
    assert currency_of("$", "AUD") == "AUD"
    assert currency_of("$", None) is None


def test_minor_units_differ() -> None:
    assert [currency_digits(c) for c in ("USD", "JPY", "KRW", "KWD")] == [2, 0, 0, 3]


@pytest.mark.parametrize(
    ("texts", "otherwise", "point"),
    [
        (["EUR 17,72", "EUR 18,66", "EUR 1.299,00"], ".", ","),
        (["$1,169.90", "$5.00", "$6.50"], ",", "."),
        (["1,928 円", "13,507 円", "3,858 円"], ",", "."),
        (["EUR 5,00", "EUR 6,00", "EUR 7.00", "EUR 8,00", "EUR 9,00"], ".", ","),
        (["$1,16"], ".", "."),
        (["EUR 5,00", "EUR 6,00", "EUR 7.00"], ".", "."),
        (["$5", "$6"], ",", ","),
        ([], ".", "."),
    ],
)
def test_most_amounts_of_a_page_show_its_decimal_point(texts: list[str], otherwise: Point, point: Point) -> None:
    assert point_of(texts, otherwise) == point


@pytest.mark.parametrize("text", ["1500.00", "0.01", "7", " 12.5 "])
def test_machine_written_amounts(text: str) -> None:
    assert plain_decimal(text) == Decimal(text.strip())


@pytest.mark.parametrize(
    "text",
    ["NaN", "inf", "-5", "+5", "1.2e400", "1e3", "", "0", "0.00", "1,000.00", "1.001", "1000000000.01", "٣", "9" * 500],
)
def test_machine_written_amounts_that_are_refused(text: str) -> None:
    with pytest.raises(AmountError):
        plain_decimal(text)


def test_digits_of_other_scripts_are_no_price() -> None:
    with pytest.raises(AmountError):
        read_number("١٢٣", ".")

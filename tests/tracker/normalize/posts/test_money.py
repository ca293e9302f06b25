"""Amounts of money in text: value, currency, and what each of them is."""

from decimal import Decimal

import pytest

from tracker.normalize.posts.markup.text import read_text
from tracker.normalize.posts.money.finding import find_amounts, names_amount, parse_number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("450", "450"),
        ("1,299", "1299"),
        ("1,299.00", "1299.00"),
        ("1.299", "1299"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1'299.00", "1299.00"),
        ("12,345,678", "12345678"),
        ("780,00", "780.00"),
        ("99.5", "99.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, value: str) -> None:
    assert parse_number(written) == Decimal(value)


def test_k_stands_for_thousand() -> None:
    assert parse_number("1.2", thousand=True) == 1200


def _asked(text: str) -> list[tuple[float, str | None]]:
    return [(float(a.value), a.shipping) for a in find_amounts(read_text(text)) if a.kind == "asking"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("$450 shipped", [(450, "included")]),
        ("450 shipped", [(450, "included")]),
        ("230$", [(230, None)]),
        ("$675 OBO", [(675, None)]),
        ("$360+shipping", [(360, "extra")]),
        ("$300 OBO + ship", [(300, "extra")]),
        ("$675 shipped, $640 local", [(675, "included"), (640, "local")]),
        ("£215 posted, or £205 collected", [(215, "included"), (205, "local")]),
        ("1k shipped, 950 if local", [(1000, "included"), (950, "local")]),
        ("the blower one: 1.7k", [(1700, None)]),
        ("$1.2k", [(1200, None)]),
        ("~~$500~~ $450", [(450, None)]),
        ("$500 -> $450", [(450, None)]),
        ("$500 > $450", [(450, None)]),
        ("NOW $450", [(450, None)]),
        ("was $500, now $450", [(450, None)]),
        ("dropped it to 430", [(430, None)]),
        ("$450 (shipping included) for the card", [(450, "included")]),
        ("looking for 350", [(350, None)]),
        ("60 bucks", [(60, None)]),
        ("700 CAD", [(700, None)]),
    ],
)
def test_asking_prices(text: str, asked: list[tuple[float, str | None]]) -> None:
    assert _asked(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "paid $560 for it",
        "I paid something around $1150",
        "MSRP was $699",
        "$599.99 @ Newegg",
        "$450 on eBay",
        "they are going for $400",
        "6770s sell for right around the $100",
        "$20 off if you buy two",
        "add $15 per card for shipping",
        "shipping is $15",
        'messages with "$1200 today"',
        "budget is $500",
        "I have $240 saved up",
        "$100 loss on this",
        "$500-600",
        "$500 to $600",
        "750W PSU",
        "3x 8-pin",
        "bought 11/12/2024",
        "call 555-0142",
        "local to 98115",
        "timespy 28500",
        "45 confirmed trades",
        "looking for 3080 or 3090",
        "16GB of memory for 3200",
    ],
)
def test_other_numbers_are_no_asking_price(text: str) -> None:
    assert _asked(text) == []


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("£80", "GBP"),
        ("€80", "EUR"),
        ("80 EUR", "EUR"),
        ("80 quid", "GBP"),
        ("C$80", "CAD"),
        ("CAD 80", "CAD"),
        ("80 CAD", "CAD"),
        ("AU $80", "AUD"),
        ("US $80", "USD"),
        ("$80", None),
    ],
)
def test_signs_and_words_say_the_currency(text: str, currency: str | None) -> None:
    assert [amount.currency for amount in find_amounts(read_text(text))] == [currency]


@pytest.mark.parametrize(
    ("text", "each", "lot", "bundle"),
    [
        ("$230 each", True, False, False),
        ("$290/ea shipped", True, False, False),
        ("$80 per GPU", True, False, False),
        ("$475 for both", False, True, False),
        ("$210 for all 6", False, True, False),
        ("$2,500 for the pair", False, True, False),
        ("Combo with the CPU for $240", False, False, True),
        ("$1600 for the whole build", False, False, True),
        ("$450 shipped", False, False, False),
    ],
)
def test_each_lot_and_bundle(text: str, each: bool, lot: bool, bundle: bool) -> None:
    amount = find_amounts(read_text(text))[0]
    assert (amount.each, amount.lot, amount.bundle) == (each, lot, bundle)


@pytest.mark.parametrize("text", ["$230 each", "asking 230 obo", "six hundred shipped", "RTX 3080 10GB", "", "2 for 3"])
def test_whether_a_text_names_an_amount_at_all(text: str) -> None:
    assert names_amount(read_text(text)) == bool(find_amounts(read_text(text)))

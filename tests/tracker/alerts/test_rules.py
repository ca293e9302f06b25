"""What a watch asks for, and which offers answer it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from db.errors import GpudealsError
from tests.tracker.alerts.samples import offer
from tracker.alerts.rules import OfferColumns, Rule, in_quiet_hours, reasons
from tracker.alerts.watches import check_delivery, parse_rule

ANSWERED = [
    ({"sku": "rtx-3090-24gb"}, {}),
    ({"family": "geforce rtx 3090"}, {}),
    ({"min_vram": 24}, {}),
    ({"max_price": 620}, {}),
    ({"max_usd_per_gb": 26}, {}),
    ({"max_usd_per_tflop": 9}, {}),
    ({"max_usd_per_gbps": 0.7}, {}),
    ({"below_fair": 20}, {}),
    ({"lowest_in": 60}, {}),
    ({"min_vram": 16, "min_quantity": 4}, {"quantity": 4}),
    ({"min_vram": 24, "region": "us", "source": "ebay", "condition": "used", "shipping_known": True}, {}),
]
NOT_ANSWERED = [
    ({"sku": "rtx-3080-10gb"}, {}),
    ({"min_vram": 25}, {}),
    ({"max_price": 619}, {}),
    ({"max_price": 5000}, {"landed": None}),
    ({"max_usd_per_tflop": 900}, {"usd_per_tflop_fp16": None}),
    ({"below_fair": 23}, {}),
    ({"below_fair": 1}, {"discount_percent": None}),
    ({"lowest_in": 90}, {}),
    ({"min_vram": 24, "region": "US"}, {"country": None}),
    ({"min_vram": 24, "condition": "new"}, {}),
    ({"min_vram": 24, "source": "hardwareswap"}, {}),
    ({"min_vram": 24, "shipping_known": True}, {"shipping_usd": None}),
    ({"max_price": 5000}, {"discount_percent": 60.0}),  # too cheap to be true
]


@pytest.mark.parametrize(("conditions", "changes"), ANSWERED)
def test_an_offer_that_meets_every_condition_answers(conditions: dict[str, Any], changes: dict[str, Any]) -> None:
    assert OfferColumns([offer(**changes)]).matching(Rule(**conditions)) == [0]


@pytest.mark.parametrize(("conditions", "changes"), NOT_ANSWERED)
def test_an_offer_that_misses_one_or_does_not_know_it_is_left_out(
    conditions: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert OfferColumns([offer(**changes)]).matching(Rule(**conditions)) == []


def test_the_reasons_name_what_was_asked_and_what_is_so() -> None:
    rule = Rule(min_vram=24, max_usd_per_gb=26, below_fair=15)
    assert reasons(rule, offer()) == (
        "$25.83 a GB is under $26.00",
        "22 % under fair value, you asked for 15 %",
        "24 GB, you asked for 24",
    )


def test_a_watch_for_a_card_alone_says_so() -> None:
    assert reasons(Rule(sku="rtx-3090-24gb"), offer()) == ("rtx-3090-24gb",)


@pytest.mark.parametrize(
    ("conditions", "line"),
    [
        ({}, "a watch needs a card, a size or a limit"),
        ({"condition": "used"}, "a watch needs a card, a size or a limit"),
        ({"max_price": -5}, "max-price: Input should be greater than 0"),
        ({"below_fair": 100}, "below-fair: Input should be less than 100"),
        ({"max_price": "cheap"}, "max-price: Input should be a valid number"),
        ({"min_vram": 8, "region": "Texas"}, "region: String should match pattern"),
        ({"colour": "green"}, "colour: there is no such condition"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_in_one_line(conditions: dict[str, Any], line: str) -> None:
    with pytest.raises(GpudealsError, match=line):
        parse_rule(conditions)


@pytest.mark.parametrize(
    ("quiet", "hour", "is_quiet"),
    [
        (None, 3, False),
        ("22-07", 23, True),
        ("22-07", 3, True),
        ("22-07", 7, False),
        ("22-07", 12, False),
        ("1-5", 1, True),
        ("1-5", 5, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet: str | None, hour: int, is_quiet: bool) -> None:
    assert in_quiet_hours(quiet, datetime(2026, 3, 1, hour, tzinfo=UTC)) is is_quiet


@pytest.mark.parametrize("quiet", ["25-7", "7-7", "late", "22:00-07:00"])
def test_quiet_hours_that_cannot_be_read_are_refused(quiet: str) -> None:
    with pytest.raises(GpudealsError, match="quiet-hours"):
        check_delivery("instant", quiet)

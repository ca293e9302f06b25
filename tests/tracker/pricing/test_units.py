"""Small rules of money and risk: metrics, landed price, links, signs."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker.catalog import catalog
from tracker.pricing.landed import landed
from tracker.pricing.links import link
from tracker.pricing.metrics import metrics
from tracker.pricing.risk import Signs, is_placeholder, risks
from tracker.settings import PricingSection

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Card:
    vram_gb: float = 24
    bandwidth_gb_s: float | None = 936
    fp32_tflops: float | None = 35.6
    fp16_tensor_tflops: float | None = 71.2


def test_metrics_divide_the_price() -> None:
    assert metrics(712, Card()) == {
        "usd_per_gb": 29.67, "usd_per_tflop_fp16": 10.0, "usd_per_tflop_fp32": 20.0, "usd_per_gbps": 0.76,
    }  # fmt: skip


def test_a_card_without_tensor_cores_has_no_price_per_tensor_tflop() -> None:
    assert metrics(150, Card(fp16_tensor_tflops=None))["usd_per_tflop_fp16"] is None
    p40 = catalog().by_slug("tesla-p40-24gb")
    assert p40 is not None
    assert metrics(150, p40)["usd_per_tflop_fp16"] is None


def test_without_a_price_there_are_no_metrics() -> None:
    assert set(metrics(None, Card()).values()) == {None}


@pytest.mark.parametrize(
    ("country", "shipping", "settings", "total", "comparable"),
    [
        ("US", 20.0, {}, 520.0, 520.0),
        ("US", None, {}, None, None),
        ("US", 0.0, {"sales_tax": 0.08}, 540.0, 500.0),
        ("CN", 20.0, {"import_duty": 0.1}, 570.0, 570.0),
        ("US", 20.0, {"import_duty": 0.1}, 520.0, 520.0),
        (None, 20.0, {"import_duty": 0.1}, 520.0, 520.0),
        ("CN", 20.0, {"import_duty": 0.1, "sales_tax": 0.1}, 627.0, 570.0),
    ],
)
def test_what_a_buyer_really_pays(
    country: str | None, shipping: float | None, settings: dict[str, Any], total: float | None, comparable: float | None
) -> None:
    paid = landed(500.0, shipping, country, PricingSection(**settings))
    assert (paid.total, paid.comparable) == (total, comparable)


@pytest.mark.parametrize(
    ("source", "external_id", "url", "found"),
    [
        ("ebay", "176033835717", "https://evil.example/x", "https://www.ebay.com/itm/176033835717"),
        ("ebay", "176033835717:5512", None, "https://www.ebay.com/itm/176033835717"),
        ("hardwareswap", "1abcde", "javascript:alert(1)", "https://www.reddit.com/comments/1abcde"),
        ("ebay", "../../x", None, "https://www.ebay.com/itm/..%2F..%2Fx"),
        ("ebay", "7", "http://127.0.0.1:8123/itm/7", "http://127.0.0.1:8123/itm/7"),
        ("somewhere", "7", "https://somewhere.example/7", None),
    ],
)
def test_links_are_built_from_the_markets_own_id(
    source: str, external_id: str, url: str | None, found: str | None
) -> None:
    assert link(source, external_id, url) == found


@pytest.mark.parametrize("price", [1, 12, 123, 1234, 12345, 1111, 9999, 99999, 69])
def test_placeholder_prices(price: float) -> None:
    assert is_placeholder(price)


@pytest.mark.parametrize("price", [100, 1230, 699.99, 999, 1299, 999.99, 250, 12.34])
def test_prices_that_people_ask(price: float) -> None:
    assert not is_placeholder(price)


HONEST = Signs(
    text="[H] RTX 3090 [W] PayPal timestamps https://imgur.com/a/x", price=650, ratio=0.9, post=True,
    created_at=NOW - timedelta(days=3), seen_at=NOW, facts={"trades": 12},
)  # fmt: skip


def codes(**changes: Any) -> list[str]:
    return [risk.split(":")[0] for risk in risks(replace(HONEST, **changes))]


def test_an_honest_offer_has_no_risk() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ratio": 0.4}, "far_too_cheap"),
        ({"price": 1234}, "placeholder"),
        ({"facts": {"trades": 0}}, "zero_feedback"),
        ({"facts": {"seller_score": "0"}, "post": False}, "zero_feedback"),
        ({"facts": {"seller_score": "100-999", "seller_percent": "under 95"}, "post": False}, "poor_feedback"),
        ({"text": "RTX 3090 for sale"}, "no_proof"),
        ({"text": HONEST.text + " Zelle or F&F only"}, "off_platform"),
        ({"text": HONEST.text + " PayPal friends and family"}, "off_platform"),
        ({"text": HONEST.text + " sold as-is"}, "as_is"),
        ({"text": HONEST.text + " Untested"}, "as_is"),
        ({"text": HONEST.text + " need gone today"}, "urgency"),
    ],
)
def test_each_sign_gives_its_own_reason(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_a_day_old_listing_of_an_unknown_seller_is_named() -> None:
    young = {"created_at": NOW - timedelta(hours=3)}
    assert codes(**young, facts={"seller_score": "1-9"}, post=False) == ["new_listing"]
    assert codes(**young, facts={"seller_score": "1000+"}, post=False) == []
    assert codes(**young, facts={}, post=False) == []  # unknown never counts against anybody


def test_a_market_listing_needs_no_proof_picture() -> None:
    assert codes(text="RTX 3090", post=False, facts={"seller_score": "1000+"}) == []

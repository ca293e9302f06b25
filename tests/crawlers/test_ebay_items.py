"""Browse API answers, composed after the shapes that eBay documents; items and numbers are invented."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crawlers.ebay_items import error_of, is_item, is_search, read_item, read_items, read_search
from crawlers.listing import Found, LayoutChanged, NothingFound, RawListing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def usd(value: str, **more: str) -> dict[str, str]:
    return {"value": value, "currency": "USD", **more}


def item(**changes: Any) -> dict[str, Any]:
    whole = {
        "itemId": "v1|300000000001|0",
        "legacyItemId": "300000000001",
        "title": "Velocity V90 24GB",
        "price": usd("1500.00"),
        "condition": "Used",
        "conditionId": "3000",
        "buyingOptions": ["FIXED_PRICE", "BEST_OFFER"],
        "shippingOptions": [{"shippingCostType": "FIXED", "shippingCost": usd("12.50")}],
        "itemLocation": {"postalCode": "902**", "country": "US"},
        "seller": {"username": "invented_shop", "feedbackPercentage": "99.4", "feedbackScore": 1479},
        "itemCreationDate": "2025-11-02T11:06:27.000Z",
        "leafCategoryIds": ["27386"],
    }
    return {k: v for k, v in {**whole, **changes}.items() if v is not None}


def read(**changes: Any) -> RawListing:
    return read_item(item(**changes), NOW)


def test_a_fixed_price_is_an_ask() -> None:
    found = read()
    assert (found.kind, found.state, found.price, found.currency) == ("ask", "live", Decimal("1500.00"), "USD")
    assert (found.external_id, found.url) == ("300000000001", "https://www.ebay.com/itm/300000000001")
    assert (found.condition, found.condition_id, found.country) == ("Used", "3000", "US")
    assert (found.observed_at, found.created_at) == (NOW, datetime(2025, 11, 2, 11, 6, 27, tzinfo=UTC))


def test_an_auction_with_buy_it_now_has_bid_and_price_apart() -> None:
    found = read(
        buyingOptions=["AUCTION", "FIXED_PRICE"], price=usd("900.00"), currentBidPrice=usd("400.00"), bidCount=0
    )
    assert (found.kind, found.price, found.buy_now) == ("bid", Decimal("400.00"), Decimal("900.00"))


def test_an_auction_alone_is_a_bid() -> None:
    found = read(buyingOptions=["AUCTION"], price=None, currentBidPrice=usd("41.00"), bidCount=3)
    assert (found.kind, found.price, found.buy_now, found.facts["bids"]) == ("bid", Decimal("41.00"), None, 3)


@pytest.mark.parametrize(
    ("options", "cost"),
    [
        ([{"shippingCostType": "FIXED", "shippingCost": usd("0.00")}], Decimal(0)),
        ([{"shippingCostType": "FIXED", "shippingCost": usd("9.99")}], Decimal("9.99")),
        ([{"shippingCostType": "CALCULATED"}], None),
        ([{"shippingCostType": "CALCULATED", "shippingCost": usd("7.10")}], Decimal("7.10")),
        ([], None),
        (None, None),
        ([{"shippingCost": {"value": "5.00", "currency": "GBP"}}], None),
        ([{"shippingCost": usd("20.00")}, {"shippingCost": usd("8.00")}], Decimal("8.00")),
        ([{"shippingCost": usd("NaN")}], None),
    ],
)
def test_shipping_is_known_free_or_unknown(options: Any, cost: Decimal | None) -> None:
    assert read(shippingOptions=options).shipping == cost


def test_a_variation_has_an_id_of_its_own_and_is_marked() -> None:
    found = read(itemId="v1|300000000001|410000000777", itemGroupType="SELLER_DEFINED_VARIATIONS")
    assert (found.external_id, found.variation) == ("300000000001:410000000777", True)


def test_a_converted_price_is_marked() -> None:
    found = read(price=usd("80.11", convertedFromValue="110.00", convertedFromCurrency="CAD"))
    assert (found.converted, found.facts["converted_from"]) == (True, "CAD")


def test_an_end_in_the_past_and_an_empty_stock_end_a_listing_without_a_sale() -> None:
    ended = read(itemEndDate="2026-02-27T08:00:00.000Z")
    out = read(estimatedAvailabilities=[{"estimatedAvailabilityStatus": "OUT_OF_STOCK", "estimatedSoldQuantity": 4}])
    assert (ended.kind, ended.state, ended.ended_at) == ("ended", "ended", datetime(2026, 2, 27, 8, tzinfo=UTC))
    assert (out.kind, out.state, out.quantity_sold) == ("ended", "ended", 4)


def test_an_end_to_come_is_a_fact() -> None:
    found = read(itemEndDate="2026-03-09T08:00:00.000Z")
    assert (found.state, found.ended_at, found.facts["ends_at"]) == ("live", None, "2026-03-09T08:00:00+00:00")


def test_of_the_seller_only_coarse_figures_are_kept() -> None:
    found = read()
    assert "invented_shop" not in repr(found)
    assert (found.facts["seller_score"], found.facts["seller_percent"]) == ("1000+", "99+")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"itemId": "v1|12|0", "legacyItemId": None}, "external_id"),
        ({"itemId": None, "legacyItemId": None}, "external_id"),
        ({"legacyItemId": "300000000002"}, "external_id"),
        ({"title": None}, "title"),
        ({"title": "  "}, "title"),
        ({"price": None}, "price"),
        ({"price": usd("-5.00")}, "price"),
        ({"price": usd("1.2e400")}, "price"),
        ({"price": usd("NaN")}, "price"),
        ({"price": usd("0.00")}, "price"),
        ({"price": {"value": 12.5, "currency": "USD"}}, "price"),
        ({"price": {"value": "12.50"}}, "price"),
        ({"price": {"value": "12.50", "currency": "XQZ"}}, "price"),
        ({"price": usd("4000000000.00")}, "price"),
    ],
)
def test_a_broken_item_names_its_field(changes: dict[str, Any], field: str) -> None:
    outcome = read_items([item(**changes), item(**changes)])
    assert isinstance(outcome, LayoutChanged)
    assert outcome.field == field


def test_one_broken_item_is_a_problem_and_the_others_count() -> None:
    outcome = read_items([item(), item(itemId="v1|300000000009|0", legacyItemId="300000000009", price=usd("abc")), 7])
    assert isinstance(outcome, Found)
    assert [x.external_id for x in outcome.listings] == ["300000000001"]
    assert [p.row for p in outcome.problems] == ["item 2", "item 3"]


def test_a_search_is_read_with_its_next_page() -> None:
    outcome = read_search(
        {"total": 9, "limit": 1, "offset": 0, "next": "https://api/x?offset=1", "itemSummaries": [item()]}
    )
    assert isinstance(outcome, Found)
    assert (len(outcome.listings), outcome.next_url, outcome.counters["warnings"]) == (1, "https://api/x?offset=1", 0)


def test_warnings_are_problems_for_a_filter_was_ignored() -> None:
    warning = {"errorId": 12002, "message": "The filter value is invalid"}
    outcome = read_search({"total": 1, "itemSummaries": [item()], "warnings": [warning]})
    assert isinstance(outcome, Found)
    assert [(p.row, p.reason) for p in outcome.problems] == [
        ("warnings", "eBay warns: 12002 The filter value is invalid")
    ]


@pytest.mark.parametrize(
    "answer", [{"total": 0, "limit": 50}, {"total": 0, "itemSummaries": []}, {"total": 60, "offset": 200}]
)
def test_nothing_found_needs_the_answers_own_word(answer: dict[str, Any]) -> None:
    assert isinstance(read_search(answer), NothingFound)


def test_a_total_without_items_is_a_changed_layout() -> None:
    outcome = read_search({"href": "x", "total": 60, "limit": 50, "offset": 0})
    assert isinstance(outcome, LayoutChanged)
    assert outcome.field == "itemSummaries"


def test_an_item_met_twice_counts_once() -> None:
    outcome = read_items([item(), item()])
    assert isinstance(outcome, Found)
    assert len(outcome.listings) == 1


def test_error_bodies_are_told_from_answers() -> None:
    refused = {"errors": [{"errorId": 2001, "message": "Too many requests."}]}
    token = {"error": "invalid_scope", "error_description": "The requested scope is invalid"}
    assert error_of(refused) == "2001 Too many requests."
    assert error_of(token) == "invalid_scope: The requested scope is invalid"
    assert not any((is_search(refused), is_item(refused), error_of(item()), error_of([])))

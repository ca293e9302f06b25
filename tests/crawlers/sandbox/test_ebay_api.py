"""The simulated Browse API keeps the rules of the real one, the unpleasant ones too."""

from collections import Counter
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest

from crawlers.ebay_items import read_item, read_search
from crawlers.listing import Found, NothingFound
from crawlers.sandbox import Sandbox
from crawlers.sandbox.ebay_api import DAILY_CALLS
from crawlers.sandbox.messages import Request
from tests.crawlers.sandbox.conftest import SEARCH, Ask, basic, body, ebay_client, ebay_token

BOTH = quote("buyingOptions:{FIXED_PRICE|AUCTION}")


def all_items(ebay: Ask, query: str) -> list[dict]:
    path, found = f"{SEARCH}?{query}", []
    while path:
        page = body(ebay(path))
        found += page.get("itemSummaries", [])
        following = urlsplit(page.get("next", ""))
        path = f"{following.path}?{following.query}" if following.path else ""
    return found


@pytest.mark.parametrize(
    ("headers", "form", "status", "error"),
    [
        ({}, b"grant_type=client_credentials", 401, "invalid_client"),
        ({"authorization": basic("wrong", "x")}, b"grant_type=client_credentials", 401, "invalid_client"),
        ({"authorization": basic()}, b"grant_type=password", 400, "unsupported_grant_type"),
        ({"authorization": basic()}, b"grant_type=client_credentials&scope=x", 400, "invalid_scope"),
    ],
)
def test_a_token_request_is_refused_in_oauth_style(
    sandbox: Sandbox, headers: dict[str, str], form: bytes, status: int, error: str
) -> None:
    answer = sandbox.answer(Request("POST", "/identity/v1/oauth2/token", headers, form))
    assert (answer.status, body(answer)["error"]) == (status, error)
    assert "errors" not in body(answer)


def test_a_token_lasts_two_hours(own_sandbox: Sandbox) -> None:
    sandbox, ebay = own_sandbox, ebay_client(own_sandbox)
    assert ebay(f"{SEARCH}?q=rtx").status == 200
    sandbox.advance(hours=1.9)
    assert ebay(f"{SEARCH}?q=rtx").status == 200
    sandbox.advance(hours=0.2)
    answer = ebay(f"{SEARCH}?q=rtx")
    assert (answer.status, body(answer)["errors"][0]["errorId"]) == (401, 1001)


def test_no_token_is_another_error_than_a_wrong_one(sandbox: Sandbox) -> None:
    answer = sandbox.answer(Request("GET", f"{SEARCH}?q=rtx"))
    assert (answer.status, body(answer)["errors"][0]["errorId"]) == (401, 1002)


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("", 400, 12001),
        ("limit=10", 400, 12001),
        ("q=rtx&limit=0", 400, 12006),
        ("q=rtx&limit=201", 400, 12006),
        ("q=rtx&limit=ten", 400, 12007),
        ("q=rtx&offset=-50", 400, 12004),
        ("q=rtx&offset=one", 400, 12005),
        ("q=rtx&limit=100&offset=50", 400, 12515),
        ("q=rtx&limit=200&offset=10000", 400, 12029),
        ("category_ids=58058", 409, 12013),
    ],
)
def test_wrong_requests_have_their_error_bodies(ebay: Ask, query: str, status: int, error: int) -> None:
    answer = ebay(f"{SEARCH}?{query}")
    told = body(answer)["errors"][0]
    assert (answer.status, told["errorId"], told["domain"]) == (status, error, "API_BROWSE")


@pytest.mark.parametrize(
    ("query", "warning"),
    [
        ("filter=colour:green", 12002),
        ("filter=buyingOptions:{SWAP}", 12002),
        ("filter=price:[100..200]", 12012),
        ("sort=prettiest", 12008),
        ("category_ids=cards", 12009),
    ],
)
def test_a_filter_that_is_not_understood_is_ignored_with_a_warning_and_status_200(
    ebay: Ask, query: str, warning: int
) -> None:
    plain, warned = body(ebay(f"{SEARCH}?q=rtx")), ebay(f"{SEARCH}?q=rtx&{quote(query, safe='=&:')}")
    assert warned.status == 200
    assert [w["errorId"] for w in body(warned)["warnings"]] == [warning]
    if warning != 12002 or "colour" in query:
        assert body(warned)["total"] == plain["total"]


def test_an_unknown_marketplace_is_refused(ebay: Ask) -> None:
    answer = ebay(f"{SEARCH}?q=rtx", x_ebay_c_marketplace_id="EBAY_MARS")
    assert (answer.status, body(answer)["errors"][0]["errorId"]) == (409, 12019)


def test_paging_by_next_meets_every_live_card_once(sandbox: Sandbox, ebay: Ask) -> None:
    found = all_items(ebay, f"category_ids=27386&limit=50&filter={BOTH}&sort=newlyListed")
    ids = Counter(item["legacyItemId"] for item in found)
    domestic = {i.id for i in sandbox.market.live["EBAY_US"].values() if i.category == "27386"}
    assert set(ids.values()) == {1}
    assert {item["legacyItemId"] for item in found if item["listingMarketplaceId"] == "EBAY_US"} == domestic
    created = [item["itemCreationDate"] for item in found if item["listingMarketplaceId"] == "EBAY_US"]
    assert created == sorted(created, reverse=True)


def test_auctions_appear_only_when_asked_for(ebay: Ask) -> None:
    usual = all_items(ebay, "category_ids=27386&limit=200")
    assert not any(item["buyingOptions"] == ["AUCTION"] for item in usual)
    auctions = all_items(ebay, f"category_ids=27386&limit=200&filter={quote('buyingOptions:{AUCTION}')}")
    assert auctions
    for item in auctions:
        assert {"currentBidPrice", "bidCount", "itemEndDate"} <= set(item)
        if "FIXED_PRICE" in item["buyingOptions"]:
            assert float(item["price"]["value"]) > float(item["currentBidPrice"]["value"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rtx 3080", lambda title: "3080" in title),
        ("rtx 3080 -ti", lambda title: "3080" in title and "ti" not in title.replace("ti", " ti").split()),
        ("(rtx 3070, rtx 3090)", lambda title: "3070" in title or "3090" in title),
        ("tesla p40", lambda title: "p40" in title),
    ],
)
def test_words_choose_and_exclude(ebay: Ask, query: str, expected) -> None:
    found = all_items(ebay, f"q={quote(query)}&limit=200")
    assert found
    assert all(expected(item["title"].lower()) for item in found)


def test_filters_for_condition_price_and_country_hold(ebay: Ask) -> None:
    wanted = quote("conditionIds:{3000|1500},price:[200..900],priceCurrency:USD,itemLocationCountry:US")
    found = all_items(ebay, f"q=rtx&limit=200&filter={wanted}")
    assert found
    for item in found:
        assert item["conditionId"] in ("3000", "1500")
        assert 200 <= float(item["price"]["value"]) <= 900
        assert item["itemLocation"]["country"] == "US"


def test_foreign_listings_are_converted_and_say_so(ebay: Ask) -> None:
    abroad = [i for i in all_items(ebay, "category_ids=27386&limit=200") if i["listingMarketplaceId"] != "EBAY_US"]
    assert abroad
    for item in abroad:
        assert item["price"]["currency"] == "USD"
        assert item["price"]["convertedFromCurrency"] in ("GBP", "EUR", "CAD")
    at_home = body(ebay(f"{SEARCH}?q=rtx", x_ebay_c_marketplace_id="EBAY_GB"))["itemSummaries"]
    assert {item["price"]["currency"] for item in at_home} == {"GBP"}


def test_the_shapes_are_those_that_the_reader_of_real_answers_knows(ebay: Ask) -> None:
    outcome = read_search(body(ebay(f"{SEARCH}?category_ids=27386&limit=200&filter={BOTH}")))
    assert isinstance(outcome, Found)
    assert not outcome.problems
    assert len(outcome.listings) == 200
    shipping = [listing.shipping for listing in outcome.listings]
    assert 0 in shipping and None in shipping and any(cost for cost in shipping)
    assert any(listing.variation for listing in outcome.listings)
    assert any(listing.kind == "bid" for listing in outcome.listings)
    assert isinstance(read_search(body(ebay(f"{SEARCH}?q=voodoo"))), NothingFound)


def test_an_ended_item_is_out_of_stock_and_later_unknown(own_sandbox: Sandbox) -> None:
    sandbox, ebay = own_sandbox, ebay_client(own_sandbox)
    item = next(i for i in sandbox.market.live["EBAY_US"].values() if i.sort == "card" and i.stock == 1)
    path = f"/buy/browse/v1/item/{quote(f'v1|{item.id}|0')}"
    live = read_item(body(ebay(path)), sandbox.now)
    assert (live.state, live.external_id) == ("live", item.id)
    sandbox.market._life._end(item, sandbox.now, "sold")
    ended = read_item(body(ebay(path)), sandbox.now)
    assert (ended.state, ended.kind) == ("ended", "ended")
    sandbox.advance(days=4)
    token = ebay_token(sandbox)
    answer = sandbox.answer(Request("GET", path, {"authorization": f"Bearer {token}"}))
    assert (answer.status, body(answer)["errors"][0]["errorId"]) == (404, 11001)


def test_legacy_ids_lead_to_items_but_not_to_groups(sandbox: Sandbox, ebay: Ask) -> None:
    plain = next(i for i in sandbox.market.live["EBAY_US"].values() if not i.variation)
    group = next(i for i in sandbox.market.live["EBAY_US"].values() if i.variation)
    path = "/buy/browse/v1/item/get_item_by_legacy_id?legacy_item_id="
    assert body(ebay(path + plain.id))["legacyItemId"] == plain.id
    assert body(ebay(path + group.id))["errors"][0]["errorId"] == 11006
    assert body(ebay(path + "123456789012"))["errors"][0]["errorId"] == 11003


def test_the_5001st_call_of_a_pacific_day_is_refused_until_midnight_there() -> None:
    sandbox = Sandbox(1, scale=0.02, days=1)  # ends at 00:00 UTC, 16:00 the day before in California
    headers = {"authorization": f"Bearer {ebay_token(sandbox)}"}
    request = Request("GET", f"{SEARCH}?q=rtx&limit=1", headers)
    assert {sandbox.answer(request).status for _ in range(DAILY_CALLS)} == {200}
    refused = sandbox.answer(request)
    assert (refused.status, body(refused)["errors"][0]["errorId"]) == (429, 2001)
    wait = int(refused.headers["Retry-After"])
    assert wait == timedelta(hours=8).total_seconds()
    sandbox.advance(seconds=wait)
    headers["authorization"] = f"Bearer {ebay_token(sandbox)}"
    assert sandbox.answer(Request("GET", f"{SEARCH}?q=rtx&limit=1", headers)).status == 200

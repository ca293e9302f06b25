"""Each fault spoils answers as its description says; each redesign takes away the field that it names."""

import json
from email.utils import parsedate_to_datetime

import pytest

from crawlers.ebay_items import read_search
from crawlers.ebay_pages import read_page
from crawlers.listing import Found
from crawlers.sandbox import Sandbox
from crawlers.sandbox.fault_answers import INSTEAD
from crawlers.sandbox.fault_changes import CHANGES
from crawlers.sandbox.faults import fault_names
from crawlers.sandbox.messages import Request
from crawlers.sandbox.redesigns import Redesign, redesigns
from tests.crawlers.sandbox.conftest import SEARCH, Ask, basic, body

QUERY = f"{SEARCH}?q=rtx&limit=50"


def test_every_fault_that_is_described_exists() -> None:
    assert set(fault_names()) == set(INSTEAD) | set(CHANGES)
    assert not set(INSTEAD) & set(CHANGES)


def test_an_unknown_fault_is_refused_with_the_names_of_the_others(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no fault is called 'gremlins'; there are: too-many-requests"):
        sandbox.faults.switch_on("gremlins")


@pytest.mark.parametrize("name", sorted(set(fault_names()) - {"token-refused"}))
def test_every_fault_changes_an_answer_of_one_of_the_markets(
    sandbox: Sandbox, ebay: Ask, reddit: Ask, name: str
) -> None:
    asked = [
        lambda: ebay(QUERY),
        lambda: ebay(f"{QUERY}&offset=50"),
        lambda: reddit("/r/hardwareswap/new?limit=30&raw_json=1"),
        lambda: reddit("/r/hardwareswap/new?limit=30&raw_json=1&after=" + after),
    ]
    after = body(reddit("/r/hardwareswap/new?limit=30"))["data"]["after"]
    before = [(a.status, a.body, dict(a.headers), a.trick) for a in (ask() for ask in asked)]
    states = {post.id: post.state for post in sandbox.market.posts.values()}
    sandbox.faults.switch_on(name)
    spoilt = [(a.status, a.body, dict(a.headers), a.trick) for a in (ask() for ask in asked)]
    for rows in (before, spoilt):
        for row in rows:
            for header in ("x-ratelimit-remaining", "x-ratelimit-reset"):
                if name not in ("no-rate-headers", "float-rate-headers"):
                    row[2].pop(header, None)
                    row[2].pop("x-ratelimit-used", None)
    changed = before != spoilt or states != {post.id: post.state for post in sandbox.market.posts.values()}
    assert changed


def test_a_fault_strikes_as_often_as_it_was_told(sandbox: Sandbox, ebay: Ask) -> None:
    sandbox.faults.switch_on("server-error", count=2, skip=1)
    assert [ebay(QUERY).status for _ in range(5)] == [200, 500, 500, 200, 200]
    sandbox.faults.switch_on("forbidden", every=3)
    assert [ebay(QUERY).status for _ in range(4)] == [403, 200, 200, 403]
    sandbox.faults.clear()
    assert ebay(QUERY).status == 200


def test_retry_after_comes_in_every_form(sandbox: Sandbox, ebay: Ask) -> None:
    told = {}
    for name in fault_names():
        if name.startswith("retry-after"):
            sandbox.faults.clear()
            sandbox.faults.switch_on(name)
            answer = ebay(QUERY)
            assert answer.status == 429
            told[name.removeprefix("retry-after-")] = answer.headers["Retry-After"]
    assert (told["seconds"], told["negative"], told["years"]) == ("2", "-5", "315360000")
    assert parsedate_to_datetime(told["past"]) < parsedate_to_datetime(told["date"])


def test_a_refused_key_gets_no_token(sandbox: Sandbox) -> None:
    sandbox.faults.switch_on("token-refused")
    for path in ("/identity/v1/oauth2/token", "/api/v1/access_token"):
        request = Request("POST", path, {"authorization": basic()}, b"grant_type=client_credentials")
        assert sandbox.answer(request).status == 401


def test_an_expired_token_is_refused_once_and_a_new_one_taken(sandbox: Sandbox, ebay: Ask) -> None:
    sandbox.faults.switch_on("token-expired")
    assert body(ebay(QUERY))["errors"][0]["errorId"] == 1001
    assert ebay(QUERY).status == 401  # the old token stays refused


def test_prices_are_wrong_as_named(sandbox: Sandbox, ebay: Ask) -> None:
    right = {i["itemId"]: i["price"] for i in body(ebay(QUERY))["itemSummaries"]}
    sandbox.faults.switch_on("prices-x100")
    for item in body(ebay(QUERY))["itemSummaries"]:
        assert float(item["price"]["value"]) == pytest.approx(100 * float(right[item["itemId"]]["value"]))
    sandbox.faults.clear()
    sandbox.faults.switch_on("currency-swap")
    assert {i["price"]["currency"] for i in body(ebay(QUERY))["itemSummaries"]} == {"EUR"}


def test_there_are_at_least_thirty_redesigns() -> None:
    assert len(redesigns()) >= 30
    assert {change.where for change in redesigns().values()} == {"search", "item", "reddit", "page"}


def missing(redesign: Redesign, row: dict) -> bool:
    """Whether a reader of the old layout no longer finds what the redesign moved."""
    for path in redesign.path.split(","):
        value: object = row
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if redesign.op in ("drop", "rename", "move") and value is not None:
            return False
        if redesign.op in ("text", "set") and not isinstance(value, str):
            return False
        if redesign.op == "wrap" and (not isinstance(value, dict) or "value" in value):
            return False
    return True


@pytest.mark.parametrize("redesign", redesigns().values(), ids=lambda r: r.name)
def test_every_redesign_takes_its_field_away(sandbox: Sandbox, ebay: Ask, reddit: Ask, redesign: Redesign) -> None:
    sandbox.redesign.add(redesign.name)
    if redesign.where == "page":
        markup = next((m for m in ("s-item", "su-item-card") if m in redesign.path), "s-card")
        before = sandbox.pages.results("rtx", markup=markup)
        after = sandbox.answer(Request("GET", f"/sch/i.html?_nkw=rtx&_markup={markup}")).body.decode()
        assert before != after
        outcome = read_page(after.encode())
        good = isinstance(outcome, Found) and [getattr(row, redesign.field, None) for row in outcome.listings]
        assert not good or None in good
        return
    if redesign.where == "reddit":
        data = body(reddit("/r/hardwareswap/new?limit=30&raw_json=1"))
        rows = [data] if redesign.path.startswith("/") else [c["data"] for c in data["data"]["children"]]
    elif redesign.where == "item":
        number = next(iter(sandbox.market.live["EBAY_US"]))
        rows = [body(ebay(f"/buy/browse/v1/item/get_item_by_legacy_id?legacy_item_id={number}"))]
    else:
        data = body(ebay(QUERY))
        rows = [data] if redesign.path.startswith("/") else data["itemSummaries"]
    assert rows
    if redesign.path.startswith("/"):
        assert (
            redesign.field not in json.dumps(list(rows[0]))
            or rows[0].get("kind") == "Feed"
            or redesign.field == "children"
        )
    else:
        assert all(missing(redesign, row) for row in rows)


def test_without_faults_and_redesigns_everything_is_read(ebay: Ask) -> None:
    outcome = read_search(body(ebay(QUERY)))
    assert isinstance(outcome, Found) and not outcome.problems

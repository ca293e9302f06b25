"""Pages in three markups: what the reader of saved pages gets out of them is what the market has."""

from decimal import Decimal

import pytest

from crawlers.ebay_pages import read_page
from crawlers.listing import Blocked, Found, NothingFound
from crawlers.sandbox import Sandbox
from crawlers.sandbox.ebay_html import MARKUPS, ROBOTS, challenge
from crawlers.sandbox.messages import Request


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("sold", [False, True])
def test_every_card_of_a_page_is_read_as_it_is_listed(sandbox: Sandbox, markup: str, sold: bool) -> None:
    outcome = read_page(sandbox.pages.results("rtx", markup=markup, sold=sold).encode())
    assert isinstance(outcome, Found)
    assert not outcome.problems
    assert outcome.listings
    for listing in outcome.listings:
        item = sandbox.market.items[listing.external_id]
        asked = item.sold_price if sold else item.price or item.lines[0].lot_price
        assert listing.title == item.title
        assert listing.price == Decimal(asked or 0) / 100
        assert listing.kind == ("sold" if sold else "bid" if item.bids is not None else "ask")
        assert listing.observed_at == sandbox.now


def test_a_page_without_results_says_so(sandbox: Sandbox) -> None:
    assert isinstance(read_page(sandbox.pages.results("voodoo").encode()), NothingFound)


def test_the_challenge_is_recognized(sandbox: Sandbox) -> None:
    assert isinstance(read_page(challenge().encode()), Blocked)


def test_an_item_page_is_read(sandbox: Sandbox) -> None:
    item = next(i for i in sandbox.market.live["EBAY_US"].values() if i.sort == "card" and i.bids is None)
    outcome = read_page(sandbox.answer(Request("GET", f"/itm/{item.id}")).body)
    assert isinstance(outcome, Found)
    assert [(row.external_id, row.title) for row in outcome.listings] == [(item.id, item.title)]
    assert sandbox.answer(Request("GET", "/itm/123456789012")).status == 404


def test_robots_txt_forbids_the_search(sandbox: Sandbox) -> None:
    assert sandbox.answer(Request("GET", "/robots.txt")).body.decode() == ROBOTS
    assert "Disallow: /sch/" in ROBOTS

"""Redesigns and faults of the simulated market: noticed within the crawl, named, and without harm to what is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.sandbox.redesigns import redesigns
from tests.crawlers.market_runs import MarketRuns, names_the_field, what_went_wrong
from tests.crawlers.warm import Warm

#: A few of each kind; tests/torture has all of them.
SOME = (
    "search-price-renamed",
    "search-shipping-dropped",
    "search-list-one-level-down",
    "item-price-moved",
    "reddit-flair-dropped",
    "reddit-sub-dropped",
)


@pytest.fixture(scope="module")
def market(warm: Warm, sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketRuns]:
    folder: Path = tmp_path_factory.mktemp("market")
    runs = MarketRuns(warm, folder, sqlite_template)
    runs.settle()
    yield runs
    runs.close()


@pytest.fixture(autouse=True)
def _as_before(market: MarketRuns) -> Iterator[None]:
    yield
    market.sandbox.redesign.clear()
    market.sandbox.faults.clear()
    market.sandbox.advance(hours=25)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_a_redesign_is_reported_within_one_crawl_by_the_field_that_it_took(market: MarketRuns, name: str) -> None:
    before = market.counted()
    market.sandbox.redesign.add(name)
    outcome, reason = what_went_wrong(*market.crawl("hardwareswap" if name.startswith("reddit") else "ebay_browse"))
    assert outcome in ("suspect", "failed")
    assert names_the_field(redesigns()[name].field, reason), reason
    assert market.counted() == before


@pytest.mark.slow
def test_a_redesign_that_takes_nothing_from_the_reader_is_said_and_counts(market: MarketRuns) -> None:
    market.sandbox.redesign.add("reddit-link-dropped")
    outcome, reason = what_went_wrong(*market.crawl("hardwareswap"))
    assert outcome == "ok"
    assert "url: no post states its address" in reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "source", "words"),
    [
        ("challenge", "ebay_browse", "blocked"),
        ("login", "ebay_browse", "blocked"),
        ("edge-error", "ebay_browse", "blocked"),
        ("forbidden", "ebay_browse", "refused"),
        ("warnings", "ebay_browse", "warned"),
        ("silent-empty", "ebay_browse", "itemSummaries"),
        ("empty-results", "ebay_browse", "0 listings where"),
        ("prices-x100", "ebay_browse", "times off"),
        ("currency-swap", "ebay_browse", "EUR where USD"),
        ("prices-equal", "ebay_browse", "prices are"),
        ("price-jump", "ebay_browse", "against the usual"),
        ("deep-nesting", "hardwareswap", "layout_changed"),
        ("huge-text", "hardwareswap", "10 MB"),
        ("server-error", "hardwareswap", "network"),
        ("empty-results", "hardwareswap", "0 listings"),
    ],
)
def test_a_fault_is_named_and_changes_nothing(market: MarketRuns, fault: str, source: str, words: str) -> None:
    before = market.counted()
    market.sandbox.faults.switch_on(fault)
    outcome, reason = what_went_wrong(*market.crawl(source))
    assert outcome in ("suspect", "failed")
    assert words in reason
    assert market.counted() == before


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["repeated", "reordered", "deleted-anchor", "stale-posts", "token-expired"])
def test_what_a_market_may_well_do_is_no_fault(market: MarketRuns, fault: str) -> None:
    market.sandbox.faults.switch_on(fault)
    for source in ("ebay_browse", "hardwareswap"):
        told, judged = market.crawl(source)
        assert what_went_wrong(told, judged)[0] == "ok", (told, judged)

"""The spider over the Browse API, as a real crawl over HTTP against a stand-in."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tests.crawlers.fakes import FakeEbay, ebay_item
from tests.crawlers.stored import count, counters, rows
from tracker.judging import Judge

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEARCH = "/buy/browse/v1/item_summary/search"


def test_a_search_is_read_to_its_last_page_and_no_item_twice(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i) for i in range(450)]
    plan("rtx 3090")
    assert crawl("ebay_browse")["end"] == "finished"
    assert [asked.query["offset"] for asked in ebay.asked if asked.path == SEARCH] == [["0"], ["200"], ["400"]]
    assert count(sqlite, "raw_listing") == count(sqlite, "raw_revision") == 450


def test_a_question_names_category_market_and_both_kinds_of_offer(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None]
) -> None:
    plan("rtx 3090")
    crawl("ebay_browse", GPUDEALS_CRAWL_CONTACT="https://example.org/me")
    asked = next(asked for asked in ebay.asked if asked.path == SEARCH)
    assert asked.query["category_ids"] == ["27386"]
    assert asked.query["filter"] == ["buyingOptions:{FIXED_PRICE|AUCTION}"]
    assert asked.query["limit"] == ["200"]
    assert asked.headers["x-ebay-c-marketplace-id"] == "EBAY_US"
    assert asked.headers["user-agent"].startswith("gpudeals/")
    assert "example.org/me" in asked.headers["user-agent"]


def test_an_item_that_two_searches_show_is_stored_once(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i, title=f"RTX 3080 or RTX 3090 number {i}") for i in range(30)]
    plan("rtx 3080", "rtx 3090")
    crawl("ebay_browse")
    found = counters(sqlite)
    assert (found["items"], found["rows"], found["dropped"]) == (30, 60, {"repeated": 30})
    assert count(sqlite, "raw_revision") == 30


def test_rows_in_are_rows_stored_and_rows_dropped(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    broken = ebay_item(7, price="a lot")
    ebay.items = [*(ebay_item(i) for i in range(5)), broken, ebay_item(3)]
    plan("rtx 3090")
    crawl("ebay_browse")
    found = counters(sqlite)
    assert found["rows"] == found["items"] + sum(found["dropped"].values()) + sum(found["problems"].values())
    assert list(found["problems"].values()) == [1]


def test_the_token_is_asked_for_once_and_kept_over_restarts_in_a_file_of_its_owner(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None], tmp_path: Path
) -> None:
    ebay.items = [ebay_item(1)]
    plan("rtx 3090", "rtx 3080", "rtx 3070")
    crawl("ebay_browse")
    crawl("ebay_browse")
    assert len(ebay.paths("/identity")) == 1
    kept = next(tmp_path.rglob("ebay-token-*.json"))
    assert kept.stat().st_mode & 0o077 == 0


def test_the_searches_longest_not_made_come_first_and_empty_ones_rest(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i, title=f"RTX 3090 RTX 308{i % 3}") for i in range(9)]
    plan("rtx 3080", "rtx 3081", "rtx 3082", "rtx 9999")
    made: list[list[str]] = []
    for run in range(4):
        ebay.asked.clear()
        crawl("ebay_browse", NOW + timedelta(minutes=30 * run), GPUDEALS_EBAY_CALLS_PER_RUN="2")
        Judge(sqlite).judge_all(NOW + timedelta(minutes=30 * run + 1))
        made.append([asked.query["q"][0] for asked in ebay.asked if asked.path == SEARCH])
    assert sorted(made[0] + made[1]) == ["rtx 3080", "rtx 3081", "rtx 3082", "rtx 9999"]
    assert "rtx 9999" not in made[2] + made[3]


def test_what_no_search_shows_any_more_is_asked_after_and_gone_only_when_missed_twice(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i) for i in range(30)]
    plan("rtx 3090")
    states = []
    for hour in range(6):
        if hour == 1:
            del ebay.items[0]  # not known any more
            ebay.items[0] |= {"title": "card", "price": {"value": "555.00", "currency": "USD"}}  # out of the search
            ebay.items[1] |= {
                "title": "card",
                "estimatedAvailabilities": [{"estimatedAvailabilityStatus": "OUT_OF_STOCK"}],
            }
        crawl("ebay_browse", NOW + timedelta(hours=hour))
        judged = Judge(sqlite).judge_all(NOW + timedelta(hours=hour, minutes=1))
        assert [run.verdict.outcome for run in judged] == ["ok"], judged
        states.append(dict(rows(sqlite, "SELECT external_id, state FROM raw_listing")))
    assert states[1]["100000000000"] == "live"
    assert (states[-1]["100000000000"], states[-1]["100000000001"], states[-1]["100000000002"]) == (
        "gone",
        "live",
        "ended",
    )
    assert Counter(states[-1].values()) == {"live": 28, "gone": 1, "ended": 1}
    repriced = rows(
        sqlite,
        "SELECT price_minor FROM raw_revision JOIN raw_listing l ON l.id = listing_id "
        "WHERE external_id = '100000000001' ORDER BY observed_at",
    )
    assert [price for (price,) in repriced] == [65_700, 55_500]


def test_an_item_asked_after_and_unchanged_is_no_change(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i) for i in range(10)]
    plan("rtx 3090")
    crawl("ebay_browse", NOW)
    Judge(sqlite).judge_all(NOW)
    ebay.items[0] |= {"title": "NVIDIA GeForce RTX3090 24GB", "shortDescription": "only in getItem"}
    for hour in (1, 2, 3):
        crawl("ebay_browse", NOW + timedelta(hours=hour))
        Judge(sqlite).judge_all(NOW + timedelta(hours=hour))
    assert ebay.paths("/buy/browse/v1/item/") != []
    assert count(sqlite, "raw_revision") == 10


def test_a_suspect_run_counts_once_a_person_accepts_it(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i) for i in range(100)]
    plan("rtx 3090")
    crawl("ebay_browse", NOW)
    Judge(sqlite).judge_all(NOW)
    for item in ebay.items:
        item["price"] = {"value": "70000.00", "currency": "USD"}
    told = crawl("ebay_browse", NOW + timedelta(hours=1))
    (judged,) = Judge(sqlite).judge_all(NOW + timedelta(hours=1))
    assert judged.verdict.outcome == "suspect"
    promoted = "SELECT count(*) FROM raw_revision r JOIN crawl_run c ON c.id = r.run_id WHERE promoted_at IS NOT NULL"
    assert rows(sqlite, promoted) == [(100,)]
    Judge(sqlite).accept(told["run"])
    assert rows(sqlite, promoted) == [(200,)]


def test_a_crawl_that_is_under_way_is_not_joined(
    ebay: FakeEbay, start: Callable[..., Any], sqlite: Engine, plan: Callable[..., None]
) -> None:
    from crawlers.gate import utc_now
    from crawlers.run import begin, finish
    from crawlers.source import sources

    plan("rtx 3090")
    run = begin(sqlite, sources()["ebay_browse"], utc_now)
    assert start("ebay_browse").wait()["end"] == "already_running"
    finish(run, "finished", "")
    assert start("ebay_browse").wait()["end"] == "finished"

"""The spider over the Browse API, as a real crawl over HTTP against a stand-in."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.crawls import calls_spent
from tests.crawlers.fakes import Answer, Asked, FakeEbay, ebay_item, gzipped
from tracker.judging import Judge

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEARCH = "/buy/browse/v1/item_summary/search"


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query)))


def count(engine: Engine, table: str) -> int:
    return int(rows(engine, f"SELECT count(*) FROM {table}")[0][0])


def counters(engine: Engine) -> dict[str, Any]:
    found = rows(engine, "SELECT counters FROM crawl_run ORDER BY started_at DESC LIMIT 1")[0][0]
    value: dict[str, Any] = json.loads(found)
    return value


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


def test_a_token_that_is_refused_is_renewed_once(ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None]) -> None:
    ebay.items = [ebay_item(1)]
    plan("rtx 3090")
    crawl("ebay_browse")
    ebay.token = "canary-token-next"
    assert crawl("ebay_browse")["end"] == "finished"
    assert len(ebay.paths("/identity")) == 2


@pytest.mark.parametrize(
    ("answer", "end", "words"),
    [
        (
            Answer(401, {"error": "invalid_client", "error_description": "client authentication failed"}),
            "refused",
            "key",
        ),
        (Answer(200, {"something": "else"}), "layout_changed", "access_token"),
        (Answer(500, {"errors": []}), "network", "token"),
    ],
)
def test_without_a_token_nothing_is_searched(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None], answer: Answer, end: str, words: str
) -> None:
    plan("rtx 3090")
    ebay.script.append(lambda asked: answer if asked.path.startswith("/identity") else None)
    told = crawl("ebay_browse")
    assert told["end"] == end
    assert words in told["message"]
    assert ebay.paths(SEARCH) == []


def test_a_warning_with_status_200_ends_the_crawl_and_stores_nothing(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(1)]
    plan("rtx 3090")

    def warns(asked: Asked) -> Answer | None:
        if asked.path != SEARCH:
            return None
        body = ebay.search(asked).body
        return Answer(200, {**body, "warnings": [{"errorId": 12002, "message": "The filter value is invalid"}]})

    ebay.script.append(warns)
    told = crawl("ebay_browse")
    assert told["end"] == "warned"
    assert "12002" in told["message"]
    assert count(sqlite, "raw_listing") == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {key: value for key, value in body.items() if key != "itemSummaries"},
        lambda body: {**body, "itemSummaries": [{**item, "price": "700"} for item in body["itemSummaries"]]},
        lambda body: {**body, "itemSummaries": [{**item, "itemId": "new style"} for item in body["itemSummaries"]]},
        lambda body: {**body, "next": "http://127.0.0.1/elsewhere?offset=0"},
    ],
    ids=["items renamed", "price is text", "other ids", "next leads back"],
)
def test_a_redesign_ends_the_crawl_by_name_and_leaves_what_is_known_alone(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None], change: Callable[[Any], Any]
) -> None:
    ebay.items = [{**ebay_item(i), "legacyItemId": None} for i in range(20)]
    plan("rtx 3090")
    crawl("ebay_browse")
    Judge(sqlite).judge_all()
    before = rows(sqlite, "SELECT * FROM raw_listing ORDER BY id")

    def redesigned(asked: Asked) -> Answer | None:
        return Answer(200, change(ebay.search(asked).body)) if asked.path == SEARCH else None

    ebay.script.append(redesigned)
    told = crawl("ebay_browse")
    assert (told["end"], told["status"]) == ("layout_changed", 8)
    assert rows(sqlite, "SELECT * FROM raw_listing ORDER BY id") == before
    assert count(sqlite, "sighting") == 0


def test_server_errors_are_tried_three_times_and_end_the_crawl_after_three_searches(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None]
) -> None:
    plan(*(f"rtx {number}" for number in range(3060, 3099)))
    ebay.script.append(lambda asked: Answer(500, b"oops") if asked.path == SEARCH else None)
    told = crawl("ebay_browse")
    assert (told["end"], told["status"]) == ("network", 10)
    assert len(ebay.paths(SEARCH)) <= 3 * 6  # four searches are under way at once


def test_a_hiccup_is_got_over(ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]) -> None:
    ebay.items = [ebay_item(i) for i in range(300)]
    plan("rtx 3090")
    ebay.once(lambda asked: Answer(503, b"") if asked.path == SEARCH else None)
    assert crawl("ebay_browse")["end"] == "finished"
    assert count(sqlite, "raw_listing") == 300


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_ends_the_crawl_and_is_obeyed_after_a_restart(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None], status: int
) -> None:
    ebay.items = [ebay_item(1)]
    plan("rtx 3090", "rtx 3080")
    ebay.once(lambda asked: Answer(status, b"", {"Retry-After": "3600"}) if asked.path == SEARCH else None)
    told = crawl("ebay_browse", NOW)
    assert (told["end"], told["status"]) == ("asked_to_wait", 5)
    asked = len(ebay.asked)
    for minutes in (1, 30, 59):
        assert crawl("ebay_browse", NOW + timedelta(minutes=minutes))["end"] == "asked_to_wait"
    assert len(ebay.asked) == asked
    assert crawl("ebay_browse", NOW + timedelta(minutes=61))["end"] == "finished"


def test_a_short_retry_after_is_sat_out(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(1)]
    plan("rtx 3090")
    ebay.once(lambda asked: Answer(429, b"", {"Retry-After": "1"}) if asked.path == SEARCH else None)
    assert crawl("ebay_browse")["end"] == "finished"
    first, second = (asked.at for asked in ebay.asked if asked.path == SEARCH)
    assert second - first >= 1.0
    assert count(sqlite, "raw_listing") == 1


def test_every_attempt_is_on_the_quota_and_the_last_call_of_the_day_is_the_last(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]
) -> None:
    ebay.items = [ebay_item(i) for i in range(50)]
    plan(*(f"rtx {number}" for number in range(3050, 3099)))
    ebay.once(lambda asked: Answer(503, b"") if asked.path == SEARCH else None, times=3)
    limits = {"GPUDEALS_EBAY_DAILY_CALLS": "20", "GPUDEALS_EBAY_CALLS_PER_RUN": "100"}
    told = crawl("ebay_browse", NOW, **limits)
    assert (told["end"], told["status"]) == ("quota", 0)
    assert len(ebay.paths(SEARCH)) == 19
    crawl("ebay_browse", NOW + timedelta(hours=1), **limits)
    assert len(ebay.paths(SEARCH)) == 19
    with sqlite.connect() as connection:
        assert calls_spent(connection, "ebay_browse", "browse", "2026-11-24") == 19
    crawl("ebay_browse", NOW + timedelta(hours=21), **limits)
    assert len(ebay.paths(SEARCH)) == 38


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


def test_a_failed_crawl_ends_nothing(ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None]) -> None:
    ebay.items = [ebay_item(i) for i in range(50)]
    plan("rtx 3090")
    crawl("ebay_browse", NOW)
    Judge(sqlite).judge_all(NOW)
    ebay.items = []
    for hour in range(1, 5):
        crawl("ebay_browse", NOW + timedelta(hours=hour))
        judged = Judge(sqlite).judge_all(NOW + timedelta(hours=hour))
        assert [run.verdict.outcome for run in judged] == ["suspect"]
    assert rows(sqlite, "SELECT state, count(*) FROM raw_listing GROUP BY state") == [("live", 50)]


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


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/steal", "file:///etc/passwd", "data:text/plain,x"])
def test_a_redirect_elsewhere_is_not_followed(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None], target: str
) -> None:
    plan("rtx 3090", "rtx 3080", "rtx 3070", "rtx 3060")
    ebay.script.append(lambda asked: Answer(302, b"", {"Location": target}) if asked.path == SEARCH else None)
    assert crawl("ebay_browse")["status"] != 0


def test_the_key_goes_to_no_other_port(ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None]) -> None:
    other = FakeEbay()
    plan("rtx 3090", "rtx 3080", "rtx 3070", "rtx 3060")
    ebay.script.append(
        lambda asked: Answer(307, b"", {"Location": other.url + asked.path}) if "search" in asked.path else None
    )
    crawl("ebay_browse")
    assert other.asked == []
    other.close()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_decompression_bomb_is_not_unpacked(
    ebay: FakeEbay, crawl: Crawl, plan: Callable[..., None], encoding: str
) -> None:
    body = bomb(encoding, 150 * 2**20)
    plan("rtx 3090", "rtx 3080", "rtx 3070")
    ebay.script.append(
        lambda asked: Answer(200, body, {"Content-Encoding": encoding}) if asked.path == SEARCH else None
    )
    told = crawl("ebay_browse")
    assert told["status"] != 0
    assert told["rss_mb"] < 300


def bomb(encoding: str, size: int) -> bytes:
    import zlib

    if encoding == "gzip":
        return gzipped(size)
    if encoding == "deflate":
        return zlib.compress(b"0" * size, 9)
    if encoding == "br":
        import brotli

        compressor = brotli.Compressor(quality=1)
        return b"".join(compressor.process(b"0" * 2**20) for _ in range(size // 2**20)) + compressor.finish()
    from backports import zstd

    return zstd.compress(b"0" * size)


def test_nothing_secret_is_written_down(
    ebay: FakeEbay, sqlite: Engine, crawl: Crawl, plan: Callable[..., None], tmp_path: Path
) -> None:
    ebay.items = [ebay_item(i) for i in range(3)]
    plan("rtx 3090")
    crawl("ebay_browse")
    ebay.script.append(
        lambda asked: (
            Answer(403, {"errors": [{"errorId": 1100, "message": "no: " + asked.headers["authorization"]}]})
            if asked.path == SEARCH
            else None
        )
    )
    told = crawl("ebay_browse")
    assert told["end"] == "refused"
    with sqlite.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert logs
    for secret in ("canary-ebay-secret", "canary-token", "canary-seller", "Y2FuYXJ5LWViYXktaWQ"):
        assert secret not in dump + logs + json.dumps(told)

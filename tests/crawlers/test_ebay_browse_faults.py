"""The spider over the Browse API where the market, or somebody in its place, does not answer as it should."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.crawls import calls_spent
from tests.crawlers.fakes import Answer, Asked, FakeEbay, ebay_item, gzipped
from tests.crawlers.stored import count, rows
from tracker.judging import Judge

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEARCH = "/buy/browse/v1/item_summary/search"


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

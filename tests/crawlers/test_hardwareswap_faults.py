"""The PRAW collector where Reddit, or somebody in its place, does not answer as it should."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.crawlers.fakes import Answer, FakeReddit, gzipped, posts_at, stamp
from tests.crawlers.stored import known, rows
from tracker.judging import Judged

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW = "/r/hardwareswap/new"


def test_a_429_is_obeyed_over_restarts_and_nothing_is_missed(
    reddit: FakeReddit, sqlite: Engine, crawl: Crawl, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(300, stamp(NOW))
    reddit.once(lambda asked: Answer(429, {}, {"Retry-After": "1800"}) if "after" in asked.query else None)
    assert crawl("hardwareswap", NOW)["end"] == "asked_to_wait"
    asked = len(reddit.asked)
    assert crawl("hardwareswap", NOW + timedelta(minutes=29))["end"] == "asked_to_wait"
    assert len(reddit.asked) == asked
    poll(NOW + timedelta(minutes=31))
    assert known(sqlite) == {post["id"] for post in reddit.posts}


@pytest.mark.parametrize(
    "rates",
    [
        {},
        {"x-ratelimit-used": "1.0", "x-ratelimit-remaining": "99.0", "x-ratelimit-reset": "10"},
        {"x-ratelimit-used": "5", "x-ratelimit-remaining": "995.0", "x-ratelimit-reset": "400.0"},
        {"x-ratelimit-remaining": "995.0"},
        {"x-ratelimit-used": "many", "x-ratelimit-remaining": "nan", "x-ratelimit-reset": "-1"},
    ],
)
def test_rate_headers_may_be_fractions_or_missing_or_nonsense(
    reddit: FakeReddit, sqlite: Engine, crawl: Crawl, rates: dict[str, str]
) -> None:
    reddit.rates = rates
    reddit.posts = posts_at(150, stamp(NOW))
    assert crawl("hardwareswap", NOW)["end"] == "finished"
    assert len(known(sqlite)) == 150


def test_a_spent_rate_holds_the_next_call_back_until_it_is_renewed(reddit: FakeReddit, crawl: Crawl) -> None:
    reddit.rates = {"x-ratelimit-used": "1000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "500"}
    reddit.posts = posts_at(150, stamp(NOW))
    assert crawl("hardwareswap", NOW)["end"] == "asked_to_wait"
    assert len(reddit.paths(NEW)) == 1
    assert crawl("hardwareswap", NOW + timedelta(seconds=400))["end"] == "asked_to_wait"
    assert len(reddit.paths(NEW)) == 1


def test_server_errors_are_tried_again_and_then_named(reddit: FakeReddit, crawl: Crawl) -> None:
    reddit.posts = posts_at(10, stamp(NOW))
    reddit.script.append(lambda asked: Answer(500, b"") if asked.path == NEW else None)
    told = crawl("hardwareswap", NOW)
    assert (told["end"], told["status"]) == ("network", 10)
    assert len(reddit.paths(NEW)) == 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_one_line_that_says_what_to_check(reddit: FakeReddit, crawl: Crawl, status: int) -> None:
    reddit.script.append(lambda asked: Answer(status, {"message": "no"}) if "token" in asked.path else None)
    told = crawl("hardwareswap", NOW)
    assert told["end"] == "refused"
    assert "[reddit] client_id" in told["message"]
    assert "canary" not in json.dumps(told)


def test_a_sub_that_cannot_be_read_does_not_hold_up_the_others(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(20, stamp(NOW))
    reddit.script.append(lambda asked: Answer(403, {"reason": "private"}) if "homelabsales" in asked.path else None)
    judged = poll(NOW, GPUDEALS_REDDIT_SUBS="homelabsales,hardwareswap")
    assert judged.verdict.outcome == "ok"
    assert "r/homelabsales cannot be read" in judged.verdict.message
    assert len(known(sqlite)) == 20


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", {"kind": "Listing", "data": {}}, {"kind": "t5", "data": {"children": []}}],
)
def test_an_answer_that_is_no_listing_ends_the_crawl_by_name(reddit: FakeReddit, crawl: Crawl, body: Any) -> None:
    reddit.script.append(lambda asked: Answer(200, body) if asked.path == NEW else None)
    assert crawl("hardwareswap", NOW)["end"] == "layout_changed"


def test_a_web_page_in_the_place_of_json_is_a_wall(reddit: FakeReddit, crawl: Crawl) -> None:
    reddit.script.append(lambda asked: Answer(200, b"<html>who are you?</html>") if asked.path == NEW else None)
    told = crawl("hardwareswap", NOW)
    assert (told["end"], told["status"]) == ("blocked", 7)


def test_a_sub_that_had_posts_and_shows_none_fails(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(120, stamp(NOW))
    poll(NOW)
    reddit.hidden = {post["name"] for post in reddit.posts}
    assert poll(NOW + timedelta(minutes=10)).verdict.outcome != "ok"
    assert {row[0] for row in rows(sqlite, "SELECT state FROM raw_listing")} == {"live"}


def test_a_redirect_is_not_followed_and_takes_no_key_along(reddit: FakeReddit, crawl: Crawl) -> None:
    other = FakeReddit()
    reddit.script.append(lambda asked: Answer(302, b"", {"Location": other.url + NEW}) if asked.path == NEW else None)
    assert crawl("hardwareswap", NOW)["status"] != 0
    assert other.asked == []
    other.close()


def test_a_bomb_is_not_unpacked(reddit: FakeReddit, crawl: Crawl) -> None:
    body = gzipped(150 * 2**20)
    reddit.script.append(lambda asked: Answer(200, body, {"Content-Encoding": "gzip"}) if asked.path == NEW else None)
    told = crawl("hardwareswap", NOW)
    assert told["end"] == "layout_changed"
    assert told["rss_mb"] < 300


def test_no_name_and_no_secret_is_written_down(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged], tmp_path: Path
) -> None:
    reddit.posts = posts_at(20, stamp(NOW))
    poll(NOW)
    with sqlite.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    logs = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    for secret in ("canary-reddit-secret", "canary-reddit-id", "canary-token", "canary-author"):
        assert secret not in dump + logs

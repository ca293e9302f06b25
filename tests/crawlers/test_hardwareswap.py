"""The PRAW collector, as a real crawl over HTTP against a stand-in."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.crawlers.fakes import Answer, Asked, FakeReddit, base36, gzipped, posts_at, reddit_post
from tracker.judging import Judge, Judged

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW = "/r/hardwareswap/new"


def stamp(moment: datetime) -> float:
    return moment.timestamp()


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query)))


def known(engine: Engine) -> set[str]:
    return {row[0] for row in rows(engine, "SELECT external_id FROM raw_listing")}


def counters(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        rows(engine, "SELECT counters FROM crawl_run ORDER BY started_at DESC LIMIT 1")[0][0]
    )
    return found


@pytest.fixture
def poll(crawl: Crawl, sqlite: Engine) -> Callable[..., Judged]:
    """Crawl and judge; return the judgement."""

    def run(now: datetime, **env: str) -> Judged:
        told = crawl("hardwareswap", now, **env)
        judged = [found for found in Judge(sqlite).judge_all(now) if found.run_id == told["run"]]
        assert judged, told
        return judged[0]

    return run


@pytest.mark.parametrize("between", [3, 100, 250, 990])
def test_no_post_is_lost_or_doubled_however_many_came_between_two_polls(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged], between: int
) -> None:
    old = posts_at(150, stamp(NOW), step=200)
    reddit.posts = old
    poll(NOW)
    later = NOW + timedelta(days=3)
    fresh = posts_at(between, stamp(later), step=200, first=1000)
    reddit.posts = [*fresh, *old]
    poll(later)
    assert known(sqlite) == {post["id"] for post in reddit.posts}
    assert len(rows(sqlite, "SELECT 1 FROM raw_revision")) == len(reddit.posts)
    assert counters(sqlite)["truncated"] == []


def test_more_than_reddit_shows_is_named_as_a_gap(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(50, stamp(NOW))
    poll(NOW)
    later = NOW + timedelta(days=9)
    reddit.posts = [*posts_at(1200, stamp(later), first=1000), *reddit.posts]
    judged = poll(later)
    assert judged.verdict.outcome == "ok"
    assert "r/hardwareswap: more than the market shows" in judged.verdict.message


def test_a_quiet_poll_asks_one_page(reddit: FakeReddit, poll: Callable[..., Judged]) -> None:
    reddit.posts = posts_at(400, stamp(NOW))
    poll(NOW)
    assert len(reddit.paths(NEW)) == 4
    poll(NOW + timedelta(minutes=10))
    assert len(reddit.paths(NEW)) == 5


def test_the_anchor_may_be_deleted_between_two_polls(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    old = posts_at(120, stamp(NOW))
    reddit.posts = old
    poll(NOW)
    later = NOW + timedelta(hours=20)
    reddit.posts = [*posts_at(250, stamp(later), first=1000), *old[5:]]
    poll(later)
    assert {post["id"] for post in reddit.posts} <= known(sqlite)


def test_the_anchor_may_be_deleted_between_two_pages(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    old = posts_at(120, stamp(NOW))
    reddit.posts = old
    poll(NOW)
    later = NOW + timedelta(hours=20)
    reddit.posts = [*posts_at(250, stamp(later), first=1000), *old]

    def deletes(asked: Asked) -> Answer | None:
        if asked.path == NEW and "after" in asked.query:
            reddit.hidden.add(asked.query["after"][0])
            return reddit.answer(asked)
        return None

    reddit.once(deletes)
    poll(later)
    assert {post["id"] for post in reddit.posts} <= known(sqlite)


def test_order_and_repetition_do_not_matter(reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]) -> None:
    old = posts_at(300, stamp(NOW))
    reddit.posts = old
    poll(NOW)
    later = NOW + timedelta(hours=30)
    fresh = posts_at(250, stamp(later), first=1000)
    rng = random.Random(1)
    rng.shuffle(fresh)
    stale = [old[-1], old[-2]]  # old posts that reappear as new
    reddit.posts = [*stale, *fresh[:90], *fresh[80:], *old[:-2]]
    poll(later)
    assert known(sqlite) == {post["id"] for post in [*old, *fresh]}
    assert len(rows(sqlite, "SELECT 1 FROM raw_revision")) == 550


def test_a_page_that_comes_twice_does_not_end_the_reading(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    old = posts_at(100, stamp(NOW))
    reddit.posts = old
    poll(NOW)
    later = NOW + timedelta(hours=30)
    reddit.posts = [*posts_at(300, stamp(later), first=1000), *old]
    first = reddit.listing(reddit.posts, Asked(0, "GET", NEW, {"limit": ["100"]}, {}, b""))
    reddit.once(lambda asked: first if asked.path == NEW and "after" in asked.query else None)
    poll(later)
    assert known(sqlite) == {post["id"] for post in reddit.posts}


def test_posts_that_moderators_held_back_appear_late_and_are_met(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    old = posts_at(150, stamp(NOW), step=60)
    held = old.pop(100)  # created 100 minutes ago, not shown yet
    reddit.posts = list(old)
    poll(NOW)
    reddit.posts = [reddit_post(5000, stamp(NOW) + 60), *old[:100], held, *old[100:]]
    poll(NOW + timedelta(minutes=10))
    assert held["id"] in known(sqlite)


def test_stickies_are_skipped_and_prove_nothing(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    sticky = reddit_post(1, stamp(NOW - timedelta(days=20)), stickied=True, title="November Confirmed Trade Thread")
    reddit.posts = [sticky, *posts_at(250, stamp(NOW), first=100)]
    poll(NOW)
    assert known(sqlite) == {post["id"] for post in reddit.posts[1:]}


def test_a_crawl_never_pages_backwards(reddit: FakeReddit, poll: Callable[..., Judged]) -> None:
    reddit.posts = posts_at(250, stamp(NOW))
    poll(NOW)
    assert not any("before" in asked.query for asked in reddit.asked)
    assert all(asked.query["raw_json"] == ["1"] for asked in reddit.asked if asked.path == NEW)


def test_edits_flairs_and_price_drops_of_open_posts_become_revisions(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(250, stamp(NOW), step=60)
    poll(NOW)
    oldest = reddit.posts[-1]
    oldest |= {"selftext": "RTX 3090, now $600 shipped", "edited": stamp(NOW) + 3600}
    reddit.posts[-2] |= {"link_flair_text": "CLOSED"}
    reddit.hidden = {post["name"] for post in reddit.posts[100:]}
    poll(NOW + timedelta(hours=4))
    asked = [len(asked.query["id"][0].split(",")) for asked in reddit.asked if asked.path == "/api/info"]
    assert asked == [100, 50]
    bodies = "SELECT body FROM raw_revision JOIN raw_listing l ON l.id = listing_id WHERE external_id = '{}'"
    assert len(rows(sqlite, bodies.format(oldest["id"]))) == 2
    states = dict(rows(sqlite, "SELECT external_id, state FROM raw_listing"))
    assert states[reddit.posts[-2]["id"]] == "ended"


@pytest.mark.parametrize(
    "change",
    [
        {"author": "[deleted]", "selftext": "[deleted]"},
        {"selftext": "[removed]", "removed_by_category": "moderator"},
        {"removed_by_category": "author", "selftext": "[deleted]"},
        {"title": "[deleted by user]", "author": "[deleted]", "selftext": "[removed]"},
    ],
)
def test_a_post_that_was_taken_away_is_purged_to_the_last_byte(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged], change: dict[str, Any], tmp_path: Path
) -> None:
    reddit.posts = posts_at(30, stamp(NOW), step=60)
    victim = reddit.posts[11]
    victim |= {"title": "[USA-TX] [H] canary-card [W] PayPal", "selftext": "canary-text $700"}
    poll(NOW)
    assert victim["id"] in known(sqlite)
    victim |= change
    judged = poll(NOW + timedelta(hours=4))
    assert judged.purged == 1
    assert victim["id"] not in known(sqlite)
    sqlite.dispose()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("gpudeals.db*"))
    assert b"canary-card" not in left
    assert b"canary-text" not in left


def test_a_post_that_was_taken_away_and_is_shown_again_is_known_again(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(30, stamp(NOW), step=60)
    before = dict(reddit.posts[11])
    poll(NOW)
    reddit.posts[11] |= {"selftext": "[removed]", "removed_by_category": "moderator"}
    poll(NOW + timedelta(hours=4))
    assert before["id"] not in known(sqlite)
    reddit.posts[11] = before
    poll(NOW + timedelta(hours=8))
    assert before["id"] in known(sqlite)


def test_closed_posts_too_are_asked_after_within_48_hours(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(30, stamp(NOW), step=60, link_flair_text="CLOSED")
    poll(NOW)
    reddit.hidden = {post["name"] for post in reddit.posts}
    reddit.posts[3] |= {"author": "[deleted]", "selftext": "[deleted]"}
    newer = reddit_post(900, stamp(NOW) + 60)
    reddit.posts.insert(0, newer)
    for hours in range(0, 48, 6):
        poll(NOW + timedelta(hours=hours))
    assert reddit.posts[4]["id"] not in known(sqlite)
    assert len(known(sqlite)) == 30


def test_when_all_posts_look_deleted_nothing_is_purged_before_a_person_has_looked(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(150, stamp(NOW), step=60)
    poll(NOW)
    before = known(sqlite)
    reddit.hidden = {post["name"] for post in reddit.posts[50:]}
    for post in reddit.posts[50:]:
        post["author"] = None
    judged = poll(NOW + timedelta(hours=4))
    assert judged.verdict.outcome == "suspect"
    assert known(sqlite) == before
    assert Judge(sqlite).accept(judged.run_id).purged == 100


def test_a_post_that_reddit_no_longer_knows_is_gone_after_two_misses(
    reddit: FakeReddit, sqlite: Engine, poll: Callable[..., Judged]
) -> None:
    reddit.posts = posts_at(30, stamp(NOW), step=60)
    poll(NOW)
    lost = reddit.posts.pop(20)
    poll(NOW + timedelta(hours=4))
    state = f"SELECT state FROM raw_listing WHERE external_id = '{lost['id']}'"
    assert rows(sqlite, state) == [("live",)]
    poll(NOW + timedelta(hours=8))
    assert rows(sqlite, state) == [("gone",)]


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


def test_the_user_agent_is_in_reddits_form(reddit: FakeReddit, poll: Callable[..., Judged]) -> None:
    reddit.posts = posts_at(5, stamp(NOW))
    poll(NOW, GPUDEALS_REDDIT_USERNAME="operator")
    assert {asked.headers["user-agent"].split(" PRAW")[0] for asked in reddit.asked} == {
        "python:gpudeals:0.1.0 (by /u/operator)"
    }


def test_ids_of_the_stand_in_grow_like_those_of_reddit() -> None:
    assert base36(1) < base36(2) < base36(36 * 36)

"""The PRAW collector, as a real crawl over HTTP against a stand-in."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.crawlers.fakes import Answer, Asked, FakeReddit, base36, posts_at, reddit_post, stamp
from tests.crawlers.stored import counters, known, rows
from tracker.judging import Judge, Judged

Crawl = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW = "/r/hardwareswap/new"


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


def test_the_user_agent_is_in_reddits_form(reddit: FakeReddit, poll: Callable[..., Judged]) -> None:
    reddit.posts = posts_at(5, stamp(NOW))
    poll(NOW, GPUDEALS_REDDIT_USERNAME="operator")
    assert {asked.headers["user-agent"].split(" PRAW")[0] for asked in reddit.asked} == {
        "python:gpudeals:0.1.0 (by /u/operator)"
    }


def test_ids_of_the_stand_in_grow_like_those_of_reddit() -> None:
    assert base36(1) < base36(2) < base36(36 * 36)

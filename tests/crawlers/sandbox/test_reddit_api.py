"""The simulated Reddit API, asked by real PRAW and by hand."""

import json
from collections.abc import Iterator
from datetime import timedelta

import praw
import prawcore
import pytest

from crawlers.listing import Found
from crawlers.reddit_posts import read_listing
from crawlers.sandbox import Sandbox
from crawlers.sandbox.messages import Request
from crawlers.sandbox.reddit_api import LISTING_CAP, RedditApi
from tests.crawlers.sandbox.conftest import Ask, body, reddit_client


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(8, days=12, reddit_calls=100_000) as sandbox:
        yield sandbox


def client(sandbox: Sandbox, **more: str) -> praw.Reddit:
    return praw.Reddit(
        client_id=more.get("client_id", "client"),
        client_secret="secret",
        user_agent="linux:gpudeals-test:1 (by /u/sim)",
        oauth_url=sandbox.url,
        reddit_url=sandbox.url,
        check_for_updates=False,
    )


def test_praw_reads_new_posts_newest_first(served: Sandbox) -> None:
    posts = list(client(served).subreddit("hardwareswap").new(limit=None))
    shown = [post for post in posts if not post.stickied]
    assert [post.id for post in shown] == [post.id for post in served.reddit.newest("hardwareswap")]
    assert len({post.id for post in posts}) == len(posts) > 200
    assert [post.stickied for post in posts[:3]] == [True, True, False]
    assert {post.link_flair_text for post in shown} >= {"SELLING", "BUYING", "CLOSED"}
    assert all(post.subreddit == "hardwareswap" and post.selftext for post in shown)


def test_praw_asks_after_known_posts_in_hundreds_and_hears_of_deletions(served: Sandbox) -> None:
    market = served.market
    ids = [post.id for post in market.by_sub["hardwareswap"] if not post.stickied][:250]
    found = {post.id: post for post in client(served).info(fullnames=[f"t3_{i}" for i in ids])}
    assert set(found) == set(ids)
    states = {state: [i for i in ids if market.posts[i].state == state] for state in ("deleted", "removed", "live")}
    assert all(states.values())
    for i in states["deleted"]:
        assert (found[i].author, found[i].selftext, found[i].removed_by_category) == (None, "[deleted]", "deleted")
    for i in states["removed"]:
        assert (found[i].selftext, found[i].removed_by_category) == ("[removed]", "moderator")
    for i in states["live"]:
        assert found[i].removed_by_category is None


def test_a_wrong_key_is_refused_as_reddit_does(served: Sandbox) -> None:
    with pytest.raises(prawcore.ResponseException) as refused:
        list(client(served, client_id="wrong").subreddit("hardwareswap").new(limit=1))
    assert refused.value.response.status_code == 401


def test_an_unknown_sub_is_not_found(served: Sandbox) -> None:
    with pytest.raises(prawcore.NotFound):
        list(client(served).subreddit("voodooswap").new(limit=1))


def test_a_listing_ends_at_a_thousand_posts(own_sandbox: Sandbox) -> None:
    sandbox, reddit = own_sandbox, reddit_client(own_sandbox)
    sandbox.market.post_many("hardwareswap", 1_200)
    seen: list[str] = []
    path: str | None = "/r/hardwareswap/new?limit=100"
    while path:
        data = body(reddit(path))["data"]
        seen += [child["data"]["id"] for child in data["children"] if not child["data"]["stickied"]]
        path = f"/r/hardwareswap/new?limit=100&after={data['after']}" if data["after"] else None
    assert len(seen) == len(set(seen)) == LISTING_CAP


def test_posts_that_moderators_hold_back_appear_late_and_in_their_old_place(own_sandbox: Sandbox) -> None:
    market = own_sandbox.market
    post = market.post_many("hardwareswap", 1)[0]
    post.held_until = market.now + timedelta(hours=3)
    market.post_many("hardwareswap", 2)
    assert post not in own_sandbox.reddit.newest("hardwareswap")
    own_sandbox.advance(hours=3.1)
    shown = own_sandbox.reddit.newest("hardwareswap")
    assert post.state != "live" or shown.index(post) >= 2


def test_a_deleted_anchor_shows_an_empty_page(own_sandbox: Sandbox) -> None:
    sandbox, reddit = own_sandbox, reddit_client(own_sandbox)
    first = body(reddit("/r/hardwareswap/new?limit=20"))["data"]
    sandbox.market.take_away(sandbox.market.posts[first["after"].removeprefix("t3_")], by="deleted")
    assert body(reddit(f"/r/hardwareswap/new?limit=20&after={first['after']}"))["data"]["children"] == []
    newest = first["children"][5]["data"]["name"]
    assert len(body(reddit(f"/r/hardwareswap/new?limit=20&before={newest}"))["data"]["children"]) == 3


def test_text_is_escaped_unless_raw_json_is_asked_for(own_sandbox: Sandbox) -> None:
    sandbox, reddit = own_sandbox, reddit_client(own_sandbox)
    post = next(post for post in sandbox.reddit.newest("hardwareswap"))
    post.body, post.version = "cards & <boxes>", post.version + 1
    path = f"/api/info?id=t3_{post.id}"
    assert body(reddit(path))["data"]["children"][0]["data"]["selftext"] == "cards &amp; &lt;boxes&gt;"
    assert body(reddit(path + "&raw_json=1"))["data"]["children"][0]["data"]["selftext"] == "cards & <boxes>"


def test_rate_headers_count_and_the_limit_is_kept(sandbox: Sandbox) -> None:
    now = [0.0]
    api = RedditApi(sandbox.market, calls=3, clock=lambda: now[0])
    token = json.loads(
        api.answer(  # type: ignore[union-attr]
            Request("POST", "/api/v1/access_token", {"authorization": "Basic YTpi"}, b"grant_type=client_credentials")
        ).body
    )["access_token"]
    request = Request("GET", "/r/hardwareswap/new", {"authorization": f"bearer {token}", "user-agent": "x"})
    answers = [api.answer(request) for _ in range(4)]
    assert [answer.status for answer in answers if answer] == [200, 200, 200, 429]
    assert [a.headers["x-ratelimit-used"] for a in answers if a] == ["1", "2", "3", "3"]
    assert [a.headers["x-ratelimit-remaining"] for a in answers if a] == ["2.0", "1.0", "0.0", "0.0"]
    now[0] = 600.0
    later = api.answer(request)
    assert later is not None and later.status == 200


def test_the_shapes_are_those_that_the_reader_of_real_answers_knows(reddit: Ask) -> None:
    outcome = read_listing(body(reddit("/r/hardwareswap/new?limit=100&raw_json=1")), None, "?raw_json=1")
    assert isinstance(outcome, Found)
    assert len(outcome.listings) == 98
    assert all(listing.source == "hardwareswap" and listing.external_id for listing in outcome.listings)


@pytest.mark.parametrize(
    "sub", ["hardwareswap", "CanadianHardwareSwap", "HardwareSwapUK", "hardwareswapEU", "homelabsales"]
)
def test_every_sub_writes_its_own_money_and_titles(sandbox: Sandbox, reddit: Ask, sub: str) -> None:
    children = body(reddit(f"/r/{sub}/new?limit=50&raw_json=1"))["data"]["children"]
    posts = [child["data"] for child in children if not child["data"]["stickied"]]
    sign = {"HardwareSwapUK": "£", "hardwareswapEU": "€"}.get(sub, "$")
    assert any(sign in post["selftext"] for post in posts)
    assert {post["subreddit"] for post in posts} == {sub}
    if sub == "hardwareswap":
        assert all("[H]" in post["title"] and "[W]" in post["title"] for post in posts)

"""Posts of swap subs, composed for these tests."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.listing import Found, LayoutChanged, NothingFound, RawListing
from crawlers.reddit_posts import (
    country_of_title,
    epoch,
    is_escaped,
    is_listing,
    read_feed,
    read_listing,
    state_of_flair,
    trades_of,
)
from crawlers.swap_subs import known_subs

CREATED = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


def post(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "1qaaa01",
        "name": "t3_1qaaa01",
        "subreddit": "hardwareswap",
        "title": "[USA-TX] [H] Velocity V90 [W] PayPal",
        "selftext": "Asking $500 shipped",
        "author": "invented_person",
        "author_flair_text": "Trades: 38",
        "link_flair_text": "SELLING",
        "created_utc": CREATED.timestamp(),
        "created": CREATED.timestamp() + 28800,
        "edited": False,
        "removed_by_category": None,
        "stickied": False,
        "distinguished": None,
        "is_self": True,
    }
    return {**whole, **changes}


def listing(*posts: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": [{"kind": "t3", "data": p} for p in posts]}}


def read(**changes: Any) -> RawListing:
    outcome = read_listing(listing(post(**changes)))
    assert isinstance(outcome, Found)
    (found,) = outcome.listings
    return found


def test_a_post_is_an_ask_of_its_sub() -> None:
    found = read()
    assert (found.source, found.external_id, found.kind, found.state) == ("hardwareswap", "1qaaa01", "ask", "live")
    assert (found.title, found.body) == ("[USA-TX] [H] Velocity V90 [W] PayPal", "Asking $500 shipped")
    assert (found.flair, found.currency, found.country) == ("SELLING", "USD", "US")
    assert found.url == "https://www.reddit.com/r/hardwareswap/comments/1qaaa01/"


def test_the_time_of_creation_is_the_one_in_utc() -> None:
    assert read().created_at == CREATED


def test_no_author_is_named_and_only_their_trades_are_kept() -> None:
    found = read()
    assert "invented_person" not in repr(found)
    assert found.facts["trades"] == 38


@pytest.mark.parametrize(
    ("flair", "trades"),
    [
        ("Trades: 10", 10),
        ("38 Trades! 🏆", 38),
        ("7 Trades", 7),
        ("No Confirmed Trades", 0),
        ("BotMod", None),
        (None, None),
    ],
)
def test_trades(flair: str | None, trades: int | None) -> None:
    assert trades_of(flair) == trades


@pytest.mark.parametrize(
    ("flair", "state"),
    [
        ("SELLING", "live"),
        ("Closed", "ended"),
        ("CLOSED", "ended"),
        ("Sold", "sold"),
        ("SOLD!", "sold"),
        (None, "live"),
    ],
)
def test_the_flair_tells_the_state(flair: str | None, state: str) -> None:
    assert state_of_flair(flair) == state
    assert read(link_flair_text=flair).kind == "ask"


@pytest.mark.parametrize(
    "changes",
    [
        {"removed_by_category": "moderator"},
        {"removed_by_category": "deleted"},
        {"author": "[deleted]"},
        {"author": None},
        {"selftext": "[deleted]"},
        {"selftext": "[removed]"},
        {"title": "[deleted by user]"},
    ],
)
def test_what_was_taken_away_comes_without_a_word(changes: dict[str, Any]) -> None:
    found = read(**changes)
    assert found.state == "removed"
    assert (found.title, found.body, found.flair, dict(found.facts)) == ("", None, None, {})


def test_sticky_and_distinguished_posts_are_passed_over() -> None:
    outcome = read_listing(
        listing(post(stickied=True), post(id="1qaaa02", distinguished="moderator"), post(id="1qaaa03"))
    )
    assert isinstance(outcome, Found)
    assert [x.external_id for x in outcome.listings] == ["1qaaa03"]
    assert outcome.counters["stickied"] == 2


def test_other_subs_are_named_once_each() -> None:
    outcome = read_listing(listing(post(), post(id="1qaaa02", subreddit="pics"), post(id="1qaaa03", subreddit="pics")))
    assert isinstance(outcome, Found)
    assert [(p.row, p.reason) for p in outcome.problems] == [("r/pics", "not a swap sub that is read (2 posts)")]


@pytest.mark.parametrize(
    ("name", "currency", "country"),
    [
        ("hardwareswap", "USD", "US"),
        ("CanadianHardwareSwap", "CAD", "CA"),
        ("HardwareSwapUK", "GBP", "GB"),
        ("hardwareswapEU", "EUR", None),
        ("homelabsales", "USD", "US"),
    ],
)
def test_a_sub_has_its_currency_and_country(name: str, currency: str, country: str | None) -> None:
    sub = known_subs()[name.lower()]
    assert (sub.name, sub.currency, sub.country) == (name, currency, country)


@pytest.mark.parametrize(
    ("title", "country"),
    [("[USA-TX] [H] x", "US"), ("(US-FL) (H)", "US"), ("[CAN-ON] x", "CA"), ("[usa, tn] x", "US"), ("[GBR] x", "GB"),
     ("[H] x [W] y", None), ("[CA] x", None), ("USAGE notes", None)],
)  # fmt: skip
def test_the_tag_of_a_title_names_a_country(title: str, country: str | None) -> None:
    assert country_of_title(title) == country


def test_escapes_are_undone_once_where_reddit_made_them() -> None:
    rendered = "&lt;!-- SC_OFF --&gt;&lt;div class=&quot;md&quot;&gt;"
    found = read(title="[USA-TX] [H] A &amp; B [W] PayPal", selftext="a &lt; b &amp;amp; c", selftext_html=rendered)
    assert (found.title, found.body) == ("[USA-TX] [H] A & B [W] PayPal", "a < b &amp; c")


def test_text_with_raw_json_stays_as_it_is() -> None:
    data = listing(post(selftext="5 &lt; 6 &amp; so"))
    outcome = read_listing(data, uri="https://oauth.reddit.com/r/hardwareswap/new?raw_json=1")
    assert isinstance(outcome, Found)
    assert outcome.listings[0].body == "5 &lt; 6 &amp; so"


@pytest.mark.parametrize(
    ("texts", "escaped"),
    [(["A &amp; B", "x &lt; y"], True), (["A & B"], False), (["A &amp; B", "x < y"], False), (["&#x200B;"], False),
     (["&amp;#x200B;"], True), (["plain"], False)],
)  # fmt: skip
def test_escapes_show_in_the_texts_too(texts: list[str], escaped: bool) -> None:
    assert is_escaped([{"selftext": t} for t in texts], None) is escaped


@pytest.mark.parametrize("value", [1769938200, 1769938200.0, "1769938200", "1769938200.0"])
def test_epoch_times_come_as_they_like(value: Any) -> None:
    assert epoch(value) == datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [None, True, False, "soon", "", -1, 5, 1e18, float("nan"), float("inf"), "1e400", [], {}]
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert epoch(value) is None


def test_the_newest_creation_or_edit_dates_a_listing_without_a_date() -> None:
    edited = CREATED.timestamp() + 3600
    outcome = read_listing(listing(post(), post(id="1qaaa02", edited=edited)))
    assert isinstance(outcome, Found)
    assert {x.observed_at for x in outcome.listings} == {datetime.fromtimestamp(edited, UTC)}
    assert outcome.listings[1].facts["edited_at"] == "2026-02-01T10:30:00+00:00"


def test_post_and_comments_are_a_pair_of_listings() -> None:
    comments = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"id": "k1", "body": "ok"}}]}}
    data = [listing(post()), comments]
    assert is_listing(data)
    outcome = read_listing(data)
    assert isinstance(outcome, Found)
    assert len(outcome.listings) == 1


@pytest.mark.parametrize(
    "changes", [{"id": "../../etc"}, {"id": None}, {"created_utc": None}, {"title": None}, {"title": 7}]
)
def test_a_broken_post_is_named(changes: dict[str, Any]) -> None:
    outcome = read_listing(listing(post(**changes), post(id="1qaaa09")))
    assert isinstance(outcome, Found)
    assert [p.row for p in outcome.problems] == ["post 1"]
    assert isinstance(read_listing(listing(post(**changes))), LayoutChanged)


def test_an_empty_listing_says_so_itself() -> None:
    assert isinstance(read_listing(listing()), NothingFound)


def test_next_page() -> None:
    outcome = read_listing(listing(post(), after="t3_1qaaa01"))
    assert isinstance(outcome, Found)
    assert outcome.next_url == "t3_1qaaa01"


def feed(entry: str, head: str = "<updated>2026-02-01T12:00:00+00:00</updated>") -> bytes:
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entry}</feed>'.encode()


OF_2017 = (
    '<entry><author><name>/u/invented_person</name></author><category term="hardwareswap" label="r/hardwareswap"/>'
    '<content type="html">&lt;!-- SC_OFF --&gt;&lt;div class=&quot;md&quot;&gt;'
    "&lt;p&gt;Two &lt;strong&gt;left&lt;/strong&gt;:"
    "&lt;/p&gt;&lt;ul&gt;&lt;li&gt;V90 &lt;del&gt;$500&lt;/del&gt; $450&lt;/li&gt;"
    "&lt;li&gt;V80 A &amp;amp; B&lt;/li&gt;&lt;/ul&gt;"
    "&lt;table&gt;&lt;thead&gt;&lt;tr&gt;&lt;th&gt;Item&lt;/th&gt;&lt;th&gt;Price&lt;/th&gt;&lt;/tr&gt;&lt;/thead&gt;"
    "&lt;tbody&gt;&lt;tr&gt;&lt;td&gt;V70&lt;/td&gt;&lt;td&gt;$90&lt;/td&gt;&lt;/tr&gt;&lt;/tbody&gt;&lt;/table&gt;"
    "&lt;/div&gt;&lt;!-- SC_ON --&gt; submitted by /u/invented_person</content><id>t3_778aa1</id>"
    '<link href="https://www.reddit.com/r/hardwareswap/comments/778aa1/slug/"/>'
    "<updated>2026-02-01T11:00:00+00:00</updated><title>[USA-TX] [H] V90 &amp; V80 [W] PayPal</title></entry>"
)


def test_a_feed_is_read_and_its_text_turned_back_into_markdown() -> None:
    outcome = read_feed(feed(OF_2017))
    assert isinstance(outcome, Found)
    (found,) = outcome.listings
    assert (found.source, found.external_id, found.seen_as) == ("hardwareswap", "778aa1", "feed")
    assert found.title == "[USA-TX] [H] V90 & V80 [W] PayPal"
    assert found.body == "Two **left**:\n\n* V90 ~~$500~~ $450\n* V80 A & B\n\n|Item|Price|\n|:-|:-|\n|V70|$90|"
    assert (found.observed_at, found.created_at) == (
        datetime(2026, 2, 1, 12, tzinfo=UTC),
        datetime(2026, 2, 1, 11, tzinfo=UTC),
    )
    assert "invented_person" not in repr(found)


def test_todays_feed_has_the_time_of_publishing() -> None:
    entry = OF_2017.replace("<title>", "<published>2026-02-01T10:00:00+00:00</published><title>")
    outcome = read_feed(feed(entry))
    assert isinstance(outcome, Found)
    assert outcome.listings[0].created_at == datetime(2026, 2, 1, 10, tzinfo=UTC)


def test_a_feed_without_entries_is_empty_and_a_broken_one_has_changed() -> None:
    assert isinstance(read_feed(feed("")), NothingFound)
    assert isinstance(read_feed(feed(OF_2017)[:-200]), LayoutChanged)
    assert isinstance(read_feed(b"<rss/>"), LayoutChanged)


def test_an_entity_bomb_in_a_feed_expands_nothing() -> None:
    bomb = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a0 "lol">{bomb}]>'.encode()
        + feed(OF_2017.replace("V90 &amp; V80", "&a9;"))[21:]
    )
    outcome = read_feed(body)
    assert "lol" not in repr(outcome)

"""The simulated market: the same seed is the same market, and its prices spread as they were told to."""

import math
import statistics
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from crawlers.sandbox import Market
from crawlers.sandbox.market import FIRST_ITEM, FIRST_POST
from crawlers.sandbox.model import Item, cards


def genuine(market: Market) -> list[Item]:
    """Cards at a fixed price that were listed once."""
    return [
        item
        for item in market.items.values()
        if item.sort == "card" and item.ends is None and item.relist_of is None and item.fair
    ]


def first_price(item: Item) -> int:
    price = item.history[0][1]
    assert price is not None
    return price


def test_the_same_seed_gives_the_same_market_whatever_the_steps_of_the_clock() -> None:
    at_once, in_steps = Market(7, scale=0.3), Market(7, scale=0.3)
    at_once.advance(timedelta(days=12))
    for hours in [5, 19, 24, 1, 47] * 3:
        in_steps.advance(timedelta(hours=hours))
    assert at_once.now == in_steps.now
    assert at_once.truth() == in_steps.truth()
    assert [post.body for post in at_once.posts.values()] == [post.body for post in in_steps.posts.values()]


def test_another_seed_gives_another_market() -> None:
    one, other = Market(1, scale=0.2), Market(2, scale=0.2)
    for market in (one, other):
        market.advance(timedelta(days=2))
    assert {i.title for i in one.items.values()} != {i.title for i in other.items.values()}


def test_asking_prices_spread_around_the_true_median_by_sigma_012(market: Market) -> None:
    logs = [math.log(first_price(item) / item.fair) for item in genuine(market)]
    assert len(logs) > 5_000
    assert statistics.pstdev(logs) == pytest.approx(0.12, abs=0.006)
    assert statistics.mean(logs) == pytest.approx(0, abs=0.01)


def test_two_in_a_hundred_cards_are_bait_far_below_their_worth(market: Market) -> None:
    bait = [item for item in market.items.values() if item.sort == "bait"]
    assert len(bait) / (len(bait) + len(genuine(market))) == pytest.approx(0.02, abs=0.006)
    ratios = [first_price(item) / item.fair for item in bait if item.fair]
    assert min(ratios) > 0.14 and max(ratios) < 0.51
    assert not any(item.truth()["deal"] for item in bait)


def test_about_nine_in_a_hundred_listings_are_true_deals(market: Market) -> None:
    deals = [item for item in genuine(market) if item.truth()["deal"]]
    assert len(deals) / len(genuine(market)) == pytest.approx(0.09, abs=0.015)


def test_the_market_falls_then_stands_then_rises() -> None:
    market = Market(5)
    phases = [market.prices.phase(day) for day in range(75)]
    assert list(dict.fromkeys(phase.name for phase in phases)) == ["falling", "standing", "rising"]
    change = {}
    for phase in dict.fromkeys(phases[:60]):
        days = (phase.first, min(phase.last, 59))
        moves = [market.prices.median(c, days[1]) / market.prices.median(c, days[0]) for c in cards()]
        change[phase.name] = statistics.median(moves)
    assert change["falling"] < 0.97
    assert 0.98 < change["standing"] < 1.02
    assert change["rising"] > 1.005


def test_cheap_listings_sell_sooner(market: Market) -> None:
    days: dict[bool, list[float]] = {True: [], False: []}
    for item in genuine(market):
        if item.state == "sold" and item.ended and item.created < market.now - timedelta(days=20) and item.stock == 1:
            ratio = first_price(item) / (item.fair or 1)
            if ratio < 0.88 or ratio > 1.12:
                days[ratio < 0.88].append((item.ended - item.created).total_seconds() / 86_400)
    assert statistics.median(days[True]) < statistics.median(days[False])


def test_listings_live_a_whole_life(market: Market) -> None:
    states = Counter(item.state for item in market.items.values())
    assert min(states[state] for state in ("live", "sold", "ended", "removed")) > 50
    assert any(len(item.history) > 1 for item in genuine(market))
    relisted = [item for item in market.items.values() if item.relist_of]
    assert relisted
    for item in relisted:
        origin = market.items[str(item.relist_of)]
        assert origin.state == "ended" and origin.title == item.title and origin.id != item.id
    for item in market.items.values():
        assert (item.ended is not None) == (item.state != "live")
        assert (item.id in market.live[item.market]) == (item.state == "live")


def test_everything_that_confuses_a_reader_is_listed(market: Market) -> None:
    on_ebay = Counter(item.sort for item in market.items.values())
    on_reddit = Counter(post.sort for post in market.posts.values())
    assert set(on_ebay) == {"card", "bait", "lot", "broken", "accessory", "box", "system", "laptop", "menu"}
    assert {"card", "bait", "lot", "wanted", "trade", "goods", "system"} <= set(on_reddit)
    assert all(len(item.title) <= 80 for item in market.items.values())
    assert all(len(post.title) <= 300 for post in market.posts.values())


def test_posts_are_edited_closed_deleted_and_removed_and_their_bodies_follow(market: Market) -> None:
    states = Counter(post.state for post in market.posts.values())
    assert min(states[state] for state in ("live", "sold", "deleted", "removed")) > 20
    for post in market.posts.values():
        if post.state == "sold" and post.lines and post.sort != "trade":
            assert post.flair in ("CLOSED", "Sold", "SOLD")
            assert all(line.status == "sold" for line in post.lines)
            assert "~~" in post.body
        if post.edited:
            assert post.edited >= post.created
    dropped = [post for post in market.posts.values() if any(line.old_price for line in post.lines)]
    assert all(line.old_price > (line.price or 0) for post in dropped for line in post.lines if line.old_price)


def test_numbers_lie_where_the_real_markets_give_out_none(market: Market) -> None:
    assert all(int(number) > FIRST_ITEM for number in market.items)
    assert all(post.startswith("zz") for post in market.posts)
    assert int("zz00000", 36) < FIRST_POST
    in_time = sorted(market.posts.values(), key=lambda post: post.created)
    assert [post.number for post in in_time if not post.stickied] == sorted(
        post.number for post in in_time if not post.stickied
    )


def test_bursts_come_on_demand_and_are_the_same_again() -> None:
    def titles() -> list[str]:
        market = Market(4, scale=0.1)
        market.advance(timedelta(days=1))
        return [post.title for post in market.post_many("hardwareswap", 250, seconds=600)]

    made = titles()
    assert len(made) == 250
    assert made == titles()


def test_hundreds_of_items_come_a_day() -> None:
    market = Market(6)
    market.advance(timedelta(days=5))
    assert len(market.items) / 5 > 200


def test_what_is_long_over_can_be_forgotten_and_the_rest_is_the_same() -> None:
    whole, short = Market(7, scale=0.2), Market(7, scale=0.2, keep_days=5)
    for market in (whole, short):
        market.advance(timedelta(days=20))
    assert whole.live == short.live
    assert len(short.items) < 0.8 * len(whole.items)
    assert len(short.posts) < 0.8 * len(whole.posts)
    assert set(short.posts) < set(whole.posts)


def test_the_truth_names_what_a_perfect_reader_would_know(market: Market) -> None:
    truth = market.truth()
    assert truth["simulated"] is True
    assert len(truth["ebay"]) == len(market.items)
    row: dict[str, Any] = next(row for row in truth["ebay"] if row["sort"] == "card")
    assert set(row) >= {"id", "fair", "deal", "state", "history", "lines", "currency"}
    assert set(row["lines"][0]) >= {"model", "vram_gb", "size_stated", "quantity", "price", "shipping", "condition"}
    assert {(card["model"], card["vram_gb"]) for card in truth["fair"]} >= {("GeForce RTX 3080", 10), ("Tesla P40", 24)}


def test_the_sandbox_shares_no_code_with_the_reading() -> None:
    program = "import sys, crawlers.sandbox.server; print([n for n in sys.modules if n.split('.')[0] == 'tracker'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Goods that come again under another id count once."""

from sqlalchemy import Engine

from db import light
from db.store import (
    listing_id,
    purge_listings,
)
from tests.tracker.ingest.listings import CARD
from tests.tracker.prices import (
    at,
    daily,
    learn,
    post,
    row,
    table,
)


def test_goods_that_came_under_a_new_id_count_once(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 4)])
    learn(engine, [row("2", CARD, at(day), 700) for day in (3, 6)])
    assert daily(engine) == [(day, "ask", 1, 700, 700, 700) for day in range(7)]
    assert [found[0] for found in table(engine, light.observation, ["relist_of"])] == [listing_id("ebay", "1"), None]


def test_an_older_listing_that_is_imported_later_becomes_the_first(engine: Engine) -> None:
    learn(engine, [row("2", CARD, at(day), 700) for day in (3, 6)])
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 4)])
    assert table(engine, light.observation, ["listing_id", "relist_of"]) == sorted(
        [(listing_id("ebay", "1"), None), (listing_id("ebay", "2"), listing_id("ebay", "1"))], key=repr
    )
    assert daily(engine) == [(day, "ask", 1, 700, 700, 700) for day in range(7)]


def test_the_price_of_another_source_is_no_relist(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", CARD, at(0), 700, source="kleinanzeigen")])
    assert daily(engine) == [(0, "ask", 2, 700, 700, 700)]


def test_two_lines_of_one_post_are_two_cards(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700\n{CARD} $700", at(0)), post("q", f"{CARD} $700\n{CARD} $700", at(5))])
    assert [found[:3] for found in daily(engine)] == [(0, "ask", 2), (5, "ask", 2)]
    assert sum(found[0] is not None for found in table(engine, light.observation, ["relist_of"])) == 2


def test_when_the_first_listing_is_purged_its_relist_is_the_first(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", CARD, at(0), 700), row("3", CARD, at(1), 700)])
    with engine.begin() as conn:
        purge_listings(conn, [listing_id("ebay", "1")])
    found = table(engine, light.observation, ["listing_id", "relist_of"])
    assert sorted(found, key=lambda f: f[1] or 0) == [
        (listing_id("ebay", "2"), None),
        (listing_id("ebay", "3"), listing_id("ebay", "2")),
    ]

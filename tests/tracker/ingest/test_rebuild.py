"""Rebuilds and corrections: the same rows from the same listings, and a person's word stands."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from db import light
from db.store import (
    correct,
    undo_correction,
)
from tests.tracker.ingest.listings import CARD, OTHER, ROWS
from tests.tracker.prices import (
    START,
    VERSION,
    at,
    daily,
    derived,
    learn,
    post,
    prices,
    read_all,
    reread_all,
    row,
    table,
)
from tracker.ingest import ingest
from tracker.normalize.types import Reading


def test_a_rebuild_without_a_cause_writes_nothing(engine: Engine) -> None:
    learn(engine, ROWS)
    before = derived(engine)
    counts = reread_all(engine)
    assert (counts.read, counts.changed) == (28, 0)
    assert derived(engine) == before


def test_a_rebuild_keeps_fair_values_and_a_changed_price_drops_those_that_rest_on_it(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 9)])
    gpu_id = table(engine, light.observation, ["gpu_id"])[0][0]
    value = {"gpu_id": gpu_id, "condition": "pooled", "n": 9, "n_effective": 9.0, "method_version": 1, "facts": {}}
    days = [START.date() + timedelta(days=day) for day in (3, 30)]
    with engine.begin() as conn:
        conn.execute(insert(light.fair_value), [value | {"day": day} for day in days])
    reread_all(engine)
    assert [found for (found,) in table(engine, light.fair_value, ["day"])] == days
    learn(engine, [row("2", OTHER, at(12), 400)])
    assert [found for (found,) in table(engine, light.fair_value, ["day"])] == days[:1]


def test_new_rules_read_everything_again(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", OTHER, at(0), 400)])
    strict = ingest(engine, read=lambda text: Reading(intent="other", reject="accessory"), rules_version=VERSION + 1)
    assert strict.rejected == {"accessory": 2}
    assert prices(engine) == daily(engine) == []
    assert {version for (version,) in table(engine, light.offer, ["rules_version"])} == {VERSION + 1}


def test_a_rebuild_mends_derived_rows_that_were_damaged(engine: Engine) -> None:
    learn(engine, ROWS)
    before = derived(engine)
    with engine.begin() as conn:
        conn.execute(delete(light.daily_price).where(light.daily_price.c.n == 1))
        conn.execute(update(light.observation).values(counts_until=START.date() + timedelta(days=99), relist_of=7))
        conn.execute(update(light.offer).values(unit_price=1))
    reread_all(engine)
    assert derived(engine) == before


@pytest.mark.parametrize(
    ("title", "action", "value", "left"),
    [
        ("mystery card", "sku", OTHER, [("ask", 700, 0, 0)]),
        (CARD, "sku", OTHER, [("ask", 700, 0, 0)]),
        (f"{CARD} of unknown size", "sku", CARD, [("ask", 700, 0, 0)]),
        (f"2x lot {CARD}", "sku", CARD, [("ask", 350, 0, 0)]),
        (CARD, "reject", "accessory", []),
        (CARD, "ignore", None, []),
    ],
)
def test_a_persons_word_overrules_a_reading_and_survives_rebuilds(
    engine: Engine, title: str, action: str, value: str | None, left: list[Any]
) -> None:
    learn(engine, [row("1", title, at(0), 700)])
    before = derived(engine)
    with engine.begin() as conn:
        correct(conn, "ebay", "1", action, value, now=START)
    read_all(engine)
    assert prices(engine) == left
    after = derived(engine)
    reread_all(engine)
    assert derived(engine) == after != before
    with engine.begin() as conn:
        undo_correction(conn, "ebay", "1")
    read_all(engine)
    assert derived(engine) == before


def test_of_a_post_with_several_cards_the_one_that_was_meant_remains(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700\n{OTHER} of unknown size $400", at(0))])
    with engine.begin() as conn:
        correct(conn, "hardwareswap", "p", "sku", OTHER, now=START)
    read_all(engine)
    assert prices(engine) == [("ask", 400, 0, 0)]

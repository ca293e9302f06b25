"""Price history: periods, kinds, conditions, and what was known on a day."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

import tracker.pricing
from db.errors import GpudealsError
from db.store import RevisionRow
from tests.tracker.ingest.test_properties import SIGHTINGS, fresh
from tests.tracker.prices import START, at, learn, post, priced, row
from tracker.pricing.price_history import FIELDS, HistoryRow, as_dict, history_rows

CARD = "rtx-3090-24gb"


def history(engine: Engine, **more: Any) -> list[HistoryRow]:
    with engine.connect() as conn:
        return history_rows(conn, CARD, **more)


def short(rows: list[HistoryRow]) -> list[tuple[Any, ...]]:
    """Day from START, kind, n and median."""
    return [((found.day - START.date()).days, found.kind, found.n, found.median) for found in rows]


def test_a_day_by_kind_with_its_five_numbers(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(0), price, str(price)) for price in (600, 650.5, 700, 800)])
    assert [as_dict(found) for found in history(engine)] == [
        {
            "day": "2026-03-02",
            "kind": "sold",
            "condition": "pooled",
            "n": 4,
            "min": 600.0,
            "p25": 637.88,
            "median": 675.25,
            "p75": 725.0,
            "max": 800.0,
            "currency": "USD",
        }
    ]
    assert tuple(as_dict(history(engine)[0])) == FIELDS


def test_asks_and_sales_are_never_pooled(engine: Engine) -> None:
    learn(
        engine,
        [priced(CARD, at(0), 100 * n, kind, kind=kind) for n, kind in enumerate(("ask", "bid", "sold", "closed"), 1)],
    )
    assert short(history(engine)) == [
        (0, "ask", 1, 100),
        (0, "bid", 1, 200),
        (0, "closed", 1, 400),
        (0, "sold", 1, 300),
    ]
    assert short(history(engine, kinds=["sold"])) == [(0, "sold", 1, 300)]


def test_conditions_pool_by_default_without_new_and_parts(engine: Engine) -> None:
    conditions = ("new", "open_box", "refurbished", "used", "parts")
    learn(engine, [priced(CARD, at(0), 100 * n, c, condition=c) for n, c in enumerate(conditions, 1)])
    assert short(history(engine)) == [(0, "sold", 3, 300)]
    assert short(history(engine, conditions=["new"])) == [(0, "sold", 1, 100)]
    assert [found.condition for found in history(engine, conditions=["used", "parts"])] == ["parts", "used"]
    assert short(history(engine, by="week")) == [(0, "sold", 3, 300)]


def test_currencies_stay_apart(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(0), 600, "a"), priced(CARD, at(0), 900, "b", currency="CAD")])
    assert [(found.currency, found.median) for found in history(engine)] == [("CAD", 900), ("USD", 600)]
    assert [found.currency for found in history(engine, currency="USD", by="month")] == ["USD"]


def test_yen_are_shown_without_cents(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(0), 1000, "a", currency="JPY")])
    assert history(engine)[0].median == 100000


def test_since_and_until_are_inclusive(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(day), 600, str(day)) for day in range(5)])
    days = {"since": START.date() + timedelta(days=1), "until": START.date() + timedelta(days=3)}
    assert [found[0] for found in short(history(engine, **days))] == [1, 2, 3]
    assert short(history(engine, by="week", **days)) == [(0, "sold", 3, 600)]


def test_a_week_begins_on_monday_and_a_month_on_its_first(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(day), 600, str(day)) for day in (0, 6, 7, 40)])
    assert short(history(engine, by="week")) == [(0, "sold", 2, 600), (7, "sold", 1, 600), (35, "sold", 1, 600)]
    assert [found.day for found in history(engine, by="month")] == [date(2026, 3, 1), date(2026, 4, 1)]


def test_a_week_is_counted_from_observations_and_not_from_the_medians_of_its_days(engine: Engine) -> None:
    daily = [(0, 100), (1, 500), (1, 500), (1, 500), (2, 100)]
    learn(engine, [priced(CARD, at(day), price, str(n)) for n, (day, price) in enumerate(daily)])
    assert [found[3] for found in short(history(engine))] == [100, 500, 100]
    assert short(history(engine, by="week")) == [(0, "sold", 5, 500)]


def test_a_listing_counts_once_a_week_with_its_last_price(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), price) for day, price in ((0, 700), (2, 650), (3, 650), (8, 600))])
    assert short(history(engine, by="week")) == [(0, "ask", 1, 650), (7, "ask", 1, 600)]


def test_a_relist_continues_the_listing_that_it_repeats(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", CARD, at(2), 700), row("2", CARD, at(4), 650)])
    assert short(history(engine, by="week")) == [(0, "ask", 1, 650)]


def test_two_cards_of_one_post_count_as_two_in_a_week(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700\n{CARD} $750", at(day)) for day in (0, 3)])
    assert short(history(engine, by="week")) == [(0, "ask", 2, 725)]


def test_an_ask_stands_in_every_week_that_it_touches(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (5, 15)])
    assert short(history(engine, by="week")) == [(0, "ask", 1, 700), (7, "ask", 1, 700), (14, "ask", 1, 700)]


def test_as_of_sees_what_was_observed_before_that_day(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 5)])
    learn(engine, [priced(CARD, at(3, -12), 600, "midnight"), priced(CARD, at(2, 11.9), 610, "before")])
    third = START.date() + timedelta(days=3)
    assert short(history(engine, as_of=third)) == [
        (0, "ask", 1, 700),
        (1, "ask", 1, 700),
        (2, "ask", 1, 700),
        (2, "sold", 1, 610),
    ]
    assert short(history(engine, as_of=third, by="week")) == [(0, "ask", 1, 700), (0, "sold", 1, 610)]


def test_days_are_utc(engine: Engine) -> None:
    late = datetime(2026, 3, 2, 22, 30, tzinfo=timezone(timedelta(hours=-5)))  # 03:30 UTC of the next day
    learn(engine, [priced(CARD, late, 600, "a")])
    assert short(history(engine)) == [(1, "sold", 1, 600)]


def test_nothing_known_is_no_row(engine: Engine) -> None:
    assert history(engine) == history(engine, by="month") == []
    assert history(engine, since=date(2026, 3, 2), until=date(2026, 3, 1)) == []


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=SIGHTINGS, later=SIGHTINGS, by=st.sampled_from(["day", "week", "month"]))
def test_an_observation_of_the_future_never_changes_the_past(engine: Engine, rows: Any, later: Any, by: Any) -> None:
    day = START.date() + timedelta(days=60)
    fresh(engine, rows)
    known = history(engine, as_of=day, by=by)
    learn(engine, [_in_the_future(found) for found in later])
    assert history(engine, as_of=day, by=by) == known


def _in_the_future(found: RevisionRow) -> RevisionRow:
    """The same 61 days later at other prices, so that nothing is merely seen standing on."""
    body = found.body and found.body.replace("$", "$7")
    minor = found.price_minor and found.price_minor * 7
    days = timedelta(days=61)
    ended = found.ended_at and found.ended_at + days
    return replace(found, observed_at=found.observed_at + days, ended_at=ended, price_minor=minor, body=body)


# The frame


def test_the_frame_has_the_documented_columns_and_types(engine: Engine) -> None:
    types = {"day": "datetime64[s]", "kind": "str", "condition": "str", "n": "int64", "currency": "str"}
    types |= dict.fromkeys(("min", "p25", "median", "p75", "max"), "float64")
    empty = tracker.pricing.history(engine, "3090 ti")
    learn(engine, [priced(CARD, at(day), 600 + day, str(day)) for day in range(10)])
    full = tracker.pricing.history(engine, "3090", by="week")
    for frame in (empty, full):
        assert list(frame.columns) == list(FIELDS)
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == types
    assert (len(empty), len(full)) == (0, 2)
    assert full["median"].tolist() == [603.0, 608.0]


@pytest.mark.parametrize(("name", "words"), [("rtx 3080", "rtx-3080-12gb"), ("rtx 9999", "catalog")])
def test_a_name_that_is_none_or_several_cards_is_asked_back(engine: Engine, name: str, words: str) -> None:
    with pytest.raises(GpudealsError, match=words):
        tracker.pricing.history(engine, name)

"""Which alerts are written: once per offer and price step, never in a flood."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.tracker.alerts.samples import offer
from tracker.alerts import matching
from tracker.alerts.matching import Usual, due
from tracker.alerts.offers import kept
from tracker.alerts.rules import Rule
from tracker.alerts.watches import Watch

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
CALM = Usual(days=0, per_day=0)


def watch(number: int = 1, **changes: Any) -> Watch:
    made = Watch(
        id=number,
        name=f"w{number}",
        email="ada@example.org",
        rule=Rule(max_price=500),
        created_at=NOW - timedelta(days=30),
        first_matched_at=NOW - timedelta(days=29),
    )
    return replace(made, **changes)


def priced(price: float, number: int = 1) -> dict[str, Any]:
    return offer(number, landed=price, price_usd=price, shipping_usd=0.0)


def new_alerts(watches: list[Watch], offers: list[dict[str, Any]], told: Any, usual: Usual, now: datetime) -> Any:
    """The alert rows for whole offers, of which the figures are a part."""

    def whole(positions: Any) -> dict[int, dict[str, Any]]:
        return {position: kept(offers[position]) for position in positions}

    return matching.new_alerts(watches, offers, told, usual, now, whole)


def told_after(rows: list[dict[str, Any]], before: dict[tuple[str, int], tuple[int, int]] | None = None) -> Any:
    told = dict(before or {})
    for row in rows:
        key = (row["email"], row["offer_id"])
        told[key] = (min(row["price"], told.get(key, (row["price"], 0))[0]), row["step"])
    return told


def test_a_flapping_price_gives_one_alert() -> None:
    told: dict[tuple[str, int], tuple[int, int]] = {}
    count = 0
    for price in (499, 500, 499, 501, 499, 500):
        rows = new_alerts([watch()], [priced(price)], told, CALM, NOW)
        count += len(rows)
        told = told_after(rows, told)
    assert count == 1


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [(480, 455, True), (480, 457, False), (100, 94, False), (100, 89, True), (480, 480, False), (480, 490, False)],
)
def test_the_same_offer_is_told_again_after_a_drop_of_5_percent_and_10_dollars(
    first: float, second: float, again: bool
) -> None:
    told = told_after(new_alerts([watch()], [priced(first)], {}, CALM, NOW))
    assert bool(new_alerts([watch()], [priced(second)], told, CALM, NOW)) is again


def test_what_matched_before_a_watch_was_made_is_marked_so() -> None:
    (row,) = new_alerts([watch(first_matched_at=None)], [priced(450)], {}, CALM, NOW)
    assert row["facts"]["already"] is True


def test_a_relisted_offer_is_the_same_offer() -> None:
    told = told_after(new_alerts([watch()], [priced(450, 1)], {}, CALM, NOW))
    assert new_alerts([watch()], [priced(450, 2) | {"relist_of_offer": 1}], told, CALM, NOW) == []


def test_a_paused_or_expired_watch_finds_nothing() -> None:
    for idle in (watch(enabled=False), watch(enabled_until=NOW - timedelta(minutes=1))):
        assert new_alerts([idle], [priced(450)], {}, CALM, NOW) == []


def test_a_flood_is_held_once_a_week_of_history_exists() -> None:
    offers = [priced(450, number) for number in range(30)]
    week = Usual(days=8, per_day=2)
    assert {row["state"] for row in new_alerts([watch()], offers, {}, week, NOW)} == {"held"}
    assert {row["state"] for row in new_alerts([watch()], offers, {}, Usual(days=3, per_day=2), NOW)} == {"queued"}
    assert {row["state"] for row in new_alerts([watch()], offers[:19], {}, week, NOW)} == {"queued"}
    busy = Usual(days=8, per_day=15)
    assert {row["state"] for row in new_alerts([watch()], offers, {}, busy, NOW)} == {"queued"}


def test_what_a_new_watch_matches_at_once_is_no_flood() -> None:
    offers = [priced(450, number) for number in range(30)]
    rows = new_alerts([watch(first_matched_at=None)], offers, {}, Usual(days=8, per_day=2), NOW)
    assert {row["state"] for row in rows} == {"queued"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, NOW),
        ({"quiet_hours": "10-14"}, NOW.replace(hour=14)),
        ({"quiet_hours": "11-1"}, datetime(2026, 3, 5, 1, tzinfo=UTC)),
        ({"delivery": "daily"}, datetime(2026, 3, 5, 7, tzinfo=UTC)),
        ({"delivery": "daily", "quiet_hours": "22-9"}, datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ({"delivery": "weekly"}, datetime(2026, 3, 9, 7, tzinfo=UTC)),
    ],
)
def test_a_mail_waits_for_its_hour(changes: dict[str, Any], expected: datetime) -> None:
    assert due(watch(**changes), NOW) == expected

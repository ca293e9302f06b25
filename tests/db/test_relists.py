"""When a listing repeats another one, and on which days prices count then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store.relists import RELIST_DAYS, Price, changed_days, count_days, resolve

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ask(listing: int, first: float, last: float, likeness: int | None = 1, **more: Any) -> Price:
    """An ask of a listing with one offer, from one day to another."""
    begins, ends = START + timedelta(days=first), START + timedelta(days=last)
    values = {
        "id": hash((listing, first)) % 10**9,
        "listing_id": listing,
        "offer_id": listing,
        "gpu_id": 1,
        "kind": "ask",
    }
    values |= {"likeness": likeness, "observed_at": begins, "seen_until": ends, "statistics": True}
    return Price(**(values | more))


def days(prices: list[Price]) -> list[tuple[int, int | None, int | None, int | None]]:
    """Listing, first and last day from the start, and what it repeats, in time order."""
    start = START.date()
    return [
        (
            p.listing_id,
            (p.counts_from - start).days if p.counts_from else None,
            (p.counts_until - start).days if p.counts_until else None,
            p.relist_of,
        )
        for p in sorted(prices, key=lambda p: p.order)
    ]


def test_the_same_title_and_price_under_a_new_id_is_a_relist() -> None:
    assert days(resolve([ask(1, 0, 3), ask(2, 5, 9)])) == [(1, 0, 3, None), (2, 5, 9, 1)]


def test_while_the_older_one_stands_the_newer_does_not_count() -> None:
    assert days(resolve([ask(1, 0, 6), ask(2, 4, 9)])) == [(1, 0, 6, None), (2, 7, 9, 1)]


def test_a_relist_within_the_life_of_the_older_one_counts_on_no_day() -> None:
    assert days(resolve([ask(1, 0, 9), ask(2, 4, 6)])) == [(1, 0, 9, None), (2, None, None, 1)]


@pytest.mark.parametrize(("gap", "relist_of"), [(RELIST_DAYS, 1), (RELIST_DAYS + 1, None)])
def test_after_a_month_it_is_another_sale(gap: int, relist_of: int | None) -> None:
    assert days(resolve([ask(1, 0, 3), ask(2, 3 + gap, 40)]))[1][3] == relist_of


def test_another_price_is_no_relist() -> None:
    assert days(resolve([ask(1, 0, 3, likeness=1), ask(2, 5, 9, likeness=2)])) == [(1, 0, 3, None), (2, 5, 9, None)]


def test_a_listing_whose_titles_say_nothing_is_no_relist() -> None:
    assert days(resolve([ask(1, 0, 3, None), ask(2, 5, 9, None)])) == [(1, 0, 3, None), (2, 5, 9, None)]


def test_what_a_relist_costs_later_belongs_to_the_first_listing() -> None:
    prices = [ask(1, 0, 3), ask(2, 5, 6), ask(2, 7, 9, likeness=2), ask(3, 12, 14, likeness=2)]
    assert days(resolve(prices)) == [(1, 0, 3, None), (2, 5, 6, 1), (2, 7, 9, 1), (3, 12, 14, 1)]


def test_a_listing_that_came_down_to_the_price_of_another_is_no_relist_of_it() -> None:
    prices = [ask(1, 0, 9), ask(2, 1, 3, likeness=2), ask(2, 4, 9, likeness=1)]
    assert days(resolve(prices)) == [(1, 0, 9, None), (2, 1, 3, None), (2, 4, 9, None)]


def test_the_price_of_the_evening_counts() -> None:
    assert days(count_days([ask(1, 0, 2), ask(1, 2.2, 4, 2)])) == [(1, 0, 1, None), (1, 2, 4, None)]


def test_a_price_that_stood_for_hours_counts_on_no_day() -> None:
    prices = [ask(1, 0, 0.1), ask(1, 0.2, 0.3, 2)]
    assert days(count_days(prices)) == [(1, None, None, None), (1, 0, 0, None)]


def test_what_may_not_be_counted_hides_nothing() -> None:
    prices = [ask(1, 0, 5, statistics=False), ask(2, 2, 9)]
    assert days(resolve(prices)) == [(1, None, None, None), (2, 2, 9, None)]


PRICES = st.lists(
    st.builds(
        lambda listing, first, length, likeness: ask(listing, first, first + length, likeness),
        *(st.integers(1, 6), st.integers(0, 60), st.integers(0, 40), st.integers(1, 3)),
    ),
    max_size=14,
    unique_by=lambda p: p.id,
)


@given(PRICES, st.randoms())
def test_the_order_of_rows_does_not_matter(prices: list[Price], random: Any) -> None:
    shuffled = list(prices)
    random.shuffle(shuffled)
    assert days(resolve(shuffled)) == days(resolve(prices))


@given(PRICES)
def test_settling_what_is_settled_changes_nothing(prices: list[Price]) -> None:
    once = resolve(prices)
    assert sorted(resolve(once), key=lambda p: p.order) == sorted(once, key=lambda p: p.order)


@given(PRICES)
def test_goods_count_once_a_day_under_all_their_ids(prices: list[Price]) -> None:
    met = set()
    for price in resolve(prices):
        root = price.relist_of or price.listing_id
        if price.counts_from is None or price.counts_until is None:
            continue
        for day in range(price.counts_from.toordinal(), price.counts_until.toordinal() + 1):
            assert (root, day) not in met
            met.add((root, day))


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ((0, 3), (0, 5), [(4, 5)]),
        ((0, 5), (0, 3), [(4, 5)]),
        ((2, 5), (0, 5), [(0, 1)]),
        ((0, 5), (0, 5), []),
        ((0, 1), (4, 5), [(0, 1), (4, 5)]),
        ((0, 3), None, [(0, 3)]),
        (None, (0, 3), [(0, 3)]),
        (None, None, []),
    ],
)
def test_only_the_days_that_changed_are_marked(old: Any, new: Any, changed: list[tuple[int, int]]) -> None:
    def price(span: Any) -> Price | None:
        if span is None:
            return replace(ask(1, 0, 0), counts_from=None, counts_until=None)
        first, last = (START.date() + timedelta(days=day) for day in span)
        return replace(ask(1, 0, 0), counts_from=first, counts_until=last)

    found = [((a - START.date()).days, (b - START.date()).days) for _, a, b in changed_days(price(old), price(new))]
    assert found == changed

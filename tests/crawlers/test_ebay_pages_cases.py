"""Composed pages with what a careful reader sees on them: one test per case and field (tests/pages/ebay_pages)."""

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawlers.ebay_pages import read_page
from crawlers.listing import Blocked, Found, LayoutChanged, NothingFound, PageOutcome

CASES = Path(__file__).resolve().parents[1] / "pages" / "ebay_pages"
NAMES = sorted(p.name for p in CASES.iterdir())
FIELDS = (
    "external_id",
    "title",
    "kind",
    "state",
    "price",
    "price_max",
    "buy_now",
    "currency",
    "converted",
    "fuzzy",
    "shipping",
    "condition",
    "condition_id",
    "variation",
    "country",
    "quantity_sold",
    "ended_at",
    "observed_at",
)
_MONEY = {"price", "price_max", "buy_now", "shipping"}
_TIMES = {"ended_at", "observed_at"}


@cache
def outcome(case: str) -> PageOutcome:
    return read_page((CASES / case / "input.html").read_bytes())


@cache
def expected(case: str) -> dict[str, Any]:
    text: dict[str, Any] = json.loads((CASES / case / "expected.json").read_text(encoding="utf-8"))
    return text


WITH_ROWS = [n for n in NAMES if expected(n)["page_state"] == "results"]


def meant(field: str, value: Any) -> Any:
    if value is None:
        return None
    return Decimal(value) if field in _MONEY else datetime.fromisoformat(value) if field in _TIMES else value


@pytest.mark.parametrize("case", NAMES)
def test_the_page_is_what_it_is(case: str) -> None:
    assert outcome(case).page_state == expected(case)["page_state"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("case", WITH_ROWS)
def test_each_row_has_the_right(case: str, field: str) -> None:
    found = outcome(case)
    assert isinstance(found, Found)
    rows = expected(case)["rows"]
    assert [getattr(x, field) for x in found.listings] == [meant(field, r[field]) for r in rows]


@pytest.mark.parametrize("case", WITH_ROWS)
def test_each_broken_row_is_a_named_problem_and_nothing_else_is(case: str) -> None:
    found = outcome(case)
    assert isinstance(found, Found)
    named = expected(case)["problems"]
    assert len(found.problems) == len(named)
    assert all(number in p.reason for number, p in zip(named, found.problems, strict=True))


@pytest.mark.parametrize("case", [n for n in NAMES if "next_url" in expected(n)])
def test_the_next_page_is_named(case: str) -> None:
    found = outcome(case)
    assert isinstance(found, Found)
    assert found.next_url == expected(case)["next_url"]


@pytest.mark.parametrize("case", [n for n in NAMES if "field" in expected(n)])
def test_a_changed_layout_names_the_field(case: str) -> None:
    found = outcome(case)
    assert isinstance(found, LayoutChanged)
    assert found.field == expected(case)["field"]


def test_the_sellers_own_title_is_kept_beside_a_translated_one() -> None:
    found = outcome("s_card_us_in_spanish")
    assert isinstance(found, Found)
    originals = [x.facts.get("original_title") for x in found.listings]
    assert originals == [r.get("original_title") for r in expected("s_card_us_in_spanish")["rows"]]


def test_no_seller_is_named() -> None:
    for case in WITH_ROWS:
        found = outcome(case)
        assert isinstance(found, Found)
        assert "invented_shop" not in repr(found)


def test_there_are_cases_of_every_outcome() -> None:
    assert {type(outcome(n)) for n in NAMES} == {Found, NothingFound, Blocked, LayoutChanged}

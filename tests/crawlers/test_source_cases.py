"""Answers of the markets as folders (tests/pages/SOURCE/CASE): what comes in, and what a careful reader sees in it."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawlers.files import File, read_file
from crawlers.listing import Found, LayoutChanged, PageOutcome, RawListing
from crawlers.refusals import NoListingsError

PAGES = Path(__file__).resolve().parents[1] / "pages"
CASES = sorted(p.parent for source in ("ebay_browse", "hardwareswap") for p in PAGES.glob(f"{source}/*/expected.json"))
_MONEY, _TIMES = {"price", "buy_now", "shipping"}, {"observed_at", "created_at"}


def expected(case: Path) -> dict[str, Any]:
    text: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return text


def outcome(case: Path) -> PageOutcome:
    (path,) = case.glob("input.*")
    (page,) = read_file(File(path, path.name))
    return page.outcome


def named(cases: list[Path]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[f"{c.parent.name}-{c.name}" for c in cases])


def meant(field: str, value: Any) -> Any:
    if value is None:
        return None
    return Decimal(value) if field in _MONEY else datetime.fromisoformat(value) if field in _TIMES else value


@named([c for c in CASES if "page_state" in expected(c)])
def test_the_answer_is_what_it_is(case: Path) -> None:
    found = outcome(case)
    assert found.page_state == expected(case)["page_state"]
    if isinstance(found, LayoutChanged):
        assert found.field == expected(case)["field"]


@named([c for c in CASES if "rows" in expected(c)])
def test_each_field_of_each_row_is_right(case: Path) -> None:
    found = outcome(case)
    assert isinstance(found, Found)
    rows = expected(case)["rows"]
    assert len(found.listings) == len(rows)
    for listing, row in zip(found.listings, rows, strict=True):
        assert {f: getattr(listing, f) for f in row} == {f: meant(f, v) for f, v in row.items()}
    assert len(found.problems) == expected(case)["problems"]


@named([c for c in CASES if "rows" in expected(c)])
def test_nobody_is_named(case: Path) -> None:
    found = outcome(case)
    assert isinstance(found, Found)
    assert all("invented_" not in repr(x) for x in found.listings)


@named([c for c in CASES if "refused" in expected(c)])
def test_a_refusal_is_named(case: Path) -> None:
    with pytest.raises(NoListingsError) as refusal:
        outcome(case)
    assert str(refusal.value) == expected(case)["refused"]


@pytest.mark.parametrize("source", ["ebay_pages", "ebay_browse", "hardwareswap"])
def test_each_source_has_results_an_empty_answer_and_one_that_changed_or_was_refused(source: str) -> None:
    states = set()
    for path in PAGES.glob(f"{source}/*/expected.json"):
        states.add(expected(path.parent).get("page_state", "refused"))
    assert {"results", "empty"} <= states
    assert states & {"blocked", "layout_changed", "refused"}


def test_a_row_has_no_other_fields_than_a_raw_listing() -> None:
    fields = set(RawListing.__dataclass_fields__)
    assert all(set(row) <= fields for c in CASES for row in expected(c).get("rows", []))

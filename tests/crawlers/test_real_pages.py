"""Real pages and answers, where they are on this machine: every row as it was labelled, and no name of a seller."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawlers.ebay_pages import read_page
from crawlers.files import File, read_file, walk
from crawlers.listing import Blocked, Found
from crawlers.refusals import NoListingsError


def gold(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    rows: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["page"]][row["external_id"]] = row
    return rows


def test_every_row_of_the_labelled_pages_is_right(shared_data: Path) -> None:
    folder = shared_data / "ebay_pages"
    wrong = []
    for name, truth in gold(folder).items():
        outcome = read_page((folder / name).read_bytes())
        assert isinstance(outcome, Found), name
        found = {x.external_id: x for x in outcome.listings}
        assert found.keys() == truth.keys(), name
        for key, row in truth.items():
            for field in ("price", "price_max", "buy_now"):
                value = None if row[field] is None else Decimal(row[field])
                wrong += [(name, key, field)] * (getattr(found[key], field) != value)
            for field in ("converted", "fuzzy", "kind"):
                wrong += [(name, key, field)] * (getattr(found[key], field) != row[field])
            wrong += [(name, key, "title")] * (found[key].title.split() != row["title"].split())
            wrong += [(name, key, "currency")] * (row["price"] is not None and found[key].currency != row["currency"])
    assert wrong == []


def test_both_refusals_are_recognized(shared_data: Path) -> None:
    for path in sorted((shared_data / "ebay_pages").glob("blocked_*")):
        assert isinstance(read_page(path.read_bytes()), Blocked), path.name


@pytest.mark.parametrize("folder", ["ebay_browse", "reddit_api", "labelled"])
def test_each_file_is_read_or_named(folder: str, shared_data: Path) -> None:
    read = refused = 0
    for file in walk([shared_data / folder]):
        assert isinstance(file, File)
        try:
            for page in read_file(file):
                assert isinstance(page.outcome, Found)
                assert not [p for p in page.outcome.problems if not p.row.startswith("r/")]
                read += 1
        except NoListingsError as error:
            assert "\n" not in str(error)
            refused += 1
    assert read + refused > 5

"""The figures on hand-labelled real listings, where these are at hand."""

import json
from decimal import Decimal

import pytest

from tracker.normalize import ListingText, read_listing


def _rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _plain(model):
    words = (model or "").lower().replace("-", " ").split()
    return " ".join(word for word in words if word not in ("geforce", "radeon", "tesla", "nvidia", "amd", "intel"))


@pytest.fixture(scope="module")
def read(shared_data):
    gold = {row["id"]: row for row in _rows(shared_data / "labelled" / "ebay.gold.jsonl")}
    found = {}
    for row in _rows(shared_data / "labelled" / "ebay.input.jsonl"):
        price = None if row.get("price") is None else Decimal(str(row["price"]))
        found[row["id"]] = read_listing(
            ListingText(
                id=row["id"],
                source="ebay",
                title=row["title"],
                price=price,
                currency=row.get("currency"),
                condition=row.get("condition"),
                condition_id=row.get("condition_id"),
                variation=row["variation"],
            )
        )
    return gold, found


def _counted(reading):
    return [o for o in reading.offers if not o.broken and o.form in ("desktop", "sxm")]


def test_what_is_no_card_is_kept_out(read):
    gold, found = read
    kept = [not _counted(found[key]) for key, row in gold.items() if row["class"] != "card"]
    assert sum(kept) / len(kept) >= 0.97


def test_cards_are_recognized_and_rightly(read):
    gold, found = read
    cards = {
        key: row
        for key, row in gold.items()
        if row["class"] == "card" and row["model"] and not row["model"].endswith("Mobile") and "mpx" not in row["note"]
    }
    said = {key: _counted(found[key]) for key in cards}
    right = [
        key
        for key, offers in said.items()
        if offers
        and _plain(offers[0].model)
        in {_plain(name) for name in [cards[key]["model"], *cards[key].get("model_alt", [])]}
    ]
    answered = [key for key, offers in said.items() if offers]
    assert len(right) / len(answered) >= 0.99
    assert len(right) / len(cards) >= 0.97

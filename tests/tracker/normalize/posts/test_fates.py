"""What becomes of cards: states and counts in lines that a seller puts below a post."""

import re
from pathlib import Path

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

TABLE = Path(__file__).with_name("fates.txt")
POSTS = {
    "three cards of one each": (
        "[USA-OH] [H] 3060 Ti FE, 3070 FE, 3080 FE [W] PayPal",
        "3060 Ti FE - $190 shipped\n3070 FE - $220 shipped\n3080 FE - $300 shipped",
        {"3060 Ti": 1, "3070": 1, "3080": 1},
    ),
    "six P40 and two 3090": (
        "[FS][US-TX] 6x Tesla P40, 2x RTX 3090",
        "Tesla P40 24GB - $240 shipped each, 6 available\nRTX 3090 Turbo - $800 shipped each, 2 available",
        {"P40": 6, "3090": 2},
    ),
    "a card, a processor and a board": (
        "[USA-WA] [H] RTX 3080 Ti FTW3, 5800X3D, B550 Unify [W] PayPal",
        "3080 Ti FTW3 - $420 shipped\n5800X3D - $250 shipped\nB550 Unify - $120 shipped",
        {"3080 Ti": 1},
    ),
    "one card": ("[USA-NY] [H] RTX 3080 [W] PayPal", "$320 shipped", {"3080": 1}),
    "two of one card": ("[USA-NY] [H] RTX 3080 x2 [W] PayPal", "$320 shipped each", {"3080": 2}),
    "four of one card": ("[USA-NY] [H] RTX 3080 x4 [W] PayPal", "$320 shipped each", {"3080": 4}),
}
_CHANGE = re.compile(r"(?P<card>\w+(?: Ti)?)(?: x(?P<count>\d))?(?: (?P<state>sold|pending))?")


def _rows() -> list[tuple[str, str, str]]:
    rows, section = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line and not line.startswith("#"):
            changes, _, text = line.partition(": ")
            rows.append((section, changes, text))
    return rows


def _expected(counts: dict[str, int], changes: str) -> dict[str, tuple[int, str]]:
    expected = {card: (count, "available") for card, count in counts.items()}
    for change in changes.split(", ") if changes != "as before" else ():
        match = _CHANGE.fullmatch(change)
        assert match is not None, change
        expected[match["card"]] = (int(match["count"] or counts[match["card"]]), match["state"] or "available")
    return expected


@pytest.mark.parametrize(("section", "changes", "text"), _rows())
def test_a_line_below_the_post_changes_what_it_speaks_of(section: str, changes: str, text: str) -> None:
    title, body, counts = POSTS[section]
    body = f"{body}\n\n{text.replace(' // ', chr(10))}"

    offers = read_post(ListingText(id="1", source="hardwareswap", title=title, body=body), explain=False).offers

    found = {re.sub(r"GeForce RTX |Tesla ", "", offer.model or ""): (offer.quantity, offer.status) for offer in offers}
    assert found == _expected(counts, changes)
    assert len(offers) == len(counts)


def test_there_are_enough_lines() -> None:
    assert len(_rows()) >= 80

"""Who pays for carriage, in many wordings: said beside the price, or once for all of a post."""

import re
from pathlib import Path

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

TABLE = Path(__file__).with_name("carriage.txt")
_ROW = re.compile(r"(?P<said>included|extra|local|unknown): (?P<text>.+)")
ROWS = [
    (row["said"], row["text"])
    for row in map(_ROW.fullmatch, TABLE.read_text(encoding="utf-8").splitlines())
    if row is not None
]
ONE = "Zotac 3060 Ti: $190\n\n{}"
SEVERAL = "MSI 2060 Ventus: $95\nZotac 3060 Ti: $190\nCorsair RM650: $50\n\n{}\n\nPictures: https://imgur.com/a/AbC"
FRAMES = [(said, frame, text) for said, text in ROWS for frame in (("{}",) if "190" in text else (ONE, SEVERAL))]


@pytest.mark.parametrize(("said", "frame", "text"), FRAMES, ids=lambda value: value[:50])
def test_carriage_is_paid_by_whom_the_seller_says(said: str, frame: str, text: str) -> None:
    several = ", 2060, RM650" if frame == SEVERAL else ""
    listing = ListingText(
        id="1",
        source="hardwareswap",
        title=f"[USA-NV] [H] Zotac 3060 Ti{several} [W] PayPal, Local Cash",
        body=frame.format(text),
    )

    offers = read_post(listing, explain=False).offers

    assert [(offer.price, offer.shipping) for offer in offers if offer.model == "GeForce RTX 3060 Ti"] == [(190, said)]


def test_there_are_enough_wordings() -> None:
    assert len(ROWS) >= 2350

"""What is sold, pending or left, as sellers mark it in the post itself: in titles, lists, tables and lines on top."""

import re
from pathlib import Path

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

TABLE = Path(__file__).with_name("states.txt")
_EXPECTED = re.compile(r"= (?P<card>.+?)(?: x(?P<count>\d+))? (?P<state>available|pending|sold)")


def _with_count(match: re.Match[str]) -> str:
    return f"{match['card']} x{match['count'] or 1} {match['state']}"


def _posts() -> list[tuple[str, str, list[str]]]:
    found = []
    for block in TABLE.read_text(encoding="utf-8").split("\n\nT: ")[1:]:
        lines = block.split("\n\n=== ")[0].rstrip("\n").split("\n")
        body = "\n".join(line for line in lines[1:] if not line.startswith("= "))
        found.append((lines[0], body, [line for line in lines if line.startswith("= ")]))
    return found


@pytest.mark.parametrize(("title", "body", "expected"), _posts(), ids=lambda value: str(value)[:50])
def test_each_card_has_the_state_that_its_post_gives_it(title: str, body: str, expected: list[str]) -> None:
    offers = read_post(ListingText(id="1", source="hardwareswap", title=title, body=body), explain=False).offers

    found = sorted(
        f"{re.sub(r'^(GeForce RTX|Tesla|RTX) ', '', offer.model or '')} x{offer.quantity} {offer.status}"
        for offer in offers
    )
    assert found == sorted(_EXPECTED.sub(_with_count, line) for line in expected)


def test_there_are_enough_posts() -> None:
    assert len(_posts()) >= 60

"""Posts of a few lines, and the price that each card has in them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText, Offer

TABLE = Path(__file__).with_name("prices.txt")
_TITLE = re.compile(r"T( \w+)?: (.*)")
_WANTED = re.compile(r"(?P<model>.+?)(?: x(?P<count>\d+))? (?P<price>(?:lot )?[\d.]+|none)(?: (?P<currency>[A-Z]{3}))?")


@dataclass
class Case:
    section: str
    source: str
    title: str
    body: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)

    @property
    def listing(self) -> ListingText:
        return ListingText(id="1", source=self.source, title=self.title, body="\n".join(self.body).strip())


def _cases() -> list[Case]:
    found: list[Case] = []
    section = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        title = _TITLE.fullmatch(line)
        if line.startswith("## "):
            section = line[3:]
        elif title:
            found.append(Case(section, (title[1] or "hardwareswap").strip(), title[2]))
        elif found and line.startswith("= "):
            found[-1].wanted.append(line[2:])
        elif found and not found[-1].wanted:
            found[-1].body.append(line)
    return found


def _in_words(offer: Offer, wanted: str) -> str:
    said = _WANTED.fullmatch(wanted)
    assert said is not None
    model = said["model"] if f" {offer.model}".endswith(f" {said['model']}") else str(offer.model)
    lot = "none" if offer.lot_price is None else f"lot {float(offer.lot_price):g}"
    return " ".join(
        [
            model,
            *([f"x{offer.quantity}"] if said["count"] else []),
            lot if offer.price is None else f"{float(offer.price):g}",
            *([str(offer.currency)] if said["currency"] else []),
        ]
    )


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.section[:20]}: {case.title[:40]} {case.body[:1]}")
def test_each_card_has_the_price_that_the_seller_asks_for_it(case: Case) -> None:
    offers = list(read_post(case.listing, explain=False).offers)
    found = []
    for wanted in case.wanted:
        said = [_in_words(offer, wanted) for offer in offers]
        place = said.index(wanted) if wanted in said else 0
        found += said[place : place + 1]
        del offers[place : place + 1]
    assert (found, [offer.model for offer in offers]) == (case.wanted, [])


def test_there_are_enough_posts_about_prices() -> None:
    assert len(CASES) >= 120

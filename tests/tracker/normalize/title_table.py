"""The table of titles: how it is written and how a reading is put into the same words."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tracker.normalize import ListingText, Reading, read_listing

TABLE = Path(__file__).with_name("titles.txt")


@dataclass(frozen=True)
class Case:
    section: str
    expected: str
    title: str
    price: str | None = None
    condition_id: str | None = None
    variation: bool = False

    @property
    def listing(self) -> ListingText:
        return ListingText(
            id="1",
            source="ebay",
            title=self.title,
            price=Decimal(self.price) if self.price else None,
            currency="USD" if self.price else None,
            condition_id=self.condition_id,
            variation=self.variation,
        )


def cases() -> list[Case]:
    found, section = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line and not line.startswith("#"):
            fields = [field.strip() for field in line.split("|")]
            expected, title, price, condition, variation = [*fields, *[""] * (5 - len(fields))]
            found.append(Case(section, expected, title, price or None, condition or None, variation == "v"))
    return found


def in_words(reading: Reading) -> str:
    if reading.reject:
        return f"reject:{reading.reject}"
    (offer,) = reading.offers
    size = "?" if offer.vram_gb is None else f"{offer.vram_gb:g}"
    words = [
        f"{offer.model} {size}",
        *([offer.form] if offer.form != "desktop" else []),
        *([f"x{offer.quantity}"] if offer.quantity != 1 else []),
        *(["broken"] if offer.broken else []),
    ]
    return " ".join(words)


def read_in_words(case: Case) -> str:
    reading = read_listing(case.listing)
    if case.expected.startswith("open ") and reading.offers:
        offer = reading.offers[0]
        return f"open {offer.model}" if offer.sku is None and len(offer.candidates) > 1 else in_words(reading)
    return in_words(reading)

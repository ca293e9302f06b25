"""The day of a post settles which of two memory sizes is meant."""

from datetime import date

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText


@pytest.mark.parametrize(
    ("name", "body", "day", "vram_gb"),
    [
        ("RTX 3060", "$330 shipped", date(2021, 9, 18), 12),
        ("RTX 3060", "$200 shipped", date(2023, 9, 18), None),
        ("RTX 3060", "$200 shipped", None, None),
        ("RTX 3080 FTW3", "bought it from EVGA in late 2021. $290 shipped", date(2024, 9, 7), 10),
        ("RTX 3080 FTW3", "bought early '21, $290 shipped", date(2024, 9, 7), 10),
        ("RTX 3080 FTW3", "bought in 2022, $290 shipped", date(2024, 9, 7), None),
        ("RTX 3080 FTW3", "the 12gb one. $290 shipped", date(2024, 9, 7), 12),
        ("RTX 2060", "$150 shipped", date(2020, 6, 8), 6),
        ("GTX 1060", "$150 shipped", date(2016, 8, 1), 6),
        ("GTX 1060", "$150 shipped", date(2017, 8, 1), None),
        ("RTX 4060 Ti", "$390 shipped", date(2023, 6, 1), 8),
        ("RX 480", "$150 shipped", date(2017, 8, 1), None),
    ],
)
def test_a_twin_that_was_not_sold_yet_is_not_meant(
    name: str, body: str, day: date | None, vram_gb: float | None
) -> None:
    listing = ListingText(
        id="x", source="hardwareswap", title=f"[USA-NY] [H] {name} [W] PayPal", body=body, written_by=day
    )
    [offer] = read_post(listing).offers
    assert offer.vram_gb == vram_gb
    assert (offer.sku is not None) == (vram_gb is not None)

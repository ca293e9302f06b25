"""What a crawl is judged by is not read a second time to be priced."""

import pytest

import tracker.normalize
from tracker.ingest.once import read_once
from tracker.normalize.types import ListingText, Reading


def test_a_text_is_read_once_and_another_price_is_another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[ListingText] = []

    def read(listing: ListingText) -> Reading:
        seen.append(listing)
        return Reading(intent="sell")

    monkeypatch.setattr(tracker.normalize, "read_listing", read)
    rules = read_once()
    text = ListingText(id="ebay:1", source="ebay", title="RTX 3090 24GB")
    assert rules(text) is rules(ListingText(id="ebay:1", source="ebay", title="RTX 3090 24GB"))
    rules(ListingText(id="ebay:1", source="ebay", title="RTX 3090 24GB", currency="EUR"))
    assert [listing.currency for listing in seen] == [None, "EUR"]
    read_once()(text)
    assert len(seen) == 3

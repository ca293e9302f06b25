"""The rules, reading each text once: what a crawl is judged by is priced just after."""

from functools import cache

from tracker.ingest.views import Reader
from tracker.normalize.types import ListingText, Reading


def read_once() -> Reader:
    """Return the present rules, remembering every reading for as long as they are kept: use them for one round."""
    from tracker.normalize import read_listing

    @cache
    def read(listing: ListingText) -> Reading:
        return read_listing(listing)

    return read

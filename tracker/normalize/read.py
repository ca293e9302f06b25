"""Reads any listing: swap posts as posts, everything else by its title."""

from functools import lru_cache

from tracker.normalize.titles import read_title
from tracker.normalize.types import ListingText, Reading

_SWAP_WORDS = ("hardwareswap", "homelabsales", "swap", "reddit")


@lru_cache(maxsize=256)
def is_post(source: str) -> bool:
    """Tell whether ``source`` is a sub whose posts offer goods in title and body."""
    name = source.lower().removeprefix("r/")
    return any(word in name for word in _SWAP_WORDS) or name in _SWAP_SUBS


_SWAP_SUBS = frozenset(("gpusales", "hardwaresales", "computersales", "techsales", "appleswap", "mechmarket"))


def read_listing(listing: ListingText, explain: bool = False) -> Reading:
    """Return how ``listing`` reads; ``explain`` keeps every rule that fired. Never raises for any text."""
    if is_post(listing.source):
        from tracker.normalize.posts import read_post

        return read_post(listing, explain)
    return read_title(listing, explain)

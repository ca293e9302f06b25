"""Saved eBay pages, read without network, database or clock: result pages in three markups, and item pages.

eBay's robots.txt and user agreement forbid fetching them by program, so no spider does; a person
saves them, and ``gpudeals import`` or the inbox takes them in.
"""

import re

from crawlers.ebay_pages.document import parse
from crawlers.ebay_pages.item import is_item_page, read_item_page
from crawlers.ebay_pages.results import is_result_page, read_results
from crawlers.ebay_pages.walls import wall
from crawlers.listing import LayoutChanged, PageOutcome

#: Its own addresses and class names, or the edge in front of it; as UTF-16 too.
_EBAY = re.compile(
    rb"ebaystatic\.com|ebayimg\.com|//(?:www\.)?ebay\.[a-z]|edgesuite(?:\.|&#46;)net|srp-river|s-item__|s-card__|su-item-card|"
    rb"Pardon Our Interruption|e\x00b\x00a\x00y\x00",
    re.IGNORECASE,
)


def read_page(body: bytes, url: str | None = None) -> PageOutcome:
    """Return what the page in ``body`` holds; ``url`` is the address that answered, where it is known.

    Found with listings and named problems; NothingFound only with the page's own word for it;
    Blocked for challenges, captchas, sign-in and edge errors; LayoutChanged naming the field for a
    page that should hold listings and does not read as one.
    """
    page = parse(body)
    source = page.source if page else body[:4000].decode("utf-8", "replace")
    refused = wall(source, page, url)
    if refused:
        return refused
    if page is None:
        return LayoutChanged("page", "no markup in it")
    if is_result_page(page):
        return read_results(page)
    if is_item_page(page):
        return read_item_page(page)
    return LayoutChanged("page", "neither a result page (srp-results) nor an item page (x-item-title)")


def is_ebay_page(body: bytes) -> bool:
    """Return whether ``body`` is a page of eBay or one of the refusals that stand in its place."""
    return _EBAY.search(body, 0, 1 << 20) is not None

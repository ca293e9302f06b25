"""Saved eBay pages, read without network, database or clock: result pages in three markups, and item pages.

eBay's robots.txt and user agreement forbid fetching them by program, so no spider does; a person
saves them, and ``gpudeals import`` or the inbox takes them in.
"""

from crawlers.ebay_pages.document import parse
from crawlers.ebay_pages.item import is_item_page, read_item_page
from crawlers.ebay_pages.results import is_result_page, read_results
from crawlers.ebay_pages.walls import wall
from crawlers.listing import LayoutChanged, PageOutcome


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

"""eBay by its Browse API: what is on offer now, asking prices and bids."""

from typing import TYPE_CHECKING

from crawlers.settings import Policy, ebay_settings
from crawlers.source import Source, Term

if TYPE_CHECKING:
    from crawlers.running import Run

_LICENSE = "eBay API License Agreement, 3 Sep 2025, as quoted"


class EbayBrowse(Source):
    """Searches planned from the catalog, within 5,000 calls a day."""

    name = "ebay_browse"
    title = "eBay"
    required = ("title", "price", "currency", "condition_id", "url")
    min_items = 1
    result_cap = 10_000  # offset 0..9999: errors 12004 and 12029 of the Browse API's specification
    every = 30
    needs_credentials = True
    policy = Policy(statistics=False, keep_days=30, display_hours=6)
    terms = (
        Term(
            'it is forbidden to "use eBay Content, either alone or in combination with third-party information, to '
            'suggest or model prices for items listed on eBay Site"',
            f"{_LICENSE}, s. 9",
        ),
        Term(
            'prior written permission is needed for use "in any way that enables derivation of" average selling price, '
            "gross merchandise sold, site-wide statistics or seller performance",
            f"{_LICENSE}, s. 8.1(d)",
        ),
        Term("listing data shown may be at most 6 hours old, other content 24 hours", f"{_LICENSE}, s. 8.1(c)"),
        Term(
            'only "limited intermediate copies", deleted when no longer required; what is no longer public is deleted',
            f"{_LICENSE}, s. 3.1(b) and 8.1(b)",
        ),
        Term(
            'no "robot, spider, scraper, data mining tools" or other automated means "to access our Services for any '
            'purpose, except with the prior express permission of eBay"',
            "eBay User Agreement, 20 Feb 2026 and 28 Jun 2026, as quoted",
        ),
    )

    def markets(self) -> tuple[str, ...]:
        """Return ``ebay``: all marketplaces share one numbering of items."""
        return ("ebay",)

    def missing(self) -> str | None:
        """Return what to do where the key is missing."""
        settings = ebay_settings()
        if settings.client_id and settings.client_secret:
            return None
        return (
            "ebay_browse has no key: make an application at https://developer.ebay.com, ask for production access "
            "to the Buy APIs, and set [ebay] client_id and client_secret (or GPUDEALS_EBAY_CLIENT_ID and _SECRET)"
        )

    def crawl(self, run: "Run") -> None:
        """Run the Scrapy spider once."""
        from crawlers.ebay_browse import crawl

        crawl(run, self)

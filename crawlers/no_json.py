"""What stands in the place of JSON: a wall that is named and never worked around, or a format that is new."""

from crawlers.ebay_pages.walls import wall
from crawlers.stopping import CrawlError

_HEAD = 20_000  # bytes that are looked at


def no_json(what: str, body: bytes, url: str) -> CrawlError:
    """Return the end of a crawl whose answer to ``what`` is no JSON: ``blocked`` for a web page, else a new layout."""
    head = body[:_HEAD].decode("utf-8", "replace")
    blocked = wall(head, None, url)
    if blocked is not None:
        return CrawlError("blocked", f"{what}: {blocked.reason}")
    if "<html" in head.lower():
        return CrawlError("blocked", f"{what}: a web page stands in the place of JSON")
    return CrawlError("layout_changed", f"{what}: an answer of {len(body):,} bytes that is no JSON")

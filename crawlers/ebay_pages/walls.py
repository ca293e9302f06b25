"""Pages that are no market: challenges, captchas, sign-in, edge errors. They are named, and never worked around."""

import re

from crawlers.ebay_pages.document import Document
from crawlers.listing import Blocked

#: None of them occurs in a page with listings; "captcha", "splashui" and "signin.ebay" do, so they do not count.
_CHALLENGE = (
    "Pardon Our Interruption",
    "Checking your browser before you access",
    'id="destForm"',
    "_cdetail",
    "ChallengeGet",
    "distil_r_captcha.html",
)
_EDGE = re.compile(r"errors(?:\.|&#46;)edgesuite(?:\.|&#46;)net", re.IGNORECASE)


def wall(source: str, page: Document | None, url: str | None = None) -> Blocked | None:
    """Return which refusal the page is, or None. ``url`` is the address that answered, where it is known."""
    title = page.title if page else ""
    if "srp-results" in source or "srp-river-results" in source:
        return None
    if any(mark in source for mark in _CHALLENGE):
        return Blocked("eBay's browser check (“Pardon Our Interruption”) stands in the place of the page")
    if title.startswith("Security Measure") or (url and "/splashui/captcha" in url):
        return Blocked("eBay asks for a captcha (“Security Measure”) in the place of the page")
    if len(source) < 2000 and _EDGE.search(source):
        return Blocked("eBay's edge refused: " + ("Access Denied" if "Denied" in source else "Service Unavailable"))
    if (url and "//signin.ebay." in url) or re.match(r"Sign in or Register|Einloggen", title):
        return Blocked("eBay asks to sign in; sold and completed searches need an account since July 2026")
    if "Something went wrong on our end" in source and len(source) < 50_000:
        return Blocked("eBay's error page: “Something went wrong on our end”")
    return None

"""Links to listings, built anew from the market's own id: a stranger's address is never passed on."""

from urllib.parse import quote, urlsplit

from crawlers.swap_subs import configured_subs, known_subs

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def link(source: str, external_id: str, url: str | None = None) -> str | None:
    """Return the address of a listing at its market, None where the market is not known.

    Listings of a simulated market keep their address, which is on this machine.
    """
    if url and (parts := urlsplit(url)).scheme == "http" and parts.hostname in _LOOPBACK:
        return url
    item = quote(external_id.split(":")[0], safe="")
    if source == "ebay":
        return f"https://www.ebay.com/itm/{item}"
    if source in known_subs() or source in configured_subs():
        return f"https://www.reddit.com/comments/{item}"
    return None

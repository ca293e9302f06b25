"""A simulated market for used graphics cards, on loopback, with hidden truth.

It speaks the protocols of eBay's Browse API and of Reddit's API, so that the crawlers run against
it unchanged. Sellers, listings, ids and prices are invented: item numbers begin with 99, post ids
with zz. It shares no code and no data with the package that reads listings.
"""

from crawlers.sandbox.market import Market
from crawlers.sandbox.server import Arrival, Sandbox

__all__ = ["Arrival", "Market", "Sandbox"]

"""Reads listings: text to mentions, to what is being sold, to offers or a reject code."""

from tracker.normalize.read import read_listing
from tracker.normalize.types import ListingText, Offer, Reading

__all__ = ["RULES_VERSION", "ListingText", "Offer", "Reading", "read_listing"]

#: Rises with every change of the rules, so that stored readings are known to be old.
RULES_VERSION = 6

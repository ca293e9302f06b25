"""The five conditions, from what a market calls them."""

from typing import get_args

from tracker.normalize.types import Condition

#: eBay's condition ids (developer.ebay.com, "Item condition ID and name values"); the importers turn its
#: translated words into them. "New (other)" is opened or without its box, "like new" has been used.
_BY_ID: dict[str, Condition] = {
    "1000": "new",
    "1500": "open_box",
    "1750": "open_box",
    "2000": "refurbished",
    "2010": "refurbished",
    "2020": "refurbished",
    "2030": "refurbished",
    "2500": "refurbished",
    "2750": "used",
    "3000": "used",
    "4000": "used",
    "5000": "used",
    "6000": "used",
    "7000": "parts",
}
_BY_NAME: dict[str, Condition] = {name: name for name in get_args(Condition)}


def condition_of(condition_id: str | None, condition: str | None) -> Condition:
    """Return the condition that a market states; used where it states none, for these are used markets."""
    if condition_id is not None and condition_id in _BY_ID:
        return _BY_ID[condition_id]
    name = (condition or "").strip().casefold().replace(" ", "_").replace("-", "_")
    return _BY_NAME.get(name, "used")

"""The kind of condition of a listing, in the five kinds that prices are kept apart by."""

import csv
import re
from functools import cache, lru_cache

from tracker.normalize.types import Condition
from tracker.normalize.vocabulary import DATA

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
    "2990": "used",
    "3000": "used",
    "3010": "used",
    "4000": "used",
    "5000": "used",
    "6000": "used",
    "7000": "parts",
}


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], Condition], ...]:
    with (DATA / "conditions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (re.compile(rf"(?<!\w){re.escape(row['phrase'])}(?!\w)"), row["condition"])  # type: ignore[misc]
            for row in csv.DictReader(file)
        )


def condition_by_id(condition_id: str | None) -> Condition | None:
    """Return the kind of condition that one of eBay's ids stands for; None for another or none."""
    return _BY_ID.get(condition_id) if condition_id else None


def condition_of(condition_id: str | None, text: str | None) -> Condition | None:
    """Return the kind of condition; the id decides, as its text comes in the market's language. None: not said."""
    known = _BY_ID.get(condition_id) if condition_id else None
    return known or (_by_text(text) if text else None)


@lru_cache(maxsize=1024)
def _by_text(text: str) -> Condition | None:
    lowered = text.lower()
    return next((condition for pattern, condition in _phrases() if pattern.search(lowered)), None)

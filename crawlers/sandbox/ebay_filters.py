"""The ``filter`` parameter of the Browse API: what is understood, and what only earns a warning."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers.sandbox.model import Item

Test = Callable[[Item], bool]
_PART = re.compile(r"([A-Za-z]+):((?:\[[^\]]*\])|(?:\{[^}]*\})|[^,]*)(?:,|$)")
_OPTIONS = {"FIXED_PRICE", "AUCTION", "BEST_OFFER", "CLASSIFIED_AD"}
#: Filters that eBay knows and that change nothing in a market as small as this.
_WITHOUT_EFFECT = {
    "deliveryCountry",
    "deliveryPostalCode",
    "searchInDescription",
    "returnsAccepted",
    "sellers",
    "excludeSellers",
    "sellerAccountTypes",
    "qualifiedPrograms",
    "itemEndDate",
}


@dataclass(slots=True)
class Filters:
    """Tests that an item has to pass, and warnings (error ids) about what was ignored."""

    tests: list[Test] = field(default_factory=list)
    warnings: list[int] = field(default_factory=list)


def read_filters(text: str) -> Filters:
    """Return the filters of ``text``; without ``buyingOptions`` only fixed-price items pass, as on eBay."""
    found = Filters()
    parts = dict(_PART.findall(text))
    if _PART.sub("", text).strip(", "):
        found.warnings.append(12002)
    options = _set(parts.pop("buyingOptions", "{FIXED_PRICE}"))
    if options is None or not options <= _OPTIONS:
        found.warnings.append(12002)
    else:
        found.tests.append(lambda item: bool(options & set(item.options)))
    _price(parts, found)
    for name, value in parts.items():
        test = _one(name, value)
        if test is not None:
            found.tests.append(test)
        elif name not in _WITHOUT_EFFECT:
            found.warnings.append(12002)
    return found


def _set(value: str) -> set[str] | None:
    return set(value[1:-1].split("|")) if value.startswith("{") and value.endswith("}") else None


def _price(parts: dict[str, str], found: Filters) -> None:
    wanted, currency = parts.pop("price", None), parts.pop("priceCurrency", None)
    if wanted is None:
        return
    match = re.fullmatch(r"\[(\d+(?:\.\d+)?)?(\.\.)?(\d+(?:\.\d+)?)?\]", wanted)
    if currency is None or match is None:
        found.warnings.append(12012)
        return
    low = float(match[1] or 0)
    high = float(match[3]) if match[3] else (float("inf") if match[2] else low)
    found.tests.append(lambda item: low <= (item.price or item.lines[0].lot_price or 0) / 100 <= high)


def _one(name: str, value: str) -> Test | None:
    chosen = _set(value) or set()
    if name == "conditionIds" and chosen:
        return lambda item: item.condition[0] in chosen
    if name == "conditions" and chosen <= {"NEW", "USED"} and chosen:
        return lambda item: ("NEW" if item.condition[0] in ("1000", "1500") else "USED") in chosen
    if name == "itemLocationCountry" and re.fullmatch("[A-Z]{2}", value):
        return lambda item: item.country == value
    if name == "maxDeliveryCost":
        return lambda item: item.lines[0].shipping_cost == 0
    if name == "itemStartDate":
        return _since(value)
    return None


def _since(value: str) -> Test | None:
    begin, _, end = value.strip("[]").partition("..")
    try:
        first = datetime.fromisoformat(begin) if begin else datetime.min.replace(tzinfo=UTC)
        last = datetime.fromisoformat(end) if end else datetime.max.replace(tzinfo=UTC)
    except ValueError:
        return None
    return lambda item: first <= item.created <= last

"""Browse API answers as raw listings: search responses, single items, lists of items.

``price`` of an auction that can also be bought at once is the buy-it-now price there, and
``currentBidPrice`` the bid. A raw listing has it the way result pages show it: kind ``bid``,
``price`` the bid, ``buy_now`` the other.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crawlers.amounts import AmountError, currency_digits, known_currency, plain_decimal
from crawlers.listing import Found, Kind, LayoutChanged, NothingFound, PageOutcome, RawListing, RowProblem, State

_RESTFUL_ID = re.compile(r"v1\|(\d{9,14})\|(\d{1,14})", re.ASCII)
_LEGACY_ID = re.compile(r"\d{9,14}", re.ASCII)
_CONDITION_ID = re.compile(r"\d{3,5}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}")
_ZERO = re.compile(r"0+(\.0+)?")
_ITEM_LIST_KEYS = ("itemSummaries", "items")
#: Aspects that say which card it is. They lie at times, so they are facts beside the title and not in its place.
_ASPECTS = {"Chipset/GPU Model", "Memory Size", "Memory Type", "Brand", "MPN", "Model", "Chipset Manufacturer"}


Amount = tuple[Decimal, str]  # in major units, and its currency


class ItemError(ValueError):
    """An item that cannot be read; ``field`` is the column at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def is_item(data: object) -> bool:
    """Return whether ``data`` looks like one item of the Browse API."""
    return isinstance(data, Mapping) and isinstance(data.get("itemId"), str) and "title" in data


def is_search(data: object) -> bool:
    """Return whether ``data`` looks like the envelope of a search or of getItems."""
    if not isinstance(data, Mapping):
        return False
    if any(isinstance(data.get(k), list) for k in _ITEM_LIST_KEYS):
        return data.get("itemSummaries") is not None or all(map(is_item, data["items"]))
    return "itemSummaries" in data or ("href" in data and "total" in data and "limit" in data)


def error_of(data: object) -> str | None:
    """Return what an error body of eBay says ("1001 Invalid access token"), or None where ``data`` is none."""
    if not isinstance(data, Mapping):
        return None
    errors = data.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) and "errorId" in errors[0]:
        return f"{errors[0]['errorId']} {errors[0].get('message', '')}".strip()
    if isinstance(data.get("error"), str) and "error_description" in data:
        return f"{data['error']}: {data['error_description']}"
    return None


def read_search(data: Mapping[str, Any], observed_at: datetime | None = None) -> PageOutcome:
    """Return the listings of a search envelope, with ``next_url`` where another page follows.

    ``warnings`` come with status 200 and mean that a filter was ignored, so each is a problem and
    counted as ``warnings``. NothingFound where ``total`` is 0 and nothing is listed.
    """
    warnings = tuple(_warning(w) for w in _list(data.get("warnings")))
    key = next((k for k in _ITEM_LIST_KEYS if data.get(k) is not None), None)
    items = _list(data[key]) if key else []
    if not items:
        total = data.get("total")
        past_the_end = isinstance(total, int) and isinstance(data.get("offset"), int) and data["offset"] >= total
        if total == 0 or past_the_end or (key and total in (0, None)):
            return NothingFound(f"the answer says that its total is {total}")
        return LayoutChanged("itemSummaries", f"a total of {total} and no itemSummaries")
    outcome = read_items(items, observed_at)
    if not isinstance(outcome, Found):
        return outcome
    following = data.get("next")
    return Found(
        outcome.listings,
        warnings + outcome.problems,
        following if isinstance(following, str) and following.startswith("http") else None,
        {**outcome.counters, "warnings": len(warnings)},
    )


def read_items(items: Iterable[Any], observed_at: datetime | None = None) -> PageOutcome:
    """Return the listings of a list of items; an item seen twice counts once. LayoutChanged where none can be read."""
    listings: dict[str, RawListing] = {}
    problems: list[RowProblem] = []
    fields: list[str] = []
    number = 0
    for number, item in enumerate(items, 1):
        try:
            listing = read_item(item, observed_at)
        except ItemError as error:
            problems.append(RowProblem(f"item {number}", str(error)))
            fields.append(error.field)
            continue
        known = listings.setdefault(listing.external_id, listing)
        if known.price != listing.price:
            problems.append(RowProblem(f"item {number}", f"{listing.external_id} is listed twice at two prices"))
    if number == 0:
        return NothingFound("an empty list of items")
    if not listings and number > 1:
        worst = max(set(fields), key=fields.count)
        return LayoutChanged(worst, f"none of {number} items has a readable {worst}: {problems[0].reason}")
    rows = listings.values()
    counters = {
        "cards": number,
        "listings": len(listings),
        "with price": sum(r.price is not None for r in rows),
        "with condition": sum(r.condition_id is not None for r in rows),
        "with shipping": sum(r.shipping is not None for r in rows),
        "variations": sum(r.variation for r in rows),
    }
    return Found(tuple(rows), tuple(problems), None, counters)


def read_item(item: object, observed_at: datetime | None = None) -> RawListing:
    """Return one item as a raw listing. Raises ItemError naming the field that cannot be read."""
    if not isinstance(item, Mapping):
        raise ItemError("item", "not an object")
    external_id, varies = _identity(item)
    title = item.get("title")
    if not isinstance(title, str) or not title.strip():
        raise ItemError("title", f"item {external_id} has no title")
    options = [o for o in _list(item.get("buyingOptions")) if isinstance(o, str)]
    price, bid = _amount(item, "price", external_id), _amount(item, "currentBidPrice", external_id)
    auction = "AUCTION" in options or bid is not None
    if auction:
        first, buy_now = _auction_prices(price, bid, options, external_id)
    else:
        first, buy_now = price, None
    if first is None:
        raise ItemError("price", f"item {external_id} has no price")
    ended_at, ends_at = _end(item, observed_at)
    kind, state = _state(item, auction, ended_at)
    return RawListing(
        source="ebay",
        external_id=external_id,
        seen_as="api",
        title=title,
        observed_at=observed_at,
        url=f"https://www.ebay.com/itm/{external_id.split(':')[0]}",
        kind=kind,
        state=state,
        price_text=_price_text(item),
        price=first[0],
        buy_now=buy_now[0] if buy_now else None,
        currency=first[1],
        converted=any("convertedFromValue" in _map(item.get(k)) for k in ("price", "currentBidPrice")),
        shipping=_shipping(item, first[1]),
        condition=_text(item.get("condition")),
        condition_id=_digits(item.get("conditionId")),
        variation=varies,
        country=_country(item),
        quantity_sold=_quantity_sold(item),
        created_at=_time(item.get("itemCreationDate")),
        ended_at=ended_at,
        facts=_facts(item, options, ends_at),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _digits(value: object) -> str | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _CONDITION_ID.fullmatch(text) else None


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _identity(item: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the id (the legacy number, with ``:variation`` where there is one) and whether the listing varies."""
    stated = item.get("itemId")
    found = _RESTFUL_ID.fullmatch(stated) if isinstance(stated, str) else None
    legacy = str(item.get("legacyItemId") or (found.group(1) if found else ""))
    if not _LEGACY_ID.fullmatch(legacy):
        raise ItemError("external_id", f"itemId {str(stated)[:40]!r} is no item number")
    if found and found.group(1) != legacy and not item.get("itemGroupType") and not item.get("primaryItemGroup"):
        raise ItemError("external_id", f"itemId {stated} and legacyItemId {legacy} differ")
    if found and found.group(1) != legacy:
        legacy = found.group(1)
    variation = found.group(2) if found and found.group(2) != "0" else None
    varies = bool(item.get("itemGroupType") or item.get("primaryItemGroup") or variation)
    return (f"{legacy}:{variation}" if variation else legacy), varies


def _amount(item: Mapping[str, Any], key: str, external_id: str) -> Amount | None:
    if item.get(key) is None:
        return None
    money = _map(item[key])
    currency, value = money.get("currency"), money.get("value")
    if not isinstance(currency, str) or not known_currency(currency):
        raise ItemError("price", f"item {external_id}: {key} has no known currency: {str(currency)[:20]!r}")
    if not isinstance(value, str):
        # eBay writes amounts as strings; a number in their place was put there by something else.
        raise ItemError("price", f"item {external_id}: {key} {str(value)[:40]!r} is not written as a string")
    try:
        return plain_decimal(value, currency_digits(currency)), currency
    except AmountError as error:
        if key == "currentBidPrice" and _ZERO.fullmatch(value.strip()):
            return None
        raise ItemError("price", f"item {external_id}: {key} {error}") from error


def _auction_prices(
    price: Amount | None, bid: Amount | None, options: list[str], external_id: str
) -> tuple[Amount | None, Amount | None]:
    """Return bid and buy-it-now price; where one that has to be there is not, the other would be taken for it."""
    if bid is None:
        raise ItemError("price", f"item {external_id} is an auction without a currentBidPrice")
    if not options:
        raise ItemError("price", f"item {external_id} has a bid and no buyingOptions")
    if "FIXED_PRICE" not in options:
        return bid, None
    if price is None:
        raise ItemError("price", f"item {external_id} can be bought at once and has no price")
    if price[1] != bid[1]:
        raise ItemError("price", f"item {external_id} has bid and price in two currencies")
    return bid, price


def _price_text(item: Mapping[str, Any]) -> str:
    parts = (_map(item.get(k)) for k in ("currentBidPrice", "price"))
    return " | ".join(f"{p['currency']} {p['value']}" for p in parts if "currency" in p and "value" in p)


def _shipping(item: Mapping[str, Any], currency: str) -> Decimal | None:
    """Return the cheapest stated cost in the price's currency; None where it is calculated later or not stated."""
    costs = []
    for option in _list(item.get("shippingOptions")):
        cost = _map(_map(option).get("shippingCost"))
        if cost.get("currency") != currency:
            continue
        value = str(cost.get("value"))
        if _ZERO.fullmatch(value):
            costs.append(Decimal(0))
            continue
        try:
            costs.append(plain_decimal(value, currency_digits(currency)))
        except AmountError:
            continue
    return min(costs, default=None)


def _country(item: Mapping[str, Any]) -> str | None:
    code = _map(item.get("itemLocation")).get("country")
    return code if isinstance(code, str) and _COUNTRY.fullmatch(code) else None


def _availability(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((a for a in _list(item.get("estimatedAvailabilities")) if isinstance(a, Mapping)), {})


def _quantity_sold(item: Mapping[str, Any]) -> int | None:
    sold = _availability(item).get("estimatedSoldQuantity")
    return sold if isinstance(sold, int) and not isinstance(sold, bool) and 0 <= sold < 10**9 else None


def _end(item: Mapping[str, Any], observed_at: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Return when the listing ended, or when it will."""
    end = _time(item.get("itemEndDate"))
    if end and observed_at and end <= observed_at:
        return end, None
    return None, end


def _state(item: Mapping[str, Any], auction: bool, ended_at: datetime | None) -> tuple[Kind, State]:
    """Return kind and state: an end or an empty stock tells neither whether it sold nor at what price."""
    if ended_at or _availability(item).get("estimatedAvailabilityStatus") == "OUT_OF_STOCK":
        return "ended", "ended"
    return ("bid" if auction else "ask"), "live"


def _facts(item: Mapping[str, Any], options: list[str], ends_at: datetime | None) -> dict[str, Any]:
    """Return what may explain or flag a price; of the seller only coarse figures, never a name."""
    seller = _map(item.get("seller"))
    source = _map(item.get("price"))
    aspects = {
        str(a["name"]): str(a.get("value"))[:100]
        for a in map(_map, _list(item.get("localizedAspects")))
        if a.get("name") in _ASPECTS
    }
    facts: dict[str, Any] = {
        "marketplace": _text(item.get("listingMarketplaceId")),
        "best_offer": "BEST_OFFER" in options or None,
        "bids": item["bidCount"] if isinstance(item.get("bidCount"), int) else None,
        "ends_at": ends_at.isoformat() if ends_at else None,
        "converted_from": _text(source.get("convertedFromCurrency")),
        "category": next(filter(None, map(_text, _list(item.get("leafCategoryIds")))), _text(item.get("categoryId"))),
        "short_description": (_text(item.get("shortDescription")) or "")[:500] or None,
        "seller_score": score_bucket(seller.get("feedbackScore")),
        "seller_percent": percent_bucket(seller.get("feedbackPercentage")),
        "aspects": aspects or None,
        "out_of_stock": _availability(item).get("estimatedAvailabilityStatus") == "OUT_OF_STOCK" or None,
    }
    return {k: v for k, v in facts.items() if v is not None}


def score_bucket(score: object) -> str | None:
    """Return the order of magnitude of a feedback score, too coarse to tell who it is."""
    if not isinstance(score, int) or isinstance(score, bool):
        return None
    steps = ((1000, "1000+"), (100, "100-999"), (10, "10-99"), (1, "1-9"))
    return next((name for low, name in steps if score >= low), "0")


def percent_bucket(percent: object) -> str | None:
    """Return a class of positive feedback: ``99+``, ``95-99``, ``under 95``; None where there is none."""
    try:
        value = float(str(percent))
    except ValueError:
        return None
    if not 0 <= value <= 100:
        return None
    return "99+" if value >= 99 else "95-99" if value >= 95 else "under 95"


def _warning(warning: object) -> RowProblem:
    told = _map(warning)
    return RowProblem("warnings", f"eBay warns: {told.get('errorId', '?')} {str(told.get('message', ''))[:200]}")

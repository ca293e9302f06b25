"""How the simulated API shows a listing: in a search, and asked for by itself."""

from datetime import datetime
from typing import Any

from crawlers.sandbox import money
from crawlers.sandbox.model import Item

_CATEGORIES = {
    "27386": (
        "Graphics/Video Cards",
        "Computers/Tablets & Networking|Computer Components & Parts|Graphics/Video Cards",
    ),
    "131486": ("Fans, Heat Sinks & Cooling", "Computers/Tablets & Networking|Computer Components & Parts|Fans"),
    "179": ("PC Desktops & All-In-Ones", "Computers/Tablets & Networking|Desktops & All-In-Ones"),
    "175672": ("PC Laptops & Netbooks", "Computers/Tablets & Networking|Laptops & Netbooks"),
}


def amount(minor: int, currency: str, to: str | None = None) -> dict[str, str]:
    """Return an amount as the API writes it; converted to ``to`` where that is another currency."""
    if to is None or to == currency:
        return {"value": money.decimal(minor), "currency": currency}
    return {
        "value": money.decimal(money.convert(minor, currency, to)),
        "currency": to,
        "convertedFromValue": money.decimal(minor),
        "convertedFromCurrency": currency,
    }


def moment(at: datetime) -> str:
    """Return a time as the API writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def summary(item: Item, base: str, to: str | None = None) -> dict[str, Any]:
    """Return one entry of ``itemSummaries``."""
    name, _ = _CATEGORIES[item.category]
    page = f"{base}/itm/{item.id}"
    shown: dict[str, Any] = {
        "itemId": f"v1|{item.id}|{item.variation or 0}",
        "title": item.title,
        "leafCategoryIds": [item.category],
        "categories": [{"categoryId": item.category, "categoryName": name}],
        "image": {"imageUrl": f"{base}/simulated/{item.id}.jpg"},
        "itemHref": f"{base}/buy/browse/v1/item/v1%7C{item.id}%7C{item.variation or 0}",
        "seller": _seller(item),
        "condition": item.condition[1],
        "conditionId": item.condition[0],
        "buyingOptions": list(item.options),
        "itemWebUrl": page + (f"?var={item.variation}" if item.variation else ""),
        "itemLocation": {"postalCode": "999**", "country": item.country},
        "adultOnly": False,
        "legacyItemId": item.id,
        "availableCoupons": False,
        "itemCreationDate": moment(item.created),
        "topRatedBuyingExperience": False,
        "priorityListing": int(item.id) % 3 == 0,
        "listingMarketplaceId": item.market,
        **_prices(item, to),
        **_shipping(item, to),
    }
    if item.variation:
        shown["itemGroupHref"] = f"{base}/buy/browse/v1/item/get_items_by_item_group?item_group_id={item.id}"
        shown["itemGroupType"] = "SELLER_DEFINED_VARIATIONS"
    return shown


def _seller(item: Item) -> dict[str, Any]:
    percent = 100.0 - (item.seller % 40) / 10 if item.feedback else 0.0
    return {
        "username": f"simulated-seller-{item.seller}",
        "feedbackPercentage": f"{percent:.1f}",
        "feedbackScore": item.feedback,
    }


def _prices(item: Item, to: str | None) -> dict[str, Any]:
    asked = item.price if item.price is not None else item.lines[0].lot_price
    shown: dict[str, Any] = {}
    if item.bids is None:
        shown["price"] = amount(asked or 0, item.currency, to)
    else:
        if "FIXED_PRICE" in item.options and item.buy_now:
            shown["price"] = amount(item.buy_now, item.currency, to)
        elif item.bids == 0:
            shown["price"] = amount(asked or 0, item.currency, to)
        shown["currentBidPrice"] = amount(asked or 0, item.currency, to)
        shown["bidCount"] = item.bids
    if item.ends:
        shown["itemEndDate"] = moment(item.ends)
    return shown


def _shipping(item: Item, to: str | None) -> dict[str, Any]:
    line = item.lines[0]
    if line.shipping == "unknown":
        return {}
    if line.shipping_cost is None:
        return {"shippingOptions": [{"shippingCostType": "CALCULATED"}]}
    return {
        "shippingOptions": [
            {"shippingCostType": "FIXED", "shippingCost": amount(line.shipping_cost, item.currency, to)}
        ]
    }


def full(item: Item, base: str, now: datetime) -> dict[str, Any]:
    """Return what getItem answers; for an ended item the end and an empty stock, never the price paid."""
    shown = summary(item, base)
    for name in ("leafCategoryIds", "categories"):
        shown.pop(name)
    _, path = _CATEGORIES[item.category]
    left = item.stock - item.sold
    stock: dict[str, Any] = {"deliveryOptions": ["SHIP_TO_HOME"], "estimatedSoldQuantity": item.sold}
    if item.ended or left <= 0:
        stock |= {"estimatedAvailabilityStatus": "OUT_OF_STOCK", "estimatedAvailableQuantity": 0}
    else:
        stock |= {"estimatedAvailabilityStatus": "IN_STOCK", "estimatedAvailableQuantity": left}
    shown |= {
        "categoryId": item.category,
        "categoryPath": path,
        "shortDescription": "Simulated listing; the card does not exist.",
        "description": "<p>Simulated listing; the card does not exist.</p>",
        "estimatedAvailabilities": [stock],
        "sellerItemRevision": str(item.version),
        "lotSize": 0,
        "returnTerms": {"returnsAccepted": item.seller % 2 == 0},
    }
    if item.ended and item.ended <= now:
        shown["itemEndDate"] = moment(item.ended)
    return shown

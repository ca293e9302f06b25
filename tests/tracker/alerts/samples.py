"""Offers as `deals` hands them to the alerts, invented for the tests."""

from typing import Any


def offer(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one live offer of a 3090, changed as asked."""
    row: dict[str, Any] = {
        "offer_id": number,
        "relist_of_offer": None,
        "listing_id": 1000 + number,
        "id": f"ebay:90000000{number:04}",
        "external_id": f"90000000{number:04}",
        "source": "ebay",
        "title": f"EVGA RTX 3090 FTW3 24GB number {number}",
        "sku": "rtx-3090-24gb",
        "model": "GeForce RTX 3090",
        "vram_gb": 24.0,
        "quantity": 1,
        "basis": "each",
        "condition": "used",
        "country": "US",
        "price_usd": 600.0,
        "shipping_usd": 20.0,
        "landed": 620.0,
        "native_price": 60000,
        "native_currency": "USD",
        "fair_value": 800.0,
        "low": 720.0,
        "high": 890.0,
        "n": 41,
        "discount": 0.225,
        "discount_percent": 22.5,
        "percentile": 4.0,
        "lowest_in_days": 60,
        "usd_per_gb": 25.83,
        "usd_per_tflop_fp16": 8.71,
        "usd_per_gbps": 0.66,
        "history": [810.0, 805.0, None, 799.0, 790.0],
        "risks": [],
        "link": f"https://www.ebay.com/itm/90000000{number:04}",
    }
    return row | changes

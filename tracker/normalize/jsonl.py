"""Listings and readings as JSON objects: what ``gpudeals normalize`` takes and gives."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tracker.normalize.types import ListingText, Offer, Reading

#: Beyond this no card was ever offered; such a number is a slip or an attack.
_MOST = Decimal(10) ** 9
#: A time beyond this is none of a post's, in seconds.
_LATEST = 10**10


def listing_of(row: Mapping[str, Any], default_id: str) -> ListingText:
    """Return the listing of one JSON object; ValueError with a line for people where a field has no use."""
    if not isinstance(row, Mapping):
        raise ValueError("not a JSON object")
    title = row.get("title")
    if not isinstance(title, str):
        raise ValueError("no title")
    return ListingText(
        id=str(row.get("id", default_id)),
        source=_text(row, "source") or "ebay",
        title=title,
        body=_text(row, "body"),
        price=_amount(row.get("price")),
        currency=_text(row, "currency"),
        condition=_text(row, "condition"),
        condition_id=None if row.get("condition_id") is None else str(row["condition_id"]),
        variation=bool(row.get("variation", False)),
        flair=_text(row, "flair"),
        written_by=_day(row.get("created_utc")),
    )


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _day(seconds: object) -> date | None:
    """Return the day of a time in seconds, as Reddit states it; None where there is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(float(seconds), UTC).date()


def _amount(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("price is no amount")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("price is no amount")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("price is no amount") from None
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        raise ValueError("price is no amount")
    return amount


def reading_row(listing_id: str, reading: Reading) -> dict[str, Any]:
    """Return a reading as the JSON object that ``normalize`` prints; amounts in major units, to the cent."""
    return {
        "id": listing_id,
        "intent": reading.intent,
        "reject": reading.reject,
        "offers": [offer_row(offer) for offer in reading.offers],
    }


def offer_row(offer: Offer) -> dict[str, Any]:
    """Return one line of goods as a JSON object."""
    return {
        "model": offer.model,
        "vram_gb": _number(offer.vram_gb),
        "sku": offer.sku,
        "candidates": list(offer.candidates),
        "form": offer.form,
        "quantity": offer.quantity,
        "price": _major(offer.price),
        "currency": offer.currency,
        "lot_price": _major(offer.lot_price),
        "basis": offer.basis,
        "shipping": offer.shipping,
        "shipping_cost": _major(offer.shipping_cost),
        "status": offer.status,
        "condition": offer.condition,
        "broken": offer.broken,
        "in_system": offer.in_system,
        "confidence": offer.confidence,
        "flags": list(offer.flags),
    }


def _major(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 2)


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value

"""What goes into the normalizer and what comes out.

Readings and offers are values, never changed; they are not frozen because a frozen dataclass takes four times as
long to make, which is seen in the listings read a second.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Intent = Literal["sell", "buy", "trade", "sell_or_trade", "other"]
Form = Literal["desktop", "mobile", "sxm", "mpx"]
Shipping = Literal["included", "extra", "free", "fixed", "local", "unknown"]
Status = Literal["available", "pending", "sold"]
Condition = Literal["new", "open_box", "refurbished", "used", "parts"]
Basis = Literal["each", "lot", "bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingText:
    """A listing as the rules see it.

    ``price`` is what the market itself calls the price; ``written_by`` a day by which the text was there.
    """

    id: str
    source: str
    title: str
    body: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    condition: str | None = None
    condition_id: str | None = None
    variation: bool = False
    flair: str | None = None
    written_by: date | None = None


@dataclass(slots=True)
class Offer:
    """One line of goods. ``price`` is per card and only where the seller states it per card."""

    model: str | None
    vram_gb: float | None = None
    sku: str | None = None
    candidates: tuple[str, ...] = ()
    form: Form = "desktop"
    quantity: int = 1
    price: Decimal | None = None
    lot_price: Decimal | None = None
    basis: Basis | None = None
    currency: str | None = None
    shipping: Shipping = "unknown"
    shipping_cost: Decimal | None = None
    status: Status = "available"
    condition: Condition | None = None
    broken: bool = False
    in_system: bool = False
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One rule that fired, with the part of the text that it fired on, for ``explain``."""

    rule: str
    detail: str
    start: int | None = None
    end: int | None = None
    where: Literal["title", "body"] = "title"


@dataclass(slots=True)
class Reading:
    """How a listing was read: offers, or one code that says why nothing enters the history."""

    intent: Intent
    reject: str | None = None
    offers: tuple[Offer, ...] = ()
    trace: tuple[TraceStep, ...] = ()

"""What the simulated market is made of: cards, lines of goods, listings, posts, and the truth about each."""

import csv
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).with_name("data")

#: What a listing really is. Only ``card`` and ``lot`` sell working loose cards; ``bait`` is a card that does not exist.
Sort = Literal[
    "card",
    "bait",
    "lot",
    "bundle",
    "broken",
    "accessory",
    "box",
    "system",
    "laptop",
    "menu",
    "wanted",
    "trade",
    "goods",
]
State = Literal["live", "sold", "ended", "removed", "deleted"]


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the simulated market; ``usd`` is its median price on the first day."""

    number: int
    model: str
    vram_gb: int
    maker: str
    series: str
    name: str
    suffix: str
    memory: str
    usd: float
    weight: float
    segment: str
    size: str

    @property
    def twin(self) -> bool:
        """Whether the name alone leaves the size open."""
        return self.size == "yes"


@cache
def cards() -> tuple[Card, ...]:
    """Return the cards of data/cards.csv."""
    with (DATA / "cards.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Card(
                number=number,
                model=row["model"],
                vram_gb=int(row["vram_gb"]),
                maker=row["maker"],
                series=row["series"],
                name=row["number"],
                suffix=row["suffix"],
                memory=row["memory"],
                usd=float(row["usd"]),
                weight=float(row["weight"]),
                segment=row["segment"],
                size=row["size"],
            )
            for number, row in enumerate(csv.DictReader(file))
        )


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of goods: what it truly is, and what is asked for it in minor units; None is not stated."""

    card: Card | None
    label: str
    quantity: int = 1
    size_stated: bool = True
    price: int | None = None
    lot_price: int | None = None
    old_price: int | None = None
    shipping: str = "unknown"  # included, extra, free, fixed, local, unknown
    shipping_cost: int | None = None
    status: str = "available"
    condition: str = "used"
    note: str = ""

    def truth(self) -> dict[str, Any]:
        """Return what a perfect reader would know of this line."""
        return {
            "model": self.card.model if self.card else None,
            "vram_gb": self.card.vram_gb if self.card else None,
            "size_stated": self.size_stated,
            "quantity": self.quantity,
            "price": self.price,
            "lot_price": self.lot_price,
            "shipping": self.shipping,
            "shipping_cost": self.shipping_cost,
            "status": self.status,
            "condition": self.condition,
        }


@dataclass(slots=True, kw_only=True)
class Change:
    """A moment in the life of a listing, planned when it is made."""

    at: datetime
    what: str
    value: Any = None


@dataclass(slots=True, kw_only=True)
class Entry:
    """What an eBay listing and a post share: truth, state and history."""

    sort: Sort
    market: str
    created: datetime
    title: str
    lines: list[Line]
    currency: str
    plan: list[Change] = field(default_factory=list)
    id: str = ""
    state: State = "live"
    ended: datetime | None = None
    sold_price: int | None = None
    fair: int | None = None  # true median of the card when it was listed, minor units of the listing's currency
    relist_of: str | None = None
    history: list[tuple[datetime, int | None]] = field(default_factory=list)
    version: int = 0

    @property
    def price(self) -> int | None:
        """The price asked for the first line, per card."""
        return self.lines[0].price if self.lines else None

    def truth(self) -> dict[str, Any]:
        """Return the hidden truth of this listing, amounts in minor units."""
        first = self.history[0][1] if self.history else None
        genuine = self.sort == "card" and not getattr(self, "ends", None)  # an auction's first bid is no price
        return {
            "id": self.id,
            "market": self.market,
            "sort": self.sort,
            "title": self.title,
            "currency": self.currency,
            "created": self.created.isoformat(),
            "state": self.state,
            "ended": self.ended.isoformat() if self.ended else None,
            "sold_price": self.sold_price,
            "fair": self.fair,
            "deal": bool(genuine and self.fair and first and first <= 0.85 * self.fair),
            "relist_of": self.relist_of,
            "history": [(at.isoformat(), price) for at, price in self.history],
            "lines": [line.truth() for line in self.lines],
        }


@dataclass(slots=True, kw_only=True)
class Item(Entry):
    """A listing of the simulated eBay."""

    condition: tuple[str, str] = ("3000", "Used")
    options: tuple[str, ...] = ("FIXED_PRICE",)
    seller: int = 0
    feedback: int = 100
    country: str = "US"
    category: str = "27386"
    bids: int | None = None
    buy_now: int | None = None
    ends: datetime | None = None
    variation: str | None = None
    stock: int = 1
    sold: int = 0
    cached: tuple[int, str] = (-1, "")
    tokens: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Post(Entry):
    """A post of the simulated swap subs; its body is written from its lines, so that edits stay true."""

    seller: int = 0
    flair: str | None = None
    style: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    edited: datetime | None = None
    stickied: bool = False
    removed_by: str | None = None
    held_until: datetime | None = None  # moderators look at it first; until then no listing shows it
    number: int = 0
    cached: tuple[int, str] = (-1, "")

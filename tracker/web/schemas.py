"""What the API answers, as types; amounts are numbers in major units, None where nothing is known."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A part of an answer, read off the program's own rows."""

    model_config = ConfigDict(from_attributes=True)


class BestOfferBody(Body):
    """The cheapest live offer of a card, US dollars for one card."""

    id: str
    source: str
    condition: str
    price_usd: float
    shipping_usd: float | None
    link: str | None
    last_seen: datetime


class MarketItem(Body):
    """One card of the market. ``reason`` says why a value is withheld."""

    sku: str
    model: str
    vram_gb: float
    fair_value: float | None
    low: float | None = Field(description="Lower end of the 80 % interval.")
    high: float | None
    n: int
    n_effective: float
    kind: str | None
    condition: str
    currency: str
    usd_per_gb: float | None
    usd_per_tflop_fp16: float | None
    usd_per_tflop_fp32: float | None
    usd_per_gbps: float | None
    as_of: date
    reason: str | None
    trend_30: float | None
    trend_90: float | None
    supply_days: int
    daily_supply: bool
    best_offer: BestOfferBody | None


class DealItem(Body):
    """One live offer of one card, US dollars."""

    id: str
    source: str
    link: str | None
    title: str
    sku: str
    model: str
    vram_gb: float
    condition: str
    form: str | None
    quantity: int
    basis: str | None
    country: str | None
    price_usd: float
    shipping_usd: float | None
    landed: float | None
    fair_value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    kind: str | None
    discount_percent: float | None
    usd_per_gb: float | None
    usd_per_tflop_fp16: float | None
    usd_per_tflop_fp32: float | None
    usd_per_gbps: float | None
    percentile: float | None
    lowest_in_days: int | None
    risks: tuple[str, ...]
    deal: bool
    why_not: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime


class HistoryItem(Body):
    """What a card cost in one period; ``day`` is its first day."""

    day: date
    kind: Literal["ask", "bid", "sold", "closed"]
    condition: str
    n: int
    min: float
    p25: float
    median: float
    p75: float
    max: float
    currency: str


class Page(BaseModel):
    """Where in a list an answer stands."""

    total: int
    limit: int
    offset: int


class MarketPage(Page):
    """A page of the market."""

    items: list[MarketItem]


class DealPage(Page):
    """A page of deals, and when the offers were read."""

    as_of: datetime

    items: list[DealItem]


class GpuPage(Page):
    """A page of the catalog: every field of a card with its sources."""

    items: list[dict[str, Any]]


class HistoryPage(Page):
    """A page of a price history."""

    sku: str
    items: list[HistoryItem]


class GpuBody(BaseModel):
    """A card of the catalog and what it is worth, where it ever had a price."""

    gpu: dict[str, Any]
    market: MarketItem | None


class HealthBody(BaseModel):
    """Whether the service can answer."""

    status: Literal["ok"]
    version: str

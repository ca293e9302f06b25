"""Query parameters that several routes take, each described once."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator, Field

from db.errors import GpudealsError
from tracker.catalog import Gpu
from tracker.web.views import MarketQuery

ConditionName = Literal["pooled", "new", "open_box", "refurbished", "used"]
KindName = Literal["ask", "bid", "sold", "closed"]


def _written_as_day(value: Any) -> Any:
    """A bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("a day is written as 2026-01-31")
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _reasonable(day: date | None) -> date | None:
    """Nothing was ever sold before 2000, and nothing is known of the day after tomorrow."""
    return None if day is None else min(max(day, date(2000, 1, 1)), datetime.now(UTC).date() + timedelta(days=1))


Amount = Annotated[float, Field(ge=0, lt=1e9)]
Text = Annotated[str, Field(max_length=40)]
MinVram = Annotated[Amount | None, Query(description="VRAM of the card, GB.")]
MaxPrice = Annotated[Amount | None, Query(description="Highest price of a card.")]
Day = Annotated[date, BeforeValidator(_written_as_day)]
AsOf = Annotated[
    Day | None,
    AfterValidator(_reasonable),
    Query(description="What was known at 00:00 UTC of that day; days before 2000 and after tomorrow count as those."),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows to leave out.")]
Vendor = Annotated[Literal["nvidia", "amd", "intel"] | None, Query(description="Maker of the chip.")]
Form = Annotated[Text | None, Query(description="Form factor, such as PCIe or SXM2.")]
Nvlink = Annotated[bool | None, Query(description="With NVLink or without.")]
Cooling = Annotated[Literal["active", "passive"] | None, Query(description="How it is cooled.")]
#: US dollars, and what the ECB has a rate for.
CurrencyName = Literal[
    "USD", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK",
    "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "ZAR",
]  # fmt: skip
Currency = Annotated[CurrencyName, BeforeValidator(_upper), Query(description="ISO 4217 code.")]
ValueKind = Annotated[
    Literal["ask", "closed", "sold", "mixed"] | None,
    Query(description="Kind of the prices that the fair value rests on."),
]
SortName = Literal[
    "usd_per_gb",
    "usd_per_tflop_fp16",
    "usd_per_tflop_fp32",
    "usd_per_gbps",
    "fair_value",
    "vram_gb",
    "n",
    "n_effective",
    "trend_30",
    "trend_90",
    "supply_days",
    "model",
    "sku",
]
Sort = Annotated[SortName, Query(description="Column to order by.")]


def market_query(
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    vendor: Vendor = None,
    form: Form = None,
    nvlink: Nvlink = None,
    cooling: Cooling = None,
    condition: ConditionName = "pooled",
    currency: Currency = "USD",
    kind: ValueKind = None,
    sort: Sort = "usd_per_gb",
) -> MarketQuery:
    """Return the state of the market page."""
    return MarketQuery(
        min_vram=min_vram or None, max_price=max_price or None, vendor=vendor, form=form, nvlink=nvlink,
        cooling=cooling, condition=condition, currency=currency, kind=kind, sort=sort,
    )  # fmt: skip


MarketState = Annotated[MarketQuery, Depends(market_query)]


def card(sku: str) -> Gpu:
    """Return the catalog's card ``sku``. Raises GpudealsError where there is none (answered as 404)."""
    from tracker.catalog import catalog

    found = catalog().by_slug(sku)
    if found is None:
        raise NoSuchCardError(f"the catalog has no card {sku[:80]}")
    return found


Sku = Annotated[Annotated[str, Field(max_length=80)] | None, Query(description="One card, by its SKU.")]
MinQuantity = Annotated[
    Annotated[int, Field(ge=1, le=10_000)] | None,
    Query(description="So many cards at once."),
]
Region = Annotated[
    Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None,
    Query(description="Country of the item."),
]
SourceName = Annotated[Text | None, Query(description="One market.")]


class NoSuchCardError(GpudealsError):
    """A card that the catalog does not have."""

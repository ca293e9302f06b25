"""Market, deals and fair values as pandas frames, for notebooks and for Python."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from db.ids import stable_id
from db.store.daily import POOLED
from tracker.catalog import catalog
from tracker.pricing.dealing import Wanted, deal_rows
from tracker.pricing.fairvalue import fair_values
from tracker.pricing.offers import LiveOffer
from tracker.pricing.ranking import Asked, MarketRow, market_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine


def market_frame(rows: Sequence[MarketRow]) -> pd.DataFrame:
    """Return market rows as a pandas frame: the fields of ``MarketRow`` without nested ones, ``as_of`` as datetime."""
    nested = ("history", "best_offer", "gaps")
    names = [name for name in MarketRow.__slots__ if name not in nested]
    table = pd.DataFrame([{name: getattr(row, name) for name in names} for row in rows], columns=names)
    numbers = [name for name in names if name.startswith(("usd_", "trend_")) or name in ("fair_value", "low", "high")]
    return table.astype(dict.fromkeys(numbers, "float64")).assign(as_of=pd.to_datetime(table["as_of"]))


def market(engine: "Engine", asked: Asked | None = None, **options: Any) -> pd.DataFrame:
    """Return ``market_rows`` as a pandas frame."""
    return market_frame(market_rows(engine, asked, **options))


def fair_value(engine: "Engine", days: Iterable[date | None] = (None,), condition: str = POOLED) -> pd.DataFrame:
    """Return fair values of every card on each of ``days`` as a pandas frame, one row a day and card.

    Columns: day (datetime), sku, condition, value, low, high (US dollars, float), n, n_effective, kind,
    reason, trend_30, trend_90. Days that are not stored are computed, a second each.
    """
    slugs = {stable_id("gpu", gpu.slug): gpu.slug for gpu in catalog()}
    names = ("value", "low", "high", "n", "n_effective", "kind", "reason", "trend_30", "trend_90")
    rows = [
        {"day": day or datetime.now(UTC).date(), "sku": slugs[value.gpu_id], "condition": condition}
        | {name: getattr(value, name) for name in names}
        for day in days
        for value in fair_values(engine, day, condition)
        if value.gpu_id in slugs
    ]
    table = pd.DataFrame(rows, columns=["day", "sku", "condition", *names])
    numbers = ("value", "low", "high", "n_effective", "trend_30", "trend_90")
    return table.astype(dict.fromkeys(numbers, "float64")).assign(day=pd.to_datetime(table["day"]))


def deals_frame(rows: Sequence[LiveOffer]) -> pd.DataFrame:
    """Return offers as a pandas frame, one column a field of ``LiveOffer``; times are UTC."""
    names = list(LiveOffer.__slots__)
    table = pd.DataFrame([asdict(row) for row in rows], columns=names)
    for name in ("created_at", "first_seen", "last_seen"):
        table[name] = pd.to_datetime(table[name], utc=True)
    numbers = ("price_usd", "shipping_usd", "landed", "fair_value", "low", "high", "discount", "percentile")
    return table.astype(dict.fromkeys(numbers, "float64"))


def deals(engine: "Engine", wanted: Wanted | None = None, *, now: datetime | None = None) -> pd.DataFrame:
    """Return ``deal_rows`` as a pandas frame; columns as the fields of ``LiveOffer``."""
    return deals_frame(deal_rows(engine, wanted, now=now))


def gaps(engine: "Engine", as_of: date | None = None, condition: str = POOLED) -> pd.DataFrame:
    """Return the measured gaps between kinds of price and conditions as a pandas frame; empty where none could be.

    Columns: name (such as "ask against sold"), share (0.08 is 8 % above), error (standard error in ln
    price), n (pairs of listings behind it).
    """
    told = [value.facts["gaps"] for value in fair_values(engine, as_of, condition) if value.facts]
    return pd.DataFrame(told[0] if told else [], columns=["name", "share", "error", "n"])

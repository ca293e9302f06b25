"""The market: one row a card with its value, what it costs per unit, its trend and the best live offer."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from db.errors import GpudealsError
from db.ids import stable_id
from db.store.daily import POOLED
from tracker.catalog import Gpu, catalog
from tracker.pricing.best import BestOffer, best_offers
from tracker.pricing.currency import Rates, rates
from tracker.pricing.fairvalue import fair_values, key_day
from tracker.pricing.metrics import metrics
from tracker.pricing.values import WEEKS, FairValue

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: A card with a new price on so many of the last 30 days can be bought any day.
DAILY_SUPPLY_DAYS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    """One card. ``fair_value``, ``low`` and ``high`` are in ``currency``, the metrics in US dollars.

    ``reason`` says why a value is withheld. ``kind`` says which prices it rests on, ``level`` which kind's
    level it is on. ``trend_30`` is the relative change over 30 days, ``supply_days`` on how many of the
    last 30 days a price was new.
    """

    sku: str
    model: str
    vram_gb: float
    fair_value: float | None
    low: float | None
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
    level: str | None
    supply_days: int
    daily_supply: bool
    history: tuple[float | None, ...]  # the value of the last 26 weeks in US dollars, oldest first
    best_offer: BestOffer | None = None
    gaps: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


#: What ``--sort`` takes: a column, and whether the largest comes first.
SORTS = {
    "usd_per_gb": False,
    "usd_per_tflop_fp16": False,
    "usd_per_tflop_fp32": False,
    "usd_per_gbps": False,
    "fair_value": False,
    "vram_gb": True,
    "n": True,
    "n_effective": True,
    "trend_30": False,
    "trend_90": False,
    "supply_days": True,
    "model": False,
    "sku": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which cards are asked for; None asks nothing. ``max_price`` is a fair value in the currency shown."""

    min_vram: float | None = None
    max_price: float | None = None
    vendor: str | None = None
    form: str | None = None
    nvlink: bool | None = None
    cooling: str | None = None

    def takes(self, gpu: Gpu) -> bool:
        """Return whether the card itself is asked for."""
        return (
            (self.min_vram is None or gpu.vram_gb >= self.min_vram)
            and (self.vendor is None or gpu.vendor.lower() == self.vendor.lower())
            and (self.form is None or gpu.form_factor.lower() == self.form.lower())
            and (self.nvlink is None or (gpu.nvlink_gb_s is not None) == self.nvlink)
            and (self.cooling is None or self.cooling.lower() in gpu.cooling.lower())
        )


def market_rows(
    engine: "Engine",
    asked: Asked | None = None,
    *,
    as_of: date | None = None,
    condition: str = POOLED,
    currency: str = "USD",
    sort: str = "usd_per_gb",
    now: datetime | None = None,
    table: Rates | None = None,
    gpus: Iterable[Gpu] | None = None,
) -> list[MarketRow]:
    """Return a row for every card that ever had a price before ``as_of`` (00:00 UTC; None is now).

    Ordered by ``sort``, cards without that figure last. A past day knows no live offers. Raises
    GpudealsError for a currency without a rate, an unknown condition or an unknown column.
    """
    if sort not in SORTS:
        raise GpudealsError(f"cannot sort by {sort!r}; use one of {', '.join(SORTS)}")
    now, table, asked = now or datetime.now(UTC), table or rates(), asked or Asked()
    day = as_of or now.date() + timedelta(days=1)
    values = fair_values(engine, day, condition)
    rate = _per_usd(table, currency, min(day, key_day(None)) - timedelta(days=1))
    best: Mapping[int, BestOffer] = {}
    if as_of is None:
        with engine.connect() as conn:
            best = best_offers(conn, now, table, condition, {value.gpu_id: value.value for value in values})
    cards = {stable_id("gpu", gpu.slug): gpu for gpu in gpus or catalog()}
    shown = as_of or now.date()
    rows = [
        _row(cards[value.gpu_id], value, shown, currency, rate, best.get(value.gpu_id))
        for value in values
        if value.gpu_id in cards and asked.takes(cards[value.gpu_id])
    ]
    if asked.max_price is not None:
        limit = asked.max_price
        rows = [row for row in rows if row.fair_value is not None and row.fair_value <= limit]
    return sorted(rows, key=_order(sort))


def _order(sort: str) -> Any:
    largest_first = SORTS[sort]

    def key(row: MarketRow) -> tuple[Any, ...]:
        value = getattr(row, sort)
        if value is None:
            return True, 0, row.sku
        return False, -value if largest_first else value, row.sku

    return key


def _per_usd(table: Rates, currency: str, day: date) -> float:
    """Return units of ``currency`` for one US dollar."""
    if currency == "USD":
        return 1.0
    from crawlers.amounts import currency_digits, known_currency

    if known_currency(currency):
        whole = 1_000_000
        found = table.usd(whole * 10 ** currency_digits(currency), currency, day)
        if found is not None and found.cents > 0:
            return whole * 100 / found.cents
    raise GpudealsError(
        f"no exchange rate for {currency} on {day} or in the month before; [pricing] ecb_file can name newer ECB rates"
    )


def _row(gpu: Gpu, value: FairValue, as_of: date, currency: str, rate: float, best: BestOffer | None) -> MarketRow:
    amounts = {name: getattr(value, name) for name in ("value", "low", "high")}
    shown = {name: None if amount is None else round(amount * rate, 2) for name, amount in amounts.items()}
    supply = int(value.facts.get("days_30", 0))
    return MarketRow(
        sku=gpu.slug, model=gpu.model, vram_gb=gpu.vram_gb, fair_value=shown["value"], low=shown["low"],
        high=shown["high"], n=value.n, n_effective=value.n_effective, kind=value.kind, condition=value.condition,
        currency=currency, **metrics(value.value, gpu), as_of=as_of, reason=value.reason, trend_30=value.trend_30,
        trend_90=value.trend_90, level=value.facts.get("level") if value.value is not None else None,
        supply_days=supply, daily_supply=supply >= DAILY_SUPPLY_DAYS, history=value.weekly(WEEKS), best_offer=best,
        gaps=tuple(value.facts.get("gaps", ())),
    )  # fmt: skip


def as_row(row: MarketRow) -> dict[str, Any]:
    """Return the row as a mapping of plain values for JSON."""
    plain = asdict(row)
    plain["as_of"] = row.as_of.isoformat()
    plain["history"] = list(row.history)
    plain["gaps"] = [dict(gap) for gap in row.gaps]
    if row.best_offer is not None:
        plain["best_offer"] = asdict(row.best_offer) | {"last_seen": row.best_offer.last_seen.isoformat()}
    return plain

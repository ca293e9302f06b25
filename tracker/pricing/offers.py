"""Every live offer against what its card is worth: discount, evidence, standing among recent prices, risks.

An offer is a deal where all is known that has to be and nothing speaks against it; what keeps it from
being one is said in words.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawlers.amounts import currency_digits
from db import live
from db.ids import stable_id
from db.store.daily import POOLED, POOLED_CONDITIONS
from tracker.catalog import Gpu, catalog
from tracker.pricing.currency import Rates, rates
from tracker.pricing.fairvalue import fair_values, values_at
from tracker.pricing.landed import Landed, landed
from tracker.pricing.links import link
from tracker.pricing.metrics import metrics
from tracker.pricing.risk import Signs, is_placeholder, risks
from tracker.pricing.shown import LIVE_IMPORT, Shown, dollars
from tracker.pricing.standing import Standing
from tracker.pricing.values import KEPT_CONDITIONS, FairValue
from tracker.pricing.verdict import DEAL_DISCOUNT, why_not
from tracker.settings import PricingSection, pricing_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_RECENT_DAYS, _HISTORY_DAYS = 90, 365
_WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOffer:
    """One offer of one card. Amounts are US dollars for one card, unknown ones None; times are UTC.

    ``landed`` is what is paid in the end. ``discount`` compares price, shipping and duty with fair value,
    and is only a lower bound of the price (an upper one of the discount) while shipping is unknown.
    ``percentile`` is the share of the last 90 days' prices that were lower; ``lowest_in_days`` counts
    the days since a price as low. ``why_not`` is empty for a deal.
    """

    offer_id: int
    listing_id: int
    relist_of_offer: int | None
    id: str  # source:external_id
    source: str
    external_id: str
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
    native_price: int  # minor units of native_currency
    native_currency: str
    price_usd: float
    shipping_usd: float | None
    landed: float | None
    fair_value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    kind: str | None  # of the prices that the fair value rests on
    fair_condition: str
    discount: float | None
    discount_percent: float | None
    usd_per_gb: float | None
    usd_per_tflop_fp16: float | None
    usd_per_tflop_fp32: float | None
    usd_per_gbps: float | None
    percentile: float | None
    lowest_in_days: int | None
    history: tuple[float | None, ...]  # the card's value in each of the last 13 weeks, oldest first
    risks: tuple[str, ...]
    deal: bool
    why_not: tuple[str, ...]
    statistics: bool  # the policy of its source lets it be published in the feed
    created_at: datetime | None
    first_seen: datetime
    last_seen: datetime


def as_row(offer: LiveOffer) -> dict[str, Any]:
    """Return the offer as a mapping of plain values, times as ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in asdict(offer).items()
    }


def live_offers(
    engine: "Engine", now: datetime, conn: "Connection | None" = None, *, min_discount: float = DEAL_DISCOUNT
) -> list[LiveOffer]:
    """Return every offer that is live at ``now`` and may be shown, with its judgement, in the order of their keys."""
    day = now.date() + timedelta(days=1)
    if conn is None:
        for condition in KEPT_CONDITIONS:
            fair_values(engine, day, condition)  # stored, where the database can be written
        with engine.connect() as opened:
            return live_offers(engine, now, opened, min_discount=min_discount)
    worth = {
        condition: {value.gpu_id: value for value in values_at(conn, day, condition)} for condition in KEPT_CONDITIONS
    }
    judge = _Judge(now, worth, min_discount)
    rows = [row for row in live.live_offers(conn, now - LIVE_IMPORT) if judge.shown(row)]
    priced = [(row, price) for row in rows if (price := judge.landed(row)) is not None]
    standings = _standings(conn, priced, day)
    repeats = live.repeated_offers(conn, [row.id for row, _ in priced])
    return [judge.offer(row, price, standings.get(row.id, (None, None)), repeats.get(row.id)) for row, price in priced]


class _Judge(Shown):
    """Judges offers at one moment, by the settings."""

    def __init__(self, now: datetime, worth: Mapping[str, Mapping[int, FairValue]], min_discount: float) -> None:
        super().__init__(now)
        self.worth = worth
        self.min_discount = min_discount
        self.settings: PricingSection = pricing_settings()
        self.rates: Rates = rates()
        self.cards: dict[int, Gpu] = {stable_id("gpu", gpu.slug): gpu for gpu in catalog()}

    def landed(self, row: Any) -> Landed | None:
        """Return what the offer costs in dollars, None where no rate is known or the card is not in the catalog."""
        price = dollars(self.rates, row.unit_price, row.currency, row.last_seen.date())
        if price is None or row.gpu_id not in self.cards:
            return None
        shipping = row.shipping_minor
        cost = None if shipping is None else dollars(self.rates, shipping, row.currency, row.last_seen.date())
        return landed(price, cost, row.country, self.settings)

    def offer(
        self, row: Any, price: Landed, standing: tuple[float | None, int | None], repeats: int | None
    ) -> LiveOffer:
        """Return the judged offer."""
        gpu = self.cards[row.gpu_id]
        fair = self._fair(row)
        asked = price.price + price.duty if price.comparable is None else price.comparable
        ratio = asked / fair.value if fair and fair.value else None
        signs = Signs(
            text=f"{row.title}\n{row.body or ''}",
            price=row.unit_price / 10 ** currency_digits(row.currency),
            ratio=ratio,
            post=row.seen_as in ("feed", "archive") or "trades" in (row.facts or {}),
            created_at=row.created_at,
            seen_at=row.last_seen,
            facts=row.facts or {},
        )
        against = why_not(
            asked,
            fair,
            shipping_known=price.shipping is not None,
            placeholder=is_placeholder(signs.price),
            min_discount=self.min_discount,
        )
        return LiveOffer(
            offer_id=row.id, listing_id=row.listing_id, relist_of_offer=repeats,
            id=f"{row.source}:{row.external_id}", source=row.source, external_id=row.external_id,
            link=link(row.source, row.external_id, row.url), title=row.title,
            sku=gpu.slug, model=gpu.model, vram_gb=gpu.vram_gb, condition=row.condition, form=row.form,
            quantity=row.quantity, basis=row.basis, country=row.country,
            native_price=row.unit_price, native_currency=row.currency,
            price_usd=price.price, shipping_usd=price.shipping, landed=price.total,
            fair_value=fair.value if fair else None, low=fair.low if fair else None, high=fair.high if fair else None,
            n=fair.n if fair else 0, n_effective=fair.n_effective if fair else 0.0, kind=fair.kind if fair else None,
            fair_condition=fair.condition if fair else POOLED,
            discount=None if ratio is None else round(1 - ratio, 4),
            discount_percent=None if ratio is None else round(100 * (1 - ratio), 1),
            **metrics(price.total, gpu),
            percentile=standing[0], lowest_in_days=standing[1], history=fair.weekly(_WEEKS) if fair else (),
            risks=risks(signs), deal=not against, why_not=against, statistics=self.statistics(row),
            created_at=row.created_at, first_seen=row.first_seen, last_seen=row.last_seen,
        )  # fmt: skip

    def _fair(self, row: Any) -> FairValue | None:
        """Return the value to compare with: a new card is held against used ones where new ones have no value."""
        if row.condition == "new":
            new = self.worth["new"].get(row.gpu_id)
            if new is not None and new.value is not None:
                return new
        return self.worth[POOLED].get(row.gpu_id)


def _standings(
    conn: "Connection", priced: Iterable[tuple[Any, Landed]], day: date
) -> dict[int, tuple[float | None, int | None]]:
    """Return for each offer (percentile among 90-day prices, days since a price as low)."""
    cards: defaultdict[tuple[int, bool], list[tuple[Any, float]]] = defaultdict(list)
    for row, price in priced:
        asked = price.comparable
        cards[row.gpu_id, row.condition == "new"].append((row, price.price if asked is None else asked))
    found: dict[int, tuple[float | None, int | None]] = {}
    for (gpu_id, new), mine in cards.items():
        top = round(100 * max(asked for _, asked in mine))
        since, recent = day - timedelta(days=_HISTORY_DAYS), day - timedelta(days=_RECENT_DAYS)
        others = live.rivals(conn, gpu_id, since, recent, top, ("new",) if new else POOLED_CONDITIONS)
        standing = Standing(others, day, recent)
        for row, asked in mine:
            found[row.id] = standing.of(row.listing_id, asked)
    return found

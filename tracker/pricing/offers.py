"""Every live offer against what its card is worth: discount, evidence, standing among recent prices, risks.

An offer is a deal where all is known that has to be and nothing speaks against it; what keeps it from
being one is said in words.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawlers.amounts import currency_digits
from db import live
from db.store.daily import POOLED
from tracker.pricing.appraisal import Appraisal, Appraiser
from tracker.pricing.fairvalue import fair_values, values_at
from tracker.pricing.links import link
from tracker.pricing.metrics import metrics
from tracker.pricing.risk import Signs, is_placeholder, risks
from tracker.pricing.shown import LIVE_IMPORT
from tracker.pricing.standing import Standings
from tracker.pricing.values import KEPT_CONDITIONS
from tracker.pricing.verdict import DEAL_DISCOUNT, why_not

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

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
    if conn is None:
        for condition in KEPT_CONDITIONS:
            fair_values(engine, _day(now), condition)  # stored, where the database can be written
        with engine.connect() as opened:
            return live_offers(engine, now, opened, min_discount=min_discount)
    board = Board(conn, now, min_discount=min_discount)
    return board.offers(range(len(board)))


def _day(now: datetime) -> date:
    return now.date() + timedelta(days=1)


class Board:
    """The offers that are live at ``now`` and may be shown, in the order of their keys, by fair values as stored.

    Without ``texts`` only the figures of all are read, and the text of a listing when its offer is asked for:
    whoever needs a few hundred of ten thousand is there in half the time.
    """

    def __init__(
        self, conn: "Connection", now: datetime, *, texts: bool = True, min_discount: float = DEAL_DISCOUNT
    ) -> None:
        self._conn, self._texts, self._min_discount = conn, texts, min_discount
        day = _day(now)
        worth = {name: {value.gpu_id: value for value in values_at(conn, day, name)} for name in KEPT_CONDITIONS}
        self._appraiser = Appraiser(now, worth)
        rows = live.live_offers(conn, now - LIVE_IMPORT, "all" if texts else "figures")
        self._found = [
            (row, appraisal)
            for row in rows
            if self._appraiser.shown(row) and (appraisal := self._appraiser.of(row)) is not None
        ]
        self._repeats = live.repeated_offers(conn, now - LIVE_IMPORT)
        self._standings = Standings(conn, day)
        for row, appraisal in self._found:
            self._standings.add(row.gpu_id, row.condition == "new", appraisal.asked)

    def __len__(self) -> int:
        return len(self._found)

    def figures(self, *, standing: bool = True) -> list[dict[str, Any]]:
        """Return of each offer those fields of ``LiveOffer`` that rules ask for.

        Days since a price as low are None without ``standing``, which has to look through the other prices.
        """
        return [
            {
                "offer_id": row.id, "listing_id": row.listing_id, "relist_of_offer": self._repeats.get(row.id),
                "source": row.source, "sku": found.gpu.slug, "model": found.gpu.model, "vram_gb": found.gpu.vram_gb,
                "condition": row.condition, "quantity": row.quantity, "country": row.country,
                "price_usd": found.price.price, "shipping_usd": found.price.shipping, "landed": found.price.total,
                "discount_percent": found.discount_percent,
                **metrics(found.price.total, found.gpu),
                "lowest_in_days": self._standing(row, found)[1] if standing else None,
            }
            for row, found in self._found
        ]  # fmt: skip

    def offers(self, positions: Iterable[int]) -> list[LiveOffer]:
        """Return the offers at these positions with all that is known of them."""
        chosen = [self._found[position] for position in positions]
        if not self._texts:
            whole = live.whole_offers(self._conn, [row.id for row, _ in chosen])
            chosen = [(whole[row.id], appraisal) for row, appraisal in chosen]
        return [self._offer(row, appraisal) for row, appraisal in chosen]

    def _standing(self, row: Any, found: Appraisal) -> tuple[float | None, int | None]:
        return self._standings.of(row.gpu_id, row.condition == "new", row.listing_id, found.asked)

    def _offer(self, row: Any, found: Appraisal) -> LiveOffer:
        gpu, price, fair, ratio = found.gpu, found.price, found.fair, found.ratio
        facts = row.facts or {}
        signs = Signs(
            text=f"{row.title}\n{row.body or ''}",
            price=row.unit_price / 10 ** currency_digits(row.currency),
            ratio=ratio,
            post=row.seen_as in ("feed", "archive") or "trades" in facts,
            created_at=row.created_at,
            seen_at=row.last_seen,
            facts=facts,
        )
        against = why_not(
            found.asked,
            fair,
            shipping_known=price.shipping is not None,
            placeholder=is_placeholder(signs.price),
            min_discount=self._min_discount,
        )
        percentile, lowest_in_days = self._standing(row, found)
        return LiveOffer(
            offer_id=row.id, listing_id=row.listing_id, relist_of_offer=self._repeats.get(row.id),
            id=f"{row.source}:{row.external_id}", source=row.source, external_id=row.external_id,
            link=link(row.source, row.external_id, row.url), title=row.title,
            sku=gpu.slug, model=gpu.model, vram_gb=gpu.vram_gb, condition=row.condition, form=row.form,
            quantity=row.quantity, basis=row.basis, country=row.country,
            native_price=row.unit_price, native_currency=row.currency,
            price_usd=price.price, shipping_usd=price.shipping, landed=price.total,
            fair_value=fair.value if fair else None, low=fair.low if fair else None, high=fair.high if fair else None,
            n=fair.n if fair else 0, n_effective=fair.n_effective if fair else 0.0, kind=fair.kind if fair else None,
            fair_condition=fair.condition if fair else POOLED,
            discount=None if ratio is None else round(1 - ratio, 4), discount_percent=found.discount_percent,
            **metrics(price.total, gpu),
            percentile=percentile, lowest_in_days=lowest_in_days, history=fair.weekly(_WEEKS) if fair else (),
            risks=risks(signs), deal=not against, why_not=against, statistics=self._appraiser.statistics(row),
            created_at=row.created_at, first_seen=row.first_seen, last_seen=row.last_seen,
        )  # fmt: skip

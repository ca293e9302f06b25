"""The cheapest live offer of each card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from db import live
from tracker.pricing.currency import Rates
from tracker.pricing.fairvalue import conditions_of
from tracker.pricing.links import link
from tracker.pricing.risk import BAIT_BELOW
from tracker.pricing.shown import LIVE_IMPORT, Shown, dollars

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOffer:
    """The cheapest live offer of a card; amounts in US dollars for one card, shipping None where unknown."""

    id: str
    source: str
    condition: str
    price_usd: float
    shipping_usd: float | None
    link: str | None
    last_seen: datetime

    @property
    def least(self) -> float:
        """What it costs at least."""
        return self.price_usd + (self.shipping_usd or 0.0)


def best_offers(
    conn: "Connection", now: datetime, table: Rates, condition: str, worth: Mapping[int, float | None]
) -> dict[int, BestOffer]:
    """Return the cheapest live offer of each card in ``condition`` that may be shown.

    ``worth`` has the fair values by card; what is so far under them that it is likely bait is none.
    """
    wanted, shown, today = conditions_of(condition), Shown(now), now.date()
    found: dict[int, tuple[float, Any]] = {}
    for row in live.live_offers(conn, now - LIVE_IMPORT, "price"):
        least = dollars(table, row.unit_price + (row.shipping_minor or 0), row.currency, today)
        before = found.get(row.gpu_id)
        if least is None or (before is not None and before[0] <= least) or row.condition not in wanted:
            continue
        if least >= BAIT_BELOW * (worth.get(row.gpu_id) or 0.0) and shown.shown(row):
            found[row.gpu_id] = least, row
    return {gpu_id: _offer(row, table, today) for gpu_id, (_, row) in found.items()}


def _offer(row: Any, table: Rates, today: date) -> BestOffer:
    shipping = row.shipping_minor
    return BestOffer(
        id=f"{row.source}:{row.external_id}", source=row.source, condition=row.condition,
        price_usd=dollars(table, row.unit_price, row.currency, today) or 0.0,
        shipping_usd=None if shipping is None else dollars(table, shipping, row.currency, today),
        link=link(row.source, row.external_id, row.url), last_seen=row.last_seen,
    )  # fmt: skip

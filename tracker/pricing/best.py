"""The cheapest live offer of each card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

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
    wanted, shown = conditions_of(condition), Shown(now)
    found: dict[int, BestOffer] = {}
    for row in live.live_offers(conn, now - LIVE_IMPORT, full=False):
        if row.condition not in wanted or not shown.shown(row):
            continue
        price = dollars(table, row.unit_price, row.currency, now.date())
        if price is None:
            continue
        shipping = None if row.shipping_minor is None else dollars(table, row.shipping_minor, row.currency, now.date())
        offer = BestOffer(
            id=f"{row.source}:{row.external_id}", source=row.source, condition=row.condition, price_usd=price,
            shipping_usd=shipping, link=link(row.source, row.external_id, row.url), last_seen=row.last_seen,
        )  # fmt: skip
        before = found.get(row.gpu_id)
        likely = offer.least >= BAIT_BELOW * (worth.get(row.gpu_id) or 0.0)
        if likely and (before is None or offer.least < before.least):
            found[row.gpu_id] = offer
    return found

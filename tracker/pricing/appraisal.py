"""What an offer costs, and what that is of the value of its card: the figures that everything else rests on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from db.ids import stable_id
from db.store.daily import POOLED
from tracker.catalog import Gpu, catalog
from tracker.pricing.currency import Rates, rates
from tracker.pricing.landed import Landed, landed
from tracker.pricing.shown import Shown, dollars
from tracker.pricing.values import FairValue
from tracker.settings import PricingSection, pricing_settings


class Appraisal(NamedTuple):
    """One offer of one card in figures; ``asked`` is what is compared with ``fair``, ``ratio`` the outcome."""

    gpu: Gpu
    price: Landed
    fair: FairValue | None
    asked: float
    ratio: float | None

    @property
    def discount_percent(self) -> float | None:
        """Percent under fair value, None where there is none."""
        return None if self.ratio is None else round(100 * (1 - self.ratio), 1)


class Appraiser(Shown):
    """Appraises offers at one moment, by the settings and by fair values of each condition and card."""

    def __init__(self, now: datetime, worth: Mapping[str, Mapping[int, FairValue]]) -> None:
        super().__init__(now)
        self._worth = worth
        self._settings: PricingSection = pricing_settings()
        self._rates: Rates = rates()
        self._cards: dict[int, Gpu] = {stable_id("gpu", gpu.slug): gpu for gpu in catalog()}

    def of(self, row: Any) -> Appraisal | None:
        """Return the figures of an offer, None where no rate is known or its card is not in the catalog.

        While shipping is unknown, price and duty alone are compared: a lower bound.
        """
        gpu, day = self._cards.get(row.gpu_id), row.last_seen.date()
        price = dollars(self._rates, row.unit_price, row.currency, day)
        if price is None or gpu is None:
            return None
        shipping = row.shipping_minor
        cost = None if shipping is None else dollars(self._rates, shipping, row.currency, day)
        paid = landed(price, cost, row.country, self._settings)
        asked = paid.price + paid.duty if paid.comparable is None else paid.comparable
        fair = self._fair(row)
        return Appraisal(gpu, paid, fair, asked, asked / fair.value if fair and fair.value else None)

    def _fair(self, row: Any) -> FairValue | None:
        """Return the value to compare with: a new card is held against used ones where new ones have no value."""
        if row.condition == "new":
            new = self._worth["new"].get(row.gpu_id)
            if new is not None and new.value is not None:
                return new
        return self._worth[POOLED].get(row.gpu_id)

"""When an offer is a deal, and how often the verdict is right on a market with known truth."""

from datetime import date

import numpy as np
import pytest

from tests.tracker.pricing.markets import FALLING, FLAT, fit, market
from tracker.pricing.interval import half_width
from tracker.pricing.values import FairValue
from tracker.pricing.verdict import why_not

FAIR = FairValue(gpu_id=1, condition="pooled", day=date(2026, 3, 2), value=500.0, low=470.0, high=530.0, n=40)


@pytest.mark.parametrize(
    ("asked", "more", "said"),
    [
        (400, {}, ()),
        (425, {}, ()),
        (280, {}, ()),
        (426, {}, ("only 14 % under fair value",)),
        (480, {}, ("only 4 % under fair value",)),
        (500, {}, ("not under fair value",)),
        (274, {}, ("below 55% of fair value, as bait is",)),
        (400, {"shipping_known": False}, ("shipping unknown",)),
        (400, {"placeholder": True}, ("placeholder price",)),
        (460, {"min_discount": 0.05}, ()),
        (472, {"min_discount": 0.05}, ("within the interval of fair value",)),
    ],
)
def test_what_keeps_an_offer_from_being_a_deal(asked: float, more: dict[str, bool], said: tuple[str, ...]) -> None:
    assert why_not(asked, FAIR, **more) == said  # type: ignore[arg-type]


def test_without_a_fair_value_there_is_no_deal() -> None:
    withheld = FairValue(
        gpu_id=1, condition="pooled", day=date(2026, 3, 2), reason="2.0 effective prices, 5 are needed"
    )
    assert why_not(10, withheld) == ("no fair value: 2.0 effective prices, 5 are needed",)
    assert why_not(10, None) == ("no fair value: no prices yet",)


class Calls:
    """Verdicts on fresh listings of simulated markets: genuine ones spread by 0.12, 2 % bait at 15 to 50 %."""

    def __init__(self, drift: float, per_day: float) -> None:
        self.deals = self.called = self.right = self.bait = self.bait_called = self.listings = 0
        for seed in range(3):
            self._judge(seed, drift, per_day)

    def _judge(self, seed: int, drift: float, per_day: float) -> None:
        found = market(seed, drift=drift, per_day=per_day, cards=25)
        got = fit(found)
        random = np.random.default_rng(seed + 1000)
        for place, card in enumerate(got.card):
            value = float(np.exp(got.value[place]))
            half = half_width(float(got.error[place]), float(got.n_effective[place]))
            fair = FairValue(
                gpu_id=1, condition="pooled", day=date(2026, 3, 2), value=value, low=value * float(np.exp(-half)),
                high=value * float(np.exp(half)),
            )  # fmt: skip
            truth = float(np.exp(found.truth[card]))
            for _ in range(120):
                bait = random.random() < 0.02
                share = random.uniform(0.15, 0.5) if bait else np.exp(random.normal(0, 0.12))
                called = not why_not(truth * float(share), fair)
                deal = not bait and share <= 0.85
                self.listings += 1
                self.deals += deal
                self.called += called
                self.right += called and deal
                self.bait += bait
                self.bait_called += called and bait


@pytest.mark.parametrize(("per_day", "precision", "recall"), [(3.0, 0.75, 0.80), (0.5, 0.70, 0.75), (0.15, 0.60, 0.72)])
def test_deals_are_found_and_bait_is_not_among_them(per_day: float, precision: float, recall: float) -> None:
    calls = Calls(FALLING, per_day)
    assert calls.right / calls.called >= precision
    assert calls.right / calls.deals >= recall
    assert calls.bait_called <= 0.01 * calls.bait


def test_a_falling_market_does_not_flood_with_deals() -> None:
    """The 90-day median rule alerts three times as often while prices fall."""
    falling, flat = Calls(FALLING, 0.5), Calls(FLAT, 0.5)
    assert falling.called / falling.listings <= 1.4 * flat.called / flat.listings

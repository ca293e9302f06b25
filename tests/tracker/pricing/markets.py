"""Made-up markets with known truth: cards that follow a market and wander on their own, prices around them, bait."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.pricing.estimator import KINDS, Estimate, estimate, make_sample
from tracker.pricing.interval import half_width

#: ln change of the market a day.
FLAT, FALLING, RISING = 0.0, -0.0035, 0.0015  # falling loses 72 % a year, as 2021-11 to 2022-09 did


@dataclass(frozen=True)
class Market:
    """Prices (``age`` counts back from the last day) and the truth in ln at the last day."""

    cards: int
    age: npt.NDArray[np.float64]
    card: npt.NDArray[np.int64]
    price: npt.NDArray[np.float64]
    kind: npt.NDArray[np.int64]
    listing: npt.NDArray[np.int64]
    truth: npt.NDArray[np.float64]
    bait: npt.NDArray[np.bool_]


def market(
    seed: int,
    *,
    cards: int = 30,
    days: int = 240,
    per_day: float = 0.5,
    drift: float = FLAT,
    own: float = 0.006,
    loadings: float = 0.15,
    sigma: float = 0.12,
    tail: float | None = None,
    bait: float = 0.02,
    asks: float = 0.0,
    gap: float = 0.1,
) -> Market:
    """Return a market; ``own`` is a card's own deviation a day, ``tail`` degrees of freedom of the noise."""
    random = np.random.default_rng(seed)
    moves = drift + random.normal(0, 0.001, days)
    follow = 1 + loadings * random.standard_normal((cards, 1))
    paths = random.normal(6, 0.7, (cards, 1)) + np.cumsum(
        follow * moves + own * random.standard_normal((cards, days)), axis=1
    )
    count = random.poisson(per_day * days, cards)
    card = np.repeat(np.arange(cards), count)
    day = random.uniform(0, days, len(card))
    noise = random.standard_normal(len(card)) if tail is None else random.standard_t(tail, len(card)) * 0.7
    price = paths[card, day.astype(int)] + sigma * noise
    is_bait = random.random(len(card)) < bait
    price = np.where(is_bait, price + np.log(random.uniform(0.15, 0.5, len(card))), price)
    is_ask = random.random(len(card)) < asks
    return Market(
        cards,
        days - day,
        card.astype(np.int64),
        np.exp(price + gap * is_ask),
        np.where(is_ask, KINDS.index("ask"), 0).astype(np.int64),
        np.arange(len(card)),
        paths[:, -1],
        is_bait,
    )


def fit(found: Market, labels: npt.NDArray[np.int64] | None = None, **changes: object) -> Estimate:
    """Return the estimate for a market, with some columns exchanged."""
    columns: dict[str, object] = {
        name: getattr(found, name) for name in ("cards", "age", "card", "price", "kind", "listing")
    }
    result = estimate(make_sample(**(columns | changes)), labels=labels)  # type: ignore[arg-type]
    assert result is not None
    return result


@dataclass(frozen=True)
class Score:
    """How good estimates are: median error, share of truths within the 80 % interval, share withheld."""

    error: float
    coverage: float
    withheld: float


def score(markets: list[Market]) -> Score:
    """Return the score over all cards of some markets."""
    errors: list[float] = []
    inside: list[bool] = []
    withheld = total = 0
    for found in markets:
        got = fit(found)
        total += found.cards
        withheld += found.cards - int((got.n_effective >= 5).sum())
        for place in np.flatnonzero(got.n_effective >= 5):
            off = float(got.value[place] - found.truth[got.card[place]])
            errors.append(abs(np.expm1(off)))
            inside.append(abs(off) <= half_width(float(got.error[place]), float(got.n_effective[place])))
    return Score(float(np.median(errors)), float(np.mean(inside)), withheld / total)

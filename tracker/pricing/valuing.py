"""From prices to the fair value of each card: the model is fitted, and each card speaks with its best evidence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from db.store.daily import POOLED
from db.valuation import PriceRow
from tracker.pricing.estimator import KINDS, POOLED_CONDITIONS, estimate, make_sample
from tracker.pricing.figures import figures_of, labels_of
from tracker.pricing.interval import half_width
from tracker.pricing.values import FEWEST_EFFECTIVE, WEEKS, WINDOW_DAYS, FairValue

_JULIAN_OF_ORDINAL = 1721424.5
_PATH_DAYS = 190.0


def compute(prices: Sequence[PriceRow], seen: Sequence[int], day: date, condition: str) -> list[FairValue]:
    """Return the values of the cards ``seen`` from ``prices`` of the days before ``day``."""
    cards = sorted(seen)
    fitted = _fit(prices, cards, day) if prices else {}
    return [_value(gpu_id, condition, day, fitted.get(gpu_id, [])) for gpu_id in cards]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What the model says of the prices of one card that could be brought to one level."""

    level: str
    log_value: float
    error: float
    n: int
    n_effective: float
    shares: Mapping[str, float]
    spread: float
    oldest: float
    newest: float
    path: Sequence[tuple[float, float]]  # age, ln price
    days_30: int
    gaps: Sequence[Mapping[str, Any]]


def _fit(prices: Sequence[PriceRow], cards: Sequence[int], day: date) -> dict[int, list[_Unit]]:
    number = {gpu_id: place for place, gpu_id in enumerate(cards)}
    known = [row for row in prices if row.gpu_id in number]
    age = (day.toordinal() + _JULIAN_OF_ORDINAL) - np.array([row.day for row in known])
    card = np.array([number[row.gpu_id] for row in known], dtype=np.int64)
    used = {name: place for place, name in enumerate(POOLED_CONDITIONS)}
    sample = make_sample(
        cards=len(cards),
        age=age,
        card=card,
        price=np.array([row.usd / 100 * (1 + (row.shipping or 0.0)) for row in known]),
        kind=np.array([KINDS.index(row.kind) for row in known], dtype=np.int64),
        listing=np.array([row.listing for row in known], dtype=np.int64),
        condition=np.array([used.get(row.condition, 0) for row in known], dtype=np.int64),
        shipping_known=np.array([row.shipping is not None for row in known], dtype=np.bool_),
    )
    fit = estimate(sample, figures_of(cards), labels_of(cards))
    if fit is None:
        return {}
    recent = sample.age <= 30
    days = np.unique(np.column_stack([sample.card[recent], sample.age[recent].astype(np.int64)]), axis=0)
    days_30 = np.bincount(days[:, 0], minlength=len(cards)) if len(days) else np.zeros(len(cards), np.int64)
    shown = fit.ages <= _PATH_DAYS
    gaps = [asdict(gap) for gap in fit.gaps]
    found: dict[int, list[_Unit]] = {}
    for i, place in enumerate(fit.card):
        shares = {kind: round(float(fit.weights[i, k]), 4) for k, kind in enumerate(KINDS) if fit.weights[i, k] > 0}
        unit = _Unit(
            KINDS[int(fit.kind[i])], float(fit.value[i]), float(fit.error[i]), round(float(fit.n[i])),
            float(fit.n_effective[i]), shares, float(fit.spread[i]), float(fit.oldest[i]), float(fit.newest[i]),
            list(zip(fit.ages[shown].tolist(), fit.path[i, shown].tolist(), strict=True)), int(days_30[place]), gaps,
        )  # fmt: skip
        found.setdefault(cards[int(place)], []).append(unit)
    return found


def _value(gpu_id: int, condition: str, day: date, units: Sequence[_Unit]) -> FairValue:
    """Return the value from the best kind that has enough prices, else why there is none."""
    if not units:
        return FairValue(gpu_id=gpu_id, condition=condition, day=day, reason=_no_prices(condition))
    enough = [unit for unit in units if round(unit.n_effective, 1) >= FEWEST_EFFECTIVE]
    unit = enough[0] if enough else max(units, key=lambda u: u.n_effective)
    base = FairValue(
        gpu_id=gpu_id, condition=condition, day=day, n=unit.n, n_effective=round(unit.n_effective, 1),
        kind=next(iter(unit.shares)) if len(unit.shares) == 1 else "mixed", facts=_facts(unit),
    )  # fmt: skip
    if not enough:
        worth = f"{unit.n_effective:.1f} effective prices, {FEWEST_EFFECTIVE:g} are needed"
        return replace(base, reason=worth)
    return replace(base, **_amounts(unit))


def _amounts(unit: _Unit) -> dict[str, Any]:
    half = half_width(unit.error, unit.n_effective)
    value = math.exp(unit.log_value)
    return {
        "value": round(value, 2),
        "low": round(value * math.exp(-half), 2),
        "high": round(value * math.exp(half), 2),
        "trend_30": _trend(unit, 30.0),
        "trend_90": _trend(unit, 90.0),
    }


def _no_prices(condition: str) -> str:
    return f"no {condition + ' ' if condition != POOLED else ''}price that counts in {WINDOW_DAYS} days"


def _trend(unit: _Unit, days: float) -> float | None:
    """Return the relative change of the value over ``days``, None where its prices do not reach back so far."""
    before = _at(unit, days)
    return None if before is None else round(math.exp(unit.log_value) / before - 1, 4)


def _at(unit: _Unit, age: float) -> float | None:
    """Return the value ``age`` days ago in US dollars, None where the card had no price yet."""
    if age > unit.oldest:
        return None
    points = [(0.0, unit.log_value), *unit.path]
    for (near, price), (far, older) in pairwise(points):
        if near <= age <= far:
            return round(math.exp(price + (older - price) * (age - near) / (far - near)), 2)
    return None


def _facts(unit: _Unit) -> dict[str, Any]:
    return {
        "level": unit.level,
        "shares": dict(unit.shares),
        "spread": round(unit.spread, 4),
        "newest_days": round(unit.newest, 2),
        "oldest_days": round(unit.oldest, 2),
        "days_30": unit.days_30,
        "weekly": [_at(unit, 7.0 * week) for week in range(WEEKS)],
        "gaps": [_gap(gap) for gap in unit.gaps],
    }


def _gap(gap: Mapping[str, Any]) -> dict[str, Any]:
    share = round(math.expm1(gap["value"]), 4)
    return {"name": gap["name"], "share": share, "error": round(gap["error"], 4), "n": gap["pairs"]}

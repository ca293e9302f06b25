"""The model of fair value, on markets whose true prices are known."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracker.pricing.markets import FALLING, FLAT, RISING, Market, fit, market, score
from tracker.pricing.estimator import KINDS, estimate, make_sample
from tracker.pricing.interval import half_width, t_quantile

ASK = KINDS.index("ask")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"drift": FLAT}, 0.032),
        ({"drift": FALLING}, 0.032),
        ({"drift": RISING}, 0.032),
        ({"drift": FALLING, "per_day": 3}, 0.021),
        ({"drift": FALLING, "per_day": 0.15}, 0.05),
        ({"drift": FALLING, "cards": 10, "per_day": 0.5}, 0.045),
        ({"drift": FALLING, "sigma": 0.25}, 0.05),
        ({"drift": FALLING, "tail": 3}, 0.032),
        ({"drift": FALLING, "asks": 0.6}, 0.035),
    ],
    ids=str,
)
def test_error_and_coverage_hold_in_many_markets(options: dict[str, float], error: float) -> None:
    got = score([market(seed, **options) for seed in range(4)])  # type: ignore[arg-type]
    assert got.error <= error
    assert 0.68 <= got.coverage <= 0.92  # of 0.80; four markets share four draws of the index
    assert got.withheld <= 0.08


def test_the_order_of_rows_makes_no_difference() -> None:
    found = market(1, cards=12, asks=0.4)
    order = np.random.default_rng(5).permutation(len(found.age))
    shuffled = fit(found, **{name: getattr(found, name)[order] for name in ("age", "card", "price", "kind", "listing")})
    assert np.array_equal(shuffled.value, fit(found).value)
    assert np.array_equal(shuffled.error, fit(found).error)


def test_the_future_makes_no_difference() -> None:
    found = market(2, cards=12)
    known = found.age > 60
    past = fit(found, **{name: getattr(found, name)[known] for name in ("card", "price", "kind", "listing")},
               age=found.age[known] - 60)  # fmt: skip
    assert np.array_equal(fit(found, age=found.age - 60).value, past.value)


@settings(max_examples=5, deadline=None)
@given(factor=st.floats(0.01, 100), seed=st.integers(0, 10))
def test_scaling_all_prices_scales_all_values(factor: float, seed: int) -> None:
    found = market(seed, cards=6, days=120)
    scaled = fit(found, price=found.price * factor)
    assert np.allclose(np.exp(scaled.value), np.exp(fit(found).value) * factor, rtol=1e-7)
    assert np.allclose(scaled.error, fit(found).error, rtol=1e-6)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
def test_bait_does_not_move_the_value(share: float) -> None:
    clean = market(3, bait=0.0)
    random = np.random.default_rng(7)
    hit = random.random(len(clean.price)) < share
    baited = np.where(hit, clean.price * random.uniform(0.15, 0.5, len(clean.price)), clean.price)
    moved = fit(clean, price=baited).value - fit(clean).value
    assert abs(moved.mean()) < 0.01
    assert np.median(np.abs(moved)) < 0.015


def test_all_prices_of_one_listing_weigh_as_one() -> None:
    age = np.array([5.0] * 6 + [4.0, 3.0, 2.0, 1.0, 0.5])
    listing = np.array([1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6])
    got = estimate(
        make_sample(
            cards=1, age=age, card=np.zeros(11, np.int64), price=np.array([500.0] * 5 + [700.0] * 6),
            kind=np.full(11, ASK), listing=listing,
        )
    )  # fmt: skip
    assert got is not None
    assert got.n[0] == pytest.approx(6)
    assert got.n_effective[0] <= 6.01
    assert np.exp(got.value[0]) < 560


def test_a_listing_that_sold_no_longer_counts_as_an_ask() -> None:
    sample = make_sample(
        cards=1, age=np.array([9.0, 5.0]), card=np.zeros(2, np.int64), price=np.array([500.0, 450.0]),
        kind=np.array([ASK, 0]), listing=np.array([1, 1]),
    )  # fmt: skip
    assert sample.kind.tolist() == [0]
    assert sample.share.tolist() == [1.0]


def test_asks_are_brought_to_the_level_of_sales_by_the_measured_gap() -> None:
    found = market(4, asks=0.7, gap=0.12, cards=20)
    got = fit(found)
    (gap,) = got.gaps
    assert gap.name == "ask against sold"
    assert gap.value == pytest.approx(0.12, abs=0.02)
    assert gap.pairs >= 20
    assert abs(float(np.mean(got.value - found.truth))) < 0.03


def test_without_sales_closed_prices_are_brought_to_the_level_of_asks() -> None:
    found = market(4, asks=0.7, gap=0.08, cards=20)
    got = fit(found, kind=np.where(found.kind == 0, KINDS.index("closed"), ASK))
    (gap,) = got.gaps
    assert gap.name == "closed against ask"
    assert gap.value == pytest.approx(-0.08, abs=0.02)
    assert set(got.kind.tolist()) == {ASK}


def test_too_few_pairs_leave_asks_and_sales_apart() -> None:
    found = market(5, cards=4, days=60, per_day=0.5)
    kind = np.full(len(found.kind), ASK)
    kind[:8] = 0
    got = fit(found, kind=kind)
    assert got.gaps == ()
    assert len(got.card) > len(set(got.card.tolist()))  # a card with both has two levels
    assert ((got.weights > 0).sum(1) == 1).all()


def test_unknown_shipping_and_conditions_are_measured_too() -> None:
    found = market(6, cards=20, bait=0.0)
    random = np.random.default_rng(1)
    known = random.random(len(found.price)) < 0.6
    opened = random.random(len(found.price)) < 0.3
    price = found.price * np.where(known, 1.0, 0.96) * np.where(opened, 1.08, 1.0)
    got = fit(found, price=price, shipping_known=known, condition=opened.astype(np.int64))
    gaps = {gap.name: gap.value for gap in got.gaps}
    assert gaps["shipping unknown against landed"] == pytest.approx(np.log(0.96), abs=0.015)
    assert gaps["open_box against used"] == pytest.approx(np.log(1.08), abs=0.015)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_few_prices_are_no_error(n: int) -> None:
    sample = make_sample(
        cards=2, age=np.linspace(1, 9, n), card=np.zeros(n, np.int64), price=np.full(n, 300.0),
        kind=np.zeros(n, np.int64), listing=np.arange(n),
    )  # fmt: skip
    got = estimate(sample)
    if n == 0:
        assert got is None
        return
    assert got is not None
    assert got.card.tolist() == [0]
    assert np.exp(got.value[0]) == pytest.approx(300)
    assert 0.8 * n <= got.n_effective[0] <= n + 1e-6


def test_prices_older_than_the_window_say_nothing() -> None:
    found = market(7, cards=2, days=60)
    sample = make_sample(
        cards=2, age=found.age + 366, card=found.card, price=found.price, kind=found.kind, listing=found.listing
    )
    assert estimate(sample) is None


def test_a_card_without_news_gets_a_wider_interval() -> None:
    found = market(8, cards=10, per_day=0.5)
    stale = (found.card != 0) | (found.age > 100)
    kept = {name: getattr(found, name)[stale] for name in ("age", "card", "price", "kind", "listing")}
    got = fit(found, **kept)
    assert got.error[0] > 1.5 * np.median(got.error[1:])


@pytest.mark.parametrize(("degrees", "quantile"), [(4, 1.533), (9, 1.383), (29, 1.311), (1e9, 1.2816)])
def test_the_interval_widens_as_students_t_does(degrees: float, quantile: float) -> None:
    assert t_quantile(degrees) == pytest.approx(quantile, rel=0.006)
    assert half_width(0.1, degrees + 1) == pytest.approx(0.1 * quantile, rel=0.006)


def _replay(folder: Path, name: str) -> tuple[list[Market], list[dict[int, float]]]:
    rows = list(csv.DictReader((folder / f"{name}.csv").read_text().splitlines()))
    cards = sorted({(row["model"], float(row["vram_gb"])) for row in rows})
    number = {card: place for place, card in enumerate(cards)}
    at = np.array([datetime.fromisoformat(row["observed_at"]).timestamp() / 86400 for row in rows])
    card = np.array([number[row["model"], float(row["vram_gb"])] for row in rows])
    price = np.array([float(row["price"]) for row in rows])
    truth: dict[str, dict[int, float]] = {}
    for row in csv.DictReader((folder / f"{name}.truth.csv").read_text().splitlines()):
        truth.setdefault(row["as_of"], {})[number[row["model"], float(row["vram_gb"])]] = np.log(float(row["fair"]))
    markets = []
    for day, values in sorted(truth.items()):
        moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp() / 86400
        level = np.array([values[place] for place in range(len(cards))])
        markets.append(
            Market(len(cards), moment - at, card, price, np.zeros(len(at), np.int64), np.arange(len(at)), level, at < 0)
        )
    return markets, [values for _, values in sorted(truth.items())]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "error", "low", "high", "withheld"), [("mid", 0.019, 0.75, 0.85, 0.02), ("thin", 0.034, 0.75, 0.87, 0.05)]
)
def test_the_replays_are_met(
    shared_data: Path, name: str, error: float, low: float, high: float, withheld: float
) -> None:
    markets, _ = _replay(shared_data / "replay", name)
    got = score(markets)
    assert got.error <= error
    assert low <= got.coverage <= high
    assert got.withheld <= withheld

"""The ranking: one row a card, filters, order, currencies, and what was known on a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

import tracker.pricing
from db.errors import GpudealsError
from tests.tracker.prices import START, at, learn, priced
from tests.tracker.pricing.test_fair_value import CARDS, LAST, day, rows
from tracker.pricing.currency import Rates, Usd
from tracker.pricing.ranking import SORTS, Asked, as_row, market_rows

FIELDS = (
    "sku", "model", "vram_gb", "fair_value", "low", "high", "n", "n_effective", "kind", "condition", "currency",
    "usd_per_gb", "usd_per_tflop_fp16", "usd_per_tflop_fp32", "usd_per_gbps", "as_of", "reason",
)  # fmt: skip
AS_OF = day(LAST)


def test_a_row_has_the_promised_fields_in_their_order(engine: Engine) -> None:
    learn(engine, rows())
    plain = as_row(market_rows(engine, as_of=AS_OF)[0])
    assert tuple(plain)[: len(FIELDS)] == FIELDS
    assert plain["as_of"] == AS_OF.isoformat()
    assert plain["currency"] == "USD"
    assert plain["condition"] == "pooled"


def test_cards_rank_by_dollars_per_gb_and_what_is_withheld_comes_last(engine: Engine) -> None:
    learn(engine, [*rows(), priced("tesla-p40-24gb", at(3), 150, "one")])
    found = market_rows(engine, as_of=AS_OF)
    assert [row.sku for row in found] == [
        "rx-580-8gb", "rtx-3060-12gb", "rtx-3090-24gb", "rtx-4090-24gb", "tesla-p40-24gb",
    ]  # fmt: skip
    assert found[-1].fair_value is None
    assert found[-1].reason is not None
    assert found[-1].n == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(min_vram=24), ["rtx-3090-24gb", "rtx-4090-24gb"]),
        (Asked(max_price=300), ["rx-580-8gb", "rtx-3060-12gb"]),
        (Asked(vendor="amd"), ["rx-580-8gb"]),
        (Asked(nvlink=True), ["rtx-3090-24gb"]),
        (Asked(form="sxm2"), []),
        (Asked(cooling="passive"), []),
    ],
    ids=str,
)
def test_filters(engine: Engine, asked: Asked, found: list[str]) -> None:
    learn(engine, rows())
    assert [row.sku for row in market_rows(engine, asked, as_of=AS_OF)] == found


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_ranks(engine: Engine, sort: str) -> None:
    learn(engine, rows())
    values = [getattr(row, sort) for row in market_rows(engine, as_of=AS_OF, sort=sort)]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known  # what is unknown comes last
    assert known == sorted(known, reverse=SORTS[sort])


def test_an_unknown_column_is_refused(engine: Engine) -> None:
    with pytest.raises(GpudealsError, match="cannot sort by 'beauty'"):
        market_rows(engine, sort="beauty")


class HalfDollars(Rates):
    """A euro is two dollars."""

    def usd(self, minor: int, currency: str, day: date) -> Usd | None:
        return Usd(int(Decimal(minor) * 2), day) if currency == "EUR" else None


def test_values_in_another_currency_keep_their_metrics_in_dollars(engine: Engine) -> None:
    learn(engine, rows())
    usd = market_rows(engine, as_of=AS_OF)[0]
    eur = market_rows(engine, as_of=AS_OF, currency="EUR", table=HalfDollars())[0]
    assert usd.fair_value is not None
    assert eur.fair_value == pytest.approx(usd.fair_value / 2, abs=0.01)
    assert eur.usd_per_gb == usd.usd_per_gb
    assert eur.currency == "EUR"


def test_a_currency_without_a_rate_is_refused(engine: Engine) -> None:
    learn(engine, rows())
    with pytest.raises(GpudealsError, match="no exchange rate for XXX"):
        market_rows(engine, as_of=AS_OF, currency="XXX", table=HalfDollars())


def test_before_the_first_price_there_is_no_row(engine: Engine) -> None:
    learn(engine, rows())
    assert market_rows(engine, as_of=START.date()) == []


def test_a_card_with_a_new_price_nearly_every_day_is_in_daily_supply(engine: Engine) -> None:
    daily = [priced("tesla-p40-24gb", at(LAST - n, hours=-3), 150 + n % 3, f"d{n}") for n in range(30)]
    learn(engine, [*rows(), *daily])
    supply = {row.sku: row.daily_supply for row in market_rows(engine, as_of=AS_OF + timedelta(days=1))}
    assert supply["tesla-p40-24gb"]
    assert not supply["rtx-3090-24gb"]


def test_frames_have_documented_columns(engine: Engine) -> None:
    learn(engine, rows())
    market = tracker.pricing.market(engine, as_of=AS_OF)
    assert list(market.columns[:3]) == ["sku", "model", "vram_gb"]
    assert str(market["as_of"].dtype).startswith("datetime64")
    assert market["fair_value"].dtype == "float64"
    values = tracker.pricing.fair_value(engine, [day(30), AS_OF])
    assert values.groupby("day").size().tolist() == [4, 4]
    assert tracker.pricing.deals(engine).empty


def test_the_gap_between_asks_and_sales_is_a_frame(engine: Engine) -> None:
    asks = [
        priced(slug, at(day), base * 1.1, f"{slug}-ask-{day}", kind="ask")
        for slug, base in CARDS.items()
        for day in range(2, 50, 4)
    ]
    learn(engine, [*rows(), *asks])
    found = tracker.pricing.gaps(engine, AS_OF)
    assert found["name"].tolist() == ["ask against sold"]
    assert found["share"][0] == pytest.approx(0.13, abs=0.05)  # asks here do not fall with the market
    assert found["n"][0] >= 20
    assert market_rows(engine, as_of=AS_OF)[0].kind == "mixed"

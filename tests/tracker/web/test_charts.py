"""Figures into coordinates."""

from datetime import date

from tracker.catalog import catalog
from tracker.pricing.ranking import MarketRow
from tracker.web.charts import bar, frontier, histogram, history_chart, launches, spark


def row(sku: str, vram: float, value: float | None, low: float | None = None, high: float | None = None) -> MarketRow:
    return MarketRow(
        sku=sku, model=sku, vram_gb=vram, fair_value=value, low=low, high=high, n=1, n_effective=1.0, kind="ask",
        condition="pooled", currency="USD", usd_per_gb=None, usd_per_tflop_fp16=None, usd_per_tflop_fp32=None,
        usd_per_gbps=None, as_of=date(2026, 11, 24), reason=None, trend_30=None, trend_90=None, level=None,
        supply_days=0, daily_supply=False, history=(),
    )  # fmt: skip


def test_the_frontier_is_the_least_that_so_much_vram_costs() -> None:
    rows = [
        row("a", 24, 700),
        row("b", 24, 260),
        row("c", 16, 300),
        row("d", 12, 200),
        row("e", 48, 2000),
        row("f", 80, None),
    ]
    points = frontier(rows)
    on_line = dict(zip(points["skus"], points["frontier"], strict=True))
    assert {sku for sku, price in on_line.items() if price is not None} == {"d", "b", "e"}
    assert "f" not in on_line
    assert frontier([])["vram"] == []


def test_the_bar_stays_on_its_scale() -> None:
    assert bar(row("a", 24, None)) is None
    found = bar(row("a", 24, 100, 10, 1000), width=90)
    assert found == {"low": 0, "high": 90, "value": 40}


def test_a_sparkline_needs_two_points_and_leaves_gaps_out() -> None:
    assert spark([None, 5.0, None]) == ""
    assert len(spark([1.0, None, 3.0]).split()) == 2
    assert spark([2.0, 2.0])  # no spread is no division by zero


def test_asks_far_away_stand_at_the_ends_of_the_distribution() -> None:
    assert histogram([], 100) is None
    found = histogram([1, 100, 100, 10_000], 100)
    assert found is not None
    counts = [one["count"] for one in found["bars"]]
    assert (counts[0], max(counts), counts[-1]) == (1, 2, 1)
    assert 0 < found["fair"] < found["width"]
    assert histogram([50.0], None)["fair"] is None  # type: ignore[index]


def test_kinds_of_price_are_never_pooled_in_the_chart() -> None:
    rows = [{"day": "2026-01-02", "kind": "ask", "median": 3.0}, {"day": "2026-01-01", "kind": "sold", "median": 2.0}]
    chart = history_chart(rows, {"2026-01-02": (2.5, 2.0, 3.0)}, "USD")
    assert chart["kinds"] == ["ask", "sold"]
    assert chart["points"] == [[None, 3.0], [2.0, None]]
    assert (chart["fair"], chart["low"], chart["high"]) == ([None, 2.5], [None, 2.0], [None, 3.0])
    assert chart["days"][1] - chart["days"][0] == 86_400


def test_events_of_every_card_over_ten_years() -> None:
    days = [1_420_070_400, 1_790_000_000]
    for gpu in catalog():
        found = launches(gpu, catalog(), days)
        assert len(found) <= 6
        assert found == sorted(found, key=lambda event: event["day"])
        assert launches(gpu, catalog(), []) == []

"""What the templates show: figures into coordinates, filters into links. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tracker.pricing.ranking import SORTS, Asked, MarketRow

#: Columns of the market table: sort key, heading, unit, hidden on a phone.
COLUMNS = (
    ("vram_gb", "VRAM", "GB", False),
    ("fair_value", "Fair value", "", False),
    ("n", "n", "", False),
    ("usd_per_gb", "per GB", "", False),
    ("usd_per_tflop_fp16", "per TFLOP", "FP16", True),
    ("usd_per_gbps", "per GB/s", "", True),
    ("trend_30", "30 days", "", True),
    ("trend_90", "90 days", "", True),
)
SORT_WORDS = (
    ("usd_per_gb", "price per GB"),
    ("usd_per_tflop_fp16", "price per TFLOP"),
    ("usd_per_gbps", "price per GB/s"),
    ("fair_value", "fair value"),
    ("vram_gb", "VRAM"),
    ("n", "sample size"),
    ("trend_30", "30-day trend"),
    ("trend_90", "90-day trend"),
    ("model", "name"),
)
SELECTS = (
    ("vendor", "Vendor", (("", "any"), ("nvidia", "NVIDIA"), ("amd", "AMD"), ("intel", "Intel"))),
    (
        "form",
        "Form",
        (
            ("", "any"),
            ("PCIe", "PCIe"),
            ("PCIe LP", "PCIe, low profile"),
            ("SXM2", "SXM2"),
            ("SXM4", "SXM4"),
            ("SXM5", "SXM5"),
            ("OAM", "OAM"),
        ),
    ),
    ("nvlink", "NVLink", (("", "any"), ("true", "with"), ("false", "without"))),
    ("cooling", "Cooling", (("", "any"), ("active", "with fans"), ("passive", "passive"))),
    (
        "condition",
        "Condition",
        (
            ("pooled", "all but new"),
            ("used", "used"),
            ("open_box", "open box"),
            ("refurbished", "refurbished"),
            ("new", "new"),
        ),
    ),
)
DESCENDING = frozenset(name for name, largest_first in SORTS.items() if largest_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketQuery:
    """The state of the market page, as it stands in the address."""

    min_vram: float | None = None
    max_price: float | None = None
    vendor: str | None = None
    form: str | None = None
    nvlink: bool | None = None
    cooling: str | None = None
    condition: str = "pooled"
    currency: str = "USD"
    sort: str = "usd_per_gb"

    def asked(self) -> Asked:
        """Return the filters on the card itself."""
        return Asked(
            min_vram=self.min_vram, max_price=self.max_price, vendor=self.vendor, form=self.form, nvlink=self.nvlink,
            cooling=self.cooling,
        )  # fmt: skip

    def string(self, **changes: Any) -> str:
        """Return the query string of this state with ``changes``; what is as usual is left out."""
        usual = MarketQuery()
        state = {name: changes.get(name, getattr(self, name)) for name in self.__slots__}
        kept = {
            name: str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
            for name, value in state.items()
            if value not in (None, "") and value != getattr(usual, name)
        }
        return urlencode(kept)

    def shown(self) -> dict[str, Any]:
        """Return the state as the form shows it."""
        state = {name: getattr(self, name) for name in self.__slots__}
        state["nvlink"] = "" if self.nvlink is None else str(self.nvlink).lower()
        for name in ("min_vram", "max_price"):
            state[name] = None if state[name] is None else f"{state[name]:g}"
        return state


def trend(change: float | None) -> str:
    """Return a relative change as an arrow and a percentage."""
    if change is None:
        return "–"
    arrow = "→" if abs(change) < 0.01 else "↗" if change > 0 else "↘"
    return f"{arrow} {change * 100:+.0f} %"


def spark(values: Sequence[float | None], width: int = 90, height: int = 24) -> str:
    """Return the points of an SVG polyline through the known values, empty for fewer than two."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span, step = (high - low) or 1, width / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 2 - (value - low) / span * (height - 4):.1f}" for place, value in known
    )


def bar(row: MarketRow, width: float = 110) -> dict[str, float] | None:
    """Return where the interval and the value lie on a scale of 0.6 to 1.5 times the value, in pixels."""
    if row.fair_value is None or row.low is None or row.high is None:
        return None

    def place(amount: float) -> float:
        share = amount / (row.fair_value or 1)
        return round(min(max((share - 0.6) / 0.9, 0), 1) * width, 1)

    return {"low": place(row.low), "high": place(row.high), "value": place(row.fair_value)}


def frontier(rows: Iterable[MarketRow]) -> dict[str, Any]:
    """Return the cards as points of VRAM and price, with the least price of each size or more.

    A card is on the frontier where no card of as much VRAM costs less.
    """
    valued = sorted((row for row in rows if row.fair_value is not None), key=lambda row: (row.vram_gb, row.fair_value))
    least: dict[str, float] = {}
    best = float("inf")
    for row in sorted(valued, key=lambda row: (-row.vram_gb, row.fair_value)):
        if row.fair_value is not None and row.fair_value < best:
            best = row.fair_value
            least[row.sku] = best
    return {
        "vram": [row.vram_gb for row in valued],
        "price": [row.fair_value for row in valued],
        "frontier": [least.get(row.sku) for row in valued],
        "names": [f"{row.model} {row.vram_gb:g} GB" for row in valued],
        "skus": [row.sku for row in valued],
        "currency": valued[0].currency if valued else "USD",
    }


def histogram(prices: Sequence[float], fair: float | None, bins: int = 24) -> dict[str, Any] | None:
    """Return bars of how many live asks lie where, from 0.4 to 1.8 times the middle, and where the fair value is."""
    if not prices:
        return None
    middle = fair or sorted(prices)[len(prices) // 2]
    low, high = 0.4 * middle, 1.8 * middle
    counts = [0] * bins
    for price in prices:
        counts[min(bins - 1, max(0, int((price - low) / (high - low) * bins)))] += 1
    top = max(counts)
    return {
        "bars": [
            {"x": place * 20, "height": round(count / top * 90, 1), "count": count}
            for place, count in enumerate(counts)
        ],
        "width": bins * 20,
        "low": low,
        "high": high,
        "fair": None if fair is None else round((fair - low) / (high - low) * bins * 20, 1),
    }


def history_chart(
    rows: Iterable[Mapping[str, Any]], fair: Mapping[str, tuple[float, float, float]], currency: str
) -> dict[str, Any]:
    """Return daily medians by kind, the fair value and its interval as aligned series for the chart.

    ``fair`` has by day (value, low, high).
    """
    rows = list(rows)
    days = sorted({row["day"] for row in rows} | set(fair))
    kinds = [kind for kind in ("ask", "closed", "sold", "bid") if any(row["kind"] == kind for row in rows)]
    points = {kind: {row["day"]: row["median"] for row in rows if row["kind"] == kind} for kind in kinds}
    return {
        "days": [_seconds(day) for day in days],
        "kinds": kinds,
        "points": [[points[kind].get(day) for day in days] for kind in kinds],
        "fair": [fair[day][0] if day in fair else None for day in days],
        "low": [fair[day][1] if day in fair else None for day in days],
        "high": [fair[day][2] if day in fair else None for day in days],
        "currency": currency,
    }


def _seconds(day: str) -> int:
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())

"""What the templates draw: figures into coordinates. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tracker.catalog import Gpu
from tracker.pricing.ranking import MarketRow


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


def launches(gpu: Gpu, cards: Iterable[Gpu], days: Sequence[int]) -> list[dict[str, Any]]:
    """Return what happened in the time of the chart: when cards of its maker came out that do as much or more.

    At most the six with the most memory, for what is a label on a chart.
    """
    if not days:
        return []
    found: dict[str, Gpu] = {}
    for other in cards:
        if (
            other.release_date
            and other.slug != gpu.slug
            and other.vendor == gpu.vendor
            and days[0] <= _seconds(other.release_date.isoformat()) <= days[-1]
            and other.vram_gb >= gpu.vram_gb * 2 / 3
            and (other.fp32_tflops or 0) >= (gpu.fp32_tflops or 0)
        ):
            found.setdefault(other.model, other)
    chosen = sorted(found.values(), key=lambda other: (-other.vram_gb, other.model))[:6]
    events = [(other.release_date.isoformat(), f"{other.model} came out") for other in chosen if other.release_date]
    return [{"at": _seconds(day), "day": day, "what": what} for day, what in sorted(events)]


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())

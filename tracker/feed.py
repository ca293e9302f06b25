"""The rig planner's feed: every card with its figures, what it is worth, and where to get one.

One document that feed.schema.json describes. It holds nothing that is not state (no time of writing),
and its order is fixed: two exports of one state are byte-identical.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from db.store.daily import POOLED
from tracker.catalog import Gpu, catalog
from tracker.pricing.offers import LiveOffer, live_offers
from tracker.pricing.ranking import MarketRow, market_rows
from tracker.pricing.risk import BAIT_BELOW
from tracker.resale import Outlook, declines, outlooks, regime

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Raised in the first place where a reader of the feed has to change, in the second where fields are added.
SCHEMA_VERSION = "1.0"
OFFERS_PER_CARD = 3

_SPECS = (
    "vendor", "architecture", "vram_per_gpu_gb", "gpus", "memory_type", "memory_bus_bits", "memory_rate_gbps",
    "bandwidth_gb_s", "cores", "boost_mhz", "fp32_tflops", "fp16_tensor_tflops", "int8_tops", "tdp_w", "pcie_gen",
    "pcie_lanes", "nvlink_gb_s", "slots", "length_mm", "power_connectors", "cooling", "display_outputs",
    "form_factor", "modified", "release_date", "launch_msrp_usd", "compute_capability",
)  # fmt: skip
_PRICE = (
    "fair_value", "low", "high", "n", "n_effective", "kind", "level", "condition", "currency", "as_of", "reason",
    "trend_30", "trend_90", "supply_days", "daily_supply", "usd_per_gb", "usd_per_tflop_fp16", "usd_per_tflop_fp32",
    "usd_per_gbps",
)  # fmt: skip
_OFFER = (
    "id", "source", "condition", "quantity", "country", "price_usd", "shipping_usd", "landed", "discount",
    "risks", "deal", "link", "last_seen",
)  # fmt: skip
_FLAT_OFFER = ("id", "price_usd", "shipping_usd", "landed", "link", "last_seen")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the feed."""
    found: dict[str, Any] = json.loads((files("tracker") / "feed.schema.json").read_text(encoding="utf-8"))
    return found


def feed(engine: "Engine", now: datetime | None = None) -> dict[str, Any]:
    """Return the feed as of ``now``: a document of plain values, cards in the order of their SKU."""
    now = now or datetime.now(UTC)
    return feed_of(market_rows(engine, now=now), live_offers(engine, now), now)


def feed_of(rows: Iterable[MarketRow], live: Iterable[LiveOffer], now: datetime) -> dict[str, Any]:
    """Return the feed from rows of the market and live offers that were read already."""
    worth = {row.sku: row for row in rows}
    offers = _offers(live)
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": now.date().isoformat(),
        "currency": "USD",
        "condition": POOLED,
        "declines": [asdict(decline) for decline in declines().values()],
        "cards": [
            _card(gpu, worth.get(gpu.slug), offers.get(gpu.slug, []), now.date())
            for gpu in sorted(catalog(), key=lambda gpu: gpu.slug)
        ],
    }


def _offers(found: Iterable[LiveOffer]) -> dict[str, list[LiveOffer]]:
    """Return the best offers of each card: no bait, known shipping first, cheapest first, goods once."""
    by_card: defaultdict[str, dict[int, LiveOffer]] = defaultdict(dict)

    def order(offer: LiveOffer) -> tuple[bool, float, str]:
        return offer.landed is None, offer.landed if offer.landed is not None else offer.price_usd, offer.id

    for offer in sorted(found, key=order):
        bait = offer.discount is not None and 1 - offer.discount < BAIT_BELOW
        if offer.statistics and not bait:
            by_card[offer.sku].setdefault(offer.relist_of_offer or offer.offer_id, offer)
    return {sku: list(offers.values())[:OFFERS_PER_CARD] for sku, offers in by_card.items()}


def _card(gpu: Gpu, row: MarketRow | None, offers: list[LiveOffer], today: date) -> dict[str, Any]:
    price = {name: _plain(getattr(row, name)) for name in _PRICE} if row else _unpriced(today)
    now_in = regime(row.trend_90 if row else None)
    value = price["fair_value"]
    return {
        "sku": gpu.slug,
        "model": gpu.model,
        "vram_gb": gpu.vram_gb,
        "specs": {name: _plain(getattr(gpu, name)) for name in _SPECS},
        "price": price,
        "offers": [{name: _plain(getattr(offer, name)) for name in _OFFER} for offer in offers],
        "resale": {
            "regime": now_in,
            "outlook": [_outlook(one, value) for one in outlooks(declines()[now_in])],
        },
    }


def _outlook(one: Outlook, value: float | None) -> dict[str, Any]:
    shares = (one.low, one.median, one.high)
    return asdict(one) | {"usd": None if value is None else [round(value * share, 2) for share in shares]}


def _unpriced(today: date) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(_PRICE)
    return empty | {
        "n": 0, "n_effective": 0.0, "condition": POOLED, "currency": "USD", "as_of": today.isoformat(),
        "reason": "never seen on offer", "supply_days": 0, "daily_supply": False,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def as_json(document: dict[str, Any]) -> str:
    """Return the document as JSON text, one key a line."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def flat(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one flat row a card: figures, price, best offer (``offer_…``) and the outlook of a year (``resale_…``)."""
    rows = []
    for card in document["cards"]:
        best = card["offers"][0] if card["offers"] else dict.fromkeys(_OFFER)
        year = next(one for one in card["resale"]["outlook"] if one["months"] == 12)
        rows.append(
            {"sku": card["sku"], "model": card["model"], "vram_gb": card["vram_gb"]}
            | card["specs"]
            | card["price"]
            | {
                f"offer_{name}": best[name]
                for name in ("id", "price_usd", "shipping_usd", "landed", "link", "last_seen")
            }
            | {"resale_regime": card["resale"]["regime"]}
            | {f"resale_12_{name}": year[name] for name in ("low", "median", "high")}
            | {"schema_version": document["schema_version"]}
        )
    return rows


def as_csv(document: dict[str, Any]) -> str:
    """Return the flat rows as CSV; unknown is an empty cell."""
    from tracker.cli.output import cell

    rows = flat(document)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def as_parquet(document: dict[str, Any]) -> bytes:
    """Return the flat rows as a Parquet file. Raises GpudealsError where pyarrow is not installed."""
    from importlib.util import find_spec

    from db.errors import GpudealsError

    if find_spec("pyarrow") is None:
        raise GpudealsError("Parquet needs pyarrow: install gpudeals[parquet]")
    import pandas as pd

    out = io.BytesIO()
    pd.DataFrame(flat(document)).to_parquet(out, index=False)
    return out.getvalue()

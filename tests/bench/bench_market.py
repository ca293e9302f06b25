"""The market at size: read from stored values, and computed after an ingest.

    python -m tests.bench.bench_market [--rows 1000000] [--database sqlite|postgresql|URL]

Goals: the ranking in 100 ms in process, and within 1.3 times of that from 1 to 10 million observations.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from db import light
from db.engine import open_engine
from db.ids import stable_id
from db.store.sql import insert_rows
from tests.bench.bench_history import database, seconds
from tests.bench.observations import CARDS, LAST, SLUGS, fill
from tracker.catalog import Gpu, catalog
from tracker.pricing.fairvalue import update_fair_values
from tracker.pricing.ranking import market_rows

#: Offers that are live at once, about what both markets show of these cards.
LIVE = 5_000
NOW = datetime(LAST.year, LAST.month, LAST.day, 23, tzinfo=UTC)


def cards() -> list[Gpu]:
    """The made-up cards as the catalog would have them."""
    one = catalog().gpus[0]
    return [
        replace(one, slug=slug, model=f"Bench {n:03d}", vram_gb=float(8 * (1 + n % 10)))
        for n, slug in enumerate(SLUGS)
    ]  # fmt: skip


def add_live_offers(engine: Engine, n: int = LIVE) -> None:
    """Store listings that are live, evenly over the cards."""
    seen = NOW - timedelta(hours=1)
    run = {"id": 1, "source": "bench", "kind": "import", "started_at": seen, "outcome": "ok", "accepted": False}
    listings, revisions, offers = [], [], []
    for k in range(n):
        key = 1_000_000_000_000 + k
        listings.append(
            {
                "id": key, "source": "bench", "external_id": str(k), "url": None, "state": "live", "first_seen": seen,
                "last_seen": seen, "missed": 0, "rules_version": 1,
            }
        )  # fmt: skip
        revisions.append(
            {
                "id": key, "listing_id": key, "run_id": 1, "content_hash": "x", "seen_as": "csv", "observed_at": seen,
                "seen_until": seen, "seen_between": [], "title": "made up", "kind": "ask", "state": "live",
                "converted": False, "fuzzy": False, "variation": False, "facts": {},
            }
        )  # fmt: skip
        offers.append(
            {
                "id": key, "listing_id": key, "revision_id": key, "position": 0,
                "gpu_id": stable_id("gpu", SLUGS[k % CARDS]),
                "candidates": [], "quantity": 1, "condition": "used", "status": "available", "kind": "ask",
                "unit_price": 20_000 + k, "currency": "USD", "shipping": "free", "shipping_minor": 0, "broken": False,
                "in_system": False, "confidence": 1.0, "flags": [], "rules_version": 1,
            }
        )  # fmt: skip
    with engine.begin() as conn:
        insert_rows(conn, light.crawl_run, [run | {"promoted_at": seen, "counters": {}}])
        insert_rows(conn, light.raw_listing, listings)
        insert_rows(conn, light.raw_revision, revisions)
        insert_rows(conn, light.offer, offers)


def measure(url: str, rows: int) -> dict[str, Any]:
    """Fill a database and time the update after an ingest and the reading of the market."""
    engine = open_engine(url)
    filled = seconds(lambda: fill(engine, rows))
    add_live_offers(engine)
    updated = seconds(lambda: update_fair_values(engine, LAST + timedelta(days=1)))
    known = cards()
    found = market_rows(engine, now=NOW, gpus=known)
    times = [seconds(lambda: market_rows(engine, now=NOW, gpus=known)) for _ in range(15)]
    engine.dispose()
    return {
        "rows": rows,
        "filled_s": round(filled, 1),
        "update_s": round(updated, 2),
        "market_ms": round(1000 * statistics.median(times), 1),
        "cards": len(found),
        "valued": sum(row.fair_value is not None for row in found),
    }


def main() -> None:
    """Measure and print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    first: float | None = None
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder, database(options.database, Path(folder)) as url:
            found = measure(url, rows)
        first = first or found["market_ms"]
        print(time.strftime("%H:%M"), found, f"{found['market_ms'] / first:.2f}x the first", flush=True)


if __name__ == "__main__":
    main()

"""Live offers made up for measurements, beside the observations of tests.bench.observations."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import light
from db.ids import stable_id
from db.store.sql import insert_rows
from tests.bench.observations import CARDS, SLUGS
from tracker.normalize import RULES_VERSION

#: Offers that are live at once, about what both markets show of these cards.
LIVE = 5_000


def add_live_offers(engine: Engine, now: datetime, n: int = LIVE) -> None:
    """Store listings that are live, evenly over the cards, and were seen an hour before ``now``."""
    seen = now - timedelta(hours=1)
    run = {"id": 1, "source": "bench", "kind": "import", "started_at": seen, "outcome": "ok", "accepted": False}
    listings, revisions, offers = [], [], []
    for k in range(n):
        key = 1_000_000_000_000 + k
        listings.append(
            {
                "id": key, "source": "bench", "external_id": str(k), "url": None, "state": "live", "first_seen": seen,
                "last_seen": seen, "missed": 0, "rules_version": RULES_VERSION,
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
                "in_system": False, "confidence": 1.0, "flags": [], "rules_version": RULES_VERSION,
            }
        )  # fmt: skip
    with engine.begin() as conn:
        insert_rows(conn, light.crawl_run, [run | {"promoted_at": seen, "counters": {}}])
        insert_rows(conn, light.raw_listing, listings)
        insert_rows(conn, light.raw_revision, revisions)
        insert_rows(conn, light.offer, offers)

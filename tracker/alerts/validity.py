"""Is an alert still true? Asked again right before its mail goes out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from db import light
from db.store.sql import chunks

#: After this long without a sighting nobody should be sent to look.
OLDEST_SIGHTING = timedelta(days=14)


def stale_reasons(conn: Connection, alerts: Sequence[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Return by alert id why it must not be sent any more; an alert that is still true is not in it."""
    offers: dict[int, Any] = {}
    listings: dict[int, Any] = {}
    offer, listing, watch = light.offer, light.raw_listing, light.watch
    for part in chunks({row["offer_id"] for row in alerts}):
        found = conn.execute(
            select(
                offer.c.id, offer.c.status, offer.c.reject, offer.c.unit_price, offer.c.lot_price, offer.c.currency
            ).where(offer.c.id.in_(part))
        )
        offers.update({row.id: row for row in found})
    for part in chunks({row["listing_id"] for row in alerts}):
        seen = conn.execute(select(listing.c.id, listing.c.state, listing.c.last_seen).where(listing.c.id.in_(part)))
        listings.update({row.id: row for row in seen})
    enabled = {
        row.id for row in conn.execute(select(watch.c.id, watch.c.enabled, watch.c.enabled_until)) if row.enabled
    }
    found_stale: dict[int, str] = {}
    for row in alerts:
        reason = _stale(row, offers.get(row["offer_id"]), listings.get(row["listing_id"]), now)
        if reason is None and row["watch_id"] not in enabled:
            reason = "watch paused"
        if reason is not None:
            found_stale[row["id"]] = reason
    return found_stale


def _stale(alert: dict[str, Any], offer: Any, listing: Any, now: datetime) -> str | None:
    if offer is None or listing is None:
        return "purged"
    if listing.state != "live":
        return "gone" if listing.state == "gone" else listing.state
    if offer.reject is not None:
        return "read otherwise since"
    if offer.status != "available":
        return str(offer.status)
    if listing.last_seen + OLDEST_SIGHTING < now:
        return "not seen lately"
    then = alert["facts"]["offer"]
    if offer.currency == then["native_currency"] and offer.unit_price is not None and then["native_price"] is not None:
        if offer.unit_price > then["native_price"]:
            return "dearer"
    return None

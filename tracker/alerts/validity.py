"""Is an alert still true? Asked again right before its mail goes out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from db import light
from db.store.sql import chunks
from tracker.pricing.shown import Shown

_offer, _listing, _watch = light.offer, light.raw_listing, light.watch
_revision, _run = light.raw_revision, light.crawl_run
_COMPARED = tuple(
    _offer.c[name] for name in ("id", "status", "reject", "kind", "unit_price", "currency", "shipping_minor")
)
#: By so much a landed price may rise unnoticed: exchange rates and rounding.
_ROUNDING = 1.005


def stale_reasons(conn: Connection, alerts: Sequence[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Return by alert id why it must not be sent any more; an alert that is still true is not in it."""
    offers: dict[int, Any] = {}
    for part in chunks({_offer_of(row) for row in alerts}):
        query = (
            select(
                *_COMPARED,
                _listing.c.state,
                _listing.c.source,
                _listing.c.last_seen,
                _run.c.source.label("run_source"),
                _run.c.kind.label("run_kind"),
            )
            .join_from(_offer, _listing, _listing.c.id == _offer.c.listing_id)
            .join(_revision, _revision.c.id == _offer.c.revision_id)
            .join(_run, _run.c.id == _revision.c.run_id)
            .where(_offer.c.id.in_(part))
        )
        offers.update({row.id: row for row in conn.execute(query)})
    watches: dict[int, Any] = {}
    for part in chunks({row["watch_id"] for row in alerts}):
        columns = (_watch.c.id, _watch.c.enabled, _watch.c.enabled_until)
        watches.update({row.id: row for row in conn.execute(select(*columns).where(_watch.c.id.in_(part)))})
    shown = Shown(now)
    found: dict[int, str] = {}
    for row in alerts:
        reason = _unwanted(watches.get(row["watch_id"]), now) or _stale(row, offers.get(_offer_of(row)), shown)
        if reason is not None:
            found[row["id"]] = reason
    return found


def _offer_of(alert: dict[str, Any]) -> int:
    """Return the offer that was found, which may repeat goods under a new id."""
    return int(alert["facts"]["offer"]["offer_id"])


def _unwanted(watch: Any, now: datetime) -> str | None:
    if watch is None or not watch.enabled:
        return "watch paused"
    return "watch ended" if watch.enabled_until is not None and watch.enabled_until <= now else None


def _stale(alert: dict[str, Any], offer: Any, shown: Shown) -> str | None:
    if offer is None:
        return "purged"
    if offer.state != "live":
        return str(offer.state)
    if offer.status != "available":
        return str(offer.status)
    then = alert["facts"]["offer"]
    otherwise = offer.reject is not None or offer.unit_price is None or offer.kind != "ask"
    if otherwise or offer.currency != then["native_currency"]:
        return "read otherwise since"
    if not shown.shown(offer):
        return "not seen lately"
    return "dearer" if _dearer(offer, then) else None


def _dearer(offer: Any, then: dict[str, Any]) -> bool:
    """Return whether price, and shipping where it was known, cost more than then."""
    now, before = float(offer.unit_price), float(then["native_price"])
    if then["shipping_usd"] is not None and offer.shipping_minor is not None and then["price_usd"]:
        now += offer.shipping_minor
        before *= 1 + then["shipping_usd"] / then["price_usd"]
    return now > before * _ROUNDING

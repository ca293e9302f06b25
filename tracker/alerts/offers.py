"""The live offers that watches are matched against, as plain values that an alert can keep."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from tracker.pricing import offers as priced

_FIELDS = tuple(field.name for field in fields(priced.LiveOffer))


def live_offers(engine: Engine, now: datetime, conn: Connection | None = None) -> list[dict[str, Any]]:
    """Return the live offers of ``tracker.pricing.offers`` as mappings; times and tuples stay what they are.

    With ``conn`` they are read in its transaction, by fair values that are stored already.
    """
    found = priced.live_offers(engine, now, conn)
    return [{name: getattr(offer, name) for name in _FIELDS} for offer in found]


def kept(offer: dict[str, Any]) -> dict[str, Any]:
    """Return an offer as an alert keeps it: plain values, times as ISO 8601."""
    return {name: _plain(value) for name, value in offer.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value

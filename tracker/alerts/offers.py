"""The live offers that watches are matched against, as plain values that an alert can keep."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from tracker.pricing import offers as priced

_FIELDS = tuple(field.name for field in fields(priced.LiveOffer))


def live_offers(engine: Engine, now: datetime) -> list[dict[str, Any]]:
    """Return the live offers of ``tracker.pricing.offers`` as mappings; times and tuples stay what they are."""
    return [_mapping(offer) for offer in priced.live_offers(engine, now)]


def kept_offers(board: priced.Board, positions: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the offers at ``positions`` as alerts keep them."""
    chosen = list(positions)
    return {place: kept(_mapping(offer)) for place, offer in zip(chosen, board.offers(chosen), strict=True)}


def kept(offer: dict[str, Any]) -> dict[str, Any]:
    """Return an offer as an alert keeps it: plain values, times as ISO 8601."""
    return {name: _plain(value) for name, value in offer.items()}


def _mapping(offer: priced.LiveOffer) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in _FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value

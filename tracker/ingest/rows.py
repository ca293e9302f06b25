"""Rows of the derived tables: what is written of a listing that was read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any

from db.ids import stable_id
from tracker.catalog import Catalog
from tracker.ingest.lines import NEVER_COUNTED, Line
from tracker.pricing.currency import Rates
from tracker.pricing.observations import Observation, likenesses

_COLUMNS = ("slug", "model", "vram_gb", "vendor", "memory_type", "bandwidth_gb_s", "fp32_tflops")
_GPU = (*_COLUMNS, "fp16_tensor_tflops", "form_factor")


@cache
def gpu_rows(catalog: Catalog) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of table ``gpu`` for the catalog, all but their ids."""
    rows = []
    for gpu in catalog:
        every = {name: v.isoformat() if isinstance(v, date) else v for name, v in asdict(gpu).items()}
        rows.append({name: every.pop(name) for name in _GPU} | {"specs": every})
    return tuple(rows)


def offer_rows(
    listing_id: int, revision_id: int, lines: Iterable[Line], prices: Sequence[Observation], rules_version: int
) -> list[dict[str, Any]]:
    """Return the rows of table ``offer`` for the lines of a listing's newest revision.

    Goods that were closed without a price in the text carry the last ask, as their observation does.
    """
    closed = {one.offer_id: one for one in prices if one.kind == "closed"}
    rows: dict[int, dict[str, Any]] = {}
    for line in lines:
        # An auction with a price to buy at once has two lines of the same goods; the ask comes first.
        rows.setdefault(line.offer_id, _offer_row(listing_id, revision_id, line, closed, rules_version))
    return list(rows.values())


def _offer_row(
    listing_id: int, revision_id: int, line: Line, closed: Mapping[int, Observation], rules_version: int
) -> dict[str, Any]:
    goods = line.offer
    unit_price, currency, basis = line.unit_price, line.currency, line.basis
    if line.kind == "closed" and unit_price is None and line.offer_id in closed:
        last = closed[line.offer_id]
        unit_price, currency, basis = last.unit_price, last.currency, last.basis
    elif line.kind is None or NEVER_COUNTED.intersection(line.flags):
        unit_price = None
    return {
        "id": line.offer_id,
        "listing_id": listing_id,
        "revision_id": revision_id,
        "position": line.position,
        "reject": None,
        "gpu_id": line.gpu_id,
        "model": goods.model,
        "vram_gb": goods.vram_gb,
        "candidates": list(goods.candidates),
        "quantity": goods.quantity,
        "form": goods.form,
        "condition": line.condition,
        "status": line.status,
        "kind": line.kind,
        "unit_price": unit_price,
        "basis": basis,
        "lot_price": line.lot_price,
        "currency": currency,
        "shipping": goods.shipping,
        "shipping_minor": line.shipping_minor,
        "broken": goods.broken,
        "in_system": goods.in_system,
        "confidence": goods.confidence,
        "flags": list(line.flags),
        "rules_version": rules_version,
    }


def reject_row(listing_id: int, revision_id: int, code: str, rules_version: int) -> dict[str, Any]:
    """Return the one row of table ``offer`` that says why a listing offers nothing that counts."""
    return {
        "id": stable_id(listing_id, "reject"),
        "listing_id": listing_id,
        "revision_id": revision_id,
        "position": 0,
        "reject": code,
        "gpu_id": None,
        "model": None,
        "vram_gb": None,
        "candidates": [],
        "quantity": 1,
        "form": None,
        "condition": "used",
        "status": "available",
        "kind": None,
        "unit_price": None,
        "basis": None,
        "lot_price": None,
        "currency": None,
        "shipping": "unknown",
        "shipping_minor": None,
        "broken": False,
        "in_system": False,
        "confidence": 1.0,
        "flags": [],
        "rules_version": rules_version,
    }


def observation_rows(listing_id: int, source: str, prices: Iterable[Observation], rates: Rates) -> list[dict[str, Any]]:
    """Return the rows of table ``observation`` for the prices of a listing, but for what follows from others."""
    rows = []
    for one, like in likenesses(source, prices):
        day = one.day
        usd = rates.usd(one.unit_price, one.currency, day)
        rows.append(
            {
                "id": one.id,
                "offer_id": one.offer_id,
                "listing_id": listing_id,
                "revision_id": one.revision_id,
                "gpu_id": one.gpu_id,
                "kind": one.kind,
                "condition": one.condition,
                "currency": one.currency,
                "unit_price": one.unit_price,
                "basis": one.basis,
                "quantity": one.quantity,
                "shipping_minor": one.shipping_minor,
                "usd": usd.cents if usd else None,
                "rate_day": usd.rate_day if usd else None,
                "observed_at": one.observed_at,
                "seen_until": one.seen_until,
                "day": day,
                "statistics": one.statistics,
                "likeness": like,
            }
        )
    return rows

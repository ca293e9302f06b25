"""Reads of what listings were made of."""

from typing import Any

from sqlalchemy import Connection, select

from db import light

_listing, _offer, _gpu = light.raw_listing, light.offer, light.gpu


def offers_of(conn: Connection, source: str, external_id: str) -> list[Any]:
    """Return the ``offer`` rows of a listing in the order of its text, each with the ``slug`` of its card."""
    query = (
        select(_offer, _gpu.c.slug)
        .join_from(_offer, _listing, _offer.c.listing_id == _listing.c.id)
        .outerjoin(_gpu, _gpu.c.id == _offer.c.gpu_id)
        .where(_listing.c.source == source, _listing.c.external_id == external_id)
        .order_by(_offer.c.position, _offer.c.id)
    )
    return list(conn.execute(query))

"""Reads of what listings were made of: the offers of one, and those that deserve a look."""

from typing import Any

from sqlalchemy import Connection, select, text

from db import light

_listing, _offer, _gpu = light.raw_listing, light.offer, light.gpu

#: An offer read with less certainty than this is worth a look.
UNSURE_BELOW = 0.75


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


def unsure(conn: Connection, limit: int) -> list[Any]:
    """Return rows (why, name, listings, source, external_id, title) of what was not matched or not surely read.

    Most frequent first; the listing named is one example of them.
    """
    query = text(
        """
        WITH found AS (
            SELECT listing_id,
                   CASE WHEN reject IS NOT NULL THEN reject
                        WHEN gpu_id IS NULL AND CAST(candidates AS TEXT) <> '[]' THEN 'several cards possible'
                        WHEN gpu_id IS NULL THEN 'not in the catalog' ELSE 'unsure' END AS why,
                   model, vram_gb, reject
            FROM offer
            WHERE reject IN ('unknown_model', 'unknown_vram', 'unconfirmed_model', 'nothing_offered', 'contradiction')
               OR (reject IS NULL AND gpu_id IS NULL)
               OR (reject IS NULL AND confidence < :sure)
        ), counted AS (
            SELECT why, model, vram_gb, count(DISTINCT listing_id) AS listings, min(listing_id) AS listing_id
            FROM found GROUP BY why, model, vram_gb
        )
        SELECT counted.why, counted.model AS model, counted.vram_gb, counted.listings,
               raw_listing.source, raw_listing.external_id,
               (SELECT title FROM raw_revision WHERE raw_revision.listing_id = raw_listing.id
                ORDER BY observed_at DESC LIMIT 1) AS title
        FROM counted JOIN raw_listing ON raw_listing.id = counted.listing_id
        ORDER BY counted.listings DESC, counted.why, counted.model, counted.vram_gb LIMIT :limit
        """
    )
    return list(conn.execute(query, {"sure": UNSURE_BELOW, "limit": limit}))

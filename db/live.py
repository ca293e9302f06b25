"""Reads of what is on offer right now."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Float, Select, and_, cast, func, or_, select

from db import light
from db.store.sql import chunks

_offer, _listing, _revision, _run = light.offer, light.raw_listing, light.raw_revision, light.crawl_run
_price = light.observation

_PRICE = (
    _offer.c.id,
    _offer.c.gpu_id,
    _offer.c.condition,
    _offer.c.unit_price,
    _offer.c.currency,
    _offer.c.shipping_minor,
    _listing.c.source,
    _listing.c.external_id,
    _listing.c.url,
    _listing.c.last_seen,
    _run.c.source.label("run_source"),
    _run.c.kind.label("run_kind"),
)
_FIGURES = (*_PRICE, _offer.c.listing_id, _offer.c.quantity, _revision.c.country)
_ALL = (
    *_FIGURES,
    _offer.c.basis,
    _offer.c.form,
    _listing.c.first_seen,
    _revision.c.title,
    _revision.c.body,
    _revision.c.created_at,
    _revision.c.seen_as,
    _revision.c.facts,
)
_COLUMNS = {"price": _PRICE, "figures": _FIGURES, "all": _ALL}

Detail = Literal["price", "figures", "all"]


def live_offers(conn: Connection, since: datetime, detail: Detail = "all") -> list[Any]:
    """Return the offers of one known card each that can be bought at a price, of listings seen since then.

    Only asks of live listings whose goods are available; bids, sales and what ended are none. ``detail``
    says how much of each: its price, all figures, or the text of the listing too. In the order of their keys.
    """
    return list(conn.execute(_query(_COLUMNS[detail]).where(*_live(since)).order_by(_offer.c.id)))


def whole_offers(conn: Connection, offer_ids: Iterable[int]) -> dict[int, Any]:
    """Return all of these offers, text too, by their key."""
    found: dict[int, Any] = {}
    for some in chunks(offer_ids):
        found.update((row.id, row) for row in conn.execute(_query(_ALL).where(_offer.c.id.in_(some))))
    return found


def _query(columns: Sequence[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(_listing)
        .join(_offer, _offer.c.listing_id == _listing.c.id)
        .join(_revision, _revision.c.id == _offer.c.revision_id)
        .join(_run, _run.c.id == _revision.c.run_id)
    )


def _live(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        and_(_listing.c.state == "live", _listing.c.last_seen >= since),
        and_(_offer.c.reject.is_(None), _offer.c.gpu_id.is_not(None), _offer.c.status == "available"),
        and_(_offer.c.kind == "ask", _offer.c.unit_price > 0, _offer.c.condition != "parts"),
        and_(_offer.c.broken.is_(False), _offer.c.in_system.is_(False)),
    )


def repeated_offers(conn: Connection, since: datetime) -> dict[int, int]:
    """Return for live offers that relist goods the first offer of the same goods, by the key of the newer one."""
    mine = _query((_offer.c.id,)).where(*_live(since))
    query = select(_price.c.offer_id, _price.c.relist_of, _price.c.gpu_id)
    found = conn.execute(query.where(_price.c.relist_of.is_not(None), _price.c.offer_id.in_(mine)))
    relists = {offer_id: (first, gpu_id) for offer_id, first, gpu_id in found}
    firsts: dict[tuple[int, int], int] = {}
    for some in chunks(sorted({first for first, _ in relists.values()})):
        query = select(_price.c.listing_id, _price.c.gpu_id, func.min(_price.c.offer_id))
        grouped = query.where(_price.c.listing_id.in_(some)).group_by(_price.c.listing_id, _price.c.gpu_id)
        firsts.update(((listing, gpu_id), offer_id) for listing, gpu_id, offer_id in conn.execute(grouped))
    return {offer_id: firsts[key] for offer_id, key in relists.items() if key in firsts}


class Rival(NamedTuple):
    """Another price of the same card that an offer is compared with: US cents, shipping as a share or unknown."""

    listing: int
    relist_of: int | None
    usd: int
    shipping: float | None
    first: date
    last: date


def rivals(
    conn: Connection, gpu_id: int, since: date, recent: date, top: int, conditions: Sequence[str]
) -> list[Rival]:
    """Return the prices of a card since ``recent``, and of those since ``since`` the ones up to ``top`` US cents."""
    observation = light.observation.c
    share = cast(observation.shipping_minor, Float) / observation.unit_price
    query = select(
        observation.listing_id, observation.relist_of, observation.usd, share, observation.counts_from,
        observation.counts_until,
    ).where(
        observation.gpu_id == gpu_id, observation.counts_from >= since, observation.usd > 0,
        observation.unit_price > 0, observation.kind != "bid", observation.condition.in_(conditions),
        or_(observation.counts_from >= recent, observation.usd <= top),
    )  # fmt: skip
    return [Rival(*row) for row in conn.execute(query)]

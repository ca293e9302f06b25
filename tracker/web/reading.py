"""Answers of the pages and the API, from the snapshot where it holds them and from the database where not."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from db.ids import stable_id
from db.store.daily import POOLED
from db.valuation import values_of_card
from tracker.catalog import catalog
from tracker.pricing.fairvalue import key_day
from tracker.pricing.offers import LiveOffer
from tracker.pricing.price_history import KINDS, HistoryRow, Period, history_rows
from tracker.pricing.ranking import SORTS, MarketRow
from tracker.pricing.values import METHOD_VERSION
from tracker.web.snapshot import Snapshot
from tracker.web.views import MarketQuery

CHART_DAYS = 730


def market(snapshot: Snapshot, query: MarketQuery, as_of: date | None = None) -> list[MarketRow]:
    """Return the market rows of ``query`` in its order. Raises GpudealsError for a currency without a rate."""
    asked, cards = query.asked(), catalog()
    limit, kind = query.max_price, query.kind
    found = [
        row
        for row in snapshot.rows_of(as_of, query.condition, query.currency)
        if (gpu := cards.by_slug(row.sku)) is not None
        and asked.takes(gpu)
        and (limit is None or (row.fair_value is not None and row.fair_value <= limit))
        and kind in (None, row.kind)
    ]
    return sorted(found, key=lambda row: _place(row, query.sort))


def _place(row: MarketRow, sort: str) -> tuple[Any, ...]:
    """Cards without the figure come last."""
    value = getattr(row, sort)
    if value is None:
        return True, 0, row.sku
    return False, -value if SORTS[sort] else value, row.sku


def row_of(snapshot: Snapshot, slug: str) -> MarketRow | None:
    """Return the market row of one card, None where it never had a price."""
    return next((row for row in snapshot.rows if row.sku == slug), None)


def history(
    snapshot: Snapshot,
    slug: str,
    *,
    since: date | None = None,
    until: date | None = None,
    kinds: Sequence[str] = KINDS,
    conditions: Sequence[str] = (POOLED,),
    by: Period = "day",
    currency: str | None = None,
    as_of: date | None = None,
) -> list[HistoryRow]:
    """Return the price history of a card."""
    with snapshot.engine.connect() as conn:
        return history_rows(
            conn,
            slug,
            since=since,
            until=until,
            kinds=kinds,
            conditions=conditions,
            by=by,
            currency=currency,
            as_of=as_of,
        )


def fair_path(snapshot: Snapshot, row: MarketRow | None) -> dict[str, tuple[float, float, float]]:
    """Return by day (value, low, high) what a card was worth, US dollars.

    Days whose value is stored have their own interval. Between them lies the weekly path of today's
    estimate, whose intervals are drawn with today's relative width.
    """
    if row is None or row.fair_value is None or row.low is None or row.high is None:
        return {}
    below, above = row.low / row.fair_value, row.high / row.fair_value
    today = key_day(None) - timedelta(days=1)
    weeks = len(row.history)
    path = {}
    for place, value in enumerate(row.history):
        if value is not None:
            day = today - timedelta(weeks=weeks - 1 - place)
            path[day.isoformat()] = (value, round(value * below, 2), round(value * above, 2))
    with snapshot.engine.connect() as conn:
        stored = values_of_card(conn, stable_id("gpu", row.sku), POOLED, today - timedelta(days=CHART_DAYS), today)
    for one in stored:
        if one.method_version == METHOD_VERSION and None not in (one.value, one.low, one.high):
            day = one.day - timedelta(days=1)
            path[day.isoformat()] = (one.value / 100, one.low / 100, one.high / 100)
    path[today.isoformat()] = (row.fair_value, row.low, row.high)
    return path


def offers_of(snapshot: Snapshot, slug: str) -> list[LiveOffer]:
    """Return the live offers of a card, goods once, the cheapest first."""
    mine = sorted((offer for offer in snapshot.offers if offer.sku == slug), key=least)
    once: dict[int, LiveOffer] = {}
    for offer in mine:
        once.setdefault(offer.relist_of_offer or offer.offer_id, offer)
    return list(once.values())


def least(offer: LiveOffer) -> float:
    """Return what an offer costs at least: landed where that is known."""
    return offer.landed if offer.landed is not None else offer.price_usd


def best(row: MarketRow) -> dict[str, Any] | None:
    """Return the best live offer of a row as the table shows it."""
    offer = row.best_offer
    if offer is None:
        return None
    return {"link": offer.link, "id": offer.id, "price": offer.least, "known": offer.shipping_usd is not None}

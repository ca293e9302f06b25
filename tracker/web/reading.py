"""Answers of the pages and the API, from the snapshot where it holds them and from the database where not."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from db.store.rollup import POOLED
from tracker.pricing.fairvalue import fair_values, key_day
from tracker.pricing.offers import LiveOffer
from tracker.pricing.price_history import KINDS, HistoryRow, Period, history_rows
from tracker.pricing.ranking import MarketRow, market_rows
from tracker.web.snapshot import Snapshots
from tracker.web.views import MarketQuery

CHART_DAYS = 365


def market(snapshots: Snapshots, query: MarketQuery, as_of: date | None = None) -> Sequence[MarketRow]:
    """Return the market rows of ``query``; those of every card now are in the snapshot already."""
    snapshot = snapshots.get()
    if query == MarketQuery() and as_of is None:
        return snapshot.rows

    def read() -> list[MarketRow]:
        return market_rows(
            snapshots.engine,
            query.asked(),
            as_of=as_of,
            condition=query.condition,
            currency=query.currency,
            sort=query.sort,
        )

    return snapshots.answer(("market", query, as_of), read)


def history(
    snapshots: Snapshots,
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
    with snapshots.engine.connect() as conn:
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


def fair_path(snapshots: Snapshots, gpu_id: int, row: MarketRow | None) -> dict[str, tuple[float, float, float]]:
    """Return by day (value, low, high) what a card was worth: the stored weekly path, and today's interval.

    Earlier intervals are drawn with today's relative width, for only today's is stored.
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
    path[today.isoformat()] = (row.fair_value, row.low, row.high)
    return path


def offers_of(snapshots: Snapshots, slug: str) -> list[LiveOffer]:
    """Return the live offers of a card, the cheapest first."""
    mine = [offer for offer in snapshots.get().offers if offer.sku == slug]
    return sorted(mine, key=lambda offer: offer.landed if offer.landed is not None else offer.price_usd)


def best(row: MarketRow) -> dict[str, Any] | None:
    """Return the best live offer of a row as the table shows it."""
    offer = row.best_offer
    return (
        None if offer is None else {"link": offer.link, "price": offer.least, "known": offer.shipping_usd is not None}
    )


__all__ = ["best", "fair_path", "fair_values", "history", "market", "offers_of"]

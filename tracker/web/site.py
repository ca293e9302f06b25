"""The pages that only read: market, card, deals, health."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from db.crawls import recent_runs
from tracker.catalog import Gpu, catalog
from tracker.catalog.names import look_alikes
from tracker.catalog.sheet import sheet, sources_used
from tracker.cli.output import cell
from tracker.ingest.stored import newest_text
from tracker.pricing.dealing import Wanted, chosen_offers
from tracker.pricing.offers import LiveOffer
from tracker.pricing.price_history import as_dict
from tracker.pricing.ranking import MarketRow, as_row
from tracker.resale import declines, outlooks, regime
from tracker.status import mail_queue, schedule, source_states, waiting_runs
from tracker.web import reading
from tracker.web.answers import Ready, ready, sent
from tracker.web.charts import bar, frontier, histogram, history_chart, launches, spark
from tracker.web.pages import render
from tracker.web.params import (
    MarketState,
    MaxPrice,
    MinQuantity,
    MinVram,
    NoSuchCardError,
    Region,
    Sku,
    SourceName,
    card,
)
from tracker.web.snapshot import Snapshot, Snapshots
from tracker.web.views import COLUMNS, DESCENDING, SELECTS, SORT_WORDS, WORDS, MarketQuery
from tracker.web.why import reading_of

#: What one page shows at most; the API gives all of it.
OFFERS_SHOWN, DEALS_SHOWN = 60, 60

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

CSV_COLUMNS = (
    "sku", "model", "vram_gb", "fair_value", "low", "high", "n", "n_effective", "kind", "condition", "currency",
    "usd_per_gb", "usd_per_tflop_fp16", "usd_per_tflop_fp32", "usd_per_gbps", "trend_30", "trend_90", "as_of", "reason",
)  # fmt: skip


def _snapshots(request: Request) -> Snapshots:
    found: Snapshots = request.app.state.snapshots
    return found


@router.get("/")
def market(request: Request, query: MarketState) -> Response:
    """The market, ranked and filtered; its address, as it may be passed on, says only what is not as usual."""
    snapshot = _snapshots(request).get()
    if snapshot.empty:
        return HTMLResponse(render("market.html", request, empty=True))

    def make(snapshot: Snapshot) -> Ready:
        return ready(_market_page(request, snapshot, query))

    page = snapshot.answer(("market page", query), make, ahead=query.is_usual())
    state = query.string()
    return sent(request, page, headers={"hx-push-url": f"/?{state}" if state else "/"})


def _market_page(request: Request, snapshot: Snapshot, query: MarketQuery) -> str:
    rows = reading.market(snapshot, query)
    points = frontier(rows)
    on_line = {sku for sku, price in zip(points["skus"], points["frontier"], strict=True) if price is not None}
    least = [
        {"vram": row.vram_gb, "name": row.model, "sku": row.sku, "price": row.fair_value}
        for row in sorted(rows, key=lambda row: row.vram_gb)
        if row.sku in on_line
    ]
    return render(
        "market.html", request, empty=False, rows=[_market_row(row) for row in rows], query=query.shown(),
        query_string=query.string(), currency=query.currency, as_of=snapshot.at.strftime("%Y-%m-%d %H:%M"),
        condition_words=WORDS["condition"][query.condition], selects=SELECTS, sorts=SORT_WORDS, columns=COLUMNS,
        descending=DESCENDING, sort_links={key: query.string(sort=key) for key, *_ in COLUMNS},
        frontier=points, least=least, narrowed=query.is_narrowed(), filtered=query != MarketQuery(),
    )  # fmt: skip


def _market_row(row: MarketRow) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in CSV_COLUMNS}
    return shown | {"bar": bar(row), "spark": spark(row.history), "best_live": reading.best(row)}


@router.get("/market.csv")
def market_csv(request: Request, query: MarketState) -> Response:
    """What the market page shows, as CSV."""

    def make(snapshot: Snapshot) -> Ready:
        return ready(_as_csv(reading.market(snapshot, query)))

    text = _snapshots(request).answer(("csv", query), make, ahead=query.is_usual())
    headers = {"content-disposition": "attachment; filename=gpudeals-market.csv"}
    return sent(request, text, "text/csv; charset=utf-8", headers)


def _as_csv(rows: Iterable[MarketRow]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        plain = as_row(row)
        writer.writerow([cell(plain[name]) for name in CSV_COLUMNS])
    return text.getvalue()


@router.get("/gpus/{sku}")
def one_card(request: Request, sku: str) -> Response:
    """One card: specs, history, live asks, look-alikes, resale."""
    try:
        gpu = card(sku)
    except NoSuchCardError as error:
        raise HTTPException(404, str(error)) from None

    def make(snapshot: Snapshot) -> Ready:
        return ready(_card_page(request, snapshot, gpu))

    return sent(request, _snapshots(request).answer(("card", gpu.slug), make))


def _card_page(request: Request, snapshot: Snapshot, gpu: Gpu) -> str:
    row = reading.row_of(snapshot, gpu.slug)
    offers = reading.offers_of(snapshot, gpu.slug)
    since = datetime.now(UTC).date() - timedelta(days=reading.CHART_DAYS)
    rows = [as_dict(found) for found in reading.history(snapshot, gpu.slug, currency="USD", since=since)]
    chart = history_chart(rows, reading.fair_path(snapshot, row), "USD")
    chart["events"] = launches(gpu, catalog(), chart["days"])
    return render(
        "card.html", request, gpu=gpu, row=row, offers=[offer_row(offer) for offer in offers[:OFFERS_SHOWN]],
        n_offers=len(offers), specs=sheet(gpu), sources=sources_used(gpu), look_alikes=look_alikes(gpu.slug),
        twins=[other for other in catalog().by_model(gpu.model) if other.slug != gpu.slug],
        chart=chart, recent=rows[-1:-9:-1], empty=snapshot.empty, outlook=_outlook(row),
        hist=histogram([reading.least(offer) for offer in offers], row.fair_value if row else None),
    )  # fmt: skip


def _outlook(row: MarketRow | None) -> dict[str, Any] | None:
    """Return what the card may fetch later, by the decline that was measured in such a market."""
    if row is None or row.fair_value is None:
        return None
    measured = declines()[regime(row.trend_90)]
    return {"decline": measured, "outlooks": outlooks(measured), "value": row.fair_value}


def offer_row(offer: LiveOffer) -> dict[str, Any]:
    """Return an offer as the templates show it."""
    shown = {name: getattr(offer, name) for name in offer.__slots__}
    return shown | {"age": _age(offer.first_seen), "spark": spark(offer.history)}


def _age(since: datetime) -> str:
    hours = (datetime.now(UTC) - since).total_seconds() / 3600
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


@router.get("/deals")
def deals(
    request: Request,
    sku: Sku = None,
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    min_quantity: MinQuantity = None,
    region: Region = None,
    source: SourceName = None,
    every: bool = False,
) -> Response:
    """Live offers under fair value, newest first, each with its evidence."""
    wanted = Wanted(sku=sku, min_vram=min_vram or None, max_price=max_price or None, min_quantity=min_quantity,
                    region=region, source=source, every=every)  # fmt: skip

    def make(snapshot: Snapshot) -> Ready:
        return ready(_deals_page(request, snapshot, wanted))

    return sent(request, _snapshots(request).answer(("deals", wanted), make))


def _deals_page(request: Request, snapshot: Snapshot, wanted: Wanted) -> str:
    found = sorted(chosen_offers(snapshot.offers, wanted), key=lambda offer: offer.first_seen, reverse=True)
    return render(
        "deals.html", request, empty=snapshot.empty, offers=[offer_row(offer) for offer in found[:DEALS_SHOWN]],
        total=len(found), shown=DEALS_SHOWN, wanted=wanted, markets=sorted({offer.source for offer in snapshot.offers}),
    )  # fmt: skip


@router.get("/why/{listing:path}")
def why(request: Request, listing: str) -> HTMLResponse:
    """How a listing was read: its text with the cards marked, and the rules that fired."""
    snapshots = _snapshots(request)
    if not any(offer.id == listing for offer in snapshots.get().offers):
        raise HTTPException(404, "there is no such listing, or it is no longer shown")
    source, _, external_id = listing.partition(":")
    with snapshots.engine.connect() as conn:
        text = newest_text(conn, source, external_id)
    template = "_reading.html" if request.headers.get("hx-request") == "true" else "why.html"
    page = render(template, request, listing=listing, **reading_of(text))
    return HTMLResponse(page, headers={"vary": "hx-request"})


@router.get("/health")
def health(request: Request) -> str:
    """Sources, runs, mails that wait, and the schedule."""
    now = datetime.now(UTC)
    with _snapshots(request).engine.connect() as conn:
        return render(
            "health.html", request, sources=[state.as_row() for state in source_states(conn, now)],
            waiting=waiting_runs(conn), mails=mail_queue(conn), jobs=schedule(conn), runs=recent_runs(conn, 20),
        )  # fmt: skip

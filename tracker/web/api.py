"""The HTTP API, version 1: what the rig planner and other people's notebooks read."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from tracker.pricing.price_history import KINDS, Period
from tracker.web import reading
from tracker.web.errors import ErrorBody
from tracker.web.params import (
    AsOf,
    ConditionName,
    KindName,
    Limit,
    MarketState,
    MaxPrice,
    MinVram,
    NoSuchCardError,
    Offset,
    card,
)
from tracker.web.schemas import DealPage, GpuBody, GpuPage, HistoryPage, MarketItem, MarketPage
from tracker.web.snapshot import Snapshots

T = TypeVar("T")

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorBody, "description": "A parameter cannot be read."},
    429: {"model": ErrorBody, "description": "Too many requests; Retry-After says when to come back."},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "There is no such card."}}
Sku = Annotated[str, Path(min_length=1, max_length=80, description="SKU, such as rtx-3090-24gb.")]

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["v1"])


def _snapshots(request: Request) -> Snapshots:
    found: Snapshots = request.app.state.snapshots
    return found


def _page(items: Sequence[T], limit: int, offset: int) -> dict[str, Any]:
    return {"total": len(items), "limit": limit, "offset": offset, "items": items[offset : offset + limit]}


def _known(sku: str) -> Any:
    try:
        return card(sku)
    except NoSuchCardError as error:
        raise HTTPException(404, str(error)) from None


@router.get("/market")
def market(
    request: Request, query: MarketState, as_of: AsOf = None, limit: Limit = 500, offset: Offset = 0
) -> MarketPage:
    """The market: every card that ever had a price, ranked; where a value is withheld, the row says why."""
    return MarketPage.model_validate(
        _page(reading.market(_snapshots(request), query, as_of), limit, offset), from_attributes=True
    )


@router.get("/deals")
def deals(
    request: Request,
    sku: Annotated[str | None, Query(max_length=80, description="One card.")] = None,
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    min_quantity: Annotated[int | None, Query(ge=1, le=10_000, description="So many cards at once.")] = None,
    region: Annotated[str | None, Query(pattern="^[A-Za-z]{2}$", description="Country of the item.")] = None,
    source: Annotated[str | None, Query(max_length=40, description="One market.")] = None,
    every: Annotated[
        bool, Query(alias="all", description="Every live offer, with what keeps it from being a deal.")
    ] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> DealPage:
    """Live offers under fair value, the largest discount first; listings respect their source's display policy."""
    from tracker.pricing.dealing import Wanted, chosen_offers

    wanted = Wanted(sku=sku, min_vram=min_vram, max_price=max_price, min_quantity=min_quantity, region=region,
                    source=source, every=every)  # fmt: skip
    found = chosen_offers(_snapshots(request).get().offers, wanted)
    return DealPage.model_validate(_page(found, limit, offset), from_attributes=True)


@router.get("/gpus")
def gpus(min_vram: MinVram = None, limit: Limit = 500, offset: Offset = 0) -> GpuPage:
    """The catalog: every card with its specifications and their sources."""
    from tracker.catalog import catalog
    from tracker.catalog.sheet import as_record

    found = [as_record(gpu) for gpu in catalog() if min_vram is None or gpu.vram_gb >= min_vram]
    return GpuPage.model_validate(_page(found, limit, offset))


@router.get("/gpus/{sku}", responses=NOT_FOUND)
def gpu(request: Request, sku: Sku) -> GpuBody:
    """One card: specifications, and its row of the market."""
    from tracker.catalog.sheet import as_record

    found = _known(sku)
    row = next((row for row in _snapshots(request).get().rows if row.sku == found.slug), None)
    item = None if row is None else MarketItem.model_validate(row)
    return GpuBody(gpu=as_record(found), market=item)


@router.get("/gpus/{sku}/history", responses=NOT_FOUND)
def history(
    request: Request,
    sku: Sku,
    since: Annotated[date | None, Query(description="First day, UTC.")] = None,
    until: Annotated[date | None, Query(description="Last day, UTC.")] = None,
    kind: Annotated[
        list[KindName] | None, Query(max_length=4, description="Kinds of price; they are never pooled.")
    ] = None,
    condition: Annotated[list[ConditionName] | None, Query(max_length=5, description="Conditions.")] = None,
    by: Annotated[Period, Query(description="Length of a period; weeks begin on Monday.")] = "day",
    as_of: AsOf = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> HistoryPage:
    """The price history of one card: n, minimum, quartiles and maximum by period, kind, condition and currency."""
    found = reading.history(
        _snapshots(request), _known(sku).slug, since=since, until=until, kinds=kind or KINDS,
        conditions=condition or ["pooled"], by=by, as_of=as_of,
    )  # fmt: skip
    return HistoryPage.model_validate({"sku": sku, **_page(found, limit, offset)}, from_attributes=True)


@router.get(
    "/observations",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}, **NOT_FOUND},
)
def observations(
    request: Request,
    sku: Annotated[str | None, Query(max_length=80, description="One card; all without it.")] = None,
    kind: Annotated[KindName | None, Query(description="One kind of price.")] = None,
    since: Annotated[date | None, Query(description="First day, UTC.")] = None,
    as_of: AsOf = None,
    limit: Annotated[int, Query(ge=1, le=10_000_000, description="Rows at most.")] = 100_000,
) -> Response:
    """Every price that counts, oldest day first, one JSON object a line; without titles or links."""
    from db.observing import stream_observations

    slug = _known(sku).slug if sku else None
    engine = _snapshots(request).engine

    def lines() -> Iterator[str]:
        with engine.connect() as conn:
            for row in stream_observations(conn, slug=slug, kind=kind, since=since, before=as_of, limit=limit):
                yield json.dumps(row, default=str, separators=(",", ":")) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.get("/catalog", responses={304: {"description": "The feed is as it was."}})
def catalog_feed(request: Request) -> Response:
    """The rig planner's feed: specifications, fair values, trends, best offers; see ``schema_version`` in it."""
    from tracker.feed import feed

    snapshots = _snapshots(request)
    text, made = snapshots.answer(("feed",), lambda: (json.dumps(feed(snapshots.engine)), snapshots.get().at))
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "last-modified": made.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "cache-control": "public, max-age=60",
    }
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)

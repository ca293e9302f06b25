"""The HTTP API, version 1: what the rig planner and other people's notebooks read."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from db.observing import place_of, stream_observations
from tracker.catalog import Gpu, catalog
from tracker.catalog.sheet import as_record
from tracker.pricing.dealing import Wanted, chosen_offers
from tracker.pricing.price_history import KINDS, HistoryRow, Period
from tracker.web import params, reading
from tracker.web.answers import Ready, ready, sent
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
from tracker.web.snapshot import Snapshot, Snapshots

T = TypeVar("T")

ERRORS: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorBody, "description": "It cannot be answered: no exchange rate is known for that day."},
    422: {"model": ErrorBody, "description": "A parameter cannot be read."},
    429: {"model": ErrorBody, "description": "Too many requests; Retry-After says when to come back."},
    503: {"model": ErrorBody, "description": "The database does not answer; Retry-After says when to come back."},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "There is no such card."}}
Sku = Annotated[str, Path(min_length=1, max_length=80, description="SKU, such as rtx-3090-24gb.")]

router = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["v1"])


def _snapshots(request: Request) -> Snapshots:
    found: Snapshots = request.app.state.snapshots
    return found


def _page(items: Sequence[T], limit: int, offset: int) -> dict[str, Any]:
    return {"total": len(items), "limit": limit, "offset": offset, "items": items[offset : offset + limit]}


def _known(sku: str) -> Gpu:
    try:
        return card(sku)
    except NoSuchCardError as error:
        raise HTTPException(404, str(error)) from None


def _body(model: type[BaseModel], values: dict[str, Any]) -> Ready:
    return ready(model.model_validate(values, from_attributes=True).model_dump_json())


def _json(request: Request, body: Ready, headers: Mapping[str, str] | None = None) -> Response:
    return sent(request, body, "application/json", headers)


@router.get("/market", response_model=MarketPage)
def market(
    request: Request, query: MarketState, as_of: AsOf = None, limit: Limit = 500, offset: Offset = 0
) -> Response:
    """The market: every card that ever had a price, ranked; where a value is withheld, the row says why."""

    def make(snapshot: Snapshot) -> Ready:
        return _body(MarketPage, _page(reading.market(snapshot, query, as_of), limit, offset))

    key = ("api market", query, as_of, limit, offset)
    return _json(request, _snapshots(request).answer(key, make, ahead=as_of is None and query.is_usual()))


@router.get("/deals", response_model=DealPage)
def deals(
    request: Request,
    sku: params.Sku = None,
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    min_quantity: params.MinQuantity = None,
    region: params.Region = None,
    source: params.SourceName = None,
    every: Annotated[
        bool, Query(alias="all", description="Every live offer, with what keeps it from being a deal.")
    ] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Live offers under fair value, the largest discount first; listings respect their source's display policy."""
    wanted = Wanted(sku=sku, min_vram=min_vram, max_price=max_price, min_quantity=min_quantity, region=region,
                    source=source, every=every)  # fmt: skip

    def make(snapshot: Snapshot) -> Ready:
        page = _page(chosen_offers(snapshot.offers, wanted), limit, offset)
        return _body(DealPage, {"as_of": snapshot.at, **page})

    return _json(request, _snapshots(request).answer(("api deals", wanted, limit, offset), make))


@router.get("/gpus", response_model=GpuPage)
def gpus(request: Request, min_vram: MinVram = None, limit: Limit = 500, offset: Offset = 0) -> Response:
    """The catalog: every card with its specifications and their sources."""

    def make(_: Snapshot) -> Ready:
        page = _page([gpu for gpu in catalog() if min_vram is None or gpu.vram_gb >= min_vram], limit, offset)
        return _body(GpuPage, page | {"items": [as_record(gpu) for gpu in page["items"]]})

    return _json(request, _snapshots(request).answer(("api gpus", min_vram, limit, offset), make))


@router.get("/gpus/{sku}", responses=NOT_FOUND)
def gpu(request: Request, sku: Sku) -> GpuBody:
    """One card: specifications, and its row of the market."""
    found = _known(sku)
    row = reading.row_of(_snapshots(request).get(), found.slug)
    item = None if row is None else MarketItem.model_validate(row)
    return GpuBody(gpu=as_record(found), market=item)


@router.get("/gpus/{sku}/history", responses=NOT_FOUND, response_model=HistoryPage)
def history(
    request: Request,
    sku: Sku,
    since: Annotated[params.Day | None, Query(description="First day, UTC.")] = None,
    until: Annotated[params.Day | None, Query(description="Last day, UTC.")] = None,
    kind: Annotated[
        list[KindName] | None, Query(max_length=4, description="Kinds of price; they are never pooled.")
    ] = None,
    condition: Annotated[list[ConditionName] | None, Query(max_length=5, description="Conditions.")] = None,
    by: Annotated[Period, Query(description="Length of a period; weeks begin on Monday.")] = "day",
    as_of: AsOf = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Response:
    """The price history of one card: n, minimum, quartiles and maximum by period, kind, condition and currency."""
    slug, kinds, conditions = _known(sku).slug, tuple(kind or KINDS), tuple(condition or ["pooled"])
    asked = (slug, since, until, kinds, conditions, by, as_of)

    def read(snapshot: Snapshot) -> list[HistoryRow]:
        return reading.history(snapshot, slug, since=since, until=until, kinds=kinds, conditions=conditions,
                               by=by, as_of=as_of)  # fmt: skip

    def make(snapshot: Snapshot) -> Ready:
        rows = snapshot.answer(("history", *asked), read, ahead=False)
        return _body(HistoryPage, {"sku": sku, **_page(rows, limit, offset)})

    return _json(request, _snapshots(request).answer(("api history", sku, *asked, limit, offset), make))


@router.get(
    "/observations",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}, **NOT_FOUND},
)
def observations(
    request: Request,
    sku: Annotated[str | None, Query(max_length=80, description="One card; all without it.")] = None,
    kind: Annotated[KindName | None, Query(description="One kind of price.")] = None,
    since: Annotated[params.Day | None, Query(description="First day, UTC.")] = None,
    until: Annotated[params.Day | None, Query(description="Last day, UTC.")] = None,
    as_of: AsOf = None,
    after: Annotated[
        Annotated[str, Field(pattern="^-?[0-9]{1,19}$")] | None,
        Query(description="The id of the last line read: what follows it."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=10_000_000, description="Rows at most.")] = 100_000,
) -> Response:
    """Every price that counts, oldest day first, one JSON object a line; without titles or links."""
    slug = _known(sku).slug if sku else None
    engine = _snapshots(request).engine
    with engine.connect() as conn:
        place = place_of(conn, int(after)) if after else None
    if after and place is None:
        raise HTTPException(404, f"there is no observation {after}")
    limit = 0 if getattr(request.state, "head", False) else limit
    parts = stream_observations(
        engine, slug=slug, kind=kind, since=since, until=until, before=as_of, after=place, limit=limit
    )

    return StreamingResponse(parts, media_type="application/x-ndjson")


@router.get(
    "/catalog",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        304: {"description": "The feed is as it was."},
    },
)
def catalog_feed(
    request: Request,
    if_none_match: Annotated[str | None, Header(description="ETag of the feed that is there already.")] = None,
    if_modified_since: Annotated[str | None, Header(description="Its Last-Modified.")] = None,
) -> Response:
    """The rig planner's feed: specifications, fair values, trends, best offers; see ``schema_version`` in it."""
    found = request.app.state.feed.now()
    headers = {"etag": found.tag, "last-modified": found.last_modified, "cache-control": "public, max-age=60"}
    if found.is_known(if_none_match, if_modified_since):
        return Response(status_code=304, headers=headers)
    return _json(request, found.text, headers)

"""``gpudeals correct``: what a person says of a listing that was read wrongly."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from db.errors import GpudealsError
from tracker.cli.output import Format, FormatOption, print_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

_OFFER_COLUMNS = ("id", "sku", "model", "vram_gb", "quantity", "price", "currency", "kind", "condition", "reject")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("correct")(correct)


def correct(
    listing: Annotated[str, typer.Argument(metavar="ID", help="A listing, such as ebay:176033835717.")],
    sku: Annotated[str | None, typer.Option(metavar="SKU", help="It sells this card.")] = None,
    reject: Annotated[str | None, typer.Option(metavar="CODE", help="It is no offer, for this reason.")] = None,
    ignore: Annotated[bool, typer.Option("--ignore", help="It shall count for nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Forget what was said of it.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Say what a listing is, where it was read wrongly; survives every rebuild.

    With --sku a listing of one line keeps its price and quantity; of several lines those remain that
    name the model; where nothing was recognized it is one card at the price that the market states.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from db.store import correct as remember
    from db.store import lock_writers, undo_correction
    from tracker.ingest import ingest

    if sum((sku is not None, reject is not None, ignore, undo)) != 1:
        raise typer.BadParameter("give one of --sku, --reject, --ignore and --undo", param_hint="options")
    action, value = _word(sku, reject)
    source, external_id = parse_id(listing)
    engine = open_engine(database_url())
    with engine.begin() as conn:
        lock_writers(conn)
        _require(conn, source, external_id)
        if undo:
            undo_correction(conn, source, external_id)
        else:
            remember(conn, source, external_id, action, value, now=datetime.now(UTC))
    ingest(engine)
    print_rows(_offers(engine, source, external_id), format, _OFFER_COLUMNS)


def _word(sku: str | None, reject: str | None) -> tuple[str, str | None]:
    from tracker.catalog.chosen import chosen
    from tracker.normalize.explain import reject_codes

    if sku is not None:
        return "sku", chosen(sku).slug
    if reject is None:
        return "ignore", None
    if reject not in reject_codes():
        raise GpudealsError(f"{reject!r} is no reject code; there are {', '.join(sorted(reject_codes()))}")
    return "reject", reject


def parse_id(text: str) -> tuple[str, str]:
    """Return source and external id of ``source:external_id``. Raises GpudealsError where it is none."""
    source, colon, external_id = text.strip().partition(":")
    if not (source and colon and external_id):
        raise GpudealsError(f"{text!r} is no listing; one looks like ebay:176033835717")
    return source, external_id


def _require(conn: Any, source: str, external_id: str) -> None:
    from db.queries import find_listing

    if find_listing(conn, source, external_id) is None:
        raise GpudealsError(f"no listing {source}:{external_id} is stored")


def _offers(engine: "Engine", source: str, external_id: str) -> list[dict[str, Any]]:
    from crawlers.amounts import currency_digits
    from db.prices import offers_of

    with engine.connect() as conn:
        rows = offers_of(conn, source, external_id)
    return [
        {
            "id": f"{source}:{external_id}",
            "sku": row.slug,
            "model": row.model,
            "vram_gb": row.vram_gb,
            "quantity": row.quantity,
            "price": row.unit_price / 10 ** currency_digits(row.currency) if row.unit_price is not None else None,
            "currency": row.currency,
            "kind": row.kind,
            "condition": row.condition,
            "reject": row.reject,
        }
        for row in rows
    ]

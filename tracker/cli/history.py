"""``gpudeals history``: what a card cost, by day, week or month."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.errors import GpudealsError
from tracker.cli.output import Format, FormatOption, plain, print_rows

if TYPE_CHECKING:
    from tracker.catalog import Gpu
    from tracker.pricing.price_history import HistoryRow

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60


class By(StrEnum):
    """What ``--by`` takes."""

    day = "day"
    week = "week"
    month = "month"


class Kind(StrEnum):
    """What ``--kind`` takes."""

    ask = "ask"
    bid = "bid"
    sold = "sold"
    closed = "closed"


class Condition(StrEnum):
    """What ``--condition`` takes."""

    pooled = "pooled"
    new = "new"
    open_box = "open_box"
    refurbished = "refurbished"
    used = "used"
    parts = "parts"


def register(app: typer.Typer) -> None:
    """Add ``history``."""
    app.command("history")(history)


def history(
    sku: Annotated[str, typer.Argument(metavar="SKU", help="A SKU such as rtx-3090-24gb, or a name: 3090.")],
    since: Annotated[str | None, typer.Option(metavar="DAY", help="First day, YYYY-MM-DD (UTC).")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Last day, YYYY-MM-DD (UTC).")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Kind of price; can be repeated. Kinds stay apart.")] = None,
    condition: Annotated[
        list[Condition] | None,
        typer.Option(help="Can be repeated; pooled is open_box, refurbished and used together."),
    ] = None,
    by: Annotated[By, typer.Option(help="Length of a period; weeks begin on Monday.")] = By.day,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Only prices quoted in it, such as USD.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DAY", help="What was known at its 00:00 UTC.")] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Parquet file instead of printing.")
    ] = None,
    format: FormatOption = Format.table,
) -> None:
    """Show what a card cost, by day, week or month.

    Every period counts each listing once: asks with the last price that they showed, bids, sold and
    closed prices one by one. Kinds of price and currencies are never pooled.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from tracker.catalog.chosen import chosen
    from tracker.pricing.price_history import FIELDS, as_dict, history_rows

    gpu = chosen(sku)
    days = {"since": _day(since, "--since"), "until": _day(until, "--until"), "as_of": _day(as_of, "--as-of")}
    engine = open_engine(database_url(), read_only=True)
    with engine.connect() as conn:
        rows = history_rows(
            conn,
            gpu.slug,
            **days,
            kinds=[k.value for k in Kind if kind is None or k in kind],
            conditions=[c.value for c in Condition if c in (condition or [Condition.pooled])],
            by=by.value,
            currency=currency.upper() if currency else None,
        )
    if parquet is not None:
        _write_parquet(rows, parquet)
        return
    if format is Format.table and rows:
        _print_sparklines(gpu, rows, by)
    elif format is Format.table:
        _say(f"{gpu.name}: no prices in this time")
        return
    print_rows(map(as_dict, rows), format, FIELDS)


def _say(line: str) -> None:
    typer.echo(plain(line), err=True)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-03-02", param_hint=option) from None


def _print_sparklines(gpu: "Gpu", rows: "Sequence[HistoryRow]", by: By) -> None:
    """Print the median of each kind, condition and currency as one line of bars."""
    typer.echo(f"{gpu.name}, median by {by.value}")
    series: dict[tuple[str, str, str], list[HistoryRow]] = {}
    for row in rows:
        series.setdefault((row.kind, row.condition, row.currency), []).append(row)
    for (kind, condition, currency), mine in sorted(series.items()):
        bars = sparkline([row.median for row in mine])
        ends = f"{mine[0].median:,.2f} → {mine[-1].median:,.2f} {currency}"
        typer.echo(f"  {kind:<6} {condition:<11} {bars} {ends} ({mine[0].day} to {mine[-1].day})")
    typer.echo()


def sparkline(values: Sequence[float], width: int = _WIDTH) -> str:
    """Return ``values`` as a line of at most ``width`` bars, lowest to highest; each bar is the mean of its share."""
    if not values:
        return ""
    n = min(width, len(values))
    edges = [place * len(values) // n for place in range(n + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low, span = min(means), max(means) - min(means)
    steps = len(_BARS) - 1
    return "".join(_BARS[round((mean - low) / span * steps) if span else steps // 2] for mean in means)


def _write_parquet(rows: "Sequence[HistoryRow]", path: Path) -> None:
    from importlib.util import find_spec

    from tracker.pricing.price_history import frame

    if find_spec("pyarrow") is None:
        raise GpudealsError("Parquet needs pyarrow: install gpudeals[parquet]")
    frame(rows).to_parquet(path, index=False)
    _say(f"{len(rows):,} rows written to {path}")

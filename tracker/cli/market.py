"""``gpudeals market`` and ``gpudeals deals``: what cards are worth, and what is offered under that."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.output import Format, FormatOption, plain, print_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.pricing.offers import LiveOffer
    from tracker.pricing.ranking import MarketRow

MARKET_COLUMNS = (
    "sku", "model", "vram_gb", "fair_value", "low", "high", "n", "n_effective", "kind", "condition", "currency",
    "usd_per_gb", "usd_per_tflop_fp16", "usd_per_tflop_fp32", "usd_per_gbps", "as_of", "reason", "trend_30",
    "trend_90", "level", "supply_days", "daily_supply", "best_offer_usd", "best_offer_link",
)  # fmt: skip
DEAL_COLUMNS = (
    "id", "sku", "model", "vram_gb", "title", "condition", "quantity", "price_usd", "shipping_usd", "landed",
    "fair_value", "low", "high", "n", "n_effective", "kind", "discount_percent", "percentile", "lowest_in_days",
    "usd_per_gb", "usd_per_tflop_fp16", "usd_per_gbps", "country", "source", "deal", "why_not", "risks", "link",
    "last_seen",
)  # fmt: skip
_BARS = "▁▂▃▄▅▆▇█"


class Condition(StrEnum):
    """What ``--condition`` takes."""

    pooled = "pooled"
    new = "new"
    open_box = "open_box"
    refurbished = "refurbished"
    used = "used"


def register(app: typer.Typer) -> None:
    """Add ``market`` and ``deals`` to ``app``."""
    app.command("market")(market)
    app.command("deals")(deals)


MinVram = Annotated[float | None, typer.Option(metavar="GB", help="This much VRAM or more.")]


def market(
    min_vram: MinVram = None,
    max_price: Annotated[float | None, typer.Option(metavar="AMOUNT", help="Fair value at most.")] = None,
    vendor: Annotated[str | None, typer.Option(help="nvidia, amd or intel.")] = None,
    form: Annotated[str | None, typer.Option(help="Form factor, such as PCIe or SXM2.")] = None,
    nvlink: Annotated[bool | None, typer.Option("--nvlink/--no-nvlink", help="With or without NVLink.")] = None,
    cooling: Annotated[str | None, typer.Option(help="Such as passive, fan or blower.")] = None,
    condition: Annotated[
        Condition, typer.Option(help="pooled is open_box, refurbished and used together.")
    ] = Condition.pooled,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Show values in it; default USD.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DAY", help="What was known at its 00:00 UTC.")] = None,
    sort: Annotated[str, typer.Option(help="A column, such as usd_per_gb, fair_value or trend_30.")] = "usd_per_gb",
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="So many rows at most.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """Rank the cards by what they are worth: fair value with its 80 % interval, dollars per GB, TFLOP and GB/s.

    Every card that ever had a price has a row; where a value is withheld, the row says why. Metrics
    are in US dollars; FP16 is dense on tensor cores, n/a where a card has none.
    """
    from tracker.pricing.ranking import Asked, as_row, market_rows
    from tracker.settings import pricing_settings

    asked = Asked(
        min_vram=min_vram, max_price=max_price, vendor=vendor, form=form, nvlink=nvlink, cooling=cooling
    )  # fmt: skip
    shown = (currency or pricing_settings().currency).upper()
    day = parse_day(as_of, "--as-of")
    rows = market_rows(_engine(), asked, as_of=day, condition=condition.value, currency=shown, sort=sort)[:limit]
    if format is Format.table:
        _print_market(rows, shown)
    elif format is Format.csv:
        print_rows(map(_flat, rows), format, MARKET_COLUMNS)
    else:
        print_rows(map(as_row, rows), format, MARKET_COLUMNS)


def deals(
    sku: Annotated[str | None, typer.Option(metavar="SKU", help="One card, such as rtx-3090-24gb.")] = None,
    min_vram: MinVram = None,
    max_price: Annotated[float | None, typer.Option(metavar="USD", help="Landed price of a card.")] = None,
    min_quantity: Annotated[int | None, typer.Option(metavar="N", help="So many cards at once.")] = None,
    region: Annotated[str | None, typer.Option(metavar="CC", help="Country of the item, such as US.")] = None,
    source: Annotated[str | None, typer.Option(help="One market, such as hardwareswap.")] = None,
    condition: Annotated[Condition | None, typer.Option(help="Only this condition.")] = None,
    min_discount: Annotated[
        float, typer.Option(metavar="PERCENT", min=0, max=99, help="This far under fair value.")
    ] = 15.0,
    every: Annotated[
        bool, typer.Option("--all", help="All live offers, with what keeps each from being a deal.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="The evidence for each.")] = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="So many at most.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """List live offers under fair value, the largest discount first.

    A deal is a live ask with known shipping, under the interval of its card's fair value, and not so
    cheap that it is likely bait. Bids, sales and placeholder prices are never deals.
    """
    from tracker.catalog.chosen import chosen
    from tracker.pricing.dealing import Wanted, deal_rows
    from tracker.pricing.offers import as_row

    only = None if condition in (None, Condition.pooled) else str(condition)
    wanted = Wanted(
        sku=chosen(sku).slug if sku else None, min_vram=min_vram, max_price=max_price, min_quantity=min_quantity,
        region=region, source=source, condition=only, every=every,
    )  # fmt: skip
    rows = deal_rows(_engine(), wanted, min_discount=min_discount / 100)[:limit]
    if format is not Format.table:
        print_rows(map(as_row, rows), format, DEAL_COLUMNS)
        return
    _print_deals(rows)
    if why:
        for row in rows:
            _print_why(row)


def _engine() -> "Engine":
    from db.engine import open_engine
    from db.errors import GpudealsError
    from db.settings import database_url

    try:
        return open_engine(database_url())
    except GpudealsError:
        # What cannot be written can be read: values are then computed and not kept.
        return open_engine(database_url(), read_only=True)


def parse_day(text: str | None, option: str) -> date | None:
    """Return the day that ``text`` names. Raises BadParameter for what is none."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-03-02", param_hint=option) from None


def _flat(row: "MarketRow") -> dict[str, Any]:
    from tracker.pricing.ranking import as_row

    best = row.best_offer
    return as_row(row) | {
        "best_offer_usd": None if best is None else round(best.least, 2),
        "best_offer_link": None if best is None else best.link,
    }


def _print_market(rows: "Sequence[MarketRow]", currency: str) -> None:
    if not rows:
        typer.echo("no card with a price; `gpudeals import` or `gpudeals crawl` brings some", err=True)
        return
    headings = {
        "card": "card", "value": f"fair {currency}", "interval": "80 % interval", "n": "n", "effective": "eff.",
        "kind": "kind", "gb": "$/GB", "fp16": "$/TFLOP", "gbps": "$/(GB/s)", "d30": "30 d", "d90": "90 d",
        "path": "26 weeks", "best": "best live offer",
    }  # fmt: skip
    valued = [row for row in rows if row.fair_value is not None]
    withheld = [row for row in rows if row.fair_value is None]
    print_rows([_line(row) for row in valued], Format.table, tuple(headings), headings)
    for gap in rows[0].gaps:
        typer.echo(f"{gap['name']}: {gap['share']:+.1%} (n = {gap['n']}), taken into account")
    if withheld:
        typer.echo(f"\nwithheld, {len(withheld)} cards:")
        names = {"card": "card", "n": "n", "kind": "kind", "reason": "why", "best": "best live offer"}
        print_rows([_line(row) | {"reason": row.reason} for row in withheld], Format.table, tuple(names), names)


def _line(row: "MarketRow") -> dict[str, Any]:
    best = row.best_offer
    return {
        "card": f"{row.model} {row.vram_gb:g}GB",
        "value": None if row.fair_value is None else f"{row.fair_value:,.0f}",
        "interval": None if row.low is None or row.high is None else f"{row.low:,.0f} to {row.high:,.0f}",
        "n": row.n,
        "effective": f"{row.n_effective:.0f}",
        "kind": row.kind,
        "gb": row.usd_per_gb,
        "fp16": row.usd_per_tflop_fp16 if row.usd_per_tflop_fp16 is not None else "n/a",
        "gbps": row.usd_per_gbps,
        "d30": _arrow(row.trend_30),
        "d90": _arrow(row.trend_90),
        "path": _spark(row.history),
        "best": None
        if best is None
        else f"${best.least:,.0f}{'' if best.shipping_usd is not None else ' + ship.'} {best.id}",
    }


def _arrow(trend: float | None) -> str | None:
    if trend is None:
        return None
    return f"{'→' if abs(trend) < 0.01 else '↗' if trend > 0 else '↘'} {trend:+.0%}"


def _spark(values: "Sequence[float | None]", step: int = 2) -> str:
    """Return every other week as a bar, a blank where the card had no price yet."""
    picked = values[::-1][::step][::-1]
    known = [value for value in picked if value is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(" " if value is None else _BARS[round((value - low) / span * 7)] for value in picked)


def _print_deals(rows: "Sequence[LiveOffer]") -> None:
    if not rows:
        typer.echo("no live offer like that is under fair value; --all shows every live offer", err=True)
        return
    headings = {
        "card": "card", "price": "landed", "fair": "fair", "under": "under", "gb": "$/GB",
        "pct": "pctile", "since": "lowest in", "id": "listing", "look": "look twice",
    }  # fmt: skip
    print_rows([_deal_line(row) for row in rows], Format.table, tuple(headings), headings)


def _deal_line(row: "LiveOffer") -> dict[str, Any]:
    flags = ", ".join(risk.split(":")[0] for risk in row.risks)
    price = f"${row.landed:,.0f}" if row.landed is not None else f"${row.price_usd:,.0f} + ship.?"
    return {
        "card": f"{row.model} {row.vram_gb:g}GB" + (f" ×{row.quantity}" if row.quantity > 1 else ""),
        "price": price,
        "fair": None if row.fair_value is None else f"${row.fair_value:,.0f}",
        "under": None if row.discount is None else f"{row.discount:.0%}",
        "gb": row.usd_per_gb,
        "pct": None if row.percentile is None else f"{row.percentile:.0f}",
        "since": None if row.lowest_in_days is None else f"{row.lowest_in_days} d",
        "id": row.id,
        "look": flags if row.deal else f"{flags} [{'; '.join(row.why_not)}]".strip(),
    }


def _print_why(row: "LiveOffer") -> None:
    lines = [f"\n{row.id}  {row.title}", f"  {row.link or 'no link: its market is not known'}"]
    paid = f"${row.price_usd:,.2f}" + (
        ", shipping unknown" if row.shipping_usd is None else f" + ${row.shipping_usd:,.2f} shipping"
    )
    lines.append(f"  price       {paid}" + (f", landed ${row.landed:,.2f}" if row.landed is not None else ""))
    if row.fair_value is not None:
        lines.append(
            f"  fair value  ${row.fair_value:,.2f}, 80 % interval ${row.low:,.2f} to ${row.high:,.2f}, from {row.n} "
            f"listings ({row.kind}, {row.n_effective:g} effective, {row.fair_condition})"
        )
    if row.percentile is not None:
        lines.append(f"  90 days     {row.percentile:g} % of prices were lower")
    if row.lowest_in_days is not None:
        lines.append(f"  lowest in   {row.lowest_in_days} days")
    lines += [f"  not a deal  {reason}" for reason in row.why_not]
    lines += [f"  look twice  {risk}" for risk in row.risks]
    for line in lines:
        typer.echo("\n" + plain(line) if line.startswith("\n") else plain(line))

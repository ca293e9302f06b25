"""``gpudeals watch add|edit``: what somebody wants to hear of."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from db.errors import GpudealsError
from tracker.cli import notify, watch_show
from tracker.cli import watch_options as option
from tracker.cli.output import Format, FormatOption, plain, print_rows

watch_app = typer.Typer(
    no_args_is_help=True,
    help="Alert rules: say what you want, and hear of it by mail, once, with the reasons.\n\n"
    "Example: gpudeals watch add --min-vram 24 --max-usd-per-gb 25 --email me@example.org\n\n"
    "All conditions of a watch have to hold; what a listing leaves open satisfies none. `gpudeals run` looks after "
    "each crawl, `gpudeals notify` looks now. Watches can stand in gpudeals.toml too, as [[watches]].",
    rich_markup_mode=None,
)
MATCH_COLUMNS = ("price", "landed", "model", "vram_gb", "condition", "discount_percent", "title", "id", "link")


def register(app: typer.Typer) -> None:
    """Add ``watch`` and ``notify`` to ``app``."""
    watch_app.command("add")(add)
    watch_app.command("list")(watch_show.list_watches)
    watch_app.command("show")(watch_show.show)
    watch_app.command("edit")(edit)
    watch_app.command("remove")(watch_show.remove)
    watch_app.command("test")(watch_show.test)
    app.add_typer(watch_app, name="watch")
    app.command("notify")(notify.notify)


def add(
    name: Annotated[str | None, typer.Option("--name", help="A name; else one is made.")] = None,
    sku: option.Sku = None,
    family: option.Family = None,
    min_vram: option.MinVram = None,
    max_price: option.MaxPrice = None,
    max_usd_per_gb: option.MaxGb = None,
    max_usd_per_tflop: option.MaxTflop = None,
    max_usd_per_gbps: option.MaxGbps = None,
    below_fair: option.BelowFair = None,
    lowest_in: option.LowestIn = None,
    min_quantity: option.MinQuantity = None,
    condition: option.Condition = None,
    region: option.Region = None,
    source: option.Source = None,
    shipping_known: option.ShippingKnown = None,
    email: option.Email = None,
    delivery: option.Delivery = None,
    quiet_hours: option.Quiet = None,
    until: option.Until = None,
    format: FormatOption = Format.table,
) -> None:
    """Add a watch, and show at once which live offers match it.

    What matches already is mailed once, and said to have been on offer before; after that only what is new, or
    has dropped by a further 5 % and $10.
    """
    given = locals()
    from tracker.alerts.configured import read_day
    from tracker.alerts.settings import mail_settings
    from tracker.alerts.watches import add_watch, parse_rule

    recipient = email or mail_settings().to
    if recipient is None:
        raise GpudealsError("no address: give --email, or set [mail] to in the settings")
    rule = parse_rule({field: given[field] for field in option.RULE_FIELDS})
    engine, now = option.opened(), datetime.now(UTC)
    with engine.begin() as conn:
        watch = add_watch(
            conn, email=recipient, rule=rule, name=name, delivery=delivery or "instant",
            quiet_hours=quiet_hours, enabled_until=read_day(until), now=now,
        )  # fmt: skip
    _show_matches(watch, engine, now, format)


def _show_matches(watch: Any, engine: Any, now: datetime, format: Format) -> None:
    from tracker.alerts.offers import live_offers
    from tracker.alerts.rules import OfferColumns
    from tracker.alerts.settings import mail_trouble
    from tracker.alerts.trying import price_of

    offers = live_offers(engine, now)
    found = sorted((offers[position] for position in OfferColumns(offers).matching(watch.rule)), key=price_of)
    rows = [{"price": offer["price_usd"], **{name: offer[name] for name in MATCH_COLUMNS[1:]}} for offer in found]
    if format is Format.table:
        typer.echo(f"watch {watch.name}: {watch.words()} → {plain(watch.email)}")
        typer.echo(f"{len(found)} of {len(offers)} live offers match now" + (":" if found else "."))
        for offer in found[:10]:
            unknown = offer["landed"] is None
            price = f"${price_of(offer):,.2f}" + (" + ? shipping" if unknown else "")
            typer.echo(f"  {price:>20}  {offer['model']} {offer['vram_gb']:g} GB  {plain(offer['title'])[:70]}")
        if len(found) > 10:
            typer.echo(f"  and {len(found) - 10} more")
    elif format is Format.json:
        print_rows([{"watch": option.watch_row(watch), "live_offers": len(offers), "matches": rows}], format, ())
    else:
        print_rows(rows, format, MATCH_COLUMNS)
    trouble = mail_trouble()
    if trouble is not None:
        print(f"no mail can be sent yet: {trouble}", file=sys.stderr)


def edit(
    name: option.Name,
    sku: option.Sku = None,
    family: option.Family = None,
    min_vram: option.MinVram = None,
    max_price: option.MaxPrice = None,
    max_usd_per_gb: option.MaxGb = None,
    max_usd_per_tflop: option.MaxTflop = None,
    max_usd_per_gbps: option.MaxGbps = None,
    below_fair: option.BelowFair = None,
    lowest_in: option.LowestIn = None,
    min_quantity: option.MinQuantity = None,
    condition: option.Condition = None,
    region: option.Region = None,
    source: option.Source = None,
    shipping_known: option.ShippingKnown = None,
    drop: Annotated[
        list[str] | None,
        typer.Option("--drop", metavar="OPTION", help="Take out max-price, quiet-hours, until or another."),
    ] = None,
    email: option.Email = None,
    delivery: option.Delivery = None,
    quiet_hours: option.Quiet = None,
    until: option.Until = None,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Stop for now, or go on.")] = None,
) -> None:
    """Change a watch; what is not named stays as it is. An address that was paused after bounces goes on too."""
    given = locals()
    from tracker.alerts.configured import ORIGIN, read_day
    from tracker.alerts.watches import edit_watch, find_watch, parse_rule

    changes: dict[str, Any] = {"delivery": delivery, "quiet_hours": quiet_hours, "email": email}
    changes |= {"enabled_until": read_day(until), "enabled": None if pause is None else not pause}
    changes = {key: value for key, value in changes.items() if value is not None}
    dropped = {word.replace("-", "_").lstrip("_") for word in drop or []}
    clearable = {"quiet_hours": "quiet_hours", "until": "enabled_until"}
    if unknown := dropped - {*option.RULE_FIELDS, *clearable}:
        raise GpudealsError(f"drop: {plain(', '.join(sorted(unknown)))} is no condition")
    changes |= {column: None for word, column in clearable.items() if word in dropped}
    with option.opened().begin() as conn:
        watch = find_watch(conn, name)
        ruled = {field: given[field] for field in option.RULE_FIELDS if given[field] is not None}
        if watch.origin == ORIGIN and (ruled or dropped or set(changes) - {"enabled"}):
            raise GpudealsError(f"{watch.name} stands in the settings file: change it there (--pause works)")
        kept = {field: value for field, value in (watch.rule.model_dump() | ruled).items() if field not in dropped}
        rule = parse_rule(kept) if ruled or dropped else watch.rule
        edit_watch(conn, watch, rule, **changes)
        watch = find_watch(conn, name)
    typer.echo(f"watch {watch.name}: {watch.words()} → {plain(watch.email)}{'' if watch.enabled else ' (paused)'}")

"""``gpudeals watch`` and ``gpudeals notify``: what to hear of, and the mails that say it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from db.errors import GpudealsError
from tracker.cli.output import Format, FormatOption, plain, print_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.alerts.watches import Watch

watch_app = typer.Typer(
    no_args_is_help=True,
    help="Alert rules: say what you want, and hear of it by mail, once, with the reasons.\n\n"
    "Example: gpudeals watch add --min-vram 24 --max-usd-per-gb 25 --email me@example.org",
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(help="Name of the watch, as `watch list` shows it.")]
Sku = Annotated[str | None, typer.Option("--sku", help="One card, such as rtx-3090-24gb.")]
Family = Annotated[str | None, typer.Option(help='A model of any size, such as "GeForce RTX 3080".')]
MinVram = Annotated[float | None, typer.Option("--min-vram", metavar="GB", help="This much VRAM or more.")]
MaxPrice = Annotated[float | None, typer.Option("--max-price", metavar="USD", help="Landed price of a card.")]
MaxGb = Annotated[float | None, typer.Option("--max-usd-per-gb", metavar="USD", help="Dollars per GB of VRAM.")]
MaxTflop = Annotated[
    float | None, typer.Option("--max-usd-per-tflop", metavar="USD", help="Dollars per dense FP16 tensor TFLOP.")
]
MaxGbps = Annotated[float | None, typer.Option("--max-usd-per-gbps", metavar="USD", help="Dollars per GB/s.")]
BelowFair = Annotated[float | None, typer.Option("--below-fair", metavar="PERCENT", help="This far under fair value.")]
LowestIn = Annotated[int | None, typer.Option("--lowest-in", metavar="DAYS", help="The lowest price of so many days.")]
MinQuantity = Annotated[int | None, typer.Option("--min-quantity", metavar="N", help="So many cards at once.")]
Condition = Annotated[str | None, typer.Option(help="new, open_box, refurbished or used.")]
Region = Annotated[str | None, typer.Option(help="Country of the item, such as US.")]
Source = Annotated[str | None, typer.Option(help="One market, such as hardwareswap.")]
ShippingKnown = Annotated[bool, typer.Option("--shipping-known", help="Only where shipping is known.")]
Email = Annotated[str | None, typer.Option("--email", help="Where to; default is [mail] to of the settings.")]
Delivery = Annotated[str | None, typer.Option(help="instant, daily or weekly (07:00 UTC, Mondays).")]
Quiet = Annotated[str | None, typer.Option("--quiet-hours", metavar="22-07", help="No mail in these hours, UTC.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Stop by itself on that day.")]

RULE_FIELDS = (
    "sku", "family", "min_vram", "max_price", "max_usd_per_gb", "max_usd_per_tflop", "max_usd_per_gbps",
    "below_fair", "lowest_in", "min_quantity", "condition", "region", "source", "shipping_known",
)  # fmt: skip
COLUMNS = ("name", "email", "rule", "delivery", "quiet_hours", "enabled", "enabled_until", "origin")


def register(app: typer.Typer) -> None:
    """Add ``watch`` and ``notify`` to ``app``."""
    app.add_typer(watch_app, name="watch")
    app.command("notify")(notify)


def _engine() -> "Engine":
    from db.engine import open_engine
    from db.settings import database_url

    return open_engine(database_url())


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GpudealsError(f"until: {plain(text)} is no date such as 2026-12-31") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_row(watch: "Watch") -> dict[str, Any]:
    return {
        "name": watch.name,
        "email": watch.email,
        "rule": watch.rule.words(),
        "conditions": watch.rule.model_dump(exclude_none=True, exclude_defaults=True),
        "delivery": watch.delivery,
        "quiet_hours": watch.quiet_hours,
        "enabled": watch.enabled,
        "enabled_until": watch.enabled_until.isoformat() if watch.enabled_until else None,
        "origin": watch.origin,
        "created_at": watch.created_at.isoformat(),
    }


def _sku_given(sku: str | None) -> str | None:
    """Return the slug of a card as a person wrote it."""
    if sku is None:
        return None
    from tracker.catalog import catalog

    gpu = catalog().named(sku)
    if gpu is None:
        near = ", ".join(catalog().near(sku)) or "`gpudeals catalog list` shows them"
        raise GpudealsError(f"sku: no card {plain(sku)}; did you mean {near}?")
    return gpu.slug


@watch_app.command("add")
def add(
    name: Annotated[str | None, typer.Option("--name", help="A name; else one is made.")] = None,
    sku: Sku = None,
    family: Family = None,
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    max_usd_per_gb: MaxGb = None,
    max_usd_per_tflop: MaxTflop = None,
    max_usd_per_gbps: MaxGbps = None,
    below_fair: BelowFair = None,
    lowest_in: LowestIn = None,
    min_quantity: MinQuantity = None,
    condition: Condition = None,
    region: Region = None,
    source: Source = None,
    shipping_known: ShippingKnown = False,
    email: Email = None,
    delivery: Delivery = None,
    quiet_hours: Quiet = None,
    until: Until = None,
) -> None:
    """Add a watch, and show at once which live offers match it."""
    given = {**locals(), "sku": _sku_given(sku)}
    from tracker.alerts.offers import live_offers
    from tracker.alerts.rules import OfferColumns
    from tracker.alerts.settings import mail_settings
    from tracker.alerts.watches import add_watch, parse_rule

    recipient = email or mail_settings().to
    if recipient is None:
        raise GpudealsError("no address: give --email, or set [mail] to in the settings")
    rule = parse_rule({field: given[field] or None for field in RULE_FIELDS})
    engine, now = _engine(), datetime.now(UTC)
    with engine.begin() as conn:
        watch = add_watch(
            conn, email=recipient, rule=rule, name=name, delivery=delivery or "instant",
            quiet_hours=quiet_hours, enabled_until=_day(until), now=now,
        )  # fmt: skip
    typer.echo(f"watch {watch.name}: {rule.words()} → {plain(watch.email)}")
    offers = live_offers(engine, now)
    matches = [offers[position] for position in OfferColumns(offers).matching(rule)]
    typer.echo(f"{len(matches)} of {len(offers)} live offers match now" + (":" if matches else "."))
    for offer in sorted(matches, key=lambda row: row["landed"] or row["price_usd"])[:10]:
        price = (
            f"${offer['landed']:,.2f}" if offer["landed"] is not None else f"${offer['price_usd']:,.2f} + ? shipping"
        )
        typer.echo(f"  {price:>16}  {offer['model']} {offer['vram_gb']:g} GB  {plain(offer['title'])[:70]}")


@watch_app.command("list")
def list_watches(format: FormatOption = Format.table) -> None:
    """List the watches."""
    from tracker.alerts.watches import watches

    with _engine().connect() as conn:
        rows = [_as_row(watch) for watch in watches(conn)]
    if not rows and format is Format.table:
        typer.echo("No watches yet: gpudeals watch add --min-vram 24 --below-fair 15 --email you@example.org")
        return
    print_rows(rows, format, COLUMNS)


@watch_app.command("show")
def show(name: NameArgument, format: FormatOption = Format.table) -> None:
    """Show one watch and the alerts it gave."""
    from sqlalchemy import func, select

    from db import light
    from tracker.alerts.watches import find_watch

    with _engine().connect() as conn:
        watch = find_watch(conn, name)
        counts = conn.execute(
            select(light.alert.c.state, func.count())
            .where(light.alert.c.watch_id == watch.id)
            .group_by(light.alert.c.state)
        ).all()
    row = {**_as_row(watch), "alerts": {state: count for state, count in counts}}
    if format is Format.table:
        for key, value in row.items():
            if key != "conditions":
                typer.echo(f"{key:14} {plain(value if value is not None else '–')}")
        return
    print_rows([row], format, tuple(row))


@watch_app.command("edit")
def edit(
    name: NameArgument,
    sku: Sku = None,
    family: Family = None,
    min_vram: MinVram = None,
    max_price: MaxPrice = None,
    max_usd_per_gb: MaxGb = None,
    max_usd_per_tflop: MaxTflop = None,
    max_usd_per_gbps: MaxGbps = None,
    below_fair: BelowFair = None,
    lowest_in: LowestIn = None,
    min_quantity: MinQuantity = None,
    condition: Condition = None,
    region: Region = None,
    source: Source = None,
    shipping_known: Annotated[bool | None, typer.Option("--shipping-known/--any-shipping")] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="A condition to take out, such as max-price.")
    ] = None,
    email: Email = None,
    delivery: Delivery = None,
    quiet_hours: Quiet = None,
    until: Until = None,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Stop for now, or go on.")] = None,
) -> None:
    """Change a watch; what is not named stays as it is."""
    given = {**locals(), "sku": _sku_given(sku)}
    from tracker.alerts.watches import edit_watch, find_watch, parse_rule

    changes: dict[str, Any] = {"delivery": delivery, "quiet_hours": quiet_hours, "email": email}
    changes["enabled_until"] = _day(until)
    changes["enabled"] = None if pause is None else not pause
    with _engine().begin() as conn:
        watch = find_watch(conn, name)
        dropped = {word.replace("-", "_").lstrip("_") for word in drop or []}
        if unknown := dropped - set(RULE_FIELDS):
            raise GpudealsError(f"drop: {', '.join(sorted(unknown))} is no condition")
        conditions = {**watch.rule.model_dump(), **{f: given[f] for f in RULE_FIELDS if given[f] is not None}}
        rule = parse_rule({field: value for field, value in conditions.items() if field not in dropped})
        edit_watch(conn, watch, rule, **{key: value for key, value in changes.items() if value is not None})
    typer.echo(f"watch {watch.name}: {rule.words()}")


@watch_app.command("remove")
def remove(name: NameArgument) -> None:
    """Remove a watch and what waits to be sent for it."""
    from db.store.outbox import remove_watch
    from tracker.alerts.watches import find_watch

    with _engine().begin() as conn:
        watch = find_watch(conn, name)
        remove_watch(conn, watch.id)
    typer.echo(f"watch {watch.name} removed")


@watch_app.command("test")
def test(name: NameArgument) -> None:
    """Send a real mail for a watch now, and say what happened."""
    from tracker.alerts.notifying import send_test
    from tracker.alerts.watches import find_watch

    engine = _engine()
    with engine.connect() as conn:
        watch = find_watch(conn, name)
    typer.echo(send_test(engine, watch, datetime.now(UTC)))


def notify(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the mails and send nothing.")] = False,
    release: Annotated[bool, typer.Option("--release-held", help="Send what was held back as a flood.")] = False,
) -> None:
    """Evaluate the watches and try every queued mail now; exit status 1 if any stays queued."""
    from tracker.alerts.notifying import notify_now, preview

    engine, now = _engine(), datetime.now(UTC)
    if dry_run:
        preview(engine, now)
        return
    done = notify_now(engine, now, release_held=release)
    for line in done.problems:
        typer.echo(plain(line), err=True)
    held = f", {done.held} held (gpudeals notify --release-held sends them)" if done.held else ""
    typer.echo(
        f"{done.mails} mails with {done.sent} alerts sent, {done.suppressed} out of date and not sent, "
        f"{done.dead} refused for good, {done.waiting} waiting{held}"
    )
    if done.waiting:
        raise typer.Exit(1)

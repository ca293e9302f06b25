"""The options that the watch commands share, and what turns them into conditions."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.output import plain

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.alerts.watches import Watch

Name = Annotated[str, typer.Argument(help="Name of the watch, as `gpudeals watch list` shows it.")]
Sku = Annotated[str | None, typer.Option("--sku", help='One card, such as rtx-3090-24gb or "RTX 3090 24GB".')]
Family = Annotated[str | None, typer.Option(help='A model of any size, such as "GeForce RTX 3080".')]
MinVram = Annotated[float | None, typer.Option("--min-vram", metavar="GB", help="This much VRAM or more.")]
MaxPrice = Annotated[
    float | None, typer.Option("--max-price", metavar="USD", help="Price of a card with shipping, duty and tax.")
]
MaxGb = Annotated[float | None, typer.Option("--max-usd-per-gb", metavar="USD", help="Dollars per GB of VRAM.")]
MaxTflop = Annotated[
    float | None, typer.Option("--max-usd-per-tflop", metavar="USD", help="Dollars per dense FP16 tensor TFLOP.")
]
MaxGbps = Annotated[
    float | None, typer.Option("--max-usd-per-gbps", metavar="USD", help="Dollars per GB/s of memory bandwidth.")
]
BelowFair = Annotated[float | None, typer.Option("--below-fair", metavar="PERCENT", help="This far under fair value.")]
LowestIn = Annotated[int | None, typer.Option("--lowest-in", metavar="DAYS", help="The lowest price of so many days.")]
MinQuantity = Annotated[int | None, typer.Option("--min-quantity", metavar="N", help="So many cards at once.")]
Condition = Annotated[str | None, typer.Option(help="new, open_box, refurbished or used.")]
Region = Annotated[str | None, typer.Option(help="Country of the item, such as US.")]
Source = Annotated[str | None, typer.Option(help="One market, such as ebay or hardwareswap.")]
ShippingKnown = Annotated[
    bool | None, typer.Option("--shipping-known/--any-shipping", help="Only where shipping is known.")
]
Email = Annotated[str | None, typer.Option("--email", help="Where to; the default is [mail] to of the settings.")]
Delivery = Annotated[
    str | None, typer.Option(help="instant, or one digest: daily (07:00 UTC) or weekly (Mondays).")
]  # fmt: skip
Quiet = Annotated[str | None, typer.Option("--quiet-hours", metavar="22-07", help="No mail in these hours, UTC.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Ends by itself on that day.")]

RULE_FIELDS = (
    "sku", "family", "min_vram", "max_price", "max_usd_per_gb", "max_usd_per_tflop", "max_usd_per_gbps",
    "below_fair", "lowest_in", "min_quantity", "condition", "region", "source", "shipping_known",
)  # fmt: skip


def opened() -> "Engine":
    """Return an engine on the database of the command."""
    from db.engine import open_engine
    from db.settings import database_url

    return open_engine(database_url())


def synced() -> "Engine":
    """Return an engine on the database, in which the watches of the settings file stand too."""
    from tracker.alerts.configured import sync_settings_watches

    engine = opened()
    with engine.begin() as conn:
        problems = sync_settings_watches(conn, datetime.now(UTC))
    for problem in problems:
        print(plain(problem), file=sys.stderr)
    return engine


def watch_row(watch: "Watch") -> dict[str, Any]:
    """Return a watch as a row to print; conditions as numbers, times as ISO 8601."""
    return {
        "name": watch.name,
        "email": watch.email,
        "rule": watch.words(),
        "conditions": watch.rule.model_dump(exclude_none=True, exclude_defaults=True),
        "delivery": watch.delivery,
        "quiet_hours": watch.quiet_hours,
        "enabled": watch.enabled,
        "enabled_until": watch.enabled_until.isoformat() if watch.enabled_until else None,
        "origin": watch.origin,
        "created_at": watch.created_at.isoformat(),
    }

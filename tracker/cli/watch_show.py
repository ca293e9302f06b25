"""``gpudeals watch list|show|remove|test``: the watches there are, and what became of their alerts."""

from datetime import UTC, datetime
from typing import Any

import typer

from db.errors import GpudealsError
from tracker.cli import watch_options as option
from tracker.cli.output import Format, FormatOption, plain, print_rows

COLUMNS = ("name", "email", "rule", "delivery", "quiet_hours", "enabled", "enabled_until", "origin")
ALERT_COLUMNS = ("created_at", "state", "price", "card", "title", "sent_at", "why")
LATEST = 10


def list_watches(format: FormatOption = Format.table) -> None:
    """List the watches."""
    from tracker.alerts.watches import watches

    with option.synced().connect() as conn:
        rows = [option.watch_row(watch) for watch in watches(conn)]
    if not rows and format is Format.table:
        typer.echo("No watches yet: gpudeals watch add --min-vram 24 --below-fair 15 --email you@example.org")
        return
    print_rows(rows, format, COLUMNS)


def show(name: option.Name, format: FormatOption = Format.table) -> None:
    """Show one watch, how many alerts it gave, and the latest of them: what was sent, held, suppressed, refused."""
    from sqlalchemy import func, select

    from db import light
    from tracker.alerts.watches import find_watch

    alert = light.alert
    with option.synced().connect() as conn:
        watch = find_watch(conn, name)
        mine = alert.c.watch_id == watch.id
        counts = conn.execute(select(alert.c.state, func.count()).where(mine).group_by(alert.c.state)).all()
        query = select(alert).where(mine).order_by(alert.c.created_at.desc(), alert.c.id).limit(LATEST)
        latest = [_alert_row(row) for row in conn.execute(query)]
    row = {**option.watch_row(watch), "alerts": dict(counts)}
    if format is not Format.table:
        print_rows([row | {"latest": latest}], format, (*row, "latest"))
        return
    for key, value in row.items():
        if key == "alerts":
            shown = ", ".join(f"{count} {state}" for state, count in sorted(value.items())) or "none yet"
            typer.echo(f"{key:14} {shown}")
        elif key != "conditions":
            typer.echo(f"{key:14} {plain(value if value is not None else '–')}")
    if latest:
        print_rows(latest, format, ALERT_COLUMNS, title="\nlatest alerts")


def _alert_row(row: Any) -> dict[str, Any]:
    offer = (row.facts or {}).get("offer") or {}
    return {
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "state": row.state,
        "price": row.price / 100,
        "card": f"{offer['model']} {offer['vram_gb']:g} GB" if offer else None,
        "title": offer.get("title", "")[:60] or None,
        "sent_at": row.sent_at.isoformat(timespec="seconds") if row.sent_at else None,
        "why": row.reason or row.last_error,
    }


def remove(name: option.Name) -> None:
    """Remove a watch and what waits to be sent for it."""
    from db.store.outbox import remove_watch
    from tracker.alerts.configured import ORIGIN
    from tracker.alerts.watches import find_watch

    with option.opened().begin() as conn:
        watch = find_watch(conn, name)
        if watch.origin == ORIGIN:
            raise GpudealsError(f"{watch.name} stands in the settings file: remove it there")
        remove_watch(conn, watch.id)
    typer.echo(f"watch {watch.name} removed")


def test(name: option.Name) -> None:
    """Send a real mail for a watch now, and say what happened; exit status 1 if it was not delivered."""
    from tracker.alerts.trying import send_test
    from tracker.alerts.watches import find_watch

    engine = option.synced()
    with engine.connect() as conn:
        watch = find_watch(conn, name)
    delivered, words = send_test(engine, watch, datetime.now(UTC))
    typer.echo(plain(words), err=not delivered)
    if not delivered:
        raise typer.Exit(1)

"""``gpudeals notify``: look now, and send what waits."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.cli.output import plain
from tracker.cli.watch_options import opened


def notify(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the mails; send and change nothing.")] = False,
    release_held: Annotated[
        bool, typer.Option("--release-held", help="Send what was held back because so much came at once.")
    ] = False,
    drop_held: Annotated[bool, typer.Option("--drop-held", help="Forget what was held back.")] = False,
    retry_dead: Annotated[bool, typer.Option("--retry-dead", help="Try again what was refused for good.")] = False,
    drop_dead: Annotated[bool, typer.Option("--drop-dead", help="Forget what was refused for good.")] = False,
) -> None:
    """Evaluate the watches and try every queued mail now, back-off or not.

    The exit status is 1 if any alert stays queued: for the next digest, for quiet hours, for the one mail an hour
    that an address gets at most, or because the server did not take it; the reason is said.
    """
    from tracker.alerts.notifying import notify_now, preview

    engine, now = opened(), datetime.now(UTC)
    if dry_run:
        found = preview(engine, now)
        for line in found.problems:
            typer.echo(plain(line), err=True)
        return
    found, done = notify_now(
        engine, now, release_held=release_held, drop_held=drop_held, retry_dead=retry_dead, drop_dead=drop_dead
    )
    for line in [*found.problems, *done.problems]:
        typer.echo(plain(line), err=True)
    held = f", {done.held} held (gpudeals notify --release-held sends, --drop-held forgets them)" if done.held else ""
    typer.echo(
        f"{done.mails} mails with {done.sent} alerts sent, {done.suppressed} out of date and not sent, "
        f"{done.dead} refused for good, {done.waiting} waiting{held}"
    )
    if done.waiting or found.problems:
        raise typer.Exit(1)

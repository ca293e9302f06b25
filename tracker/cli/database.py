"""``gpudeals db``: bring the database up to date, back it up, restore it, forget listings, read everything anew."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.errors import GpudealsError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

db_app = typer.Typer(
    no_args_is_help=True,
    help="The database: upgrade, backup, restore, purge, rebuild. `--db URL` or GPUDEALS_DB chooses another one.",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.add_typer(db_app, name="db")


def _opened() -> "AbstractContextManager[Engine]":
    from db.engine import opened
    from db.settings import database_url

    return opened(database_url())


@db_app.command()
def upgrade() -> None:
    """Bring the database to the schema of this program, and make it where there is none.

    Every command does so by itself; this one is for doing it at a time of your choice, such as
    after an update and before the service starts. It is safe to repeat.
    """
    from db.engine import safe_name, schema_version
    from db.settings import database_url

    with _opened() as engine:
        typer.echo(f"{safe_name(database_url())} is at schema {schema_version(engine)}")


@db_app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write, such as deals-2026-11-24.db or deals.zip.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
) -> None:
    """Write everything into one file, also while the service runs.

    Of SQLite the file is a SQLite database; of PostgreSQL, or where its name ends in `.zip`, a zip of
    JSON Lines, which can be restored into either kind. The settings file and its passwords are not in
    it. Listings that are purged later remain in older backups: delete those after a while.
    """
    from db.backup import backup as write

    with _opened() as engine:
        _report(f"{file} holds", write(engine, file, overwrite=force))


@db_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `gpudeals db backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the listings that the database holds.")] = False,
) -> None:
    """Put a backup in the place of the database.

    The file is verified first, row by row; one that is damaged, or was not made by gpudeals, changes
    nothing. The exchange is one transaction: the present rows are there until the new ones are complete.
    """
    from db.restore import restore as put
    from db.settings import database_url

    _report("restored", put(file, database_url(), replace=yes))


@db_app.command()
def purge(
    listings: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE:ID]...", help="Listings, such as ebay:176033835717.")
    ] = None,
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="All listings last seen more than DAYS days ago.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="With --older-than: only those of this source.")] = None,
) -> None:
    """Forget listings and everything that was made of them: texts, prices, offers, alerts, corrections.

    Price histories are counted anew as if the listings had never been seen, and SQLite overwrites
    what it deletes. Listings that are named are not taken in again from older files: a key made of
    market and number is kept of them, and nothing else. There is no way back but a backup.
    """
    if bool(listings) == (older_than is not None):
        raise typer.BadParameter("name listings (SOURCE:ID) or give --older-than DAYS, one of the two")
    if source is not None and older_than is None:
        raise typer.BadParameter("it goes with --older-than", param_hint="--source")
    from db.store import checkpoint, purge_listings
    from db.store import older_than as last_seen_before

    with _opened() as engine:
        with engine.begin() as conn:
            now = datetime.now(UTC)
            if older_than is not None:
                purged = purge_listings(conn, last_seen_before(conn, now - timedelta(days=older_than), source))
            else:
                purged = purge_listings(conn, _listing_ids(conn, listings or []), taken_away=now)
        typer.echo(f"purged {purged:,} {'listing' if purged == 1 else 'listings'}")
        if not checkpoint(engine):
            raise GpudealsError("another process is reading; the purged text leaves SQLite's log when it is done")


def _listing_ids(conn: "Connection", names: list[str]) -> list[int]:
    from db.queries import find_listing

    found = []
    for name in names:
        source, _, external_id = name.partition(":")
        if not (source and external_id):
            raise typer.BadParameter(f"{name!r} is no listing; one is written SOURCE:ID, such as ebay:176033835717")
        row = find_listing(conn, source, external_id)
        if row is None:
            raise GpudealsError(f"there is no listing {name}; nothing was purged")
        found.append(row.id)
    return found


@db_app.command()
def rebuild() -> None:
    """Read every stored listing anew with the present rules, and count all price histories anew.

    Nothing is fetched, and corrections hold. Without a change of the rules it changes nothing;
    interrupted, the next run goes on where it stopped.
    """
    from tracker.ingest import rebuild as read_anew

    on_terminal = sys.stderr.isatty()

    def progress(read: int) -> None:
        if on_terminal:
            print(f"\r{read:,} listings read", end="", file=sys.stderr, flush=True)

    with _opened() as engine:
        counts = read_anew(engine, progress)
    if on_terminal:
        print(file=sys.stderr)
    typer.echo(f"read {counts.read:,} listings: {counts.offers:,} offers, {counts.observations:,} prices")


def _report(what: str, counts: dict[str, int]) -> None:
    names = {"raw_listing": "listings", "raw_revision": "revisions", "observation": "prices", "watch": "watches"}
    typer.echo(f"{what} " + ", ".join(f"{counts[table]:,} {name}" for table, name in names.items()))

"""``gpudeals catalog export``: the rig planner's feed."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FeedFormat(StrEnum):
    """What ``--format`` takes here."""

    json = "json"
    csv = "csv"
    parquet = "parquet"


def register_export(app: typer.Typer) -> None:
    """Add ``export`` to the commands of ``gpudeals catalog``."""
    app.command("export")(export)


def export(
    format: Annotated[FeedFormat, typer.Option("--format", "-f", help="parquet needs gpudeals[parquet].")] = (
        FeedFormat.json
    ),
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Else standard output.")] = None,
) -> None:
    """Write the rig planner's feed: every card with figures, fair value, trend, offers and resale outlook.

    Two exports of one state are the same to the byte. `tracker/feed.schema.json` describes the JSON.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from tracker import feed

    document = feed.feed(open_engine(database_url()))
    if format is FeedFormat.parquet:
        data = feed.as_parquet(document)
    else:
        data = (feed.as_json if format is FeedFormat.json else feed.as_csv)(document).encode()
    if out is None:
        sys.stdout.buffer.write(data)
        return
    out.write_bytes(data)
    typer.echo(f"{len(document['cards'])} cards written to {out}", err=True)

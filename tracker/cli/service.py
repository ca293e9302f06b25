"""``gpudeals run``: the service."""

import logging
import os
import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add ``run``."""
    app.command("run")(run)


def run(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due and end: for cron instead of a service.")
    ] = False,
) -> None:
    """Run the service: crawl on schedule, read, price, mail what watches match, and serve the web page.

    Each source that is switched on is crawled as often as its `every` says, or at the times of [service.schedule];
    what came due while nothing ran is done once. There is one service per database: a second one says so and ends
    with status 1. SIGTERM and Ctrl-C end it within seconds. `gpudeals status` shows what it does, and exits 1 when
    something is wrong.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from tracker.service import Service
    from tracker.service_settings import service_settings

    _log_to_stderr()
    url = database_url()
    engine = open_engine(url)
    service = Service(engine, url, service_settings())
    service.on_signals()
    if once:
        typer.echo(f"{service.run_once()} jobs run")
        engine.dispose()
        return
    if not service.run():
        # Something does not end by itself, such as a computation; every write is a transaction, so nothing is torn.
        sys.stderr.flush()
        os._exit(0)
    engine.dispose()


def _log_to_stderr() -> None:
    """One line an event, without secrets; systemd and containers keep it with its time."""
    from crawlers.secrets import RedactingFormatter
    from tracker.cli.output import plain

    class OneLine(RedactingFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return "\n".join(plain(line) for line in super().format(record).splitlines())

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("alembic", "apscheduler", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

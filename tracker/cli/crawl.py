"""``gpudeals crawl`` and ``gpudeals status``: one crawl now, and whether all is well."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tracker.cli.output import Format, FormatOption, plain, print_rows

CRAWL_COLUMNS = ("source", "outcome", "listings", "new", "changed", "run", "message")
STATUS_COLUMNS = (
    "source",
    "state",
    "last_run",
    "last_ok",
    "listings",
    "calls",
    "calls_limit",
    "message",
    "next_step",
)


def register(app: typer.Typer) -> None:
    """Add ``crawl`` and ``status``."""
    app.command("crawl")(crawl)
    app.command("status")(status)


def crawl(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="Which sources; all that are switched on.")
    ] = None,
    accept: Annotated[
        int | None, typer.Option(metavar="RUN", help="Let a suspect run count, because you judged it right.")
    ] = None,
    format: FormatOption = Format.table,
) -> None:
    """Crawl now, judge what came, then read and price what counts.

    Each source is a process of its own, and what one does touches no other. The exit status is 0 where
    every run is ok; a source without credentials is named and skipped.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from tracker.crawls import crawl as crawl_sources
    from tracker.crawls import of_judged, read_and_price
    from tracker.judging import Judge

    url = database_url()
    engine = open_engine(url)
    if accept is not None:
        results = [of_judged(Judge(engine).accept(accept))]
    else:
        results = crawl_sources(engine, url, names or (), _progress())
    for result in results:
        if result.outcome == "skipped":
            print(plain(f"skipped: {result.message}"), file=sys.stderr)
    counts = read_and_price(engine) if any(result.outcome == "ok" for result in results) else None
    print_rows([result.as_row() for result in results], format, CRAWL_COLUMNS)
    if counts is not None and format is Format.table:
        print(f"{counts.read:,} listings read, {counts.stored:,} of them with offers; {counts.observations:,} prices")
    wrong = [result for result in results if result.outcome in ("suspect", "failed")]
    for result in wrong:
        if result.outcome == "suspect":
            print(f"if that run is right: gpudeals crawl --accept {result.run_id}", file=sys.stderr)
    if wrong or all(result.outcome == "skipped" for result in results):
        raise typer.Exit(1)


def _progress() -> Any:
    """Return what shows a line of progress: over and over the same line on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda line: print(f"\r\x1b[2K{plain(line)[:110]}", end="", file=sys.stderr, flush=True)


def status(format: FormatOption = Format.table) -> None:
    """Show the sources with their last runs and calls, what waits, and the next step for each problem.

    The exit status is 1 where something is wrong.
    """
    from db.engine import open_engine
    from db.settings import database_url
    from tracker.status import mail_queue, schedule, source_states, waiting_runs

    now = datetime.now(UTC)
    with open_engine(database_url()).connect() as connection:
        states = source_states(connection, now)
        waiting = waiting_runs(connection)
        queue = mail_queue(connection)
        jobs = schedule(connection)
    rows = [state.as_row() for state in states]
    if format is Format.json:
        print_rows([{"sources": rows, "suspect_runs": waiting, "mails": queue, "jobs": jobs}], format, ())
    else:
        print_rows(rows, format, STATUS_COLUMNS)
    if format is Format.table:
        _print_rest(waiting, queue, jobs)
    if any(state.wrong for state in states) or queue.get("dead") or any(job["wrong"] for job in jobs):
        raise typer.Exit(1)


def _print_rest(waiting: list[dict[str, Any]], queue: dict[str, int], jobs: list[dict[str, Any]]) -> None:
    for run in waiting:
        print(plain(f"suspect run {run['run']} of {run['source']}: {run['message']}"))
    if queue:
        print("mails: " + ", ".join(f"{n:,} {state}" for state, n in sorted(queue.items())))
    if jobs:
        columns = ("job", "due_at", "outcome", "message")
        print_rows(jobs, Format.table, columns, title="last scheduled jobs")

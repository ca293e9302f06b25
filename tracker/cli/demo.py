"""``gpudeals demo``: the whole job on a simulated market."""

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.output import plain

if TYPE_CHECKING:
    from tracker.demo import Accuracy, Demo

SIMULATED = "SIMULATED: this market, its sellers, listings and prices are invented."
SHOWN_CARD = "rtx-3090-24gb"


def register(app: typer.Typer) -> None:
    """Add ``demo`` to ``app``."""
    app.command("demo")(demo)


def demo(
    days: Annotated[int, typer.Option(min=14, max=365, help="Simulated days to crawl.")] = 60,
    seed: Annotated[int, typer.Option(help="Another seed, another market.")] = 1,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the web page up afterwards, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 8000,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FOLDER", help="Leave database and mailbox in this folder.")
    ] = None,
) -> None:
    """Do the whole job on a simulated market: crawl, read, price, find deals, mail alerts.

    A market with invented sellers is served on this machine, in the protocols of eBay and Reddit; the
    real crawlers crawl it over HTTP, a simulated day at a time. Nothing leaves this machine, and
    neither your database nor your settings are touched.
    """
    from tracker.demo import Demo

    if serve:
        from tracker.web.serve import listen

        listen("127.0.0.1", port).close()  # a taken port is said before the crawl and not after it
    with tempfile.TemporaryDirectory(prefix="gpudeals-demo-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "demo.db").exists():
            raise typer.BadParameter(f"{folder} holds a demo already", param_hint="--keep")
        _run(Demo(folder.resolve(), days=days, seed=seed), serve, port)


def _run(demo: "Demo", serve: bool, port: int) -> None:
    began = time.monotonic()
    typer.echo(SIMULATED)
    with demo.surroundings() as engine:
        typer.echo(
            f"The market is served at {demo.sandbox.url}; two crawlers read it for {demo.days} simulated days.\n"
        )
        outcomes = demo.crawl(engine, _progress(demo.days))
        _show(demo)
        _show_accuracy(demo.accuracy(engine))
        runs = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        typer.echo(f"\n{sum(outcomes.values())} crawls ({runs}), {time.monotonic() - began:.0f} s in all. {SIMULATED}")
        if serve:
            from tracker.web.serve import serve as serve_page

            typer.echo(f"\nThe page is at http://127.0.0.1:{port} (token for the watches: demo). Ctrl-C ends it.")
            serve_page(demo.database, host="127.0.0.1", port=port, simulated=True)


def _progress(days: int):  # type: ignore[no-untyped-def]
    """Return what shows a bar on a terminal, and a line every twenty days in a log."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        return lambda day: typer.echo(f"  day {day} of {days}", err=True) if day % 20 == 0 else None
    bar = Progress(TextColumn("crawling"), BarColumn(), TextColumn("day {task.completed} of {task.total}"),
                   TimeElapsedColumn(), console=console, transient=True)  # fmt: skip
    task = bar.add_task("crawl", total=days)
    bar.start()

    def done(day: int) -> None:
        bar.update(task, completed=day)
        if day == days:
            bar.stop()

    return done


def _show(demo: "Demo") -> None:
    """Print what a user would ask for, by the commands that a user has."""
    from tracker.cli.history import By, Kind, history
    from tracker.cli.market import deals, market

    _heading("gpudeals market --min-vram 12 --limit 14")
    market(min_vram=12, limit=14)
    _heading("gpudeals deals --limit 8")
    deals(limit=8)
    _heading(f"gpudeals history {SHOWN_CARD} --by week --kind ask --currency USD")
    history(SHOWN_CARD, by=By.week, kind=[Kind.ask], currency="USD")
    _heading(f"the first alert mail of {_mails(demo.mailbox)} in the local mailbox")
    typer.echo(_first_mail(demo.mailbox))


def _heading(command: str) -> None:
    typer.secho(f"\n── {command}", bold=True)


def _mails(path: Path) -> int:
    import mailbox

    return len(mailbox.mbox(path)) if path.exists() else 0


def _first_mail(path: Path, lines: int = 24) -> str:
    import mailbox
    from email import message_from_bytes, policy

    for message in mailbox.mbox(path) if path.exists() else ():
        parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
        body = parsed.get_body(("plain",))
        text = body.get_content() if body else ""
        head = [f"{name}: {plain(parsed[name])}" for name in ("To", "Subject", "Message-ID")]
        shown = [plain(line) for line in text.splitlines()]
        return "\n".join([*head, "", *shown[:lines], *(["…"] if len(shown) > lines else [])])
    return "no mail was sent"


def _show_accuracy(found: "Accuracy") -> None:
    _heading("how near the hidden truth that came")
    typer.echo(
        f"{found.cards:,} listings of one working card: {found.right_card:.1%} read as the right card and size, "
        f"{found.right_price:.1%} of those at the true price\n"
        f"{found.junk:,} boxes, parts, broken cards, systems and wanted posts: {found.kept_out:.1%} kept out\n"
        f"{found.fair_values} fair values: off by {found.fair_error:.1%} in the median, "
        f"{found.in_interval:.0%} of the true values inside the 80 % interval"
    )

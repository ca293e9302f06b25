"""``gpudeals import``: files that a person saved, into the database or only shown."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.output import Format, FormatOption, plain, print_rows

if TYPE_CHECKING:
    from crawlers.files import Page
    from crawlers.importing import ImportCounts
    from crawlers.listing import RawListing

#: The fields of ``--dry-run``, in their order; they are part of what the command promises.
FIELDS = (
    "source",
    "external_id",
    "url",
    "title",
    "body",
    "kind",
    "price",
    "price_max",
    "buy_now",
    "currency",
    "converted",
    "fuzzy",
    "shipping",
    "condition",
    "quantity_sold",
    "ended_at",
    "page",
    "page_state",
)
_SHOWN = ("external_id", "title", "kind", "price", "price_max", "buy_now", "currency", "shipping", "condition", "page")


def register(app: typer.Typer) -> None:
    """Add ``import``."""
    app.command("import")(import_)


def import_(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files and folders; - is standard input.")],
    observed_at: Annotated[
        str | None,
        typer.Option(help="When the files were saved (ISO 8601), for those that do not say so; else their own time."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the raw listings and store nothing.")] = False,
    format: FormatOption = Format.table,
) -> None:
    """Take in saved eBay pages, Browse API JSON, Reddit JSON or Atom, archive dumps and price CSV.

    What a file is, is told by its content. A file that holds no listings is named and skipped; the
    exit status is 0 if any file was of use.
    """
    moment = _moment(observed_at)
    now = datetime.now(UTC).replace(microsecond=0)
    used = _show(paths, moment, now, format) if dry_run else _store(paths, moment, now)
    if not used:
        raise typer.Exit(1)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time", param_hint="--observed-at") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _say(line: str) -> None:
    print(plain(line), file=sys.stderr)


def _show(paths: Sequence[str], moment: datetime | None, now: datetime, format: Format) -> bool:
    """Print the rows of the files; return whether any file was of use."""
    from crawlers.files import File, walk
    from crawlers.reading import take_file

    used = False

    def rows() -> Iterator[Mapping[str, Any]]:
        nonlocal used
        for found in walk(paths):
            if not isinstance(found, File):
                _say(f"{found[0]}: {found[1]}")
                continue
            reading = take_file(found, _say, observed_at=moment, now=now)
            while True:
                try:
                    page = next(reading)
                except StopIteration as end:
                    used = used or end.value.used
                    break
                yield from _rows(page)

    print_rows(rows(), format, _SHOWN if format is Format.table else FIELDS)
    return used


def _store(paths: Sequence[str], moment: datetime | None, now: datetime) -> bool:
    """Import the files and price them; return whether any file was of use."""
    from crawlers.importing import import_paths
    from db.engine import open_engine
    from db.settings import database_url

    engine = open_engine(database_url())
    with _progress(paths) as (say, advance):
        counts = import_paths(engine, paths, say, observed_at=moment, now=now, progress=advance)
    _summary(counts)
    if counts.used:
        _normalize(engine)
    return counts.used > 0


def _summary(counts: "ImportCounts") -> None:
    listings = counts.new + counts.changed + counts.same
    _say(
        f"{_many(counts.used, 'file')} used, {counts.skipped:,} skipped; "
        f"{_many(listings, 'listing')}: {counts.new:,} new, {counts.changed:,} changed, {counts.same:,} the same"
        + (f"; {counts.purged:,} purged, for they were taken away" if counts.purged else "")
        + (f"; {counts.left_out:,} left out, for they were taken away before" if counts.left_out else "")
        + (f"; {_many(counts.problems, 'row')} could not be read" if counts.problems else "")
    )


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _normalize(engine: Any) -> None:
    """Read the new listings to offers and prices, and say what came of it."""
    from tracker.ingest import ingest
    from tracker.pricing.fairvalue import update_fair_values

    done = ingest(engine)
    update_fair_values(engine)
    rejected = ", ".join(f"{code} {n:,}" for code, n in sorted(done.rejected.items(), key=lambda c: -c[1]))
    _say(_many(done.offers, "offer") + (f"; rejected: {rejected}" if rejected else ""))


@contextmanager
def _progress(paths: Sequence[str]) -> Iterator[tuple[Callable[[str], None], Callable[[str, int], None]]]:
    """Yield what says a line and what moves the bar; there is a bar only on a terminal."""
    if not sys.stderr.isatty():
        yield _say, lambda _file, _read: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from crawlers.files import STDIN, File, walk

    files = [f for f in walk(paths) if isinstance(f, File) and str(f.path) != STDIN]
    sizes = {f.name: f.path.stat().st_size for f in files}
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("import", total=sum(sizes.values()) or None)
        behind: dict[str, int] = {}

        def advance(name: str, read: int) -> None:
            behind[name] = min(read, sizes.get(name, read))
            bar.update(task, completed=sum(behind.values()), description=escape(plain(name)[-30:]))

        yield (lambda line: console.print(escape(plain(line)), highlight=False)), advance


def _rows(page: "Page") -> Iterator[Mapping[str, Any]]:
    from crawlers.listing import Found

    outcome = page.outcome
    if not isinstance(outcome, Found):
        yield {**dict.fromkeys(FIELDS), "source": page.market, "page": page.file, "page_state": outcome.page_state}
        return
    for listing in outcome.listings:
        yield row_of(listing)


def row_of(listing: "RawListing") -> dict[str, Any]:
    """Return a raw listing as ``--dry-run`` prints it: amounts as decimal strings, unknown as null."""
    row: dict[str, Any] = {name: getattr(listing, name, None) for name in FIELDS}
    for name in ("price", "price_max", "buy_now", "shipping"):
        row[name] = None if row[name] is None else f"{row[name]:f}"
    row["ended_at"] = listing.ended_at.isoformat() if listing.ended_at else None
    row["page_state"] = "results"
    return row

"""``gpudeals normalize`` and ``gpudeals explain``: what listings say, without a database."""

import json
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from db.errors import GpudealsError
from tracker.cli.output import Format, FormatOption, plain, print_rows

if TYPE_CHECKING:
    from tracker.normalize import ListingText

_ID = re.compile(r"[a-z][a-z0-9_]{1,40}:[^\s:]{1,80}")
_SWAP_TITLE = re.compile(r"[\[({]\s?(?:h|w|fs|s|have|want)\s?[\])}]", re.IGNORECASE)
_EXAMPLE_LENGTH = 90
REVIEW_COLUMNS = ("n", "why", "what", "example", "id")
_STYLES = {
    "mention": "bold underline green",
    "card": "bold underline green",
    "price": "bold yellow",
    "reject": "bold red",
    "accessory": "red",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("normalize")(normalize)
    app.command("explain")(explain)
    app.command("review")(review)


def normalize(
    file: Annotated[typer.FileBinaryRead | None, typer.Argument(help="JSON Lines; standard input without one.")] = None,
) -> None:
    """Read listings as JSON Lines, print what each offers as JSON Lines.

    In: `id, source, title, body, price, currency, condition, condition_id, variation, flair,
    created_utc`; only `title` is needed. Out: `id, intent, reject, offers`. A broken line is named
    on standard error and skipped.
    """
    read, broken = _stream(file if file is not None else sys.stdin.buffer, sys.stdout)
    if broken and not read:
        raise GpudealsError("no line could be used")


def _stream(lines: Iterable[bytes], out: TextIO) -> tuple[int, int]:
    from tracker.normalize import read_listing
    from tracker.normalize.jsonl import listing_of, reading_row

    read = broken = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            listing = listing_of(json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8")), str(number))
        except (ValueError, RecursionError) as error:
            broken += 1
            print(f"gpudeals: line {number}: {plain(_reason(error))}", file=sys.stderr)
            continue
        out.write(_json(reading_row(listing.id, read_listing(listing))) + "\n")
        read += 1
    return read, broken


def _json(row: dict[str, Any], indent: int | None = None) -> str:
    """Return ``row`` as JSON, with escapes where half a character (a lone surrogate) cannot be written otherwise."""
    text = json.dumps(row, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(row, indent=indent)
    return text


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return f"not JSON ({error.msg})" if isinstance(error, json.JSONDecodeError) else str(error)


def explain(
    text: Annotated[str, typer.Argument(help="A title, a post (title, then body), `-` for standard input, or an ID.")],
    body: Annotated[str | None, typer.Option(help="Body of a post.")] = None,
    source: Annotated[str | None, typer.Option(help="Source: ebay, hardwareswap, …; guessed without it.")] = None,
    price: Annotated[str | None, typer.Option(help="Price that the market states.")] = None,
    currency: Annotated[str, typer.Option(help="Its currency.")] = "USD",
    condition_id: Annotated[str | None, typer.Option(help="eBay's condition id, such as 3000 or 7000.")] = None,
    format: FormatOption = Format.table,
) -> None:
    """Say how a listing was read: cards named, rules that fired, prices tied to cards, reject code.

    An ID is `source:external_id`, such as `ebay:176033835717`; its newest text is taken from the database.
    """
    stored = _stored(text) if _ID.fullmatch(text) else None
    listing = stored or _given(text, body, source, price, currency, condition_id)
    if format in (Format.json, Format.jsonl):
        from tracker.normalize.explain import explain as explained

        indent = 1 if format is Format.json else None
        sys.stdout.write(_json(explained(listing), indent) + "\n")
        return
    if format is Format.csv:
        from tracker.normalize.explain import explain as explained

        print_rows(explained(listing)["rules"], format, ("rule", "detail", "where", "start", "end", "text"))
        return
    _print(listing)


def _given(
    text: str, body: str | None, source: str | None, price: str | None, currency: str, condition_id: str | None
) -> "ListingText":
    from tracker.normalize.jsonl import listing_of

    if text == "-":
        text = sys.stdin.read()
    title, _, rest = text.partition("\n")
    body = body if body is not None else rest or None
    swap = source is None and (body is not None or len(_SWAP_TITLE.findall(title)) > 1)
    row = {
        "title": title,
        "body": body,
        "source": source or ("hardwareswap" if swap else "ebay"),
        "price": price,
        "currency": currency if price is not None else None,
        "condition_id": condition_id,
    }
    try:
        return listing_of(row, "text")
    except ValueError as error:
        raise GpudealsError(str(error)) from None


def _stored(name: str) -> "ListingText":
    from db.engine import open_engine
    from db.settings import database_url
    from tracker.ingest.stored import newest_text

    source, _, external_id = name.partition(":")
    engine = open_engine(database_url(), read_only=True)
    try:
        with engine.connect() as conn:
            return newest_text(conn, source, external_id)
    finally:
        engine.dispose()


def _print(listing: "ListingText") -> None:
    from rich.console import Console
    from rich.text import Text

    from tracker.normalize import read_listing
    from tracker.normalize.explain import marked, reject_codes, summary

    reading = read_listing(listing, explain=True)
    console = Console(highlight=False, soft_wrap=True)
    for where, text in (("title", listing.title), ("body", listing.body or "")):
        if not text:
            continue
        places = marked(reading.trace, where)
        _print_marked(console, Text(_safe(text)), places)
    console.print(Text(f"\nread as      {reading.intent}", style="bold"))
    for step in reading.trace:
        on = (listing.title if step.where == "title" else listing.body) or ""
        found = plain(on[step.start : step.end]) if step.start is not None else ""
        style = _STYLES.get(step.rule, "")
        console.print(
            Text(f"  {step.rule:<14} ", style="dim").append(plain(found), style=style).append(f"  {plain(step.detail)}")
        )
    for line in summary(reading):
        console.print(Text("offer        ", style="bold").append(plain(line), style="green"))
    if reading.reject:
        code = reject_codes().get(reading.reject)
        console.print(
            Text("rejected     ", style="bold")
            .append(reading.reject, style="bold red")
            .append(f"  {code.meaning if code else ''}")
        )


def _safe(text: str) -> str:
    """Return ``text`` in the same length without characters that steer a terminal."""
    return "".join(c if c == "\n" or (plain(c) and c.isprintable()) else " " for c in text)


def _print_marked(console: Any, text: Any, places: list[tuple[int, int, str]]) -> None:
    """Print ``text`` with its places in colour; where there is no colour, with marks below each line."""
    if console.is_terminal and not console.no_color:
        for start, end, rule in places:
            text.stylize(_STYLES.get(rule, "cyan"), start, end)
        console.print(text)
        return
    from tracker.normalize.explain import MENTION_RULES

    raw, at = text.plain, 0
    mentions = [(start, end) for start, end, rule in places if rule in MENTION_RULES]
    for line in raw.split("\n"):
        sys.stdout.write(line + "\n")
        marks = "".join("^" if any(s <= at + i < e for s, e in mentions) else " " for i in range(len(line)))
        if marks.strip():
            sys.stdout.write(marks.rstrip() + "\n")
        at += len(line) + 1


def review(
    limit: Annotated[int, typer.Option(min=1, help="How many groups to show.")] = 40,
    format: FormatOption = Format.table,
) -> None:
    """List what is unmatched or unsure, the most frequent first, so that the catalog can grow."""
    from db.engine import open_engine
    from db.queries import readings_in_doubt
    from db.settings import database_url
    from tracker.normalize.review import doubts

    engine = open_engine(database_url(), read_only=True)
    try:
        with engine.connect() as conn:
            rows = doubts(readings_in_doubt(conn))[:limit]
    finally:
        engine.dispose()
    shown = [{**row, "example": row["example"][:_EXAMPLE_LENGTH]} if format is Format.table else row for row in rows]
    print_rows(shown, format, REVIEW_COLUMNS, {"why": "why", "what": "names", "id": "ID"})

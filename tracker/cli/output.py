"""How rows are printed: one place where a stranger's text meets a terminal, a pipe or a spreadsheet."""

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """What ``--format`` takes."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="table for people; json, jsonl or csv for programs.")
]

#: Characters that steer a terminal or the direction of text: C0, C1, bidi overrides, zero-width.
_UNSAFE = {"Cc", "Cf", "Cs", "Co"}
_KEPT = {"\u200d"}  # joins emoji


def plain(text: object) -> str:
    """Return ``text`` on one line and without control, format or surrogate characters."""
    raw = str(text)
    if raw.isascii() and raw.isprintable():
        return raw
    spaced = (" " if c in "\t\n\r\v\f\u2028\u2029" else c for c in raw)
    return "".join(c for c in spaced if c in _KEPT or unicodedata.category(c) not in _UNSAFE)


def cell(value: object) -> object:
    """Return a CSV cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "|", "%") else text


def print_rows(
    rows: Iterable[Mapping[str, Any]],
    format: Format,
    columns: Sequence[str],
    headings: Mapping[str, str] | None = None,
    title: str | None = None,
) -> None:
    """Print ``rows`` with ``columns`` in that order; a table shows headings, machines get the names."""
    if format is Format.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    elif format is Format.json:
        json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
    elif format is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    else:
        _print_table(rows, columns, headings or {}, title)


def _print_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], headings: Mapping[str, str], title: str | None
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    shown = list(rows)
    for name in columns:
        number = any(isinstance(row.get(name), int | float) for row in shown)
        table.add_column(headings.get(name, name), justify="right" if number else "left", overflow="fold")
    for row in shown:
        table.add_row(*(escape(_show(row.get(name))) for name in columns))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


def _show(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_show, value))
    return plain(value)

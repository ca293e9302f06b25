"""The words of result pages in their languages: condition, shipping, bids, dates, countries."""

import csv
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

_DATE_WORDS = re.compile(r"([^\W\d_]{3,})\.?", re.UNICODE)
_SPLIT = re.compile(r"\s+[·•|]\s*|\s*[|•]\s+|\s·\s?")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files("crawlers.ebay_pages") / "words.toml").read_text(encoding="utf-8"))


def words(meaning: str) -> Sequence[str]:
    """Return the words of ``meaning``, a key of words.toml."""
    found: Sequence[str] = _words()[meaning]
    return found


@cache
def _whole(meaning: str) -> re.Pattern[str]:
    # Between letters of Latin or Cyrillic a word ends; Japanese, Korean and Chinese do not mark that.
    parts = sorted(map(re.escape, words(meaning)), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-zà-ÿа-я]){p}(?![a-zà-ÿа-я])" for p in parts))


def says(meaning: str, text: str) -> bool:
    """Return whether ``text`` holds a word of ``meaning`` as a word of its own."""
    return _whole(meaning).search(text.casefold()) is not None


def has_part(meaning: str, text: str) -> bool:
    """Return whether ``text`` holds a word of ``meaning`` anywhere, also inside a longer word."""
    folded = text.casefold()
    return any(w in folded for w in words(meaning))


@cache
def _table(name: str, column: str) -> dict[str, str]:
    text = (files("crawlers.ebay_pages") / name).read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:])
    # A name may hold a comma: everything behind the first one is the list of names.
    return {n.casefold(): r[0] for r in rows for n in ",".join(r[1:]).split("|")}


def condition_of(subtitle: str) -> tuple[str, str] | None:
    """Return the condition that ``subtitle`` begins with, verbatim, and eBay's number of it; None where it names none.

    "Neu | Gewerblich" and "Caja abierta · Sanrio" say more than a condition; a subtitle of the
    seller's own words says none.
    """
    first = _SPLIT.split(subtitle.strip(), maxsplit=1)[0].strip(" |·•")
    number = _table("conditions.csv", "texts").get(first.casefold())
    return (first, number) if number else None


def country_of(text: str) -> str | None:
    """Return the ISO 3166 code of the country that a location row names ("Located in Japan", "aus China")."""
    folded = text.strip().casefold()
    table = _table("countries.csv", "names")
    for prefix in words("located"):
        if folded.startswith(prefix) and (code := table.get(folded[len(prefix) :].strip())):
            return code
    return None


def day_of(text: str) -> datetime | None:
    """Return the day that a caption names ("Sold  Sep 28, 2025", "Verkauft 28. Sep 2025"), at 00:00 UTC.

    None where there is none and where only numbers stand ("09/10/2025" is two days).
    """
    eastern = re.search(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})", text)
    if eastern:
        return _day(*map(int, eastern.groups()))
    year = re.search(r"(?<!\d)(20\d\d)(?!\d)", text)
    day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text)
    if not (year and day):
        return None
    months = {w: int(n) for n, ws in _words()["months"].items() for w in ws}
    for word in _DATE_WORDS.findall(text.casefold()):
        month = months.get(word[:4]) or months.get(word[:3])
        if month:
            return _day(int(year.group(1)), month, int(day.group(1)))
    return None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None

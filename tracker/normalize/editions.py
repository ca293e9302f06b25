"""Editions that exist in one memory size only: a 3080 Founders Edition has 10 GB."""

import csv
import re
from functools import cache
from typing import NamedTuple

from tracker.normalize.vocabulary import DATA

#: How far from the name an edition may be told, in characters.
_BEFORE, _AFTER = 24, 70


class Edition(NamedTuple):
    """What the words of an edition settle."""

    pattern: re.Pattern[str]
    vram_gb: float
    sku: str | None


@cache
def _editions() -> dict[str, tuple[Edition, ...]]:
    found: dict[str, list[Edition]] = {}
    with (DATA / "editions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pattern = re.compile(rf"(?<![a-z0-9])(?:{row['words']})(?![a-z0-9])")
            found.setdefault(row["model"], []).append(Edition(pattern, float(row["vram_gb"]), row["sku"] or None))
    return {model: tuple(editions) for model, editions in found.items()}


def edition_patterns() -> list[re.Pattern[str]]:
    """Return all patterns, for the tests that try them on hostile text."""
    return [edition.pattern for editions in _editions().values() for edition in editions]


def find_edition(model: str, text: str, start: int, end: int, upto: int) -> Edition | None:
    """Return the edition that clean ``text`` names around the card at ``start:end``, before ``upto``."""
    editions = _editions().get(model)
    if not editions:
        return None
    line_start = max(text.rfind("\n", 0, start) + 1, start - _BEFORE)
    line_end = text.find("\n", end)
    last = min(upto, end + _AFTER, line_end if line_end >= 0 else len(text))
    for edition in editions:
        if edition.pattern.search(text, start, last) or edition.pattern.search(text, line_start, start):
            return edition
    return None

"""What cards are called: names of cards that have no row, other sizes, aliases and part numbers."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["desktop", "mobile", "pro", "server", "mining", "integrated", "mac"]
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CardName:
    """A card or chip that the catalog only names; ``vram_gb`` holds the sizes it was sold with."""

    model: str
    vendor: str
    kind: Kind
    vram_gb: tuple[float, ...]
    note: str | None

    @property
    def only_vram_gb(self) -> float | None:
        """The size, where there was one only."""
        return self.vram_gb[0] if len(self.vram_gb) == 1 else None


@dataclass(frozen=True, slots=True)
class OtherSize:
    """A size of a catalog model that is no SKU there: a laptop chip, a rare card, a Mac module."""

    model: str
    vram_gb: float
    form: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """Another way to write a model; ``weak`` ones need a second witness (maker, memory, "GPU")."""

    alias: str
    model: str
    vram_gb: float | None
    weak: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class PartNumber:
    """A board or part number and the card it settles.

    ``pattern`` is matched at the start of a token, in upper case; a group ``vram`` holds the size
    in GB where the number says it. ``prefix`` is what every match begins with, to choose by
    before matching. ``model`` None: no card at all (a bracket, a cable). ``vram_gb`` empty: open.
    """

    prefix: str
    pattern: str
    model: str | None
    vram_gb: float | None
    form: str
    note: str | None

    def match(self, token: str) -> re.Match[str] | None:
        """Return the match of ``token`` (upper case) from its start, ending at a boundary."""
        return _compiled(self.pattern).match(token)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?![A-Z0-9])")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _size(cell: str) -> float | None:
    return float(cell) if cell else None


@cache
def names() -> tuple[CardName, ...]:
    """Return every card and chip that people list and that the catalog only names."""
    return tuple(
        CardName(
            row["model"],
            row["vendor"],
            row["kind"],  # type: ignore[arg-type]
            tuple(map(float, row["vram_gb"].split("|"))) if row["vram_gb"] else (),
            row["note"] or None,
        )
        for row in _rows("names.csv")
    )


@cache
def other_sizes() -> tuple[OtherSize, ...]:
    """Return sizes of catalog models that are something else than the SKUs: mostly laptop chips."""
    return tuple(
        OtherSize(row["model"], float(row["vram_gb"]), row["form"], row["note"] or None)
        for row in _rows("other_sizes.csv")
    )


@cache
def aliases() -> tuple[Alias, ...]:
    """Return the ways people write models, beyond the model's own spelling and its glued forms."""
    return tuple(
        Alias(row["alias"], row["model"], _size(row["vram_gb"]), row["weak"] == "yes", row["note"] or None)
        for row in _rows("aliases.csv")
    )


@cache
def part_numbers() -> tuple[PartNumber, ...]:
    """Return the part numbers, longest prefix first."""
    rows = [
        PartNumber(
            row["prefix"],
            row["pattern"],
            row["model"] or None,
            _size(row["vram_gb"]),
            row["form"],
            row["note"] or None,
        )
        for row in _rows("part_numbers.csv")
    ]
    return tuple(sorted(rows, key=lambda part: -len(part.prefix)))


@cache
def _look_alikes() -> dict[str, str]:
    return {row["slug"]: row["not_to_be_confused_with"] for row in _rows("look_alikes.csv")}


def look_alikes(slug: str) -> str | None:
    """Return what the card ``slug`` must not be confused with, in words for people, else None."""
    return _look_alikes().get(slug)

"""Regular expressions of the word lists, read into their alternatives and atoms."""

import re
from typing import NamedTuple

__all__ = ["BLANK", "Atom", "Atoms", "alternatives"]


class Atom(NamedTuple):
    """A character, class, group or look-around, and how often it may stand."""

    item: str
    times: str = ""

    def __str__(self) -> str:
        return self.item + self.times

    @property
    def letter(self) -> str | None:
        """The one character that it stands for, None for anything else."""
        if self.times or not _LETTER.fullmatch(self.item):
            return None
        return self.item.strip("[]\\") or self.item[-1]

    @property
    def letters(self) -> str:
        """The few characters of which it is one, empty for anything else."""
        few = None if self.times else _FEW.fullmatch(self.item)
        return few[1] if few is not None else self.letter or ""

    @property
    def options(self) -> "list[Atoms]":
        """The alternatives of a group; none for anything else."""
        return alternatives(self.item[3:-1]) if self.item.startswith("(?:") else []


Atoms = tuple[Atom, ...]
BLANK = Atom(r"[ \n]", "{1,2}")
"""What a blank of the data file stands for."""
_LETTER = re.compile(r"\\[^\w\s]|[^\\\[.^$(]|\[[^\]\\^]\]")
_FEW = re.compile(r"\[(-?[^\]\\^-]{1,8})\]")
_ITEM = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|[^()|]")
_TIMES = re.compile(r"(?:[?*+]|\{\d*,?\d*\})\??")


def _group_end(text: str, start: int) -> int:
    depth, place = 0, start
    while True:
        match = _ITEM.match(text, place)
        if match is None:
            depth += {"(": 1, ")": -1, "|": 0}[text[place]]
        place = place + 1 if match is None else match.end()
        if depth == 0:
            return place


def alternatives(text: str) -> list[Atoms]:
    """The alternatives of an expression, in order."""
    found: list[Atoms] = []
    atoms: list[Atom] = []
    place = 0
    while place < len(text):
        if text[place] == "|":
            found.append(tuple(atoms))
            atoms, place = [], place + 1
            continue
        match = _ITEM.match(text, place)
        end = _group_end(text, place) if match is None else match.end()
        times = _TIMES.match(text, end)
        atoms.append(Atom(text[place:end], times[0] if times else ""))
        place = times.end() if times else end
    return [*found, tuple(atoms)]

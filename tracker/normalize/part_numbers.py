"""Part numbers in a text: the board's own number settles model, memory and form."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tracker.catalog import PartNumber, part_numbers
from tracker.normalize.trie import trie_pattern

_TOKEN = re.compile(r"(?<![a-z0-9])[a-z0-9]{2,12}(?:-[a-z0-9]{1,14}){0,6}")
_DIGIT = re.compile(r"\d")
_LEAST_LENGTH = 5


class Part(NamedTuple):
    """A part number in the text; ``model`` None says that the number is no card's."""

    start: int
    end: int
    model: str | None
    vram_gb: float | None
    form: str
    listed: bool


@cache
def _by_prefix() -> dict[str, tuple[PartNumber, ...]]:
    """Return the part numbers that can stand behind each prefix: its own and those of shorter ones.

    A hyphen at its end is left out, so that what follows on it is found by the character before it too.
    """
    parts = [(part.prefix.lower().rstrip("-"), part) for part in part_numbers()]
    return {longer: tuple(part for prefix, part in parts if longer.startswith(prefix)) for longer, _ in parts}


@cache
def _prefix_pattern() -> re.Pattern[str]:
    """Return the pattern that finds every prefix (group 1); the search skips to what ends the word before it."""
    return re.compile(rf"[^a-z0-9]({trie_pattern(_by_prefix(), '-')})")


def find_parts(text: str) -> list[Part]:
    """Return the part numbers in clean ``text`` that the catalog knows, in order."""
    found = []
    for prefix in _prefix_pattern().finditer(f" {text}"):
        start = prefix.start()  # of the text without the blank before it
        match = _TOKEN.match(text, start)
        if match and len(match[0]) >= _LEAST_LENGTH and _DIGIT.search(match[0]):
            part = _part(match[0].upper(), start, _by_prefix()[prefix[1]])
            if part is not None:
                found.append(part)
    return found


def _part(token: str, start: int, candidates: Sequence[PartNumber]) -> Part | None:
    for part in candidates:
        hit = part.match(token)
        if hit:
            size = hit.groupdict().get("vram")
            listed = bool(part.note and part.note.startswith("part number list"))
            vram_gb = float(size) if size else part.vram_gb
            return Part(start, start + hit.end(), part.model, vram_gb, part.form, listed)
    return None

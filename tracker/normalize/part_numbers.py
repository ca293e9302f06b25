"""Part numbers in a text: the board's own number settles model, memory and form."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tracker.catalog import PartNumber, part_numbers
from tracker.normalize.trie import trie_pattern

_TOKEN = re.compile(r"(?<![a-z0-9])[a-z0-9]{2,12}(?:-[a-z0-9]{1,14}){0,6}")
_DIGIT = re.compile(r"\d")
_HEAD = 3
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
def _by_head() -> dict[str, tuple[PartNumber, ...]]:
    found: dict[str, list[PartNumber]] = {}
    for part in part_numbers():
        found.setdefault(part.prefix[:_HEAD], []).append(part)
    return {head: tuple(parts) for head, parts in found.items()}


@cache
def _prefix_pattern() -> re.Pattern[str]:
    prefixes = {part.prefix.lower() for part in part_numbers()}
    return re.compile(rf"(?<![a-z0-9])(?:{trie_pattern(sorted(prefixes), '-')})")


def _tokens(text: str) -> Iterator[re.Match[str]]:
    for prefix in _prefix_pattern().finditer(text):
        match = _TOKEN.match(text, prefix.start())
        if match and len(match[0]) >= _LEAST_LENGTH and _DIGIT.search(match[0]):
            yield match


def find_parts(text: str) -> list[Part]:
    """Return the part numbers in clean ``text`` that the catalog knows, in order."""
    found = []
    heads = _by_head()
    for match in _tokens(text):
        token = match[0].upper()
        for part in heads.get(token[:_HEAD], ()):
            if not token.startswith(part.prefix):
                continue
            hit = part.match(token)
            if hit:
                size = hit.groupdict().get("vram")
                listed = bool(part.note and part.note.startswith("part number list"))
                found.append(
                    Part(
                        match.start(),
                        match.start() + hit.end(),
                        part.model,
                        float(size) if size else part.vram_gb,
                        part.form,
                        listed,
                    )
                )
                break
    return found

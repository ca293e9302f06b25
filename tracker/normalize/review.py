"""What the rules could not read or read with little confidence, grouped by what it names."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tracker.normalize.clean import clean_text

#: Words with letters and digits that may be the name of a card the catalog lacks.
_NAME = re.compile(
    r"(?<![a-z0-9-])(?:rtx|gtx|gt|rx|hd|r[579]|pro|arc|quadro|tesla|instinct|radeon|"
    r"geforce)[ -]?(?:[a-z]{1,3}[ -]?)?\d{2,5}[a-z]{0,3}(?![a-z0-9])"
)
_NUMBER = re.compile(r"(?<![a-z0-9-])[a-z]{0,3}\d{2,5}[a-z]{0,3}(?![a-z0-9-])")


def doubts(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return groups of ``source, external_id, title, reject, model, vram_gb, gpu_id, confidence`` rows, largest first.

    ``why`` is the reject code, ``no SKU`` for a card that is none of the catalog, ``open size`` or
    ``unsure``; ``what`` the card as far as it was told, or the word that may be one.
    """
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        key = (_why(row), row.model or _guess(row.title))
        counts[key] += 1
        example = (row.title, f"{row.source}:{row.external_id}")
        examples[key] = min(examples.get(key, example), example, key=lambda pair: pair[1])
    return [
        {"n": n, "why": why, "what": what, "example": examples[why, what][0], "id": examples[why, what][1]}
        for (why, what), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _why(row: Any) -> str:
    if row.reject:
        return str(row.reject)
    if row.gpu_id is not None:
        return "unsure"
    return "open size" if row.candidates else "no SKU"


def _guess(title: str) -> str:
    text = clean_text(title)
    match = _NAME.search(text) or _NUMBER.search(text)
    return " ".join(match[0].split()) if match else "–"

"""What goes into the store and what it answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

from db.ids import stable_id
from db.store.text import clean


@dataclass(frozen=True, kw_only=True)
class RevisionRow:
    """One listing as it was seen once; amounts in minor units of ``currency``, unknown is None.

    Everything but ``source``, ``external_id``, ``url`` and ``observed_at`` is its content: what
    changes at every visit without meaning anything (positions, counters of views) stays out of
    ``facts``, or each visit becomes a revision.
    """

    source: str
    external_id: str
    observed_at: datetime
    seen_as: str
    title: str
    kind: str
    url: str | None = None
    body: str | None = None
    state: str = "live"
    price_text: str | None = None
    price_minor: int | None = None
    price_max_minor: int | None = None
    buy_now_minor: int | None = None
    currency: str | None = None
    converted: bool = False
    fuzzy: bool = False
    shipping_minor: int | None = None
    condition: str | None = None
    condition_id: str | None = None
    variation: bool = False
    flair: str | None = None
    country: str | None = None
    quantity_sold: int | None = None
    created_at: datetime | None = None
    ended_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.observed_at.tzinfo is None:
            raise ValueError(f"{self.source}:{self.external_id}: observed_at has no time zone")
        object.__setattr__(self, "observed_at", self.observed_at.astimezone(UTC))

    @cached_property
    def listing_id(self) -> int:
        """Key of the listing that this is a sighting of."""
        return listing_id(self.source, self.external_id)

    @cached_property
    def content(self) -> dict[str, Any]:
        """The columns of ``raw_revision`` that say what was seen."""
        return {name: getattr(self, name) for name in CONTENT} | {"facts": dict(self.facts)}

    @cached_property
    def content_hash(self) -> str:
        """128 bits over the content as every database can hold it: equal on every machine, and when read back."""
        values = list(self.content.values())
        text = _encode(values)
        if "\\u" in text:  # something beside ASCII
            text = _encode([clean(value) for value in values])
        return blake2b(text.encode(), digest_size=16).hexdigest()


def _instant(value: object) -> str:
    return f"{value.timestamp():.6f}" if isinstance(value, datetime) else str(value)


_encode = json.JSONEncoder(sort_keys=True, default=_instant).encode

_IDENTITY = ("source", "external_id", "url", "observed_at")
CONTENT = tuple(f.name for f in fields(RevisionRow) if f.name not in _IDENTITY)


def listing_id(source: str, external_id: str) -> int:
    """Return the key of a listing, which follows from its market and the market's own id."""
    return stable_id(source, external_id)


def revision_id(listing: int, observed_at: datetime, content_hash: str) -> int:
    """Return the key of a revision; ``observed_at`` counts as the instant, whatever its zone."""
    return stable_id(listing, f"{observed_at.timestamp():.6f}", content_hash)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the rows of a page; the four add up to their number. ``left_out`` were taken away before."""

    new: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.left_out + other.left_out,
        )


@dataclass(frozen=True, slots=True)
class Promoted:
    """What a run changed when it began to count."""

    met: int = 0
    changed: int = 0
    missed: int = 0
    gone: int = 0

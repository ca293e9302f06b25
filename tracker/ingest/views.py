"""What a reading takes: a stored listing, one of its revisions, the rules, and what a person said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tracker.normalize.types import ListingText, Reading

Reader = Callable[[ListingText], Reading]


class Listing(Protocol):
    """The columns of ``raw_listing`` that a reading needs."""

    id: int
    source: str
    external_id: str


class Revision(Protocol):
    """The columns of ``raw_revision`` that a reading needs."""

    id: int
    seen_as: str
    observed_at: datetime
    seen_until: datetime
    title: str
    body: str | None
    kind: str
    state: str
    price_minor: int | None
    price_max_minor: int | None
    buy_now_minor: int | None
    currency: str | None
    converted: bool
    shipping_minor: int | None
    condition: str | None
    condition_id: str | None
    variation: bool
    flair: str | None
    ended_at: datetime | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of a listing: ``action`` sku, reject or ignore, with its slug or code."""

    action: str
    value: str | None

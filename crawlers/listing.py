"""What a source hands over: raw listings, and the outcomes of reading a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

SeenAs = Literal["api", "page", "item", "feed", "archive", "csv"]
Kind = Literal["ask", "bid", "sold", "closed", "ended"]
State = Literal["live", "sold", "ended", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawListing:
    """One listing as a market shows it; text verbatim, amounts in major units, unknown is None.

    ``source`` is the market (``ebay``, ``hardwareswap``), not the way it came; that is ``seen_as``.
    ``external_id`` is the market's own id: for eBay the legacy item id, with ``:variation`` behind
    it where the seller lists variations; for Reddit the id without ``t3_``. ``price`` of kind
    ``bid`` is the bid and ``buy_now`` the price to buy at once. ``shipping`` 0 is free, None
    unknown. ``state`` ``removed`` means the author or a moderator took it away: it must be purged.
    """

    source: str
    external_id: str
    seen_as: SeenAs
    title: str
    observed_at: datetime | None = None
    body: str | None = None
    url: str | None = None
    kind: Kind = "ask"
    state: State = "live"
    price_text: str | None = None
    price: Decimal | None = None
    price_max: Decimal | None = None
    buy_now: Decimal | None = None
    currency: str | None = None
    converted: bool = False
    fuzzy: bool = False
    shipping: Decimal | None = None
    condition: str | None = None
    condition_id: str | None = None
    variation: bool = False
    flair: str | None = None
    country: str | None = None
    quantity_sold: int | None = None
    created_at: datetime | None = None
    ended_at: datetime | None = None
    page: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that could not be read, named so that a person finds it."""

    row: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page with listings."""

    listings: tuple[RawListing, ...]
    problems: tuple[RowProblem, ...] = ()
    next_url: str | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    page_state: Literal["results"] = "results"


@dataclass(frozen=True, slots=True)
class NothingFound:
    """A page that itself says that there is nothing."""

    proof: str
    page_state: Literal["empty"] = "empty"


@dataclass(frozen=True, slots=True)
class Blocked:
    """A challenge, captcha, login wall or edge error: stop, never work around it."""

    reason: str
    page_state: Literal["blocked"] = "blocked"


@dataclass(frozen=True, slots=True)
class LayoutChanged:
    """A page that should hold listings but no longer reads as one; ``field`` names what is missing."""

    field: str
    reason: str
    page_state: Literal["layout_changed"] = "layout_changed"


PageOutcome = Found | NothingFound | Blocked | LayoutChanged

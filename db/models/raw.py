"""What the markets said, verbatim, and how far each has been read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import BigInt, Json


class CrawlRun(SQLModel, table=True):
    """One crawl or import; nothing of a run counts before it is judged ok."""

    __tablename__ = "crawl_run"

    id: int = Field(primary_key=True, sa_type=BigInt)
    source: str = Field(index=True)
    kind: str  # crawl, import
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"  # running, ok, suspect, failed
    accepted: bool = False  # a person released a suspect run
    promoted_at: datetime | None = None  # since when its sightings count; an import's count at once
    message: str | None = None
    counters: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


class RawListing(SQLModel, table=True):
    """One listing of one market; ``id`` is ``stable_id(source, external_id)``."""

    __tablename__ = "raw_listing"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_raw_listing_unread", "rules_version", "id"),
        Index("ix_raw_listing_state", "source", "state", "last_seen"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt)
    source: str
    external_id: str
    url: str | None = None
    state: str = "live"  # live, sold, ended, removed, gone
    first_seen: datetime
    last_seen: datetime
    missed: int = 0  # ok runs in a row that should have met it and did not
    rules_version: int | None = None  # rules that read its newest accepted revision; null = unread


class RawRevision(SQLModel, table=True):
    """The text and facts of a listing as seen; ``id`` is ``stable_id(listing_id, observed_at, content_hash)``.

    A revision is a maximal run of sightings of equal content in time order: a new row only where the
    content changed, and ``seen_until`` is the last time it was seen standing so.
    """

    __tablename__ = "raw_revision"
    __table_args__ = (
        UniqueConstraint("listing_id", "observed_at", "content_hash"),
        Index("ix_raw_revision_run", "run_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt)
    listing_id: int = Field(sa_column=Column(BigInt, ForeignKey("raw_listing.id", ondelete="CASCADE"), nullable=False))
    run_id: int = Field(sa_column=Column(BigInt, ForeignKey("crawl_run.id"), nullable=False))
    content_hash: str
    seen_as: str  # api, page, item, feed, archive, csv
    observed_at: datetime
    seen_until: datetime
    # Imported sightings between the two, microseconds since 1970: other content dated in between
    # splits the run, and then each half has to know where it ended.
    seen_between: list[int] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    title: str
    body: str | None = None
    kind: str  # ask, bid, sold, closed, ended
    state: str = "live"  # live, sold, ended, removed
    price_text: str | None = None
    price_minor: int | None = Field(default=None, sa_type=BigInt)
    price_max_minor: int | None = Field(default=None, sa_type=BigInt)
    buy_now_minor: int | None = Field(default=None, sa_type=BigInt)
    currency: str | None = None
    converted: bool = False
    fuzzy: bool = False
    shipping_minor: int | None = Field(default=None, sa_type=BigInt)  # null = unknown, 0 = free
    condition: str | None = None
    condition_id: str | None = None
    variation: bool = False
    flair: str | None = None
    country: str | None = None  # ISO 3166 alpha-2 of the item's location
    quantity_sold: int | None = None
    created_at: datetime | None = None  # when the market says that it was posted
    ended_at: datetime | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


class Sighting(SQLModel, table=True):
    """A listing met by a crawl that is not judged yet; promoted or dropped with its run."""

    __tablename__ = "sighting"
    __table_args__ = (Index("ix_sighting_listing", "listing_id"), Index("ix_sighting_revision", "revision_id"))

    run_id: int = Field(sa_column=Column(BigInt, ForeignKey("crawl_run.id"), primary_key=True))
    listing_id: int = Field(
        sa_column=Column(BigInt, ForeignKey("raw_listing.id", ondelete="CASCADE"), primary_key=True)
    )
    revision_id: int = Field(
        sa_column=Column(BigInt, ForeignKey("raw_revision.id", ondelete="CASCADE"), nullable=False)
    )
    seen_at: datetime


class CrawlPlan(SQLModel, table=True):
    """One search to make, planned from the catalog; ``id`` is ``stable_id(source, market, query)``."""

    __tablename__ = "crawl_plan"
    __table_args__ = (UniqueConstraint("source", "market", "query"),)

    id: int = Field(primary_key=True, sa_type=BigInt)
    source: str
    market: str
    query: str
    gpus: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))  # slugs it is meant to find
    last_run_at: datetime | None = None
    last_found: int | None = None
    empty_streak: int = 0
    due_at: datetime | None = None


class Correction(SQLModel, table=True):
    """What a person said of one listing; keyed by the market's own id, so it outlives every rebuild."""

    __tablename__ = "correction"

    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    action: str  # sku, reject, ignore
    value: str | None = None  # slug or reject code
    created_at: datetime


class TakenAway(SQLModel, table=True):
    """A listing that its author, a moderator or a person took away: what was seen of it until ``until`` stays out.

    Of the listing only ``stable_id(source, external_id)`` is kept, no text, no price, no name. The mark stays for
    good, since a dump of any age may be imported at any time; it goes when the market shows the listing again.
    """

    __tablename__ = "taken_away"

    id: int = Field(primary_key=True, sa_type=BigInt)
    until: datetime


class Quota(SQLModel, table=True):
    """Calls spent of a daily allowance."""

    __tablename__ = "quota"

    source: str = Field(primary_key=True)
    resource: str = Field(primary_key=True)
    day: str = Field(primary_key=True)  # the market's own day, such as 2026-11-24 in Pacific time
    used: int = 0


class Cursor(SQLModel, table=True):
    """How far a source has been read."""

    __tablename__ = "cursor"

    source: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    updated_at: datetime

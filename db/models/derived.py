"""What was made of the raw listings; every row here can be rebuilt from them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from db.models.columns import BigInt, Json


class Gpu(SQLModel, table=True):
    """One catalog row, one model and VRAM size; ``id`` is ``stable_id("gpu", slug)``."""

    __tablename__ = "gpu"

    id: int = Field(primary_key=True, sa_type=BigInt)
    slug: str = Field(unique=True)
    model: str
    vram_gb: float
    vendor: str
    memory_type: str
    bandwidth_gb_s: float | None = None
    fp32_tflops: float | None = None
    fp16_tensor_tflops: float | None = None  # dense, FP32 accumulate
    form_factor: str
    specs: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


class Offer(SQLModel, table=True):
    """One line of goods in a listing as its newest revision has it, or the code why it is none.

    ``id`` is ``stable_id(listing_id, model, vram, ordinal)``, so that a card keeps its offer while
    the seller edits the lines around it.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("ix_offer_gpu", "gpu_id", "status"),
        Index("ix_offer_listing", "listing_id"),
        Index("ix_offer_revision", "revision_id"),
        Index("ix_offer_reject", "reject"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt)
    listing_id: int = Field(sa_column=Column(BigInt, ForeignKey("raw_listing.id", ondelete="CASCADE"), nullable=False))
    revision_id: int = Field(
        sa_column=Column(BigInt, ForeignKey("raw_revision.id", ondelete="CASCADE"), nullable=False)
    )
    position: int
    reject: str | None = None
    gpu_id: int | None = Field(default=None, sa_column=Column(BigInt, ForeignKey("gpu.id"), nullable=True))
    model: str | None = None
    vram_gb: float | None = None
    candidates: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    quantity: int = 1
    form: str | None = None  # desktop, mobile, sxm, mpx
    condition: str = "used"  # new, open_box, refurbished, used, parts
    status: str = "available"  # available, pending, sold
    kind: str | None = None  # ask, bid, sold, closed
    unit_price: int | None = Field(default=None, sa_type=BigInt)
    basis: str | None = None  # each, lot, bundle
    lot_price: int | None = Field(default=None, sa_type=BigInt)
    currency: str | None = None
    shipping: str = "unknown"  # included, extra, free, fixed, local, unknown
    shipping_minor: int | None = Field(default=None, sa_type=BigInt)
    broken: bool = False
    in_system: bool = False
    confidence: float = 1.0
    flags: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    rules_version: int


class Observation(SQLModel, table=True):
    """A price of an offer at a time; ``id`` is ``stable_id(offer_id, kind, observed_at)``.

    Every row is the price of exactly one card of ``gpu_id``: bundles, whole systems, broken cards,
    laptop chips, price ranges and cards of unknown size have none. An ask that stands unchanged is
    one row, ``observed_at`` to ``seen_until``; the other kinds are events (both times are equal).
    A row enters the statistics where ``counts_from`` is set, once on each UTC day from there to
    ``counts_until``: cut back where the seller changed the price later that day, where the same
    goods already count under another id, and empty where the policy of its source forbids it.
    """

    __tablename__ = "observation"
    __table_args__ = (
        # Covers the daily roll-up, which is streamed in this order.
        Index(
            "ix_observation_rollup",
            *("gpu_id", "counts_from", "kind", "condition", "currency", "counts_until", "unit_price"),
        ),
        Index(
            "ix_observation_standing",
            *("gpu_id", "counts_until", "counts_from", "kind", "condition", "currency", "unit_price"),
            sqlite_where=text("counts_until > counts_from"),
            postgresql_where=text("counts_until > counts_from"),
        ),
        Index("ix_observation_day", "day"),
        Index("ix_observation_listing", "listing_id"),
        Index(
            "ix_observation_likeness",
            "likeness",
            sqlite_where=text("likeness IS NOT NULL"),
            postgresql_where=text("likeness IS NOT NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInt)
    offer_id: int = Field(sa_type=BigInt)
    listing_id: int = Field(sa_column=Column(BigInt, ForeignKey("raw_listing.id", ondelete="CASCADE"), nullable=False))
    revision_id: int = Field(sa_type=BigInt)
    gpu_id: int = Field(sa_column=Column(BigInt, ForeignKey("gpu.id"), nullable=False))
    kind: str  # ask, bid, sold, closed
    condition: str
    currency: str
    unit_price: int = Field(sa_type=BigInt)  # minor units, for one card
    basis: str = "each"  # each, lot
    quantity: int = 1
    shipping_minor: int | None = Field(default=None, sa_type=BigInt)  # for one card; null = unknown, 0 = free
    usd: int | None = Field(default=None, sa_type=BigInt)  # unit_price in cents; null where no rate was known
    rate_day: date | None = None  # day of the ECB rate behind usd; null for prices in USD
    observed_at: datetime
    seen_until: datetime  # an ask stands from observed_at to here
    day: date  # UTC day of observed_at
    statistics: bool = True  # the policy of its source lets it count
    relist_of: int | None = Field(default=None, sa_type=BigInt)  # first listing of the goods that came under a new id
    likeness: int | None = Field(default=None, sa_type=BigInt)  # equal for asks of one source, title, card and price
    counts_from: date | None = None
    counts_until: date | None = None


class DailyTodo(SQLModel, table=True):
    """Days of a card whose ``daily_price`` is to be counted anew; empty when nothing is under way."""

    __tablename__ = "daily_todo"

    gpu_id: int = Field(primary_key=True, sa_type=BigInt)
    first_day: date = Field(primary_key=True)
    last_day: date = Field(primary_key=True)


class DailyPrice(SQLModel, table=True):
    """What a card cost on a day, in minor units of ``currency``; each live listing counts once.

    Condition ``pooled`` is open_box, refurbished and used together.
    """

    __tablename__ = "daily_price"
    # The key is most of the row, so on SQLite the table is its own index: half the size, read in order.
    __table_args__ = {"sqlite_with_rowid": False}

    # No foreign key: rows are counted by the million from observations, which have one.
    gpu_id: int = Field(primary_key=True, sa_type=BigInt)
    kind: str = Field(primary_key=True)
    condition: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    n: int
    min: int = Field(sa_type=BigInt)
    p25: int = Field(sa_type=BigInt)
    median: int = Field(sa_type=BigInt)
    p75: int = Field(sa_type=BigInt)
    max: int = Field(sa_type=BigInt)


class FairValue(SQLModel, table=True):
    """Fair value of a card on a day, from observations of earlier days only; US cents."""

    __tablename__ = "fair_value"
    __table_args__ = (Index("ix_fair_value_day", "day"),)  # those of later days are dropped when a price changes

    gpu_id: int = Field(sa_column=Column(BigInt, ForeignKey("gpu.id"), primary_key=True))
    condition: str = Field(primary_key=True)  # "pooled" (open_box, refurbished, used) or one condition
    day: date = Field(primary_key=True)
    value: int | None = Field(default=None, sa_type=BigInt)
    low: int | None = Field(default=None, sa_type=BigInt)
    high: int | None = Field(default=None, sa_type=BigInt)
    n: int
    n_effective: float
    kind: str | None = None  # ask, sold, closed, mixed
    reason: str | None = None  # why the value is withheld
    trend_30: float | None = None  # relative change
    trend_90: float | None = None
    method_version: int
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))

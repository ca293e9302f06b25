"""What somebody wants to hear of, the outbox of mails, and what the service did."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import BigInt, Json


class Watch(SQLModel, table=True):
    """One alert rule of one address."""

    __tablename__ = "watch"

    id: int = Field(primary_key=True, sa_type=BigInt)
    name: str = Field(unique=True)
    email: str = Field(index=True)
    rule: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    delivery: str = "instant"  # instant, daily, weekly
    quiet_hours: str | None = None  # such as 22-07, in UTC
    enabled: bool = True
    enabled_until: datetime | None = None
    origin: str = "cli"  # cli, settings, web
    created_at: datetime
    first_matched_at: datetime | None = None


class Alert(SQLModel, table=True):
    """One thing to tell one address; written in the transaction that found it."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("watch_id", "offer_id", "step"),
        Index("ix_alert_state", "state", "due_at"),
        Index("ix_alert_email", "email", "sent_at"),
        Index("ix_alert_listing", "listing_id"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt)
    watch_id: int = Field(sa_column=Column(BigInt, ForeignKey("watch.id", ondelete="CASCADE"), nullable=False))
    offer_id: int = Field(sa_type=BigInt)
    listing_id: int = Field(sa_column=Column(BigInt, ForeignKey("raw_listing.id", ondelete="CASCADE"), nullable=False))
    step: int  # counts the price steps that were worth a mail
    price: int = Field(sa_type=BigInt)  # landed, minor units of currency
    currency: str
    email: str
    state: str = "queued"  # queued, held, sent, dead, suppressed
    reason: str | None = None
    message_id: str | None = Field(default=None, index=True)
    attempts: int = 0
    last_error: str | None = None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


class Lease(SQLModel, table=True):
    """One holder at a time, with a fencing token that only grows."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    token: int
    expires_at: datetime


class JobRun(SQLModel, table=True):
    """One due slot of a scheduled job and what became of it."""

    __tablename__ = "job_run"

    job: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: str  # running, ok, failed, coalesced, missed
    message: str | None = None

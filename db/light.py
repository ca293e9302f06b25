"""The tables as light clauses, for reading and writing without importing the models.

SQLModel costs more than a second to import, and a question on the command line should not wait for
it. A test holds these against ``db.models``, which say what each column means.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    Integer,
    String,
    TableClause,
    TypeDecorator,
    column,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

BigInt = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A time: aware in, aware UTC out, on both databases; a naive one is a mistake and refused."""

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC, as it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time with its zone, UTC; SQLite keeps none."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _table(name: str, /, **columns: Any) -> TableClause:
    return table(name, *(column(key, type_) for key, type_ in columns.items()))


alert = _table(
    "alert",
    id=BigInt,
    watch_id=BigInt,
    offer_id=BigInt,
    listing_id=BigInt,
    step=Integer,
    price=BigInt,
    currency=String,
    email=String,
    state=String,
    reason=String,
    message_id=String,
    attempts=Integer,
    last_error=String,
    created_at=UtcDateTime,
    due_at=UtcDateTime,
    sent_at=UtcDateTime,
    facts=Json,
)

correction = _table(
    "correction",
    source=String,
    external_id=String,
    action=String,
    value=String,
    created_at=UtcDateTime,
)

crawl_plan = _table(
    "crawl_plan",
    id=BigInt,
    source=String,
    market=String,
    query=String,
    gpus=Json,
    last_run_at=UtcDateTime,
    last_found=Integer,
    empty_streak=Integer,
    due_at=UtcDateTime,
)

crawl_run = _table(
    "crawl_run",
    id=BigInt,
    source=String,
    kind=String,
    started_at=UtcDateTime,
    finished_at=UtcDateTime,
    outcome=String,
    accepted=Boolean,
    promoted_at=UtcDateTime,
    message=String,
    counters=Json,
)

cursor = _table(
    "cursor",
    source=String,
    name=String,
    value=String,
    updated_at=UtcDateTime,
)

daily_price = _table(
    "daily_price",
    gpu_id=BigInt,
    kind=String,
    condition=String,
    currency=String,
    day=Date,
    n=Integer,
    min=BigInt,
    p25=BigInt,
    median=BigInt,
    p75=BigInt,
    max=BigInt,
)

daily_todo = _table(
    "daily_todo",
    gpu_id=BigInt,
    first_day=Date,
    last_day=Date,
)

fair_value = _table(
    "fair_value",
    gpu_id=BigInt,
    condition=String,
    day=Date,
    value=BigInt,
    low=BigInt,
    high=BigInt,
    n=Integer,
    n_effective=Float,
    kind=String,
    reason=String,
    trend_30=Float,
    trend_90=Float,
    method_version=Integer,
    facts=Json,
)

gpu = _table(
    "gpu",
    id=BigInt,
    slug=String,
    model=String,
    vram_gb=Float,
    vendor=String,
    memory_type=String,
    bandwidth_gb_s=Float,
    fp32_tflops=Float,
    fp16_tensor_tflops=Float,
    form_factor=String,
    specs=Json,
)

job_run = _table(
    "job_run",
    job=String,
    due_at=UtcDateTime,
    started_at=UtcDateTime,
    finished_at=UtcDateTime,
    outcome=String,
    message=String,
)

lease = _table(
    "lease",
    name=String,
    holder=String,
    token=Integer,
    expires_at=UtcDateTime,
)

observation = _table(
    "observation",
    id=BigInt,
    offer_id=BigInt,
    listing_id=BigInt,
    revision_id=BigInt,
    gpu_id=BigInt,
    kind=String,
    condition=String,
    currency=String,
    unit_price=BigInt,
    basis=String,
    quantity=Integer,
    shipping_minor=BigInt,
    usd=BigInt,
    rate_day=Date,
    observed_at=UtcDateTime,
    seen_until=UtcDateTime,
    day=Date,
    statistics=Boolean,
    relist_of=BigInt,
    likeness=BigInt,
    counts_from=Date,
    counts_until=Date,
)

offer = _table(
    "offer",
    id=BigInt,
    listing_id=BigInt,
    revision_id=BigInt,
    position=Integer,
    reject=String,
    gpu_id=BigInt,
    model=String,
    vram_gb=Float,
    candidates=Json,
    quantity=Integer,
    form=String,
    condition=String,
    status=String,
    kind=String,
    unit_price=BigInt,
    basis=String,
    lot_price=BigInt,
    currency=String,
    shipping=String,
    shipping_minor=BigInt,
    broken=Boolean,
    in_system=Boolean,
    confidence=Float,
    flags=Json,
    rules_version=Integer,
)

quota = _table(
    "quota",
    source=String,
    resource=String,
    day=String,
    used=Integer,
)

raw_listing = _table(
    "raw_listing",
    id=BigInt,
    source=String,
    external_id=String,
    url=String,
    state=String,
    first_seen=UtcDateTime,
    last_seen=UtcDateTime,
    missed=Integer,
    rules_version=Integer,
)

raw_revision = _table(
    "raw_revision",
    id=BigInt,
    listing_id=BigInt,
    run_id=BigInt,
    content_hash=String,
    seen_as=String,
    observed_at=UtcDateTime,
    seen_until=UtcDateTime,
    seen_between=Json,
    title=String,
    body=String,
    kind=String,
    state=String,
    price_text=String,
    price_minor=BigInt,
    price_max_minor=BigInt,
    buy_now_minor=BigInt,
    currency=String,
    converted=Boolean,
    fuzzy=Boolean,
    shipping_minor=BigInt,
    condition=String,
    condition_id=String,
    variation=Boolean,
    flair=String,
    country=String,
    quantity_sold=Integer,
    created_at=UtcDateTime,
    ended_at=UtcDateTime,
    facts=Json,
)

sighting = _table(
    "sighting",
    run_id=BigInt,
    listing_id=BigInt,
    revision_id=BigInt,
    seen_at=UtcDateTime,
)

taken_away = _table(
    "taken_away",
    id=BigInt,
    until=UtcDateTime,
)

watch = _table(
    "watch",
    id=BigInt,
    name=String,
    email=String,
    rule=Json,
    delivery=String,
    quiet_hours=String,
    enabled=Boolean,
    enabled_until=UtcDateTime,
    origin=String,
    created_at=UtcDateTime,
    first_matched_at=UtcDateTime,
)

#: All of them, in the order in which they depend on each other.
TABLES = (
    crawl_run,
    raw_listing,
    raw_revision,
    sighting,
    taken_away,
    crawl_plan,
    correction,
    quota,
    cursor,
    gpu,
    offer,
    observation,
    daily_price,
    daily_todo,
    fair_value,
    watch,
    alert,
    lease,
    job_run,
)

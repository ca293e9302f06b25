"""Listings and readings composed for tests: a market in miniature, with a reader that needs no rules."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select

from db import light
from db.store import RevisionRow, begin_run, finish_run, promote_run, store_page
from tracker.catalog import catalog
from tracker.ingest import IngestCounts, ingest, rebuild
from tracker.normalize.types import ListingText, Offer, Reading

VERSION = 7
START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DERIVED = (light.gpu, light.offer, light.observation, light.daily_price, light.daily_todo)

_LINE = re.compile(
    r"(?P<lot>\d+x lot )?(?P<slug>[a-z0-9-]+gb)(?P<size> of unknown size)?"
    r"(?: \$(?P<price>\d+(?:\.\d\d)?))?(?P<flags>(?: #\w+)*)"
)


def at(days: float = 0, hours: float = 0) -> datetime:
    """A time so many days after the start."""
    return START + timedelta(days=days, hours=hours)


def read_plainly(text: ListingText) -> Reading:
    """A reader for tests: each line of the body, else the title, is ``[2x lot ]SLUG [$PRICE] [#flag…]``."""
    offers = [offer for line in (text.body or text.title).splitlines() if (offer := _offer(line, text))]
    return Reading(intent="sell", offers=tuple(offers)) if offers else Reading(intent="other", reject="not_a_card")


def _offer(line: str, text: ListingText) -> Offer | None:
    found = _LINE.fullmatch(line.strip())
    gpu = catalog().by_slug(found["slug"]) if found else None
    if found is None or gpu is None:
        return None
    flags = {flag.strip() for flag in found["flags"].split("#") if flag.strip()}
    price = Decimal(found["price"]) if found["price"] else None if text.body else text.price
    lot = int(found["lot"].split("x")[0]) if found["lot"] else None
    return Offer(
        model=gpu.model,
        vram_gb=None if found["size"] else gpu.vram_gb,
        sku=None if found["size"] else gpu.slug,
        candidates=(gpu.slug,) if found["size"] else (),
        form="mobile" if "mobile" in flags else "desktop",
        quantity=lot or 1,
        price=None if lot or "bundle" in flags else price,
        lot_price=price if lot or "bundle" in flags else None,
        basis="bundle" if "bundle" in flags else "lot" if lot else "each",
        currency="USD" if text.body else text.currency,
        shipping="included" if "shipped" in flags else "unknown",
        status="sold" if "sold" in flags else "available",
        broken="broken" in flags,
        in_system="in_system" in flags,
    )


def row(external_id: str, title: str, when: datetime, price: int | None = None, **more: Any) -> RevisionRow:
    """A listing as seen once; ``price`` in major units of the currency."""
    values: dict[str, Any] = {
        "source": "ebay",
        "seen_as": "page",
        "kind": "ask",
        "currency": "USD",
        "price_minor": None if price is None else price * 100,
    }
    values |= more
    return RevisionRow(external_id=external_id, title=title, observed_at=when, **values)


def post(external_id: str, body: str, when: datetime, title: str = "[H] cards [W] money", **more: Any) -> RevisionRow:
    """A post of a swap sub as seen once."""
    values: dict[str, Any] = {"source": "hardwareswap", "seen_as": "archive", "currency": None, "body": body}
    return row(external_id, title, when, **(values | more))


def priced(slug: str, when: datetime, price: float, external_id: str, **more: Any) -> RevisionRow:
    """A row of a price file."""
    gpu = catalog().by_slug(slug)
    assert gpu is not None
    values: dict[str, Any] = {
        "source": "replay",
        "seen_as": "csv",
        "kind": "sold",
        "condition": "used",
        "facts": {"model": gpu.model, "vram_gb": gpu.vram_gb},
        "price_minor": round(price * 100),
    }
    values |= more
    return row(external_id, values.pop("title", gpu.name), when, **values)


def store(engine: Engine, rows: Sequence[RevisionRow], kind: str = "import", source: str = "files") -> int:
    """Store ``rows`` in a run of their own that counts."""
    with engine.begin() as conn:
        run_id = begin_run(conn, source, kind, START)
        store_page(conn, run_id, rows)
        finish_run(conn, run_id, "ok", None, {}, START)
        if kind == "crawl":
            promote_run(conn, run_id, START)
    return run_id


def read_all(engine: Engine, **more: Any) -> IngestCounts:
    """Ingest with the reader for tests."""
    return ingest(engine, read=read_plainly, rules_version=VERSION, **more)


def reread_all(engine: Engine, **more: Any) -> IngestCounts:
    """Rebuild with the reader for tests."""
    return rebuild(engine, read=read_plainly, rules_version=VERSION, **more)


def learn(engine: Engine, rows: Sequence[RevisionRow], kind: str = "import", source: str = "files") -> IngestCounts:
    """Store and ingest ``rows``."""
    store(engine, rows, kind, source)
    return read_all(engine)


def table(engine: Engine, clause: Any, columns: Iterable[str] = ()) -> list[tuple[Any, ...]]:
    """All rows of a table, sorted."""
    names = list(columns) or [column.name for column in clause.columns]
    with engine.connect() as conn:
        rows = [tuple(found) for found in conn.execute(select(*(clause.c[name] for name in names)))]
    return sorted(rows, key=repr)


def derived(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that follows from the raw listings."""
    return {clause.name: table(engine, clause) for clause in DERIVED}


def prices(engine: Engine) -> list[tuple[Any, ...]]:
    """Kind, price in dollars, and the days from START that each observation counts on, in time order."""
    columns = light.observation.c
    query = select(columns.kind, columns.unit_price, columns.counts_from, columns.counts_until, columns.relist_of)
    with engine.connect() as conn:
        rows = conn.execute(query.order_by(columns.observed_at, columns.kind, columns.unit_price)).all()
    day = START.date()
    return [
        (kind, price / 100, (since - day).days if since else None, (until - day).days if until else None)
        for kind, price, since, until, _ in rows
    ]


def daily(engine: Engine, condition: str = "used") -> list[tuple[Any, ...]]:
    """Day from START, kind, n, min, median and max (dollars) of the roll-up for one condition."""
    columns = light.daily_price.c
    query = select(columns.day, columns.kind, columns.n, columns.min, columns.median, columns.max)
    with engine.connect() as conn:
        rows = conn.execute(query.where(columns.condition == condition).order_by(columns.day, columns.kind)).all()
    return [
        ((day - START.date()).days, kind, n, low / 100, middle / 100, high / 100)
        for day, kind, n, low, middle, high in rows
    ]

"""Composed sightings, and a picture of the tables that two databases can be compared by."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from db import light
from db.store import RevisionRow, Stored, begin_run, finish_run, promote_run, store_page

START = datetime(2026, 11, 1, tzinfo=UTC)


def hour(n: float) -> datetime:
    return START + timedelta(hours=n)


def sighting(listing: str, at: float, content: str = "A", **more: Any) -> RevisionRow:
    """A listing seen ``at`` hours with a title that is its content."""
    given = {"source": "ebay", "seen_as": "api", "kind": "ask", "currency": "USD", "price_minor": 70000} | more
    return RevisionRow(external_id=listing, observed_at=hour(at), title=f"RTX 3090 {content}", **given)


def import_rows(engine: Engine, rows: Sequence[RevisionRow], page: int = 50) -> Stored:
    """Import ``rows``, one transaction a page."""
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "import", hour(0))
    stored = Stored()
    for at in range(0, len(rows), page):
        with engine.begin() as conn:
            stored += store_page(conn, run, rows[at : at + page])
    with engine.begin() as conn:
        finish_run(conn, run, "ok", None, {}, hour(0))
    return stored


def crawl(
    engine: Engine, rows: Sequence[RevisionRow], at: float, *, expected: Any = "ebay", outcome: str = "ok"
) -> int:
    """Crawl ``rows`` in a run begun at ``at`` hours and judge it."""
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "crawl", hour(at))
        store_page(conn, run, rows)
    with engine.begin() as conn:
        finish_run(conn, run, outcome, None, {}, hour(at))
        if outcome == "ok":
            promote_run(conn, run, hour(at), expected=expected)
    return run


def history(engine: Engine) -> dict[str, list[tuple[str, float, float]]]:
    """What the store says of each listing: (content, first hour, last hour) of its counting revisions."""
    run, listing, revision = light.crawl_run, light.raw_listing, light.raw_revision
    query = (
        select(listing.c.external_id, revision.c.title, revision.c.observed_at, revision.c.seen_until)
        .join_from(revision, listing, revision.c.listing_id == listing.c.id)
        .join(run, run.c.id == revision.c.run_id)
        .where(run.c.promoted_at.is_not(None))
        .order_by(listing.c.external_id, revision.c.observed_at, revision.c.content_hash)
    )
    found: dict[str, list[tuple[str, float, float]]] = {}
    with engine.connect() as conn:
        for external_id, title, since, until in conn.execute(query):
            hours = [(moment - START) / timedelta(hours=1) for moment in (since, until)]
            found.setdefault(external_id, []).append((title.removeprefix("RTX 3090 "), *hours))
    return found


def listing(engine: Engine, external_id: str) -> Any:
    with engine.connect() as conn:
        return conn.execute(select(light.raw_listing).where(light.raw_listing.c.external_id == external_id)).one()


def tables(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The raw tables as they would be whichever process or run had written them."""
    with engine.connect() as conn:
        return {
            table.name: [
                {key: value for key, value in row._mapping.items() if key != "run_id"}
                for row in conn.execute(select(table).order_by(table.c.id))
            ]
            for table in (light.raw_listing, light.raw_revision)
        }

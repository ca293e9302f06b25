"""From raw listings to rows: minor units, and characters that a database cannot hold."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from crawlers.listing import RawListing
from crawlers.storing import minor_units, restored, revision_row
from db import light, store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTING = RawListing(
    source="ebay",
    external_id="300000000001",
    seen_as="api",
    title="Velocity V90",
    price=Decimal("12.50"),
    currency="USD",
)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "USD", 1250),
        ("1928.00", "JPY", 1928),
        ("1711.13", "KRW", 1711),
        ("1.5", "KWD", 1500),
        ("12.50", None, None),
        (None, "USD", None),
        ("0", "USD", 0),
    ],
)
def test_minor_units(amount: str | None, currency: str | None, minor: int | None) -> None:
    assert minor_units(Decimal(amount) if amount else None, currency) == minor


def test_a_listing_says_when_it_was_seen_or_is_told() -> None:
    assert revision_row(LISTING, NOW).observed_at == NOW
    earlier = datetime(2025, 1, 1, tzinfo=UTC)
    assert revision_row(replace(LISTING, observed_at=earlier), NOW).observed_at == earlier
    with pytest.raises(ValueError, match="when it was observed"):
        revision_row(LISTING)


def test_where_a_listing_was_met_is_not_its_content() -> None:
    row, moved = revision_row(LISTING, NOW), revision_row(replace(LISTING, page="other.html"), NOW)
    assert row.content_hash == moved.content_hash
    assert row.content_hash != revision_row(replace(LISTING, price=Decimal("12.51")), NOW).content_hash


def test_control_characters_are_kept_and_nothing_is_lost(engine: Engine) -> None:
    title = "V90\x07 \x1b[31mred\x00 half \ud83d pair 😀"
    row = revision_row(replace(LISTING, title=title, body="\x00start"), NOW)
    with engine.begin() as conn:
        run = store.begin_run(conn, "import", "import", NOW)
        store.store_page(conn, run, [row])
    with engine.connect() as conn:
        kept = conn.execute(select(light.raw_revision)).one()
    assert kept.title.startswith("V90\x07 \x1b[31mred")
    assert restored(kept.title, "title", kept.facts) == title
    assert restored(kept.body, "body", kept.facts) == "\x00start"

"""What is purged leaves no trace: not in a table, not in the file, not in an aggregate."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from db import light
from db.engine import open_engine
from db.store import (
    RevisionRow,
    checkpoint,
    correct,
    listing_id,
    older_than,
    purge_listings,
    revision_id,
    sync_gpus,
)
from db.store.prices import write_readings
from db.store.rollup import settle
from tests.db.rows import crawl, hour, import_rows, listing, sighting
from tests.db.test_ledger import gpu


def read(engine: Engine, rows: list[RevisionRow], prices: dict[str, int]) -> None:
    """Import ``rows`` and read each as an ask of one card at its price."""
    import_rows(engine, rows)
    with engine.begin() as conn:
        gpu_id = sync_gpus(conn, [gpu("rtx-3090-24gb")])["rtx-3090-24gb"]
        offers, observations = [], []
        for row in rows:
            key, at = row.listing_id, row.observed_at
            revision = revision_id(key, at, row.content_hash)
            common = {
                "listing_id": key,
                "revision_id": revision,
                "gpu_id": gpu_id,
                "kind": "ask",
                "condition": "used",
                "currency": "USD",
                "basis": "each",
                "quantity": 1,
                "shipping_minor": None,
                "unit_price": prices[row.external_id],
            }
            offers.append(_filled(light.offer, common | {"id": key, "position": 0, "rules_version": 1}))
            dated: dict[str, Any] = {"observed_at": at, "seen_until": at, "day": at.date(), "statistics": True}
            observations.append(_filled(light.observation, common | dated | {"id": key + 1, "offer_id": key}))
        write_readings(conn, [row.listing_id for row in rows], offers, observations, rules_version=1)
        settle(conn)


def _filled(table: Any, values: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"candidates": [], "flags": [], "status": "available", "shipping": "unknown"}
    defaults |= {"broken": False, "in_system": False, "confidence": 1.0}
    return {column.name: values.get(column.name, defaults.get(column.name)) for column in table.columns}


def daily(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as conn:
        return sorted(tuple(row) for row in conn.execute(select(light.daily_price)))


PRICES = {"kept": 70000, "purged": 50000, "other": 90000}


def test_after_a_purge_the_aggregates_are_those_of_a_database_that_never_saw_it(
    engine: Engine, sqlite_template: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "never.db"
    path.write_bytes(sqlite_template)
    never = open_engine(f"sqlite:///{path}")
    rows = [sighting("kept", 1), sighting("purged", 2), sighting("other", 30)]
    read(engine, rows, PRICES)
    read(never, [rows[0], rows[2]], PRICES)
    assert daily(engine) != daily(never)
    with engine.begin() as conn:
        assert purge_listings(conn, [listing_id("ebay", "purged")]) == 1
    assert daily(engine) == daily(never)
    assert daily(engine)
    never.dispose()


def test_a_purge_takes_everything_that_belongs_to_the_listing_and_nothing_else(engine: Engine) -> None:
    read(engine, [sighting("kept", 1), sighting("purged", 2)], PRICES)
    crawl(engine, [sighting("purged", 3, "B")], at=3, outcome="suspect")
    key = listing_id("ebay", "purged")
    with engine.begin() as conn:
        correct(conn, "ebay", "purged", "ignore", None, now=hour(4))
        watch = {"id": 1, "name": "w", "email": "a@example.org", "rule": {}, "delivery": "instant", "enabled": True}
        conn.execute(insert(light.watch), watch | {"origin": "cli", "created_at": hour(1)})
        alert = {"id": 1, "watch_id": 1, "offer_id": key, "listing_id": key, "step": 0, "price": 1, "currency": "USD"}
        alert |= {"email": "a@example.org", "state": "queued", "attempts": 0, "facts": {"title": "RTX 3090 purged"}}
        conn.execute(insert(light.alert), alert | {"created_at": hour(1), "due_at": hour(1)})
    with engine.begin() as conn:
        assert purge_listings(conn, [key, 12]) == 1
    belonging = [table for table in light.TABLES if "listing_id" in table.c]
    assert {table.name for table in belonging} >= {"raw_revision", "sighting", "offer", "observation", "alert"}
    with engine.connect() as conn:
        for table in belonging:
            where = table.c.listing_id == key
            assert conn.execute(select(func.count()).select_from(table).where(where)).scalar_one() == 0
        assert conn.execute(select(light.raw_listing.c.external_id)).scalars().all() == ["kept"]
        assert conn.execute(select(light.correction)).all() == []
        assert conn.execute(select(light.offer.c.listing_id)).scalars().all() == [listing_id("ebay", "kept")]


def test_fair_values_that_the_price_may_have_entered_are_dropped(engine: Engine) -> None:
    read(engine, [sighting("kept", 1), sighting("purged", 48)], PRICES)
    with engine.begin() as conn:
        gpu_id = conn.execute(select(light.gpu.c.id)).scalar_one()
        value = {"gpu_id": gpu_id, "condition": "pooled", "n": 3, "n_effective": 2.5, "method_version": 1, "facts": {}}
        days = [date(2026, 11, 1) + timedelta(days=n) for n in range(5)]
        conn.execute(insert(light.fair_value), [value | {"day": day} for day in days])
        purge_listings(conn, [listing_id("ebay", "purged")])
        assert sorted(conn.execute(select(light.fair_value.c.day)).scalars()) == days[:3]


def test_no_byte_of_a_purged_listing_is_left_in_the_file(sqlite_url: str) -> None:
    """Bodies of many sizes in many revisions: pages are split, joined and overwritten on the way."""
    engine = open_engine(sqlite_url)
    for edit in range(3):
        rows = [
            sighting(f"POST{n:04}X", edit, f"SECRET{n:04}X {edit}", body=f"BODY{n:04}X " * (1, 30, 900)[(n + edit) % 3])
            for n in range(120)
        ]
        import_rows(engine, rows)
    purged = range(0, 120, 7)
    marks = [f"{word}{n:04}X".encode() for n in purged for word in ("POST", "SECRET", "BODY")]
    assert checkpoint(engine)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert all(mark in path.read_bytes() for mark in marks)
    with engine.begin() as conn:
        assert purge_listings(conn, [listing_id("ebay", f"POST{n:04}X") for n in purged]) == len(purged)
    assert checkpoint(engine)
    left = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert [mark for mark in marks if mark in left] == []
    assert b"SECRET0001X" in left
    engine.dispose()


def test_a_reader_that_holds_up_the_checkpoint_is_reported(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    import_rows(engine, [sighting("1", 1)])
    reader = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM raw_listing").fetchone()
    import_rows(engine, [sighting("2", 1)])
    assert checkpoint(engine, patience=0.1) is False
    reader.close()
    assert checkpoint(engine) is True
    engine.dispose()


@pytest.mark.parametrize(("source", "old"), [(None, {"1", "3"}), ("ebay", {"1"}), ("nobody", set())])
def test_listings_are_picked_by_when_they_were_last_seen(engine: Engine, source: str | None, old: set[str]) -> None:
    import_rows(engine, [sighting("1", 1), sighting("2", 1), sighting("2", 9), sighting("3", 2, source="hardwareswap")])
    with engine.connect() as conn:
        found = older_than(conn, hour(5), source)
    assert set(found) == {listing(engine, key).id for key in old}


def test_purging_nothing_is_no_error(engine: Engine) -> None:
    with engine.begin() as conn:
        assert purge_listings(conn, []) == 0

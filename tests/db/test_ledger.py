"""What survives a restart: allowances, cursors, the plan, corrections, the catalog's rows."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from db import light
from db.errors import GpudealsError
from db.queries import corrections, find_listing
from db.store import (
    correct,
    listing_id,
    set_cursor,
    spend,
    sync_gpus,
    undo_correction,
    upsert_plan,
)
from tests.db.rows import hour, import_rows, listing, sighting


def gpu(slug: str, **more: Any) -> dict[str, Any]:
    given = {
        "slug": slug,
        "model": slug.upper(),
        "vram_gb": 24.0,
        "vendor": "NVIDIA",
        "memory_type": "GDDR6X",
        "bandwidth_gb_s": 936.2,
        "fp32_tflops": 35.6,
        "fp16_tensor_tflops": None,
        "form_factor": "PCIe",
        "specs": {"tdp_w": 350},
    }
    return given | more


@pytest.mark.parametrize(
    ("bookings", "limit", "booked"),
    [
        ([1, 1, 1], 2, [True, True, False]),
        ([3], 2, [False]),
        ([2, 1, 1], 3, [True, True, False]),
        ([2, 2, 1], 3, [True, False, True]),
        ([1], 0, [False]),
    ],
)
def test_an_allowance_is_never_exceeded(engine: Engine, bookings: list[int], limit: int, booked: list[bool]) -> None:
    found = []
    for calls in bookings:
        with engine.begin() as conn:
            found.append(spend(conn, "ebay", "browse", "2026-11-24", calls=calls, limit=limit))
    assert found == booked


def test_another_day_has_an_allowance_of_its_own(engine: Engine) -> None:
    with engine.begin() as conn:
        assert spend(conn, "ebay", "browse", "2026-11-24", limit=1)
        assert spend(conn, "ebay", "browse", "2026-11-25", limit=1)
        assert spend(conn, "ebay", "token", "2026-11-24", limit=1)


def test_a_cursor_keeps_its_last_value(engine: Engine) -> None:
    for value in ("t3_a", "t3_b"):
        with engine.begin() as conn:
            set_cursor(conn, "hardwareswap", "new", value, now=hour(1))
    with engine.connect() as conn:
        assert conn.execute(select(light.cursor.c.value)).scalars().all() == ["t3_b"]


def test_planning_a_known_search_again_keeps_what_was_learnt_of_it(engine: Engine) -> None:
    with engine.begin() as conn:
        upsert_plan(conn, [("ebay", "EBAY_US", "rtx 3090", ["rtx-3090-24gb"])])
        conn.exec_driver_sql("UPDATE crawl_plan SET empty_streak = 3, last_found = 7")
    with engine.begin() as conn:
        upsert_plan(conn, [("ebay", "EBAY_US", "rtx 3090", ["rtx-3090-24gb", "rtx-3090-ti-24gb"])])
        row = conn.execute(select(light.crawl_plan)).one()
    assert (row.empty_streak, row.last_found, row.gpus) == (3, 7, ["rtx-3090-24gb", "rtx-3090-ti-24gb"])


def test_a_correction_is_kept_by_the_markets_own_id_and_has_the_listing_read_again(engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1)])
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE raw_listing SET rules_version = 7")
    with engine.begin() as conn:
        correct(conn, "ebay", "1", "sku", "rtx-3090-24gb", now=hour(2))
        correct(conn, "ebay", "2", "ignore", None, now=hour(2))
        found = corrections(conn, [("ebay", "1"), ("hardwareswap", "2")])
    assert {key: row.value for key, row in found.items()} == {("ebay", "1"): "rtx-3090-24gb"}
    assert listing(engine, "1").rules_version is None


def test_undoing_a_correction_has_the_listing_read_again_and_is_refused_the_second_time(engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1)])
    with engine.begin() as conn:
        correct(conn, "ebay", "1", "reject", "wanted", now=hour(2))
        conn.exec_driver_sql("UPDATE raw_listing SET rules_version = 7")
    with engine.begin() as conn:
        undo_correction(conn, "ebay", "1")
        assert corrections(conn) == {}
    assert listing(engine, "1").rules_version is None
    with engine.begin() as conn, pytest.raises(GpudealsError, match="ebay:1 has no correction"):
        undo_correction(conn, "ebay", "1")


def test_an_action_that_is_none_is_a_mistake_of_the_program(engine: Engine) -> None:
    with engine.begin() as conn, pytest.raises(ValueError, match="unknown correction delete"):
        correct(conn, "ebay", "1", "delete", None, now=hour(1))


def test_cards_follow_the_catalog_and_those_that_left_it_stay(engine: Engine) -> None:
    with engine.begin() as conn:
        before = sync_gpus(conn, [gpu("rtx-3090-24gb"), gpu("tesla-p40-24gb")])
    with engine.begin() as conn:
        after = sync_gpus(conn, [gpu("rtx-3090-24gb", fp32_tflops=35.58), gpu("rtx-4090-24gb")])
        stored = {row.slug: row for row in conn.execute(select(light.gpu))}
    assert after["rtx-3090-24gb"] == before["rtx-3090-24gb"] == stored["rtx-3090-24gb"].id
    assert stored["rtx-3090-24gb"].fp32_tflops == 35.58
    assert set(stored) == {"rtx-3090-24gb", "rtx-4090-24gb", "tesla-p40-24gb"}


def test_a_listing_is_found_by_its_market_and_the_markets_own_id(engine: Engine) -> None:
    import_rows(engine, [sighting("1", 1)])
    with engine.connect() as conn:
        found = find_listing(conn, "ebay", "1")
        assert found is not None
        assert found.id == listing_id("ebay", "1")
        assert find_listing(conn, "hardwareswap", "1") is None

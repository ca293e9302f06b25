"""The stream of observations says what the tables hold, in the same words on both databases."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, update

from db import light
from db.observing import stream_observations
from tests.tracker.prices import at, learn, priced

CARD = "rtx-3090-24gb"
FIELDS = (
    "id", "day", "sku", "source", "kind", "condition", "currency", "unit_price", "usd", "shipping_minor", "basis",
    "quantity", "observed_at", "seen_until", "relist",
)  # fmt: skip


def lines(engine: Engine, limit: int = 10**6) -> list[str]:
    return "".join(stream_observations(engine, limit=limit)).splitlines()


def expected(engine: Engine) -> list[str]:
    seen, listing, gpu = light.observation, light.raw_listing, light.gpu
    query = (
        select(seen, listing.c.source, gpu.c.slug.label("sku"))
        .join_from(seen, listing, listing.c.id == seen.c.listing_id)
        .join(gpu, gpu.c.id == seen.c.gpu_id)
        .where(seen.c.statistics)
        .order_by(seen.c.day, seen.c.id)
    )
    with engine.connect() as conn:
        return [_line(row._asdict()) for row in conn.execute(query)]


def _line(row: dict[str, Any]) -> str:
    row |= {"id": str(row["id"]), "relist": row["relist_of"] is not None}
    row |= {name: row[name].isoformat() for name in ("day", "observed_at", "seen_until")}
    return json.dumps({name: row[name] for name in FIELDS}, separators=(",", ":"), ensure_ascii=False)


def test_each_line_is_its_row_as_json(engine: Engine) -> None:
    learn(
        engine, [priced(CARD, at(days=k), 700 + k, f"x-{k}", shipping_minor=None if k % 2 else 900) for k in range(5)]
    )
    seen, odd = light.observation, 'quote " back \\ slash / line\n tab\t émoji 🤖'
    with engine.begin() as conn:
        first, second, third = conn.execute(select(seen.c.id).order_by(seen.c.day).limit(3)).scalars()
        conn.execute(update(light.raw_listing).values(source=odd))
        conn.execute(update(seen).where(seen.c.id == first).values(usd=None, currency="XTS", relist_of=second))
        fraction = datetime.fromisoformat("2026-03-03T09:05:07.000120+00:00")
        conn.execute(update(seen).where(seen.c.id == third).values(observed_at=fraction))
    found = lines(engine)
    assert found == expected(engine)
    assert len(found) == 5
    first_line = json.loads(found[0])
    assert first_line["source"] == odd
    assert first_line["usd"] is None
    assert first_line["relist"] is True
    assert any("T09:05:07.000120+00:00" in line for line in found)


def test_parts_begin_small_and_lose_or_double_nothing(engine: Engine) -> None:
    sales = [priced(CARD, at(days=k % 7, hours=k / 100), 500 + k, f"x-{k}") for k in range(230)]
    learn(engine, sales)
    parts = list(stream_observations(engine, limit=10**6))
    assert [part.count("\n") for part in parts] == [100, 130]
    assert "".join(parts).splitlines() == expected(engine)
    assert lines(engine, limit=150) == expected(engine)[:150]
    assert lines(engine, limit=0) == []

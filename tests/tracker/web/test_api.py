"""The HTTP API, version 1, on SQLite and on PostgreSQL."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from db import light
from db.engine import open_engine
from db.ids import stable_id
from db.store.purge import purge_listings
from tests.tracker.prices import learn
from tests.tracker.web.conftest import SETTINGS
from tests.tracker.web.market import CARD, ask, fill
from tracker.feed import schema
from tracker.web.app import create_app


@pytest.fixture
def api(database_url: str) -> Iterator[TestClient]:
    engine = open_engine(database_url)
    fill(engine, hostile=False)
    engine.dispose()
    with TestClient(create_app(database_url, SETTINGS)) as found:
        yield found


def test_market_gpus_history_deals_and_observations_agree(api: TestClient) -> None:
    market = api.get("/api/v1/market").json()
    assert market["total"] == 4
    row = next(item for item in market["items"] if item["sku"] == CARD)
    assert row["low"] < row["fair_value"] < row["high"]
    assert row["best_offer"]["id"] == "ebay:deal-1"
    assert api.get(f"/api/v1/gpus/{CARD}").json()["market"] == row
    assert api.get(f"/api/v1/gpus/{CARD}").json()["gpu"]["vram_gb"] == 24

    deals = api.get("/api/v1/deals").json()
    assert {item["id"] for item in deals["items"]} == {"ebay:deal-1", "ebay:deal-2"}
    assert datetime.fromisoformat(deals["as_of"]) <= datetime.now(UTC)
    assert api.get("/api/v1/deals?all=true").json()["total"] == 3
    assert api.get("/api/v1/deals?min_vram=24&max_price=300").json()["total"] == 1

    history = api.get(f"/api/v1/gpus/{CARD}/history?kind=sold").json()
    assert sum(item["n"] for item in history["items"]) == 20
    assert {item["kind"] for item in history["items"]} == {"sold"}

    lines = [json.loads(line) for line in api.get(f"/api/v1/observations?sku={CARD}&kind=sold").text.splitlines()]
    assert len(lines) == 20
    assert all(line["currency"] == "USD" and isinstance(line["unit_price"], int) for line in lines)
    assert not [line for line in lines if {"title", "url", "body", "link"} & set(line)]


def test_lists_are_paged(api: TestClient) -> None:
    whole = api.get("/api/v1/market").json()["items"]
    parts = [api.get(f"/api/v1/market?limit=1&offset={offset}").json() for offset in range(5)]
    assert [item for part in parts for item in part["items"]] == whole
    assert {part["total"] for part in parts} == {4}
    assert api.get("/api/v1/gpus?limit=2&min_vram=80").json()["items"][0]["vram_gb"] >= 80


def test_the_stream_goes_on_after_the_last_line_read(api: TestClient) -> None:
    whole = api.get("/api/v1/observations").text.splitlines()
    read: list[str] = []
    after = ""
    while True:
        lines = api.get(f"/api/v1/observations?limit=7{after}").text.splitlines()
        if not lines:
            break
        read += lines
        after = f"&after={json.loads(lines[-1])['id']}"
    assert read == whole
    assert len(whole) > 60
    assert api.get("/api/v1/observations?after=1").status_code == 404


def test_a_past_day_knows_only_what_was_seen_before(api: TestClient) -> None:
    day = (datetime.now(UTC) - timedelta(days=20)).date()
    then = api.get(f"/api/v1/market?as_of={day}").json()
    assert {item["as_of"] for item in then["items"]} == {day.isoformat()}
    assert not [item for item in then["items"] if item["best_offer"]]
    now = {item["sku"]: item["n"] for item in api.get("/api/v1/market").json()["items"]}
    assert all(item["n"] < now[item["sku"]] for item in then["items"])
    for path in (f"/api/v1/gpus/{CARD}/history", "/api/v1/observations"):
        assert day.isoformat() > max(_days(api.get(f"{path}?as_of={day}").text))
    assert api.get("/api/v1/market?as_of=0001-01-01").json()["total"] == 0
    assert api.get("/api/v1/market?as_of=9999-12-31").json()["total"] == 4


def _days(text: str) -> set[str]:
    rows = [json.loads(line) for line in text.splitlines()]
    rows = rows[0].get("items", rows)
    return {(row.get("day") or row["observed_at"])[:10] for row in rows}


def test_other_currencies_and_conditions(api: TestClient) -> None:
    row = api.get("/api/v1/market?currency=eur&min_vram=24&max_price=280").json()["items"][0]
    assert row["currency"] == "EUR"
    new = api.get("/api/v1/market?condition=new").json()["items"]
    assert {item["fair_value"] for item in new} == {None}
    assert all(item["reason"] for item in new)
    unknown = api.get("/api/v1/market?currency=XXA")
    assert (unknown.status_code, unknown.json()["error"]["field"]) == (422, "currency")


def test_the_feed_is_sent_once_as_long_as_it_stays_the_same(api: TestClient, database_url: str) -> None:
    import jsonschema

    first = api.get("/api/v1/catalog")
    jsonschema.validate(first.json(), schema())
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert parsedate_to_datetime(modified) <= datetime.now(UTC)
    for headers in ({"if-none-match": tag}, {"if-none-match": f'"x", W/{tag}'}, {"if-modified-since": modified}):
        again = api.get("/api/v1/catalog", headers=headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["x-content-type-options"] == "nosniff"
    assert api.get("/api/v1/catalog", headers={"if-none-match": '"x"'}).status_code == 200
    assert api.get("/api/v1/catalog", headers={"if-modified-since": "yesterday"}).status_code == 200

    engine = open_engine(database_url)
    learn(engine, [ask("deal-3", "another RTX 3090", 555)])
    engine.dispose()
    snapshots = api.app.state.snapshots  # type: ignore[attr-defined]
    snapshots._read()
    assert api.get("/api/v1/catalog", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("by", ["day", "week"])
def test_a_purged_price_leaves_the_history_that_was_kept(api: TestClient, database_url: str, by: str) -> None:
    path, snapshots = f"/api/v1/gpus/{CARD}/history?kind=sold&by={by}", api.app.state.snapshots  # type: ignore[attr-defined]

    def prices() -> list[float]:
        return [row[name] for row in api.get(path).json()["items"] for name in ("min", "max")]

    highest = max(prices())
    engine = open_engine(database_url)
    seen = light.observation
    with engine.begin() as conn:
        dear = select(seen.c.listing_id).where(seen.c.gpu_id == stable_id("gpu", CARD), seen.c.kind == "sold")
        purge_listings(conn, conn.execute(dear.where(seen.c.unit_price == round(highest * 100))).scalars().all())
    engine.dispose()
    snapshots._next_check = 0.0  # as it is within seconds
    deadline = time.monotonic() + 20
    while max(prices()) >= highest and time.monotonic() < deadline:
        time.sleep(0.05)
    assert max(prices()) < highest
    assert f'"unit_price":{round(highest * 100)}' not in api.get(f"/api/v1/observations?sku={CARD}&kind=sold").text


@pytest.mark.parametrize(
    "path",
    ["/", f"/gpus/{CARD}", "/deals", "/api/v1/market", "/api/v1/gpus", "/api/v1/catalog",
     "/api/v1/deals?all=true", f"/api/v1/gpus/{CARD}/history", "/api/v1/observations"],
)  # fmt: skip
def test_an_answer_is_compressed_for_who_can_read_that_and_the_same_otherwise(api: TestClient, path: str) -> None:
    packed = api.get(path, headers={"accept-encoding": "gzip"})
    plain = api.get(path, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert "accept-encoding" in plain.headers["vary"].lower()
    assert packed.text == plain.text
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_openapi_describes_the_api_and_nothing_of_the_pages(api: TestClient) -> None:
    described = api.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/healthz", "/api/v1/market", "/api/v1/deals", "/api/v1/gpus", "/api/v1/gpus/{sku}",
        "/api/v1/gpus/{sku}/history", "/api/v1/observations", "/api/v1/catalog",
    }  # fmt: skip
    assert all(set(methods) == {"get"} for methods in described["paths"].values())


def test_a_long_stream_holds_little_in_memory_and_no_connection(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db import observing

    monkeypatch.setattr(observing, "_PART", 5)
    engine = open_engine(database_url)
    fill(engine, hostile=False)
    parts = observing.stream_observations(engine, limit=17)
    sizes = []
    for part in parts:
        sizes.append(part.count("\n"))
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert sizes == [5, 5, 5, 2]
    lines = "".join(observing.stream_observations(engine, limit=10**6)).splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert len(set(ids)) == len(ids) > 60
    engine.dispose()

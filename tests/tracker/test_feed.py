"""The planner's feed: its schema, its order, and what it may hold."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from sqlalchemy import Engine

from db.errors import GpudealsError
from tests.tracker.prices import at, learn
from tests.tracker.pricing.test_offers import CARD, NOW, ask, sold
from tracker.catalog import catalog
from tracker.feed import SCHEMA_VERSION, as_csv, as_json, as_parquet, feed, flat, schema
from tracker.resale import declines, outlooks, regime


def document(engine: Engine) -> dict[str, Any]:
    learn(engine, sold())
    learn(engine, [ask("1", 540), ask("2", 560, shipping_minor=None), ask("3", 520), ask("4", 600), ask("bait", 120)])
    return feed(engine, NOW)


def card(found: dict[str, Any], sku: str = CARD) -> dict[str, Any]:
    (one,) = [one for one in found["cards"] if one["sku"] == sku]
    assert isinstance(one, dict)
    return one


def test_the_feed_is_what_its_schema_says(engine: Engine) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())
    validator.validate(document(engine))


def test_an_empty_database_gives_a_valid_feed_of_all_cards(engine: Engine) -> None:
    found = feed(engine, NOW)
    jsonschema.Draft202012Validator(schema()).validate(found)
    assert [one["sku"] for one in found["cards"]] == sorted(gpu.slug for gpu in catalog())
    assert card(found)["price"]["reason"] == "never seen on offer"


def test_two_exports_of_one_state_are_the_same_to_the_byte(engine: Engine) -> None:
    first = document(engine)
    later = feed(engine, NOW + timedelta(minutes=5))
    assert as_json(first) == as_json(later)
    assert as_csv(first) == as_csv(later)


def test_a_card_has_value_interval_and_its_best_offers(engine: Engine) -> None:
    found = card(document(engine))
    price = found["price"]
    assert price["low"] < price["fair_value"] < price["high"]
    assert price["kind"] in ("sold", "mixed")
    assert [offer["id"] for offer in found["offers"]] == ["ebay:3", "ebay:1", "ebay:4"]  # known shipping first
    assert found["offers"][0]["link"] == "https://www.ebay.com/itm/3"
    assert found["offers"][0]["deal"]


def test_what_a_source_does_not_let_be_published_is_not_in_it(engine: Engine) -> None:
    learn(engine, sold())
    learn(engine, [ask("1", 540, when=60 - 1 / 24, seen_as="api")], "crawl", "ebay_browse")
    assert card(feed(engine, NOW))["offers"] == []


def test_the_outlook_is_an_interval_in_the_regime_of_the_market(engine: Engine) -> None:
    resale = card(document(engine))["resale"]
    assert resale["regime"] == "unknown"  # no trend over 90 days yet
    for one in resale["outlook"]:
        assert one["low"] < one["median"] < one["high"]
        assert len(one["usd"]) == 3


@pytest.mark.parametrize(
    ("trend", "said"), [(None, "unknown"), (-0.27, "crash"), (-0.1, "calm"), (0.05, "calm"), (-0.99, "crash")]
)
def test_the_regime_follows_from_the_trend(trend: float | None, said: str) -> None:
    assert regime(trend) == said


def test_outlooks_compound_the_measured_declines() -> None:
    half, year, two = outlooks(declines()["calm"])
    assert (year.low, year.median, year.high) == (0.617, 0.706, 0.82)
    assert half.median == pytest.approx(year.median**0.5, abs=0.001)
    assert two.median == pytest.approx(year.median**2, abs=0.001)


def test_csv_and_parquet_have_one_flat_row_a_card(engine: Engine) -> None:
    found = document(engine)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == len(found["cards"])
    (row,) = [row for row in rows if row["sku"] == CARD]
    assert row["offer_landed"] == "520.0"
    assert row["schema_version"] == SCHEMA_VERSION
    assert not any(isinstance(value, list | dict) for value in flat(found)[0].values())
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    table = pd.read_parquet(io.BytesIO(as_parquet(found)))
    assert list(table.columns) == list(rows[0])
    assert len(table) == len(rows)


def test_without_pyarrow_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(GpudealsError, match=r"install gpudeals\[parquet\]"):
        as_parquet({"cards": []})


def test_the_json_is_plain(engine: Engine) -> None:
    assert json.loads(as_json(document(engine)))["as_of"] == at(60).date().isoformat()

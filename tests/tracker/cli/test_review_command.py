"""`gpudeals review` and `gpudeals explain ID`: what is stored, and how it was read."""

import json

import pytest
from typer.testing import CliRunner

from db.engine import open_engine
from tests.tracker.prices import at, row, store
from tracker.cli.main import app
from tracker.ingest import ingest


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    engine = open_engine(sqlite_url)
    titles = [
        "EVGA GeForce RTX 3090 24GB",
        "AMD Radeon graphics card",
        "Radeon gaming graphics card DP HDMI",
        "MSI GeForce GT 710 2GB",
        "Gigabyte RTX 4060 Ti Windforce",
        "RTX 3090 24GB *READ*",
    ]
    store(engine, [row(str(n), title, at(0), 100 + n) for n, title in enumerate(titles)])
    ingest(engine)
    engine.dispose()

    def invoke(*arguments: str):
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return invoke


def test_review_groups_what_is_unmatched_or_unsure(run) -> None:
    rows = json.loads(run("review", "--format", "json").stdout)
    groups = {(row["why"], row["what"]): row["n"] for row in rows}
    assert groups[("unknown_model", "–")] == 2
    assert groups[("no SKU", "GeForce GT 710")] == 1
    assert groups[("open size", "GeForce RTX 4060 Ti")] == 1
    assert groups[("unsure", "GeForce RTX 3090")] == 1
    assert len(rows) == 4
    assert rows[0]["n"] == 2


def test_review_names_an_example_to_look_at(run) -> None:
    rows = json.loads(run("review", "--format", "json").stdout)
    (example,) = [row for row in rows if row["what"] == "GeForce GT 710"]
    assert (example["id"], example["example"]) == ("ebay:3", "MSI GeForce GT 710 2GB")


def test_explain_reads_a_stored_listing_by_its_id(run) -> None:
    found = json.loads(run("explain", "ebay:4", "--format", "json").stdout)
    assert found["id"] == "ebay:4"
    assert found["title"] == "Gigabyte RTX 4060 Ti Windforce"
    assert [(offer["sku"], offer["price"]) for offer in found["offers"]] == [(None, 104.0)]

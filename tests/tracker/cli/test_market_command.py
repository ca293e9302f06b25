"""`gpudeals market`, `gpudeals deals` and `gpudeals catalog export`, as they are typed."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from db.engine import open_engine
from tests.tracker.prices import learn, priced, row
from tests.tracker.pricing.test_market import FIELDS
from tracker.cli.main import app

CARD = "rtx-3090-24gb"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    engine = open_engine(sqlite_url)
    sold = [
        priced(CARD, NOW - timedelta(days=2 + 2 * n), 700 + 20 * (n % 3 - 1), f"s{n}", shipping_minor=0)
        for n in range(50)
    ]
    asks = [
        row("1", CARD, NOW - timedelta(hours=2), 540, shipping_minor=0),
        row("2", CARD, NOW - timedelta(hours=2), 541),
    ]
    learn(engine, [*sold, *asks, priced("tesla-p40-24gb", NOW - timedelta(days=3), 150, "p40")])
    yield engine
    engine.dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})


@pytest.mark.usefixtures("database")
def test_market_as_json_has_the_promised_fields() -> None:
    rows = json.loads(run("market", "--format", "json").stdout)
    assert [row["sku"] for row in rows] == [CARD, "tesla-p40-24gb"]
    assert tuple(rows[0])[: len(FIELDS)] == FIELDS
    assert rows[0]["fair_value"] == pytest.approx(700, rel=0.03)
    assert rows[0]["best_offer"]["id"] == "ebay:1"
    assert rows[1]["fair_value"] is None
    assert rows[1]["reason"] == "1.0 effective prices, 5 are needed"


@pytest.mark.usefixtures("database")
def test_market_as_a_table_says_kind_n_and_what_is_withheld() -> None:
    shown = run("market").stdout
    assert "GeForce RTX 3090 24GB" in shown
    assert "80 % interval" in shown
    assert "withheld, 1 cards" in shown
    assert "1.0 effective prices, 5 are needed" in shown


@pytest.mark.usefixtures("database")
def test_market_as_csv_and_jsonl() -> None:
    table = list(csv.DictReader(io.StringIO(run("market", "--format", "csv").stdout)))
    assert table[0]["sku"] == CARD
    assert table[0]["best_offer_usd"] == "540.0"
    lines = run("market", "--format", "jsonl", "--limit", "1").stdout.splitlines()
    assert [json.loads(line)["sku"] for line in lines] == [CARD]


@pytest.mark.usefixtures("database")
def test_market_as_of_a_day_knows_only_what_was_known() -> None:
    before = (NOW - timedelta(days=60)).date().isoformat()
    rows = json.loads(run("market", "--as-of", before, "--format", "json").stdout)
    assert [row["sku"] for row in rows] == [CARD]
    assert rows[0]["as_of"] == before
    assert rows[0]["best_offer"] is None
    assert rows[0]["n"] < 25


@pytest.mark.usefixtures("database")
def test_wrong_usage_is_told() -> None:
    assert run("market", "--as-of", "yesterday").exit_code == 2
    assert run("market", "--format", "xml").exit_code == 2
    assert run("deals", "--min-discount", "120").exit_code == 2


@pytest.mark.usefixtures("database")
def test_deals_with_their_evidence() -> None:
    (deal,) = json.loads(run("deals", "--format", "json").stdout)
    assert (deal["id"], deal["deal"], deal["link"]) == ("ebay:1", True, "https://www.ebay.com/itm/1")
    shown = run("deals", "--why").stdout
    assert "80 % interval" in shown
    assert "landed $540.00" in shown


@pytest.mark.usefixtures("database")
def test_unknown_shipping_is_shown_and_not_called_a_deal() -> None:
    offers = {offer["id"]: offer for offer in json.loads(run("deals", "--all", "--format", "json").stdout)}
    assert offers["ebay:2"]["landed"] is None
    assert offers["ebay:2"]["deal"] is False
    assert offers["ebay:2"]["why_not"] == ["shipping unknown"]


def test_an_empty_database_says_what_to_do(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    assert "gpudeals import" in run("market").stderr
    assert json.loads(run("market", "--format", "json").stdout) == []
    assert json.loads(run("deals", "--format", "json").stdout) == []


@pytest.mark.usefixtures("database")
def test_export_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "feed.json"
    assert run("catalog", "export", "--out", str(out)).exit_code == 0
    assert json.loads(out.read_text())["schema_version"] == "1.0"
    assert run("catalog", "export", "--format", "csv").stdout.startswith("sku,model,vram_gb,")

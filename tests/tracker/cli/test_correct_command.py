"""``gpudeals correct``."""

import json

import pytest
from typer.testing import CliRunner

from db.engine import open_engine
from db.errors import GpudealsError
from tests.tracker.prices import at, priced, row, store
from tracker.cli.main import app


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    engine = open_engine(sqlite_url)
    store(engine, [row("1", "NVIDIA GeForce RTX 3090 24GB graphics card", at(0), 700)])
    store(engine, [row("2", "EVGA RTX 3080 graphics card", at(0), 400), row("3", "Zotac RTX 3080 gaming", at(0), 410)])
    store(engine, [priced("rtx-3090-24gb", at(0), 9, "4", facts={"model": "GeForce RTX 9999"})])
    engine.dispose()

    def invoke(*arguments: str, status: int = 0) -> list[dict[str, object]]:
        result = CliRunner().invoke(app, [*arguments, "--format", "json"])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return json.loads(result.stdout) if status == 0 else []

    return invoke


def test_a_correction_prints_how_the_listing_counts_now(run) -> None:
    (offer,) = run("correct", "ebay:2", "--sku", "rtx 3080 12gb")
    assert (offer["id"], offer["sku"], offer["price"], offer["currency"]) == ("ebay:2", "rtx-3080-12gb", 400, "USD")
    (offer,) = run("correct", "ebay:2", "--reject", "accessory")
    assert (offer["reject"], offer["sku"]) == ("accessory", None)
    (offer,) = run("correct", "ebay:2", "--ignore")
    assert offer["reject"] == "ignored"
    (offer,) = run("correct", "ebay:2", "--undo")
    assert (offer["reject"], offer["sku"], offer["model"]) == (None, None, "GeForce RTX 3080")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ebay:99", "--ignore"], "no listing ebay:99"),
        (["99", "--ignore"], "looks like ebay:"),
        (["ebay:1", "--sku", "rtx 3080"], "which of"),
        (["ebay:1", "--reject", "ugly"], "'ugly' is no reject code"),
        (["ebay:1", "--undo"], "no correction to undo"),
    ],
)
def test_what_cannot_be_said_is_one_line(run, arguments: list[str], said: str) -> None:
    with pytest.raises(GpudealsError, match=said):
        run("correct", *arguments)


@pytest.mark.parametrize("arguments", [[], ["--ignore", "--undo"], ["--sku", "3090", "--reject", "accessory"]])
def test_exactly_one_thing_is_said(run, arguments: list[str]) -> None:
    run("correct", "ebay:1", *arguments, status=2)

"""``gpudeals catalog``: for people with units and sources, for programs as they are."""

import json

import pytest
from typer.testing import CliRunner

from db.errors import GpudealsError
from tracker.cli.main import app


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["catalog", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_list_gives_one_row_a_card_and_filters() -> None:
    rows = json.loads(run("list", "--format", "json", "--vendor", "amd", "--min-vram", "24"))
    assert {row["sku"] for row in rows} >= {"rx-7900-xtx-24gb", "instinct-mi50-32gb"}
    assert all(row["vram_gb"] >= 24 for row in rows)
    assert not any(row["sku"].startswith("rtx") for row in rows)


def test_list_refuses_a_vendor_that_does_not_exist() -> None:
    result = CliRunner().invoke(app, ["catalog", "list", "--vendor", "3dfx"])
    assert result.exit_code == 2
    assert "amd, intel, nvidia" in result.output


def test_show_tells_units_sources_and_what_the_card_is_not() -> None:
    text = run("show", "rtx-3080-10gb")
    assert "760 GB/s" in text
    assert "nvidia.com-compare" in text
    assert "not to be confused with: RTX 3080 12GB" in text


def test_show_gives_programs_every_field() -> None:
    (row,) = json.loads(run("show", "Tesla P40 24GB", "--format", "json"))
    assert (row["slug"], row["vram_gb"], row["fp16_tensor_tflops"]) == ("tesla-p40-24gb", 24, None)
    assert row["release_date"] == "2016-09-13"


def test_an_unknown_card_is_one_line_with_near_names() -> None:
    with pytest.raises(GpudealsError, match=r"no card 'rtx-3080'; did you mean rtx-3080-10gb, rtx-3080-12gb"):
        run("show", "rtx-3080")

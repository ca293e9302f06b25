"""`gpudeals normalize` and `gpudeals explain`, as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tracker.cli.main import app

GPUDEALS = str(Path(sys.executable).with_name("gpudeals"))
PROMISED = (
    *("model", "vram_gb", "sku", "form", "quantity", "price", "currency"),
    *("lot_price", "shipping", "status"),
)


def _run(*arguments: str, text: str | None = None):
    return CliRunner().invoke(app, list(arguments), input=text, catch_exceptions=False)


def _lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_listings_go_in_as_json_lines_and_readings_come_out():
    rows = [
        {"id": "a", "source": "ebay", "title": "EVGA RTX 3080 FTW3 10GB", "price": 380.5, "currency": "USD"},
        {"id": "b", "source": "ebay", "title": "RTX 3080 box only", "price": "20", "currency": "USD"},
    ]
    result = _run("normalize", text="\n".join(map(json.dumps, rows)))
    first, second = _lines(result)
    assert first["id"] == "a"
    assert first["intent"] == "sell"
    assert first["reject"] is None
    (offer,) = first["offers"]
    assert {
        key: offer[key]
        for key in (
            "model",
            "vram_gb",
            "sku",
            "form",
            "quantity",
            "price",
            "currency",
            "lot_price",
            "shipping",
            "status",
        )
    } == {
        "model": "GeForce RTX 3080",
        "vram_gb": 10,
        "sku": "rtx-3080-10gb",
        "form": "desktop",
        "quantity": 1,
        "price": 380.5,
        "currency": "USD",
        "lot_price": None,
        "shipping": "unknown",
        "status": "available",
    }
    assert (offer["broken"], offer["in_system"]) == (False, False)
    assert (second["reject"], second["offers"]) == ("accessory", [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"id": "x"}', "no title"),
        ('{"title": 5}', "no title"),
        ('{"title": "RTX 3090", "price": "cheap"}', "price is no amount"),
        ('{"title": "RTX 3090", "price": "1.2e400"}', "price is no amount"),
        ('{"title": "RTX 3090", "price": NaN}', "price is no amount"),
        ('{"title": "RTX 3090", "price": -5}', "price is no amount"),
        ('{"title": "RTX 3090", "body": ["a"]}', "body is no text"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(line, reason):
    result = _run("normalize", text=f'{line}\n{{"id": "ok", "title": "RTX 3090"}}\n')
    assert [row["id"] for row in _lines(result)] == ["ok"]
    assert result.stderr.startswith("gpudeals: line 1: ")
    assert reason in result.stderr
    assert result.exit_code == 0


def test_a_listing_without_id_is_named_by_its_line():
    result = _run("normalize", text='\n{"title": "RTX 3090"}\n')
    assert _lines(result)[0]["id"] == "2"


def test_nothing_usable_is_an_error():
    result = CliRunner().invoke(app, ["normalize"], input="junk\n")
    assert result.exit_code == 1


def test_reading_streams_and_needs_no_heavy_library():
    program = (
        "import sys; from tracker.cli.main import main; sys.argv = ['gpudeals', 'normalize']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'sqlalchemy', 'sqlmodel', 'numpy', 'scrapy'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input='{"title": "RTX 3090 24GB"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["offers"][0]["sku"] == "rtx-3090-24gb"
    assert done.stderr.strip() == "[]"


def test_explain_underlines_the_card_and_names_rules_and_price():
    shown = _run("explain", "MSI RTX 4070 Ti Super 16GB w/ box", "--price", "600").stdout
    title, marks = shown.splitlines()[:2]
    assert title == "MSI RTX 4070 Ti Super 16GB w/ box"
    assert title[marks.index("^") : len(marks)] == "RTX 4070 Ti Super"
    assert "600.00 USD" in shown
    assert "SKU rtx-4070-ti-super-16gb" in shown


def test_explain_says_what_a_reject_code_means():
    shown = _run("explain", "Bracket for RTX 3090").stdout
    assert "rejected     accessory  A box, bracket, cooler" in shown


def test_explain_as_json_has_places_and_rules():
    found = json.loads(_run("explain", "RTX 5080 32GB", "--format", "json").stdout)
    assert found["reject"] == "contradiction"
    (rule,) = [rule for rule in found["rules"] if rule["rule"] == "contradiction"]
    assert (rule["text"], rule["start"], rule["end"], rule["where"]) == ("RTX 5080", 0, 8, "title")


def test_a_swap_title_is_read_as_a_post():
    found = json.loads(
        _run("explain", "[USA-CA] [H] RTX 3090 FE [W] PayPal\nRTX 3090 FE $700 shipped", "--format", "json").stdout
    )
    assert found["source"] == "hardwareswap"
    assert [(offer["sku"], offer["price"]) for offer in found["offers"]] == [("rtx-3090-24gb", 700)]


def test_control_characters_do_not_reach_the_terminal():
    shown = _run("explain", "RTX 3090 \x1b[31mred\x07 \u202egnp").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown


def test_an_id_that_is_not_stored_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("GPUDEALS_DB", f"sqlite:///{tmp_path}/empty.db")
    from db.engine import open_engine

    open_engine(f"sqlite:///{tmp_path}/empty.db").dispose()
    result = CliRunner().invoke(app, ["explain", "ebay:123456789012"])
    assert result.exit_code == 1
    assert "no listing ebay:123456789012" in str(result.exception)


def test_a_line_that_is_not_utf_8_is_named_and_the_rest_goes_on():
    first, last = (f'{{"id": "{name}", "title": "RTX 3090"}}'.encode() for name in ("first", "last"))
    text = b"\xef\xbb\xbf" + first + b'\n{"title": "\xff\xfe"}\n' + last
    result = CliRunner().invoke(app, ["normalize"], input=text, catch_exceptions=False)
    assert [row["id"] for row in _lines(result)] == ["first", "last"]
    assert "line 2: not UTF-8" in result.stderr


def test_listings_can_come_from_a_file(tmp_path):
    path = tmp_path / "listings.jsonl"
    path.write_text('{"id": "a", "title": "RTX 3090"}\n', encoding="utf-8")
    assert [row["id"] for row in _lines(_run("normalize", str(path)))] == ["a"]


def test_half_characters_do_no_harm():
    line = '{"id": "\\ud83d", "title": "RTX 3090 \\ud83d"}\n'
    done = subprocess.run([GPUDEALS, "normalize"], input=line, capture_output=True, text=True, check=True)
    row = json.loads(done.stdout)
    assert (row["id"], row["offers"][0]["sku"]) == ("\ud83d", "rtx-3090-24gb")

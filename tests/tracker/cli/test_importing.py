"""``gpudeals import`` at the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.crawlers.test_price_csv import HEADER, ROW
from tests.crawlers.test_recognize import KNOWN
from tracker.cli.importing import FIELDS
from tracker.cli.main import app

runner = CliRunner()


def run(*arguments: str) -> Any:
    return runner.invoke(app, ["import", *arguments])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(KNOWN["a page"])
    return path


def test_a_dry_run_prints_the_fields_that_are_promised(page: Path) -> None:
    result = run("--dry-run", "--format", "jsonl", str(page))
    (row,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, tuple(row)) == (0, FIELDS)
    assert row == {
        "source": "ebay",
        "external_id": "300000000001",
        "url": "https://www.ebay.com/itm/300000000001",
        "title": "Velocity V90",
        "body": None,
        "kind": "ask",
        "price": "5.00",
        "price_max": None,
        "buy_now": None,
        "currency": "USD",
        "converted": False,
        "fuzzy": False,
        "shipping": None,
        "condition": None,
        "quantity_sold": None,
        "ended_at": None,
        "page": "page.html",
        "page_state": "results",
    }


@pytest.mark.parametrize(
    ("case", "state"),
    [("blocked_challenge", "blocked"), ("empty_no_results", "empty"), ("layout_changed_price", "layout_changed")],
)
def test_a_page_without_rows_is_a_row_that_says_why(case: str, state: str) -> None:
    path = Path(__file__).resolve().parents[2] / "pages" / "ebay_pages" / case / "input.html"
    result = run("--dry-run", "--format", "jsonl", str(path))
    (row,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (row["page_state"], row["external_id"], row["source"]) == (state, None, "ebay")
    assert result.exit_code == (0 if state == "empty" else 1)


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_a_dry_run_in_other_formats(format: str, page: Path) -> None:
    result = run("--dry-run", "--format", format, str(page))
    assert result.exit_code == 0
    assert "Velocity V90" in result.stdout


def test_a_dry_run_needs_no_database(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_DB", "postgresql://nobody@127.0.0.1:1/none")
    assert run("--dry-run", str(page)).exit_code == 0


def test_a_dry_run_loads_neither_database_nor_scrapy(page: Path) -> None:
    code = (
        "import sys; sys.argv = ['gpudeals', 'import', '--dry-run', sys.argv[1]]\n"
        "from tracker.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'scrapy', 'pandas', 'numpy', 'praw'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(page)], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    result = runner.invoke(app, ["import", "--dry-run", "--format", "jsonl", "-"], input=KNOWN["a price CSV"])
    assert [json.loads(line)["price"] for line in result.stdout.splitlines()] == ["700.50"]


def test_an_import_says_what_came_of_it(page: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    (page.parent / "prices.csv").write_text(f"{HEADER}\n{ROW}\n{ROW.replace('700.50', 'NaN')}\n")
    result = run(str(page), str(page.parent / "prices.csv"))
    assert result.exit_code == 0
    assert "prices.csv:3: price 'NaN' is not an amount" in result.stderr
    assert "2 files used, 0 skipped; 2 listings: 2 new, 0 changed, 0 the same; 1 row could not be read" in result.stderr
    assert "1 offer" in result.stderr


BAD = {
    "empty.csv": (b"", "empty"),
    "truncated.json": (KNOWN["a search"][:-30], "truncated JSON"),
    "other.html": (b"<html><body>another site</body></html>", "a web page that is not of eBay"),
    "header.csv": (b"observed_at,model,price\n", "a price CSV, but the header lacks"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_status_1(
    name: str, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    body, reason = BAD[name]
    (tmp_path / name).write_bytes(body)
    result = run(str(tmp_path / name))
    assert result.exit_code == 1
    first, summary = result.stderr.splitlines()
    assert first.startswith(f"{name}: skipped: {reason}")
    assert summary.startswith("0 files used, 1 skipped")


def test_titles_that_steer_a_terminal_are_shown_without_that(tmp_path: Path) -> None:
    body = KNOWN["an item"].replace(b"Velocity V90", b"V90 \\u001b[31mred\\u0007 \\u202eback")
    (tmp_path / "item.json").write_bytes(body)
    table = run("--dry-run", str(tmp_path / "item.json")).stdout
    exact = json.loads(run("--dry-run", "--format", "jsonl", str(tmp_path / "item.json")).stdout)
    assert not {"\x1b", "\x07", "\u202e"} & set(table)
    assert exact["title"] == "V90 \x1b[31mred\x07 \u202eback 24GB"


def test_a_time_that_is_none_is_wrong_usage(page: Path) -> None:
    result = run("--dry-run", "--observed-at", "yesterday", str(page))
    assert result.exit_code == 2
    assert "no ISO 8601 time" in result.stderr


def test_a_path_that_is_not_there(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    result = run("/nowhere/at/all.json")
    assert result.exit_code == 1
    assert "/nowhere/at/all.json: there is no such file" in result.stderr

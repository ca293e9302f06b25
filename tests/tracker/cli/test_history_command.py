"""``gpudeals history`` as a person and a program meet it."""

import csv
import io
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from db.engine import open_engine
from db.errors import GpudealsError
from tests.tracker.prices import at, learn, priced
from tracker.cli.history import sparkline
from tracker.cli.main import app

FIELDS = ["day", "kind", "condition", "n", "min", "p25", "median", "p75", "max", "currency"]


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    engine = open_engine(sqlite_url)
    learn(engine, [priced("rtx-3090-24gb", at(day), 600 + day, str(day)) for day in range(10)])
    learn(engine, [priced("rtx-3090-24gb", at(3), 700, "ask", kind="ask", currency="CAD")])
    engine.dispose()

    def invoke(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["history", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.stdout

    return invoke


def test_json_has_the_promised_fields(run) -> None:
    rows = json.loads(run("3090", "--format", "json"))
    assert [list(found) for found in rows] == [FIELDS] * 11
    assert rows[0] == {
        "day": "2026-03-02",
        "kind": "sold",
        "condition": "pooled",
        "n": 1,
        **dict.fromkeys(("min", "p25", "median", "p75", "max"), 600.0),
        "currency": "USD",
    }


def test_jsonl_and_csv_say_the_same(run) -> None:
    rows = json.loads(run("rtx-3090-24gb", "--format", "json"))
    assert [json.loads(line) for line in run("3090", "-f", "jsonl").splitlines()] == rows
    table = list(csv.reader(io.StringIO(run("3090", "--format", "csv"))))
    assert table[0] == FIELDS
    assert [line[0] for line in table[1:]] == [found["day"] for found in rows]


def test_a_table_shows_each_series_as_a_line(run) -> None:
    shown = run("3090", "--by", "day")
    assert "GeForce RTX 3090 24GB" in shown
    assert "▁" in shown
    assert "█" in shown
    assert "600.00 → 609.00 USD" in shown
    assert "700.00 → 700.00 CAD" in shown


@pytest.mark.parametrize(
    ("arguments", "n"),
    [
        (["--by", "week"], 3),
        (["--by", "month"], 2),
        (["--kind", "sold"], 10),
        (["--kind", "sold", "--kind", "ask"], 11),
        (["--kind", "closed"], 0),
        (["--condition", "new"], 0),
        (["--condition", "used"], 11),
        (["--currency", "cad"], 1),
        (["--since", "2026-03-09"], 3),
        (["--until", "2026-03-02"], 1),
        (["--as-of", "2026-03-04"], 2),
    ],
)
def test_filters(run, arguments: list[str], n: int) -> None:
    assert len(json.loads(run("3090", *arguments, "--format", "json"))) == n


def test_a_card_without_prices_is_said_and_no_error(run) -> None:
    assert json.loads(run("rtx 3060 12gb", "--format", "json")) == []
    assert run("rtx 3060 12gb") == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("3080", "which of rtx-3080-10gb, rtx-3080-12gb"),
        ("rtx 3080 11gb", "rtx-3080-10gb"),
        ("rtx 30900", "did you mean"),
        ("banana", "gpudeals catalog list"),
        ("", "gpudeals catalog list"),
    ],
)
def test_a_name_that_is_no_card_is_asked_back(run, name: str, said: str) -> None:
    with pytest.raises(GpudealsError, match=said):
        run(name)


@pytest.mark.parametrize("arguments", [["--since", "yesterday"], ["--by", "year"], ["--kind", "wish"]])
def test_wrong_usage_is_status_2(run, arguments: list[str]) -> None:
    run("3090", *arguments, status=2)


@pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed (extra parquet)")
def test_parquet_holds_the_frame(run, tmp_path: Path) -> None:
    import pandas as pd

    run("3090", "--parquet", str(tmp_path / "h.parquet"))
    frame = pd.read_parquet(tmp_path / "h.parquet")
    assert list(frame.columns) == FIELDS
    assert len(frame) == 11


def test_without_pyarrow_one_line_says_what_to_install(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(GpudealsError, match=r"gpudeals\[parquet\]"):
        run("3090", "--parquet", str(tmp_path / "h.parquet"))


def test_a_question_imports_neither_pandas_nor_the_models(run) -> None:
    script = (
        "import sys; sys.argv = ['gpudeals', 'history', '3090', '--format', 'json']\n"
        "from tracker.cli.main import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "print([m for m in ('pandas', 'sqlmodel', 'alembic', 'scrapy') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([5], "▄"),
        ([5, 5, 5], "▄▄▄"),
        ([0, 7], "▁█"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
    ],
)
def test_sparkline(values: list[float], line: str) -> None:
    assert sparkline(values) == line


def test_a_long_series_is_averaged_into_the_width() -> None:
    assert sparkline([float(n) for n in range(600)], width=8) == "▁▂▃▄▅▆▇█"

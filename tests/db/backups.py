"""A database that holds something of every kind, for tests of backups."""

import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from db import light
from db.store import correct, set_cursor, spend
from tests.db.rows import crawl, hour, sighting
from tests.db.test_purge import PRICES, read


def fill(engine: Engine) -> None:
    """Rows in every kind of table, with text that is hard to keep."""
    read(engine, [sighting("kept", 1), sighting("purged", 2), sighting("other", 30)], PRICES)
    crawl(engine, [sighting("1", 3, "\x07 ␀ 🟢 \u2028", facts={"a": [1, None, "ü"]}, created_at=hour(1.00001))], at=3)
    crawl(engine, [sighting("1", 4, "B")], at=4, outcome="suspect")
    with engine.begin() as conn:
        set_cursor(conn, "ebay", "page", "2", now=hour(1))
        spend(conn, "ebay", "browse", "2026-11-24", calls=7, limit=10)
        correct(conn, "ebay", "1", "ignore", None, now=hour(1))
        watch = {"id": 1, "name": "w", "email": "a@example.org", "rule": {"min_vram": 24}, "delivery": "instant"}
        conn.execute(insert(light.watch), watch | {"enabled": True, "origin": "cli", "created_at": hour(1)})


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as conn:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(select(table))), key=repr) for table in light.TABLES
        }


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

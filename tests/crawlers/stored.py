"""What a crawl of the tests has stored."""

import json
from typing import Any

from sqlalchemy import Engine, text


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query)))


def count(engine: Engine, table: str) -> int:
    return int(rows(engine, f"SELECT count(*) FROM {table}")[0][0])


def known(engine: Engine) -> set[str]:
    return {row[0] for row in rows(engine, "SELECT external_id FROM raw_listing")}


def counters(engine: Engine) -> dict[str, Any]:
    found = rows(engine, "SELECT counters FROM crawl_run ORDER BY started_at DESC LIMIT 1")[0][0]
    value: dict[str, Any] = json.loads(found)
    return value

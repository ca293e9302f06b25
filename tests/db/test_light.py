"""The light clauses say what the models say."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, TableClause, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

import db.models  # noqa: F401
from db import light


def test_every_table_of_the_models_has_a_light_one() -> None:
    assert {t.name for t in light.TABLES} == set(SQLModel.metadata.tables)


def test_tables_stand_behind_those_that_they_refer_to() -> None:
    names = [t.name for t in light.TABLES]
    for name, model in SQLModel.metadata.tables.items():
        for key in model.foreign_keys:
            assert names.index(key.column.table.name) < names.index(name)


@pytest.mark.parametrize("clause", light.TABLES, ids=lambda t: t.name)
def test_columns_have_the_names_and_types_of_the_model(clause: TableClause) -> None:
    model = SQLModel.metadata.tables[clause.name]
    for dialect in (sqlite.dialect(), postgresql.dialect()):

        def described(columns, dialect=dialect):
            return [(c.name, c.type.compile(dialect)) for c in columns]

        assert described(clause.columns) == described(model.columns)


def test_times_days_and_json_come_back_as_they_went_in(engine: Engine) -> None:
    berlin = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    with engine.begin() as connection:
        connection.execute(
            insert(light.crawl_run),
            {"id": 2**62, "source": "ebay", "kind": "crawl", "started_at": berlin, "outcome": "ok"}
            | {"accepted": False, "counters": {"a": [1]}},
        )
        connection.execute(
            insert(light.gpu),
            {"id": 1, "slug": "a", "model": "A", "vram_gb": 24.0, "vendor": "v", "memory_type": "m"}
            | {"form_factor": "f", "specs": {}},
        )
        connection.execute(
            insert(light.daily_price),
            {"gpu_id": 1, "kind": "ask", "condition": "used", "currency": "USD", "day": date(2026, 11, 23), "n": 1}
            | dict.fromkeys(("min", "p25", "median", "p75", "max"), 50000),
        )
    with engine.connect() as connection:
        run = connection.execute(select(light.crawl_run)).one()
        day = connection.execute(select(light.daily_price.c.day)).scalar_one()
    assert (run.id, run.started_at, run.accepted, run.counters) == (2**62, berlin, False, {"a": [1]})
    assert run.started_at.tzinfo is UTC
    assert day == date(2026, 11, 23)


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with engine.connect() as connection, pytest.raises(Exception, match="no time zone"):
        connection.execute(select(light.crawl_run).where(light.crawl_run.c.started_at < naive))


def test_reading_imports_no_model() -> None:
    script = "import sys, db.light, db.queries, db.engine, db.store; print('sqlmodel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr

"""The schema: what the migrations make is what the models say, and the program brings it about itself."""

import subprocess
import sys
from typing import TextIO

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from db.engine import open_engine, schema_version
from db.errors import GpudealsError
from db.migrations import HEAD
from db.migrations.check import differences
from db.migrations.upgrade import alembic_config
from tests.db.forks import Child


def test_head_is_what_alembic_calls_head() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) is None


def test_an_empty_database_is_migrated_when_it_is_opened(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    assert schema_version(engine) == HEAD
    assert "raw_listing" in inspect(engine).get_table_names()
    engine.dispose()


def test_processes_that_open_an_empty_database_at_once_all_find_it_migrated(empty_database_url: str) -> None:
    def work(say: TextIO) -> None:
        print(schema_version(open_engine(empty_database_url)), file=say)

    workers = [Child(work) for _ in range(4)]
    assert [line for worker in workers for line in worker.lines()] == [HEAD] * 4
    assert [worker.wait() for worker in workers] == [0] * 4


def test_a_database_that_another_process_makes_meanwhile_is_ours(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter([None, HEAD])
    monkeypatch.setattr("db.engine.schema_version", lambda _: next(versions, HEAD))
    open_engine(database_url).dispose()


def test_a_database_at_head_is_opened_without_alembic(database_url: str) -> None:
    script = (
        "import sys; from db.engine import open_engine; open_engine(sys.argv[1]);"
        "print([m for m in ('alembic', 'sqlmodel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, database_url], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_database_of_a_newer_program_is_refused_with_both_versions(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(GpudealsError, match=rf"schema 9999, newer .* knows {HEAD}"):
        open_engine(database_url)


def test_an_empty_database_opened_for_reading_is_left_alone(empty_database_url: str) -> None:
    with pytest.raises(GpudealsError, match=r"db upgrade|no database at"):
        open_engine(empty_database_url, read_only=True)

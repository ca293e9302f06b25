"""The command line answers at once: what it must not import to do so (the seconds are in `make bench`)."""

import subprocess
import sys

import pytest

HEAVY = {"pandas", "numpy", "sqlalchemy", "sqlmodel", "alembic", "scrapy", "praw", "fastapi", "pydantic", "apscheduler"}
RUN = """
import sys
sys.argv = ["gpudeals", *{arguments!r}]
from tracker.cli.main import main
try:
    main()
except SystemExit as stop:
    code = stop.code
print("LOADED", *sorted({heavy!r} & set(sys.modules)))
"""


def loaded_by(*arguments: str) -> set[str]:
    code = RUN.format(arguments=list(arguments), heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("LOADED"), done.stderr
    return set(last.split()[1:])


@pytest.mark.parametrize("arguments", [("--help",), ("market", "--help"), ("import", "--help"), ("crawl", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) <= {"pydantic"}


def test_market_does_without_pandas_and_the_orm() -> None:
    loaded_by("market")  # makes the database, which takes a migration
    assert not loaded_by("market") & {"pandas", "sqlmodel", "fastapi", "scrapy", "praw", "alembic"}

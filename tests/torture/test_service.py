"""The service for a simulated month, and a thousand restarts of it."""

from pathlib import Path

from sqlalchemy import Engine

from db.engine import open_engine
from tests.tracker.soak import soak
from tests.tracker.test_schedule import restarts

WARM = 2  # the third day: everything that is loaded once is loaded


def test_30_days_leak_nothing(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    found = soak(engine, sqlite_url, tmp_path, days=30, minutes=360, scale=0.2)
    engine.dispose()
    megabytes = [round(memory / 1e6, 1) for memory in found.memory]
    print(f"\nmemory by day in MB: {megabytes}; open files {found.files[WARM]} to {found.files[-1]}")
    print(f"slots {dict(found.outcomes)}, alerts {dict(found.alerts)}, log at most {found.log_bytes / 1e6:.1f} MB")
    assert found.failures == []
    assert found.memory[-1] < 1.05 * found.memory[WARM]
    assert found.files[-1] <= found.files[WARM]
    assert found.log_bytes < 64e6


def test_1000_restarts_around_due_times(engine: Engine) -> None:
    restarts(engine, 1_000)

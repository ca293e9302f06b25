"""The service lives for two simulated days on the sandbox; for 30 in tests/torture/test_service.py."""

from pathlib import Path

from db.engine import open_engine
from tests.tracker.soak import soak


def test_the_whole_chain_runs_by_itself(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    found = soak(engine, sqlite_url, tmp_path, days=2, minutes=720, scale=0.15)
    engine.dispose()
    assert found.failures == []
    assert found.outcomes["ok"] > 50 and found.alerts["sent"] > 0
    assert found.files[0] == found.files[-1]
    assert (tmp_path / "mails.mbox").stat().st_size > 0

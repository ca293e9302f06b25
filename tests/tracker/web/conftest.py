"""The application on a small market."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from db.engine import open_engine
from tests.tracker.web.market import TOKEN, fill
from tracker.settings import WebSection
from tracker.web.app import create_app

SETTINGS = WebSection(token=TOKEN, requests_per_minute=100_000)


@pytest.fixture(scope="session")
def market_file(sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite database with the small market, as bytes."""
    path = tmp_path_factory.mktemp("market") / "market.db"
    path.write_bytes(sqlite_template)
    engine = open_engine(f"sqlite:///{path}")
    fill(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def market_url(market_file: bytes, tmp_path: Path) -> str:
    """URL of a database of its own with the small market."""
    path = tmp_path / "market.db"
    path.write_bytes(market_file)
    return f"sqlite:///{path}"


@pytest.fixture
def client(market_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser without a session. The token of the settings also signs what mails carry."""
    monkeypatch.setenv("GPUDEALS_WEB_TOKEN", TOKEN)
    with TestClient(create_app(market_url, SETTINGS), follow_redirects=False) as found:
        yield found


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[TestClient]:
    """The application on an empty database."""
    with TestClient(create_app(sqlite_url, SETTINGS), follow_redirects=False) as found:
        yield found

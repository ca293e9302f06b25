"""The API against its own description, in full: 2,000 requests, 0 server errors, 0 violations of the schema."""

from pathlib import Path

from fastapi.testclient import TestClient

from db.engine import open_engine
from tests.tracker.web.fuzzing import fuzz
from tests.tracker.web.market import fill
from tracker.settings import WebSection
from tracker.web.app import create_app

CASES = 2_000


def test_2_000_generated_requests(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/market.db"
    engine = open_engine(url)
    fill(engine)
    engine.dispose()
    with TestClient(create_app(url, WebSection(requests_per_minute=1_000_000))) as client:
        found = fuzz(client, CASES)
    print(f"{found.requests:,} requests, {len(found.problems)} problems")
    assert found.problems == []
    assert found.requests >= CASES

"""The OpenAPI description is true: what it allows is answered, what it forbids is refused, and nothing fails."""

from fastapi.testclient import TestClient

from tests.tracker.web.fuzzing import fuzz

CASES = 100


def test_100_generated_requests(client: TestClient) -> None:
    found = fuzz(client, CASES)
    assert found.problems == []
    assert found.requests >= CASES

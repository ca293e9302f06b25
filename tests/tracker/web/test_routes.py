"""Every route either only reads, or wants the token and proof that its own page sent the form."""

from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from db.engine import open_engine
from tests.tracker.web.market import CARD, TOKEN, checksum
from tests.tracker.web.reading_html import Page, hidden
from tracker.alerts.tokens import unsubscribe_token
from tracker.settings import WebSection
from tracker.web.app import create_app
from tracker.web.guard import HEADERS

FILLED = {"sku": CARD, "listing": "ebay:deal-1", "token": "x", "watch_id": "1", "action": "delete", "path": "app.css"}
#: What needs no session: the sign-in itself, and the link of a mail, which carries its own signature.
OPEN = {"/watches/sign-in", "/unsubscribe/{token}"}


def routes() -> Iterator[APIRoute]:
    def walk(found: Any) -> Iterator[APIRoute]:
        for route in found:
            if isinstance(route, APIRoute):
                yield route
            elif getattr(route, "original_router", None) is not None:
                yield from walk(route.original_router.routes)
            elif hasattr(route, "routes") and not hasattr(route, "methods"):
                yield from walk(route.routes or [])

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        open_engine(url).dispose()
        app = create_app(url, WebSection())
        yield from walk(app.routes)
        app.state.snapshots.close()


ROUTES = sorted({(method, route.path) for route in routes() for method in route.methods})


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    return path


def test_the_walk_finds_the_routes() -> None:
    assert {path for _, path in ROUTES} >= {"/", "/deals", "/watches", "/api/v1/market", "/api/v1/observations"}
    assert {method for method, _ in ROUTES} == {"GET", "POST"}


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "GET"])
def test_reading_changes_nothing(client: TestClient, market_url: str, path: str) -> None:
    engine = open_engine(market_url)
    before = checksum(engine)
    answer = client.get(filled(path))
    assert answer.status_code < 500
    assert client.head(filled(path)).status_code == answer.status_code
    assert client.head(filled(path)).content == b""
    assert checksum(engine) == before
    engine.dispose()


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST" and path not in OPEN])
@pytest.mark.parametrize("session", [False, True])
def test_changing_wants_the_session_and_its_csrf_token(
    client: TestClient, market_url: str, path: str, session: bool
) -> None:
    engine = open_engine(market_url)
    if session:
        client.post("/watches/sign-in", data={"token": TOKEN})
    before = checksum(engine)
    for csrf in ("", "0" * 64, "ü"):
        answer = client.post(filled(path), data={"csrf": csrf, "min_vram": "24", "email": "a@example.org"})
        assert answer.status_code == 403
    assert checksum(engine) == before
    engine.dispose()


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/static/app.css"), ("GET", "/nothing"), ("PUT", "/")])
def test_every_answer_carries_the_security_headers(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, filled(path))
    for name, value in HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"]


def test_a_fault_has_the_shape_and_headers_of_every_error(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("tracker.web.reading.market", fail)
    answer = client.get("/api/v1/market")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "fault"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/market.csv").headers["content-type"].startswith("text/html")


def test_an_error_is_json_for_programs_and_a_page_for_people(client: TestClient) -> None:
    answer = client.get("/api/v1/market?min_vram=much")
    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "code": "invalid", "field": "min_vram",
        "message": "Input should be a valid number, unable to parse string as a number",
    }  # fmt: skip
    assert client.get("/api/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.post("/api/v1/market").json()["error"]["code"] == "method_not_allowed"
    assert Page(client.get("/nothing").text).all("h1")


def test_programs_of_other_origins_may_read_the_api_and_nothing_else(client: TestClient) -> None:
    origin = {"origin": "https://planner.example"}
    assert client.get("/api/v1/market", headers=origin).headers["access-control-allow-origin"] == "*"
    asked = origin | {"access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}
    preflight = client.options("/api/v1/catalog", headers=asked)
    assert preflight.status_code == 204
    assert "if-none-match" in preflight.headers["access-control-allow-headers"]
    assert "POST" not in preflight.headers["access-control-allow-methods"]
    for path in ("/watches", "/", "/deals"):
        assert "access-control-allow-origin" not in client.get(path, headers=origin).headers
    assert client.options("/watches", headers=asked).status_code == 405


def test_a_client_that_asks_too_much_is_told_when_to_come_back(market_url: str) -> None:
    with TestClient(create_app(market_url, WebSection(requests_per_minute=5))) as client:
        answers = [client.get("/api/v1/gpus?limit=1") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
        assert answers[-1].json()["error"]["code"] == "too_many_requests"
        assert answers[-1].headers["x-content-type-options"] == "nosniff"
        assert client.get("/").status_code == 200  # a reader at the page is not counted


def test_a_body_longer_than_any_form_is_not_read(client: TestClient) -> None:
    assert client.post("/watches", data={"csrf": "x" * 100_000}).status_code in (400, 413)
    assert client.post("/watches/sign-in", data={"token": "x" * 100_000}).status_code in (400, 413)


def test_the_link_of_a_mail_asks_first_and_ends_the_watch_once(client: TestClient, market_url: str) -> None:
    client.post("/watches/sign-in", data={"token": TOKEN})
    csrf = hidden(Page(client.get("/watches").text), "csrf")
    client.post("/watches", data={"csrf": csrf, "name": "w", "min_vram": "24", "email": "a@example.org"})
    engine = open_engine(market_url)
    with engine.connect() as conn:
        (watch_id,) = conn.exec_driver_sql("SELECT id FROM watch").one()
    client.cookies.clear()
    path = f"/unsubscribe/{unsubscribe_token(TOKEN, [watch_id], 'a@example.org')}"
    before = checksum(engine)
    assert client.get(path).status_code == 200  # mail scanners follow links
    assert checksum(engine) == before
    assert client.post("/unsubscribe/1.forged").status_code == 404
    assert checksum(engine) == before
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    ended = checksum(engine)
    assert ended != before
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert checksum(engine) == ended
    engine.dispose()

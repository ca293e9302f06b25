"""A market that ran for a while, shared by the tests that only look, and ways to ask it."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from crawlers.sandbox import Market, Sandbox
from crawlers.sandbox.messages import Answer, Request

SEARCH = "/buy/browse/v1/item_summary/search"
Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def market() -> Market:
    """Forty days of a market of seed 5; tests must not advance it."""
    made = Market(5)
    made.advance(timedelta(days=40))
    return made


@pytest.fixture(scope="session")
def _ten_days() -> Sandbox:
    return Sandbox(3, days=10, scale=0.4, ebay_daily_calls=10**9, reddit_calls=10**9)


@pytest.fixture
def sandbox(_ten_days: Sandbox) -> Iterator[Sandbox]:
    """A small market of ten days, without a socket; shared, so time must not pass on it."""
    now = _ten_days.now
    yield _ten_days
    _ten_days.faults.clear()
    _ten_days.redesign.clear()
    assert _ten_days.now == now, "a test that lets time pass takes `own_sandbox`"


@pytest.fixture
def own_sandbox() -> Sandbox:
    """A market of its own for a test that changes it."""
    return Sandbox(3, days=6, scale=0.3)


def basic(client: str = "client", secret: str = "secret") -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


def body(answer: Answer) -> Any:
    return json.loads(answer.body)


def ebay_token(sandbox: Sandbox) -> str:
    form = b"grant_type=client_credentials&scope=https%3A%2F%2Fapi.ebay.com%2Foauth%2Fapi_scope"
    request = Request("POST", "/identity/v1/oauth2/token", {"authorization": basic()}, form)
    return str(body(sandbox.answer(request))["access_token"])


def ebay_client(sandbox: Sandbox) -> Ask:
    """Return a function that asks the simulated eBay API with a token."""
    token = ebay_token(sandbox)

    def ask(path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return sandbox.answer(Request("GET", path, {"authorization": f"Bearer {token}", **named}))

    return ask


@pytest.fixture
def ebay(sandbox: Sandbox) -> Ask:
    return ebay_client(sandbox)


def reddit_client(sandbox: Sandbox) -> Ask:
    """Return a function that asks the simulated Reddit API with a token."""
    request = Request("POST", "/api/v1/access_token", {"authorization": basic()}, b"grant_type=client_credentials")
    token = body(sandbox.answer(request))["access_token"]

    def ask(path: str) -> Answer:
        return sandbox.answer(Request("GET", path, {"authorization": f"bearer {token}", "user-agent": "linux:test:1"}))

    return ask


@pytest.fixture
def reddit(sandbox: Sandbox) -> Ask:
    return reddit_client(sandbox)

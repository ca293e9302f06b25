"""Other channels, by the real apprise: what arrives at a server of our own."""

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine
from werkzeug import Request, Response

from db.errors import GpudealsError
from tests.tracker.alerts.market import alerts, on_sale, send, states, watch
from tests.tracker.alerts.test_mail import mail
from tracker.alerts.outcomes import TryAgainError
from tracker.alerts.settings import mail_trouble
from tracker.alerts.transport import transport_for


@pytest.fixture
def taken(httpserver: HTTPServer) -> Iterator[list[dict[str, Any]]]:
    """What the server behind json://…/hook was told, as JSON."""
    told: list[dict[str, Any]] = []

    def take(request: Request) -> Response:
        told.append(request.get_json())
        return Response(status=200)

    httpserver.expect_request("/hook", method="POST").respond_with_handler(take)
    httpserver.expect_request("/busy").respond_with_data("", status=503)
    yield told


def test_an_alert_is_delivered_with_its_text(engine: Engine, httpserver: HTTPServer, taken: list[Any]) -> None:
    on_sale(engine, {"1": 480})
    watch(engine, name="cheap")
    done = send(engine, f"json://127.0.0.1:{httpserver.port}/hook")
    assert (done.mails, done.sent, states(engine)) == (1, 1, {"sent": 1})
    (message,) = taken
    assert message["title"].startswith("GeForce RTX 3090 24 GB for $480")
    assert "https://www.ebay.com/itm/1" in message["message"] and "Watch        cheap" in message["message"]


def test_a_channel_that_refuses_keeps_the_alert_waiting(engine: Engine, httpserver: HTTPServer, taken: Any) -> None:
    on_sale(engine, {"1": 480})
    watch(engine)
    done = send(engine, f"json://me:secretword@127.0.0.1:{httpserver.port}/busy")
    assert (done.mails, done.waiting) == (0, 1)
    (row,) = alerts(engine)
    assert "error=503" in row.last_error and "secretword" not in row.last_error


def test_what_a_listing_says_is_no_markup_there(httpserver: HTTPServer, taken: list[Any]) -> None:
    channel = transport_for(f"json://127.0.0.1:{httpserver.port}/hook?format=html")
    channel.send(mail(title="<b>RTX</b> [click](https://evil.example)"))
    assert "&lt;b&gt;RTX" in taken[0]["message"] and "<b>" not in taken[0]["message"]


def test_a_long_message_comes_in_parts(httpserver: HTTPServer, taken: list[Any], monkeypatch: Any) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 400)
    transport_for(f"json://127.0.0.1:{httpserver.port}/hook").send(mail())
    assert len(taken) > 1
    whole = "".join(part["message"] for part in taken)
    assert "Fair value" in whole and "watch remove" in whole


def test_a_server_that_is_away_is_said(httpserver: HTTPServer) -> None:
    with pytest.raises(TryAgainError, match=r"did not take the message: .*127\.0\.0\.1"):
        transport_for("json://127.0.0.1:9/hook").send(mail())


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setenv("GPUDEALS_MAIL_FROM", "deals@example.org")
    monkeypatch.setenv("GPUDEALS_SMTP_URL", "ntfy://topic")
    assert mail_trouble() == "other channels than mail need the extra: pip install 'gpudeals[notify]'"


@pytest.mark.parametrize("url", ["smpt://me:secretword@host", "nothing://secretword"])
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(GpudealsError, match="no address that apprise can read") as refused:
        transport_for(url)
    assert not re.search("secretword", str(refused.value))

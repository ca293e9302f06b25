"""Watches in the browser: behind the token, by plain forms, without JavaScript."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from db.engine import open_engine
from tests.tracker.web.market import CARD, TOKEN
from tests.tracker.web.reading_html import Page, hidden
from tracker.alerts.configured import sync_settings_watches
from tracker.alerts.watches import watches
from tracker.settings import WebSection
from tracker.web.app import SIGN_IN_TRIES, create_app
from tracker.web.security import SESSION_SECONDS, Sessions

EMAIL = "watcher@example.org"


@pytest.fixture
def signed_in(client: TestClient) -> TestClient:
    answer = client.post("/watches/sign-in", data={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/watches")
    return client


def csrf(client: TestClient) -> str:
    return hidden(Page(client.get("/watches").text), "csrf")


def send(client: TestClient, path: str = "/watches", **fields: str) -> str:
    """Send the form as a browser does, and return the text of the page that comes of it."""
    answer = client.post(path, data={"csrf": csrf(client), **fields})
    return Page(client.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text).text


def action(client: TestClient, what: str) -> str:
    forms = Page(client.get("/watches").text).all("form")
    return next(str(form["action"]) for form in forms if str(form.get("action")).endswith(f"/{what}"))


def test_without_a_session_there_is_a_form_and_no_address(client: TestClient, signed_in: TestClient) -> None:
    send(signed_in, name="mine", sku=CARD, email=EMAIL)
    assert EMAIL in client.get("/watches").text
    client.cookies.clear()
    answer = client.get("/watches")
    assert answer.status_code == 200
    assert "Token" in answer.text
    assert "@" not in Page(answer.text).text
    assert "mine" not in answer.text


def test_the_session_is_a_cookie_for_these_pages_only(client: TestClient) -> None:
    cookie = client.post("/watches/sign-in", data={"token": TOKEN}).headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/watches", f"max-age={SESSION_SECONDS}"):
        assert part in cookie
    assert client.get("/watches").headers["cache-control"] == "no-store"
    assert "content-encoding" not in client.get("/watches", headers={"accept-encoding": "gzip"}).headers


def test_a_watch_is_made_edited_paused_resumed_tried_and_deleted(signed_in: TestClient) -> None:
    assert "big is saved." in send(signed_in, name="big", min_vram="24", below_fair="15", email=EMAIL)
    shown = Page(signed_in.get("/watches").text).text
    assert "24 GB or more; 15 % or more under fair value" in shown
    assert hidden(Page(signed_in.get("/watches?edit=big").text), "min_vram") == "24"
    send(signed_in, editing="big", min_vram="48", email=EMAIL, delivery="daily", quiet_hours="22-07")
    shown = Page(signed_in.get("/watches").text).text
    assert "48 GB or more" in shown
    assert "daily, not 22-07 UTC" in shown
    assert "big is paused." in send(signed_in, action(signed_in, "pause"))
    assert "big goes on." in send(signed_in, action(signed_in, "resume"))
    assert "Test of big: nobody is named to send the mails" in send(
        signed_in, action(signed_in, "test")
    ) or "no mail server is set" in send(signed_in, action(signed_in, "test"))
    assert "big is deleted." in send(signed_in, action(signed_in, "delete"))
    assert "No watches yet" in Page(signed_in.get("/watches").text).text


def test_a_test_is_a_real_mail(signed_in: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_SMTP_URL", f"file://{tmp_path}/mailbox")
    monkeypatch.setenv("GPUDEALS_MAIL_FROM", "gpudeals@example.org")
    send(signed_in, name="w", sku=CARD, email=EMAIL)
    assert f"delivered to {EMAIL}" in send(signed_in, action(signed_in, "test"))
    assert f"To: {EMAIL}" in (tmp_path / "mailbox").read_text()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": EMAIL}, "a watch needs a card, a size or a limit"),
        ({"min_vram": "much", "email": EMAIL}, "min-vram"),
        ({"sku": "rtx-9999", "email": EMAIL}, "the catalog has no card"),
        ({"min_vram": "24", "email": "nobody"}, "nobody"),
        ({"min_vram": "24", "email": EMAIL, "quiet_hours": "late"}, "quiet-hours"),
        ({"min_vram": "24", "email": "a@example.org\r\nBcc: b@example.org"}, "example.org"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_form_keeps_its_fields(
    signed_in: TestClient, fields: dict[str, str], said: str
) -> None:
    answer = signed_in.post("/watches", data={"csrf": csrf(signed_in), "name": "kept", **fields})
    assert answer.status_code == 422
    found = Page(answer.text)
    assert said in found.text
    assert hidden(found, "name") == "kept"
    assert "No watches yet" in found.text


def test_signing_out_ends_the_session_in_this_browser(signed_in: TestClient) -> None:
    send(signed_in, "/watches/sign-out")
    assert "Sign in" in Page(signed_in.get("/watches").text).text


def test_a_wrong_token_is_refused_and_soon_has_to_wait(client: TestClient) -> None:
    answers = [client.post("/watches/sign-in", data={"token": f"guess-{n}"}) for n in range(SIGN_IN_TRIES + 1)]
    assert [answer.status_code for answer in answers] == [403] * SIGN_IN_TRIES + [429]
    assert "That is not the token" in answers[0].text
    assert int(answers[-1].headers["retry-after"]) > 0


def test_without_a_token_nobody_can_sign_in(market_url: str) -> None:
    with TestClient(create_app(market_url, WebSection())) as client:
        assert client.post("/watches/sign-in", data={"token": ""}).status_code == 403
        assert "No token is set" in client.get("/watches").text


def test_a_session_runs_out_and_cannot_be_made_up() -> None:
    sessions = Sessions("token")
    session = sessions.open("token", now=1000)
    assert session is not None
    assert sessions.valid(session, now=1000 + SESSION_SECONDS - 1)
    assert not sessions.valid(session, now=1000 + SESSION_SECONDS + 1)
    later = f"{int(session.split('.')[0]) + 1}.{session.partition('.')[2]}"
    assert not sessions.valid(later, now=1000)
    assert not Sessions("another").valid(session, now=1000)
    for forged in ("", ".", "..", "a.b.c", "9" * 5000, "ü.ü.ü", None):
        assert not sessions.valid(forged, now=1000)


def test_a_watch_of_the_settings_file_is_changed_there(
    signed_in: TestClient, market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gpudeals.toml"
    settings.write_text(f'[[watches]]\nname = "fixed"\nmin_vram = 24\nemail = "{EMAIL}"\n')
    monkeypatch.setenv("GPUDEALS_CONFIG", str(settings))
    engine = open_engine(market_url)
    with engine.begin() as conn:
        assert sync_settings_watches(conn, datetime.now(UTC)) == []
        (watch,) = watches(conn)
    engine.dispose()
    text = signed_in.get("/watches").text
    assert "in the settings file" in text
    assert f"/watches/{watch.id}/delete" not in text
    assert "change it there" in send(signed_in, f"/watches/{watch.id}/delete")
    assert "change it there" in send(signed_in, editing="fixed", min_vram="48", email=EMAIL)
    assert "fixed is paused." in send(signed_in, f"/watches/{watch.id}/pause")
    assert "there is no watch gone" in send(signed_in, editing="gone", min_vram="48", email=EMAIL)

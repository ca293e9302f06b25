"""``gpudeals watch`` and ``gpudeals notify`` as a person meets them."""

import json
import mailbox
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from typer.testing import CliRunner

from db import light
from db.engine import open_engine
from db.errors import GpudealsError
from db.store import begin_run, finish_run, store_page
from tests.tracker.prices import row
from tracker.cli.main import app
from tracker.ingest import ingest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def market(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """Three cards on sale now, and a mailbox file."""
    monkeypatch.setenv("GPUDEALS_DB", sqlite_url)
    monkeypatch.setenv("GPUDEALS_MAIL_FROM", "GPU deals <deals@example.org>")
    monkeypatch.setenv("GPUDEALS_SMTP_URL", f"file:{tmp_path}/mails.mbox")
    monkeypatch.chdir(tmp_path)
    engine = open_engine(sqlite_url)
    now = datetime.now(UTC) - timedelta(hours=2)
    prices = {"1": 480, "2": 470, "3": 700}
    rows = [
        row(key, "NVIDIA GeForce RTX 3090 24GB Founders Edition", now, price, shipping_minor=0, condition="Used",
            condition_id="3000", seen_as="api")
        for key, price in prices.items()
    ]  # fmt: skip
    with engine.begin() as conn:
        run = begin_run(conn, "files", "import", now)
        store_page(conn, run, rows)
        finish_run(conn, run, "ok", None, {}, now)
    ingest(engine)
    return engine


@pytest.fixture
def run(market: Engine) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, GpudealsError):
            return 1, done.stdout, str(done.exception)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return call


def mails(folder: Path) -> list[mailbox.mboxMessage]:
    box = mailbox.mbox(folder / "mails.mbox")
    found = list(box)
    box.close()
    return found


def test_adding_a_watch_shows_what_matches_now(run: Run) -> None:
    status, out, err = run("watch", "add", "--sku", "RTX 3090 24GB", "--max-price", "500", "--email", "me@example.org")
    assert (status, err) == (0, "")
    assert "watch rtx-3090-24gb-1: rtx-3090-24gb; at most $500.00 → me@example.org" in out
    assert "2 of 3 live offers match now:" in out and out.index("$470.00") < out.index("$480.00")


def test_amounts_in_json_are_numbers(run: Run) -> None:
    _, out, _ = run("watch", "add", "--min-vram", "24", "--max-price", "500", "--email", "a@b.org", "--format", "json")
    (found,) = json.loads(out)
    assert found["watch"]["conditions"] == {"min_vram": 24.0, "max_price": 500.0}
    assert [match["landed"] for match in found["matches"]] == [470.0, 480.0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--min-vram", "24"], "no address: give --email"),
        (["--email", "me@example.org"], "a watch needs a card, a size or a limit"),
        (["--sku", "3080", "--email", "a@b.org"], "did you mean rtx-3080-10gb"),
        (["--family", "RTX 9999", "--email", "a@b.org"], "the catalog has no model RTX 9999"),
        (["--min-vram", "8", "--email", "a@b.org\nBcc: x@y.z"], "is no mail address"),
        (["--min-vram", "8", "--email", "a@b.org", "--until", "soon"], "is no date such as"),
        (["--min-vram", "8", "--email", "a@b.org", "--delivery", "hourly"], "none of instant, daily, weekly"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(run: Run, arguments: list[str], line: str) -> None:
    status, _, err = run("watch", "add", *arguments)
    assert status == 1 and line in err


def test_missing_mail_settings_are_said_when_a_watch_is_added(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPUDEALS_SMTP_URL")
    status, _, err = run("watch", "add", "--min-vram", "24", "--email", "me@example.org")
    assert status == 0 and "no mail can be sent yet: no mail server is set" in err


def test_notify_sends_once_and_says_what_it_did(run: Run, tmp_path: Path) -> None:
    run("watch", "add", "--min-vram", "24", "--max-price", "500", "--email", "me@example.org", "--name", "big")
    status, out, _ = run("notify", "--dry-run")
    assert status == 0 and "Subject: GeForce RTX 3090 24 GB for $470 and 1 more" in out
    assert not (tmp_path / "mails.mbox").exists()
    assert run("notify")[:2] == (
        0,
        "1 mails with 2 alerts sent, 0 out of date and not sent, 0 refused for good, 0 waiting\n",
    )
    assert run("notify")[1].startswith("0 mails with 0 alerts sent")
    (mail,) = mails(tmp_path)
    assert mail["To"] == "me@example.org" and "already on offer" in str(mail)
    shown = run("watch", "show", "big")[1]
    assert re.search(r"alerts +2 sent", shown) and "latest alerts" in shown


def test_notify_fails_while_something_waits(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("watch", "add", "--min-vram", "24", "--max-price", "500", "--email", "me@example.org")
    monkeypatch.setenv("GPUDEALS_SMTP_URL", "smtp://127.0.0.1:1")
    status, out, err = run("notify")
    assert status == 1 and "2 waiting" in out and "127.0.0.1:1: ConnectionRefusedError" in err
    monkeypatch.setenv("GPUDEALS_SMTP_URL", f"file:{tmp_path}/mails.mbox")
    assert run("notify")[0] == 0  # back-off or not


def test_a_watch_can_be_changed_paused_tested_and_removed(run: Run, tmp_path: Path) -> None:
    run("watch", "add", "--min-vram", "24", "--max-price", "500", "--email", "me@example.org", "--name", "big")
    assert "at most $600.00" in run("watch", "edit", "big", "--max-price", "600", "--quiet-hours", "22-07")[1]
    assert "(paused)" in run("watch", "edit", "big", "--drop", "max-price", "--drop", "quiet-hours", "--pause")[1]
    (found,) = json.loads(run("watch", "list", "--format", "json")[1])
    assert (found["rule"], found["enabled"], found["quiet_hours"]) == ("24 GB or more", False, None)
    assert run("watch", "test", "big")[1] == "delivered to me@example.org, with the cheapest of 3 matching offers\n"
    assert "this mail is a test" in str(mails(tmp_path)[0])
    assert run("watch", "remove", "big")[0] == 0
    assert "there is no watch big" in run("watch", "test", "big")[2]


def test_a_test_of_a_watch_that_nothing_matches_is_a_real_mail_too(run: Run, tmp_path: Path) -> None:
    run("watch", "add", "--min-vram", "200", "--email", "me@example.org", "--name", "huge")
    assert "without an offer" in run("watch", "test", "huge")[1]
    assert mails(tmp_path)[0]["Subject"] == "gpudeals: a test of huge"


def test_watches_of_the_settings_file(run: Run, tmp_path: Path) -> None:
    toml = tmp_path / "gpudeals.toml"
    toml.write_text('[mail]\nto = "me@example.org"\n[[watches]]\nname = "big"\nmin_vram = 24\nuntil = 2099-01-01\n'
                    '[[watches]]\nname = "odd"\ncolour = "green"\n')  # fmt: skip
    status, out, err = run("watch", "list", "--format", "json")
    assert [(watch["name"], watch["origin"], watch["email"]) for watch in json.loads(out)] == [
        ("big", "settings", "me@example.org")
    ]
    assert status == 0 and "[[watches]] odd: colour: there is no such condition" in err
    assert run("notify")[0] == 1 and len(mails(tmp_path)) == 1  # what can be read is at work all the same
    assert "stands in the settings file" in run("watch", "edit", "big", "--min-vram", "8")[2]
    assert "stands in the settings file" in run("watch", "remove", "big")[2]
    assert run("watch", "edit", "big", "--pause")[0] == 0
    toml.write_text("")
    assert json.loads(run("watch", "list", "--format", "json")[1]) == []


def test_a_stored_rule_that_can_no_longer_be_read_stops_no_other(run: Run, market: Engine) -> None:
    for name in ("old", "good"):
        run("watch", "add", "--min-vram", "24", "--max-price", "500", "--email", f"{name}@example.org", "--name", name)
    with market.begin() as conn:
        conn.execute(update(light.watch).where(light.watch.c.name == "old").values(rule={"gone": 1}))
    assert "cannot be read: gone: there is no such condition" in run("watch", "list", "--format", "json")[1]
    assert run("notify")[1].startswith("1 mails with 2 alerts sent")
    assert "16 GB or more" in run("watch", "edit", "old", "--min-vram", "16", "--drop", "max-price")[1]

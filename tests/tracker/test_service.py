"""The service: its jobs, what it tells the operator, how it begins and ends."""

import contextlib
import mailbox
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db import light
from db.crawls import CRAWLED
from db.store import begin_run, finish_run, store_page
from tests.tracker.alerts.market import watch
from tests.tracker.prices import row
from tracker.jobs import Work
from tracker.notices import tell_operator
from tracker.service_settings import service_settings
from tracker.slots import JobFailedError, Runner
from tracker.upkeep import keep_backup

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = """
[mail]
from = "deals@example.org"
operator = "op@example.org"
[smtp]
url = "file:{folder}/mails.mbox"
[reddit]
client_id = "id"
client_secret = "a secret"
username = "me"
[sources.hardwareswap]
enabled = true
[sources.inbox]
enabled = true
folder = "{folder}/inbox"
[service]
jitter = 0
web = false
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "gpudeals.toml").write_text(SETTINGS.format(folder=tmp_path))
    monkeypatch.setenv("GPUDEALS_CONFIG", str(tmp_path / "gpudeals.toml"))
    return tmp_path


class Script:
    """Crawls that go as they are told: ``ok``, ``failed``, or a fault of the program."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now, self.outcome, self.price = engine, NOW, "ok", 480

    def __call__(self, name: str) -> tuple[int, dict[str, Any]]:
        if self.outcome == "fault":
            raise RuntimeError("no memory")
        with self.engine.begin() as conn:
            run = begin_run(conn, name, "crawl", self.now)
            title = "[US-CA] [H] RTX 3090 [W] $480"
            body = f"Selling an RTX 3090 Founders Edition for ${self.price} shipped."
            more = {"source": "hardwareswap", "seen_as": "feed", "kind": "ask", "body": body, "flair": "SELLING"}
            rows = [row("1abc", title, self.now, created_at=self.now, currency=None, **more)]
            store_page(conn, run, rows if self.outcome == "ok" else [])
            covered = dict.fromkeys(("title", "body", "created_at", "flair", "url"), 1)
            counters = {"items": 1, "searches": 1, "covered": covered}
            end = "finished" if self.outcome == "ok" else "network"
            outcome = CRAWLED if self.outcome == "ok" else "failed"
            finish_run(
                conn, run, outcome, None if self.outcome == "ok" else "no answer", counters | {"end": end}, self.now
            )
        return (0 if self.outcome == "ok" else 10), {"run": run, "end": end, "message": ""}


@pytest.fixture
def script(engine: Engine, folder: Path) -> Script:
    return Script(engine)


@pytest.fixture
def work(engine: Engine, script: Script, database_url: str) -> Work:
    return Work(engine, database_url, service_settings(), clock=lambda: script.now, crawl=script)


def mails(folder: Path) -> list[str]:
    """Recipient and subject of the mails delivered."""
    path = folder / "mails.mbox"
    if not path.exists():
        return []
    box = mailbox.mbox(path)
    try:
        return [f"{mail['To']}: {mail['Subject']}" for mail in box]
    finally:
        box.close()


def test_a_crawl_leads_to_a_mail(engine: Engine, work: Work, folder: Path) -> None:
    watch(engine, now=NOW - timedelta(days=1))
    words = work.crawl_source("hardwareswap")
    assert words.startswith("ok, 1 listings, 1 read, 1 alerts, 1 mails with 1 alerts")
    assert mails(folder) == ["ada@example.org: GeForce RTX 3090 24 GB for $480"]


def test_the_operator_hears_of_an_incident_once_and_of_its_end(work: Work, script: Script, folder: Path) -> None:
    def crawl_at(hours: float) -> None:
        script.now = NOW + timedelta(hours=hours)
        with contextlib.suppress(JobFailedError):
            work.crawl_source("hardwareswap")
        work.send_mails()

    crawl_at(0)
    assert mails(folder) == []
    script.outcome = "failed"
    for hours in (1, 2, 3):
        crawl_at(hours)
    assert mails(folder) == ["op@example.org: gpudeals: hardwareswap is failed"]
    script.outcome = "ok"
    crawl_at(4)
    crawl_at(5)
    assert mails(folder)[1:] == ["op@example.org: gpudeals: over: hardwareswap is failed"]


def test_a_notice_that_could_not_be_sent_is_sent_later(
    engine: Engine, work: Work, script: Script, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.outcome = "failed"
    monkeypatch.setenv("GPUDEALS_SMTP_URL", "smtp://127.0.0.1:1")
    with pytest.raises(JobFailedError, match="no answer"):
        work.crawl_source("hardwareswap")
    assert tell_operator(engine, NOW) == []
    monkeypatch.delenv("GPUDEALS_SMTP_URL")
    assert tell_operator(engine, NOW) == ["hardwareswap is failed"]
    assert tell_operator(engine, NOW) == []


def test_a_source_that_is_silent_for_twice_its_interval_is_reported(work: Work, script: Script, folder: Path) -> None:
    work.crawl_source("hardwareswap")
    script.now = NOW + timedelta(hours=6)
    work.send_mails()
    assert mails(folder) == ["op@example.org: gpudeals: hardwareswap is stale"]


def test_one_source_that_fails_touches_no_other(work: Work, script: Script, folder: Path) -> None:
    def crawl(name: str) -> tuple[int, dict[str, Any]]:
        if name == "inbox":
            raise RuntimeError("no memory")
        return script(name)

    work.crawl = crawl
    runner = Runner(work.engine, work.clock, work.stopping.is_set)
    runner.begin()
    for job in work.jobs():
        runner.run_due(job)
    with work.engine.connect() as conn:
        outcomes = {found.job: (found.outcome, found.message) for found in conn.execute(select(light.job_run))}
    assert outcomes["crawl inbox"] == ("failed", "RuntimeError: no memory")
    assert outcomes["crawl hardwareswap"][0] == "ok"
    assert {"mails", "checkpoint", "retention"} < set(outcomes)


def test_missing_mail_settings_stop_no_crawl_and_are_said(
    engine: Engine, work: Work, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gpudeals.toml").write_text(SETTINGS.format(folder=folder).replace("[smtp]\nurl", "[smtp]\n# url"))
    watch(engine, now=NOW - timedelta(days=1))
    assert "1 alerts" in work.crawl_source("hardwareswap")
    with pytest.raises(Exception, match="no mail server is set"):
        work.send_mails()


def test_backups_are_kept_in_number(engine: Engine, tmp_path: Path) -> None:
    for day in range(4):
        assert "rows" in keep_backup(engine, tmp_path / "new", 2, NOW + timedelta(days=day))
    assert [path.name[:17] for path in sorted((tmp_path / "new").iterdir())] == [
        "gpudeals-20260304",
        "gpudeals-20260305",
    ]


# The program itself


@pytest.fixture
def program(folder: Path, sqlite_url: str) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def run(*more: str, **env: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker.cli.main", "--db", sqlite_url, "run", *more],
            env=os.environ | env,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def heard(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


def test_the_service_ends_at_once_and_takes_its_crawls_along(
    program: Callable[..., "subprocess.Popen[str]"], folder: Path
) -> None:
    # A market that answers nothing: the crawl hangs in its first question.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = program(GPUDEALS_REDDIT_URL=f"http://127.0.0.1:{silent.getsockname()[1]}")
        heard(process, "the service runs")
        silent.settimeout(30)
        peer, _ = silent.accept()
        second = program()
        assert second.wait(30) == 1
        assert second.stderr is not None
        said = second.stderr.read().strip().splitlines()
        assert len(said) == 1 and "the service is running already: process" in said[0]
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
        assert process.returncode == 0
        assert time.monotonic() - begun < 15
        assert "the service has ended" in rest and "Traceback" not in rest
        assert not children.exists()
        peer.settimeout(5)
        while peer.recv(4096):  # the crawl is gone, and its connection with it
            pass
        peer.close()
    third = program("--once")
    assert third.wait(60) == 0


def test_a_killed_service_is_replaced_at_once(program: Callable[..., "subprocess.Popen[str]"]) -> None:
    first = program()
    heard(first, "the service runs")
    first.kill()
    first.wait()
    second = program()
    heard(second, "the service runs")
    second.send_signal(signal.SIGINT)
    assert second.wait(30) == 0

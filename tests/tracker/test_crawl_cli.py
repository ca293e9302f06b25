"""``gpudeals crawl``, ``status`` and ``init`` as a person uses them."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.source import sources
from tests.crawlers.conftest import KEYS
from tests.crawlers.fakes import FakeEbay, FakeReddit, ebay_item, posts_at, serving
from tracker.settings_file import settings_text

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-m", "tracker.cli.main"]


@pytest.fixture
def gpudeals(sqlite_url: str, tmp_path: Path) -> Run:
    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        surroundings = {**os.environ, "GPUDEALS_DB": sqlite_url, "GPUDEALS_LOGS": str(tmp_path), **env}
        surroundings["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
        return subprocess.run(
            [*COMMAND, *arguments], env=surroundings, cwd=tmp_path, capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture
def markets() -> Iterator[dict[str, str]]:
    ebay = FakeEbay([ebay_item(i, title=f"NVIDIA GeForce RTX 3090 24GB number {i}") for i in range(60)])
    with serving(ebay), serving(FakeReddit(posts_at(40, 1_795_500_000.0))) as reddit:
        yield {
            **KEYS,
            "GPUDEALS_EBAY_API_URL": ebay.url,
            "GPUDEALS_REDDIT_URL": reddit.url,
            "GPUDEALS_SOURCES_EBAY_BROWSE_ENABLED": "true",
            "GPUDEALS_SOURCES_HARDWARESWAP_ENABLED": "true",
        }


def states(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {row["source"]: row for row in json.loads(result.stdout)[0]["sources"]}


@pytest.mark.slow
def test_one_sources_failure_touches_no_other_and_status_says_what_to_do(
    gpudeals: Run, markets: dict[str, str]
) -> None:
    broken = {**markets, "GPUDEALS_EBAY_CLIENT_SECRET": "canary-wrong", "GPUDEALS_EBAY_API_URL": "http://127.0.0.1:9"}
    result = gpudeals("crawl", "--format", "json", **broken)
    assert result.returncode == 1
    outcomes = {row["source"]: row["outcome"] for row in json.loads(result.stdout)}
    assert outcomes == {"ebay_browse": "failed", "hardwareswap": "ok"}
    status = gpudeals("status", "--format", "json", **broken)
    assert status.returncode == 1
    found = states(status)
    assert found["ebay_browse"]["state"] == "failed"
    assert "connection" in found["ebay_browse"]["next_step"]
    assert found["hardwareswap"]["state"] == "ok"
    assert "canary" not in result.stdout + result.stderr + status.stdout + status.stderr


@pytest.mark.slow
def test_a_crawl_is_judged_read_and_priced_at_once(gpudeals: Run, markets: dict[str, str]) -> None:
    result = gpudeals("crawl", "ebay_browse", **markets)
    assert result.returncode == 0, result.stderr
    assert "60 listings read" in result.stdout
    found = states(gpudeals("status", "--format", "json", **markets))
    assert found["ebay_browse"]["state"] == "ok"
    assert 0 < found["ebay_browse"]["calls"] < found["ebay_browse"]["calls_limit"]


def test_a_source_without_a_key_is_one_line_and_no_traceback(gpudeals: Run) -> None:
    result = gpudeals("crawl", GPUDEALS_SOURCES_HARDWARESWAP_ENABLED="true")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "Responsible Builder Policy" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("crawl",), "no source is switched on"),
        (("crawl", "nowhere"), "no source nowhere"),
        (("crawl", "ebay_browse"), "switched off"),
        (("crawl", "--accept", "17"), "no run 17"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(gpudeals: Run, arguments: tuple[str, ...], words: str) -> None:
    result = gpudeals(*arguments)
    assert result.returncode == 1
    assert words in result.stderr
    assert result.stderr.startswith("gpudeals: ")
    assert result.stderr.count("\n") == 1


def test_init_writes_the_settings_once_for_the_owner_alone(gpudeals: Run, tmp_path: Path) -> None:
    first = gpudeals("init")
    assert first.returncode == 0
    assert "developer.ebay.com" in first.stdout
    path = tmp_path / "gpudeals.toml"
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    second = gpudeals("init")
    assert second.returncode == 1
    assert "--force" in second.stderr
    assert path.read_text() == text
    assert gpudeals("init", "--force").returncode == 0
    assert tomllib.loads(path.read_text())["web"]["token"] != tomllib.loads(text)["web"]["token"]
    assert gpudeals("status").returncode == 0


def test_the_settings_quote_every_term_and_leave_every_source_off() -> None:
    text = settings_text("a secret")
    plain = " ".join(re.sub(r"(?m)^#\s*", "", text).split())
    for source in sources().values():
        for term in source.terms:
            assert " ".join(term.text.split()) in plain
    assert {part["enabled"] for part in tomllib.loads(text)["sources"].values()} == {False}


def test_every_default_in_the_settings_is_one_that_the_program_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crawlers.settings import crawl_settings, ebay_settings, reddit_settings
    from tracker.alerts.settings import mail_settings
    from tracker.settings import pricing_settings, web_settings

    path = tmp_path / "gpudeals.toml"
    path.write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", settings_text("a secret")))
    monkeypatch.setenv("GPUDEALS_CONFIG", str(path))
    for read in (crawl_settings, ebay_settings, reddit_settings, mail_settings, pricing_settings, web_settings):
        read()
    assert all(source.settings().every == source.every for source in sources().values())

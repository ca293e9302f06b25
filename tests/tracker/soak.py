"""The service on a simulated market with a clock that runs as fast as the work allows."""

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from db import light
from tracker.alerts.rules import Rule
from tracker.alerts.watches import add_watch
from tracker.jobs import Work
from tracker.service_settings import service_settings
from tracker.slots import Runner

START = datetime(2026, 2, 2, tzinfo=UTC)
SOURCES = ("ebay_browse", "hardwareswap")
SETTINGS = """
[ebay]
client_id = "simulated"
client_secret = "simulated"
api_url = "{url}"
per_minute = 0
calls_per_run = 12
[reddit]
client_id = "simulated"
client_secret = "simulated"
username = "simulated"
url = "{url}"
per_minute = 0
subs = ["hardwareswap"]
[sources.ebay_browse]
enabled = true
every = {minutes}
statistics = true
permission = "the market is simulated"
[sources.hardwareswap]
enabled = true
every = {minutes}
[mail]
from = "deals@example.org"
operator = "op@example.org"
[smtp]
url = "file:{folder}/mails.mbox"
[service]
outbox = "1h"
checkpoint = "6h"
web = false
"""


@dataclass
class Soak:
    """What was measured: memory in bytes and open files by simulated day, slots by outcome."""

    memory: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    log_bytes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Market:
    """The sandbox in a process of its own, and a warm process for each crawler."""

    def __init__(self, folder: Path, scale: float, minutes: int) -> None:
        command = [sys.executable, "-m", "crawlers.sandbox", "--port", "0", "--rate", "0", "--days", "10"]
        command += ["--scale", str(scale), "--start", (START - timedelta(days=10)).isoformat()]
        self._sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._sandbox.stdout is not None
        self.url = self._sandbox.stdout.readline().split(" at ")[1].split(",")[0]
        settings = folder / "gpudeals.toml"
        settings.write_text(SETTINGS.format(url=self.url, folder=folder, minutes=minutes))
        self.env = {"GPUDEALS_CONFIG": str(settings), "GPUDEALS_LOGS": str(folder / "logs")}
        self._crawlers: dict[str, subprocess.Popen[str]] = {}
        self.now = START

    def advance_to(self, now: datetime) -> None:
        body = json.dumps({"to": now.isoformat()}).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/advance", data=body, method="POST")
        urllib.request.urlopen(request, timeout=60).read()
        self.now = now

    def crawl(self, name: str) -> tuple[int, dict[str, Any]]:
        crawler = self._crawlers.get(name)
        if crawler is None:
            command = [sys.executable, "-m", "crawlers.rounds", name]
            crawler = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._crawlers[name] = crawler
        assert crawler.stdin is not None and crawler.stdout is not None
        crawler.stdin.write(self.now.isoformat() + "\n")
        crawler.stdin.flush()
        told: dict[str, Any] = json.loads(crawler.stdout.readline())
        return 0, told

    def close(self) -> None:
        for process in (*self._crawlers.values(), self._sandbox):
            process.kill()
            process.communicate()


def soak(engine: Engine, url: str, folder: Path, *, days: int, minutes: int, scale: float) -> Soak:
    """Run the service for some simulated days and return what was measured at the end of each."""
    before = dict(os.environ)
    market = Market(folder, scale, minutes)
    found = Soak()
    try:
        os.environ |= market.env | {"GPUDEALS_DB": url}
        work = Work(engine, url, service_settings(), clock=lambda: market.now, crawl=market.crawl)
        with engine.begin() as conn:
            rules = {"big": Rule(min_vram=24, below_fair=10), "cheap": Rule(min_vram=8, max_usd_per_gb=25)}
            for name, rule in rules.items():
                add_watch(conn, email=f"{name}@example.org", rule=rule, name=name, now=START)
        runner = Runner(engine, work.clock, work.stopping.is_set)
        runner.begin()
        jobs = work.jobs()
        for day in range(days):
            end = START + timedelta(days=day + 1)
            while market.now < end:
                for job in jobs:
                    runner.run_due(job)
                market.advance_to(min(job.slots.after(market.now) for job in jobs))
            found.memory.append(_memory())
            found.files.append(len(list(Path("/proc/self/fd").iterdir())))
            if engine.url.database:
                log = Path(engine.url.database + "-wal")
                found.log_bytes = max(found.log_bytes, log.stat().st_size if log.exists() else 0)
        runner.end()
        _count(engine, found)
    finally:
        market.close()
        os.environ.clear()
        os.environ.update(before)
    return found


def _count(engine: Engine, found: Soak) -> None:
    job, alert = light.job_run, light.alert
    with engine.connect() as conn:
        found.outcomes.update(dict(conn.execute(select(job.c.outcome, func.count()).group_by(job.c.outcome)).all()))
        found.alerts.update(dict(conn.execute(select(alert.c.state, func.count()).group_by(alert.c.state)).all()))
        failed = select(job.c.job, job.c.due_at, job.c.message).where(job.c.outcome == "failed")
        found.failures = [f"{row.job} {row.due_at:%m-%d %H:%M}: {row.message}" for row in conn.execute(failed)]


def _memory() -> int:
    """Return the resident memory of this process in bytes, also what the allocator keeps of freed memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

"""One crawl from beginning to end: a process per source, its judgement, then reading and pricing what counts."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from crawlers.settings import source_policy
from crawlers.source import Source, sources
from db.crawls import crawled_before
from db.errors import GpudealsError
from db.store.purge import checkpoint, purge_listings
from tracker.judging import Judge, Judged
from tracker.plan import plan_searches

Say = Callable[[str], None]

LONGEST = timedelta(hours=2)  # a crawl that takes longer hangs
_running: set[subprocess.Popen[str]] = set()


@dataclass(slots=True)
class SourceResult:
    """How the crawl of one source went. ``outcome`` is ok, suspect, failed or skipped; ``message`` says why."""

    source: str
    outcome: str
    message: str = ""
    run_id: int | None = None
    items: int = 0
    new: int = 0
    changed: int = 0
    counters: dict[str, int] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """Return it as a row to print."""
        return {
            "source": self.source,
            "outcome": self.outcome,
            "run": None if self.run_id is None else str(self.run_id),
            "listings": self.items,
            "new": self.new,
            "changed": self.changed,
            "message": self.message,
        }


def chosen_sources(names: Sequence[str]) -> list[Source]:
    """Return the sources called ``names``, or all that are switched on. Raises GpudealsError saying what to do."""
    known = sources()
    for name in names:
        if name not in known:
            raise GpudealsError(f"there is no source {name}; there are {', '.join(known)}")
        if not known[name].settings().enabled:
            raise GpudealsError(f"{name} is switched off: set enabled = true under [sources.{name}] in gpudeals.toml")
    chosen = [known[name] for name in names] or [source for source in known.values() if source.settings().enabled]
    if not chosen:
        raise GpudealsError(
            "no source is switched on: `gpudeals init` writes gpudeals.toml, and enabled = true under "
            "[sources.NAME] there switches one on"
        )
    return chosen


def crawl(engine: Engine, url: str, names: Sequence[str] = (), say: Say = lambda _: None) -> list[SourceResult]:
    """Crawl the sources ``names`` (all that are switched on by default), judge, and expire what may not be kept.

    What one source does touches no other. Reading and pricing what counts is left to ``read_and_price``.
    """
    ready, results = [], []
    for source in chosen_sources(names):
        missing = source.missing()
        if missing:
            results.append(SourceResult(source.name, "skipped", missing))
        else:
            ready.append(source)
    if any(source.name == "ebay_browse" for source in ready):
        plan_searches(engine)
    judge = Judge(engine)
    judge.judge_all()  # what an earlier process left
    with ThreadPoolExecutor(max_workers=max(1, len(ready))) as pool:
        running = {pool.submit(crawl_in_process, source.name, url, say): source.name for source in ready}
        results += [_result(judge, running[done], *done.result()) for done in as_completed(running)]
    expire(engine)
    return sorted(results, key=lambda result: result.source)


def _result(judge: Judge, source: str, status: int, told: dict[str, Any]) -> SourceResult:
    run_id, end, message = told.get("run"), told.get("end"), str(told.get("message") or "")
    if end == "skipped":
        return SourceResult(source, "skipped", message)
    if run_id is None or status == 1 or end is None:
        return SourceResult(source, "failed", message or f"its process ended with status {status}", run_id)
    judged = next((found for found in judge.judge_all() if found.run_id == run_id), None)
    return SourceResult(source, "failed", message, run_id) if judged is None else of_judged(judged)


def of_judged(judged: Judged) -> SourceResult:
    """Return the result that a verdict is."""
    return SourceResult(
        judged.source,
        judged.verdict.outcome,
        judged.verdict.message,
        judged.run_id,
        judged.items,
        judged.new,
        judged.changed,
        dict(judged.verdict.counters),
    )


def crawl_in_process(
    name: str, url: str, say: Say = lambda _: None, longest: timedelta = LONGEST
) -> tuple[int, dict[str, Any]]:
    """Run ``python -m crawlers.run NAME`` and return its exit status and what it told; one that hangs is killed."""
    # The URL may hold a password, and the arguments of a process are seen by everyone on the machine.
    environment = {**os.environ, "GPUDEALS_DB": url}
    process = subprocess.Popen(
        [sys.executable, "-m", "crawlers.run", name, "--progress"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    _running.add(process)
    timer = threading.Timer(longest.total_seconds(), process.kill)
    timer.daemon = True
    timer.start()
    last = ""
    try:
        for line in _lines(process.stderr):
            last = line
            say(line)
        told = _told(process.stdout.read() if process.stdout else "")
        status = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        _running.discard(process)
    if not told:
        why = f"its process was killed by signal {-status}" if status < 0 else last
        told = {"run": None, "message": why}
    return status, told


def stop_crawls() -> int:
    """End the crawls that this process has started; return how many. What they had not finished is done again."""
    ended = [process for process in list(_running) if process.poll() is None]
    for process in ended:
        process.kill()
    return len(ended)


def _lines(stream: Any) -> Iterator[str]:
    for line in stream or ():
        if line.strip():
            yield line.rstrip()


def _told(text: str) -> dict[str, Any]:
    for line in reversed(text.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return {}


def read_and_price(engine: Engine, say: Say = lambda _: None) -> Any:
    """Read what counts and was not read yet, bring prices and fair values up to date, and return the counts of that."""
    from tracker.ingest import ingest
    from tracker.pricing.fairvalue import update_fair_values

    counts = ingest(engine, lambda read: say(f"read {read:,} listings"))
    update_fair_values(engine)
    return counts


def expire(engine: Engine, now: datetime | None = None) -> int:
    """Purge what crawls fetched and ``keep_days`` of its source does not let stay; return how many listings."""
    now = now or datetime.now(UTC)
    purged = 0
    for source in sources().values():
        days = source_policy(source.name).keep_days
        if days is None:
            continue
        with engine.begin() as connection:
            old = crawled_before(connection, source.markets(), now - timedelta(days=days))
            purged += purge_listings(connection, old)
    if purged:
        checkpoint(engine)
    return purged

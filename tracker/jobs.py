"""What the service does, as plain functions: crawl and all that follows, send what waits, clean up."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from crawlers.source import Source, sources
from db.errors import GpudealsError
from db.store.runs import run_row
from tracker.alerts.notifying import evaluate, send_queued
from tracker.crawls import crawl_in_process, expire
from tracker.ingest import IngestCounts, ingest
from tracker.ingest.once import read_once
from tracker.judging import Judge
from tracker.notices import tell_operator
from tracker.plan import plan_searches
from tracker.schedule import read_slots
from tracker.service_settings import ServiceSection
from tracker.slots import Job, JobFailedError, StoppedError
from tracker.upkeep import forget, keep_backup, keep_small

logger = logging.getLogger(__name__)

#: Crawls of one source: its exit status and what it told (see ``tracker.crawls.crawl_in_process``).
Crawl = Callable[[str], tuple[int, dict[str, Any]]]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass
class Work:
    """The work of the jobs on one database. ``clock`` and ``crawl`` can be exchanged, for a simulated market."""

    engine: Engine
    url: str
    settings: ServiceSection
    clock: Callable[[], datetime] = utc_now
    crawl: Crawl | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    # Sources crawl side by side; what is made of it is made by one after the other.
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def jobs(self) -> list[Job]:
        """Return all jobs: one for each source that is switched on, and the upkeep."""
        made = [
            Job(f"crawl {source.name}", read_slots(self._when(source)), partial(self.crawl_source, source.name))
            for source in sources().values()
            if source.settings().enabled
        ]
        made.append(Job("mails", read_slots(self.settings.outbox), self.send_mails))
        made.append(Job("checkpoint", read_slots(self.settings.checkpoint), partial(keep_small, self.engine)))
        made.append(Job("retention", read_slots(self.settings.retention), self.forget))
        if self.settings.backup_folder:
            made.append(Job("backup", read_slots(self.settings.backup), self.backup))
        return made

    def _when(self, source: Source) -> str:
        return self.settings.schedule.get(source.name) or f"{source.interval()}m"

    def crawl_source(self, name: str) -> str:
        """Crawl one source, judge it, and make of it what follows. Raises JobFailedError where the run failed."""
        source = sources()[name]
        missing = source.missing()
        if missing:
            return f"skipped: {missing}"
        if name == "ebay_browse":
            plan_searches(self.engine)
        status, told = (self.crawl or self._crawl_in_process)(name)
        if self.stopping.is_set():
            raise StoppedError
        with self._reading:
            return self._follow(name, status, told)

    def _crawl_in_process(self, name: str) -> tuple[int, dict[str, Any]]:
        return crawl_in_process(name, self.url, longest=timedelta(minutes=self.settings.crawl_minutes))

    def _follow(self, name: str, status: int, told: dict[str, Any]) -> str:
        """Judge, read, price and alert. Runs of every source that wait are judged, so none is ever left."""
        counts = self._read()
        mailed = self.alert() if counts.read else ""
        run_id, end = told.get("run"), told.get("end")
        words = str(told.get("message") or "")
        if run_id is None:
            if end in ("skipped", "already_running"):
                return f"skipped: {words}"
            raise JobFailedError(words or f"its process ended with status {status}")
        with self.engine.connect() as conn:
            run = run_row(conn, run_id)
        items = (run.counters or {}).get("items", 0)
        if run.outcome == "failed" and end != "idle":
            raise JobFailedError(run.message or words or "it failed and said nothing")
        return f"{run.outcome}, {items} listings, {counts.read} read{mailed}" + (
            f": {run.message}" if run.message else ""
        )

    def _read(self) -> IngestCounts:
        """Judge what waits and read what counts; nothing of what was read stays in memory."""
        read = read_once()
        Judge(self.engine, read).judge_all(self.clock())  # a new one: what a judge has read it keeps
        return ingest(self.engine, read=read)

    def alert(self) -> str:
        """Evaluate the watches and send what is due; return in words what came of it."""
        found = evaluate(self.engine, self.clock())
        for problem in found.problems:
            logger.error("%s", problem)
        words = f", {found.queued} alerts" + (f", {found.held} held" if found.held else "")
        try:
            sent = self.send_mails()
        except GpudealsError as error:
            logger.error("no mail was sent: %s", error)  # the job `mails` fails for it and says so in the status
            return words
        return f"{words}{f', {sent}' if sent else ''}"

    def send_mails(self) -> str | None:
        """Send the mails that are due, and tell the operator what is wrong; return in words what was sent."""
        try:
            done = send_queued(self.engine, self.clock, stopped=self.stopping.is_set)
        finally:
            told = tell_operator(self.engine, self.clock())
        for problem in done.problems:
            logger.warning("%s", problem)
        parts = [f"{done.mails} mails with {done.sent} alerts"] if done.mails else []
        parts += [
            f"{number} {what}" for number, what in ((done.suppressed, "suppressed"), (done.dead, "dead")) if number
        ]
        parts += [f"operator told: {line}" for line in told]
        return "; ".join(parts) or None

    def forget(self) -> str | None:
        """Purge by policy, and forget what is no longer needed."""
        now = self.clock()
        purged = expire(self.engine, now)
        forgotten = forget(
            self.engine, now, jobs_days=self.settings.keep_jobs_days, alerts_days=self.settings.keep_alerts_days
        )
        return f"{purged} listings purged by policy, {forgotten} old records forgotten"

    def backup(self) -> str:
        """Write a backup and remove the oldest."""
        folder = Path(str(self.settings.backup_folder)).expanduser()
        return keep_backup(self.engine, folder, self.settings.keep_backups, self.clock())

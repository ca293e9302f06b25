"""``gpudeals run``: the jobs on their schedule, in one process that can run for months and stop at once."""

import logging
import signal
import threading
import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from db.errors import GpudealsError
from tracker.crawls import stop_crawls
from tracker.jobs import Work
from tracker.schedule import Timer
from tracker.service_settings import ServiceSection
from tracker.settings import web_settings
from tracker.slots import LEASE_SECONDS, Job, LostLeaseError, Runner

logger = logging.getLogger(__name__)

_BEAT = LEASE_SECONDS / 4
_GRACE = 8.0  # seconds that work under way gets to end in


class Service:
    """The service of one database."""

    def __init__(self, engine: Engine, url: str, settings: ServiceSection) -> None:
        self.engine, self.url, self.settings = engine, url, settings
        self.work = Work(engine, url, settings)
        self.runner = Runner(engine, self.work.clock, self.work.stopping.is_set)
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._lost = ""

    def run_once(self) -> int:
        """Do what is due, one after the other, and return how many runs that were: for cron."""
        jobs = self.work.jobs()
        self.runner.begin()
        try:
            return sum(self.runner.run_due(job) for job in jobs)
        finally:
            self.runner.end()

    def run(self) -> bool:
        """Run until told to stop (SIGTERM, SIGINT, ``stop``); return whether all work had ended by then.

        Raises GpudealsError where another service has the database, or takes it over.
        """
        jobs = self.work.jobs()
        self.runner.begin()
        timer = Timer(threads=len(jobs) + 1)
        web = None
        try:
            for job in jobs:
                timer.add(job.name, job.slots, self.settings.jitter, self._call(job), now=self.runner.overdue(job))
            timer.start()
            logger.info("the service runs: %s", "; ".join(f"{job.name} ({job.slots.text})" for job in jobs))
            web = self._web()
            self._beat()
        finally:
            ended = self._end(timer, web)
        if self._lost:
            raise GpudealsError(self._lost)
        return ended

    def stop(self, *_: Any) -> None:
        """Have ``run`` end."""
        self.work.stopping.set()

    def on_signals(self) -> None:
        """Let SIGTERM and SIGINT stop the service; only the main thread can."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def _call(self, job: Job) -> Any:
        def call() -> None:
            with self._lock:
                if job.name in self._busy:
                    return  # its slot is seen by the run that is under way
                self._busy.add(job.name)
            try:
                self.runner.run_due(job)
            except LostLeaseError as error:
                self._lose(str(error))
            except DBAPIError as error:
                logger.error("%s: the database refused: %s", job.name, str(error.orig).strip().splitlines()[:1])
            finally:
                with self._lock:
                    self._busy.discard(job.name)

        return call

    def _beat(self) -> None:
        """Renew the lease until told to stop. A database that is away for a while ends nothing."""
        while not self.work.stopping.wait(_BEAT):
            try:
                self.runner.renew()
            except LostLeaseError as error:
                self._lose(str(error))
            except DBAPIError as error:
                logger.error("the database refused: %s", str(error.orig).strip().splitlines()[:1])

    def _lose(self, why: str) -> None:
        self._lost = why
        self.stop()

    def _web(self) -> Any:
        """Start the web page beside the jobs; the service does without it where it cannot be had."""
        if not self.settings.web:
            return None
        try:
            from tracker.web.serve import serve_in_thread
        except ImportError as error:
            logger.warning("no web page: %s", error)
            return None
        chosen = web_settings()
        try:
            server = serve_in_thread(self.url, host=chosen.host, port=chosen.port)
        except (GpudealsError, OSError) as error:
            logger.warning("no web page: %s", error)
            return None
        logger.info("the web page: http://%s:%d/", chosen.host, chosen.port)
        return server

    def _end(self, timer: Timer, web: Any) -> bool:
        """Stop everything; return whether all work ended within the grace."""
        self.stop()
        if web is not None:
            web.should_exit = True
        timer.stop()
        deadline = time.monotonic() + _GRACE
        stop_crawls()
        while self._busy and time.monotonic() < deadline:
            time.sleep(0.05)
            stop_crawls()  # one may have begun just now
        busy = sorted(self._busy)
        try:
            self.runner.end()
        except DBAPIError as error:
            logger.error("the lease was not given back: %s", str(error.orig).strip().splitlines()[:1])
        logger.info("the service has ended%s", f"; still at work: {', '.join(busy)}" if busy else "")
        return not busy

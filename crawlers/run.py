"""``python -m crawlers.run SOURCE``: one crawl, one process, one row of ``crawl_run``, an exit status that tells.

The row ends as ``crawled`` (to be judged by the tracker) or ``failed``. What the pages said is stored as they
come and counts for nothing before it is judged; what a killed process left behind is taken back at the next start.
"""

import argparse
import gc
import json
import logging
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from platformdirs import user_log_path
from sqlalchemy import Connection, Engine

from crawlers.gate import utc_now
from crawlers.mark import settle
from crawlers.running import OVERTAKEN, Run, lease_of
from crawlers.secrets import RedactingFormatter, redacted
from crawlers.settings import crawl_settings
from crawlers.source import Source, sources
from crawlers.stopping import EXIT_STATUS, CrawlError
from db import store
from db.crawls import CRAWLED, note_counters, unfinished_runs
from db.engine import open_engine
from db.errors import GpudealsError
from db.settings import database_url
from db.store.leases import lease_holder
from db.store.sql import lock_writers

logger = logging.getLogger(__name__)

#: Objects made until Python looks for cycles; a crawl makes few, and looking every 700 takes a tenth of its time.
_OBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Crawled:
    """How a crawl ended: the id of its row where it has one, its end (see ``crawlers.stopping``), why."""

    run_id: int | None
    end: str
    message: str


def crawl_once(
    engine: Engine,
    source: Source,
    *,
    now: Callable[[], datetime] = utc_now,
    progress: Callable[[str], None] = lambda _: None,
) -> Crawled:
    """Crawl ``source`` once and return how that ended; every end but a killed process is on the run's row."""
    try:
        run = begin(engine, source, now, progress)
    except CrawlError as error:
        return Crawled(None, error.end, error.message)
    try:
        source.crawl(run)
    except CrawlError as error:
        return finish(run, error.end, error.message)
    except Exception as error:
        logger.exception("the crawl failed")
        finish(run, "error", f"{type(error).__name__}: {error}")
        raise
    return finish(run, "finished", "")


def begin(
    engine: Engine, source: Source, now: Callable[[], datetime], progress: Callable[[str], None] = lambda _: None
) -> Run:
    """Return a new run of ``source``. Raises CrawlError where one is under way; runs of dead processes are closed."""
    moment = now()
    with engine.begin() as connection:
        lock_writers(connection)
        for row in unfinished_runs(connection, source.name):
            if _alive(connection, row, moment):
                raise CrawlError("already_running", _by_whom(connection, row, moment))
            _close_dead(connection, row, moment)
        run_id = store.begin_run(connection, source.name, source.kind, moment)
        note_counters(connection, run_id, _process())
        run = Run(engine, source.name, run_id, now=now, progress=progress)
        run.renew(connection)
    return run


def finish(run: Run, end: str, message: str) -> Crawled:
    """Record how a run ended. One that brought pages is left to be judged, whatever stopped it."""
    message = redacted(message)
    counters = {**_process(), **run.tally.as_json(), "end": end}
    judged_later = EXIT_STATUS[end] == 0 or (end == "asked_to_wait" and run.tally.shown > 0)
    with run.engine.begin() as connection:
        lock_writers(connection)
        if run.overtaken(connection):
            store.drop_run(connection, run.id)
            return Crawled(run.id, "already_running", OVERTAKEN)
        run.leave(connection)
        outcome = CRAWLED if judged_later else "failed"
        store.finish_run(connection, run.id, outcome, message or None, counters, run.now())
        if not judged_later:
            store.drop_run(connection, run.id)
            settle(connection, run.source, counters, run.now(), run.now(), counts=False)
    return Crawled(run.id, end, message)


def _close_dead(connection: Connection, row: Any, now: datetime) -> None:
    store.drop_run(connection, row.id)
    message = "its process died; what it had not finished is done again"
    store.finish_run(connection, row.id, "failed", message, {**row.counters, "end": "killed"}, now)


def _by_whom(connection: Connection, row: Any, now: datetime) -> str:
    """Return in words which process crawls; of one on another machine also when it will be taken for dead."""
    pid, host = row.counters.get("pid"), row.counters.get("host")
    lease = lease_holder(connection, lease_of(row.source), now=now)
    if host == socket.gethostname() or lease is None:
        return f"{row.source} is being crawled by process {pid}"
    return (
        f"{row.source} is being crawled by process {pid} on {host}; unless it stores another page, "
        f"{row.source} is free again at {lease[1]:%Y-%m-%d %H:%M} UTC"
    )


def _process() -> dict[str, Any]:
    return {"pid": os.getpid(), "host": socket.gethostname(), "born": _born(os.getpid())}


def _alive(connection: Connection, row: Any, now: datetime) -> bool:
    """Return whether the process of a run still lives; one on another machine does while its lease lasts."""
    counters = row.counters
    if counters.get("host") != socket.gethostname():
        return lease_holder(connection, lease_of(row.source), now=now) is not None
    pid = counters.get("pid")
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return counters.get("born") in (None, _born(pid))


def _born(pid: int) -> str | None:
    """Return when a process started, in the kernel's words, so that a number used again is not taken for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def log_to_file(source: str, now: datetime) -> Path:
    """Send the log of this process to a file of its own, without secrets, and return it; old ones are removed."""
    folder = Path(os.environ.get("GPUDEALS_LOGS") or user_log_path("gpudeals")) / "crawls"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob(f"{source}-*.log"))[: -crawl_settings().keep_logs]:
        old.unlink(missing_ok=True)
    path = folder / f"{source}-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    return path


def main(arguments: list[str] | None = None) -> int:
    """Crawl once as the command line says, print the outcome as one line of JSON, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description="Crawl one source once.")
    parser.add_argument("source", choices=sorted(sources()))
    parser.add_argument("--db", metavar="URL", help="the database")
    parser.add_argument("--progress", action="store_true", help="say on stderr how far it is")
    options = parser.parse_args(arguments)
    source = sources()[options.source]
    missing = "it is switched off" if not source.settings().enabled else source.missing()
    if missing:
        return _tell(Crawled(None, "skipped", missing))
    gc.set_threshold(_OBJECTS)
    log_to_file(source.name, utc_now())
    engine = open_engine(database_url(options.db))
    try:
        return _tell(crawl_once(engine, source, progress=_to_stderr if options.progress else lambda _: None))
    except Exception as error:
        return _tell(Crawled(None, "error", redacted(f"{type(error).__name__}: {error}")))
    finally:
        engine.dispose()


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell(crawled: Crawled) -> int:
    print(json.dumps({"run": crawled.run_id, "end": crawled.end, "message": crawled.message}), flush=True)
    return EXIT_STATUS[crawled.end]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GpudealsError as problem:
        print(f"gpudeals: {redacted(str(problem))}", file=sys.stderr)
        sys.exit(1)

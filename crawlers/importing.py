"""Take files into the database, page by page: what is stored of one page stands even if the next one is never read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from crawlers.files import File, Resume, walk
from crawlers.listing import Found, RawListing
from crawlers.reading import FileReport, Say, take_file
from crawlers.storing import revision_row
from db import store
from db.crawls import get_cursor

CURSOR_SOURCE = "import"

#: Told of each page: the file, and how many of its bytes are behind it.
Progress = Callable[[str, int], None]


def _silent(_file: str, _read: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class ImportCounts:
    """What an import did; ``new``, ``changed``, ``same`` and ``left_out`` add up to the listings of the files."""

    used: int = 0
    skipped: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    left_out: int = 0  # taken away before, though the file still holds them
    purged: int = 0
    problems: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the counters of the run."""
        return {
            "files": self.used,
            "skipped": self.skipped,
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "left_out": self.left_out,
            "purged": self.purged,
            "problems": self.problems,
        }


def import_paths(
    engine: Engine,
    paths: Iterable[str | Path],
    say: Say,
    *,
    observed_at: datetime | None = None,
    now: datetime,
    progress: Progress = _silent,
) -> ImportCounts:
    """Import the files at ``paths`` as one run and return what came of it. ``now`` dates the run, never a listing.

    Killed at any moment, it leaves whole pages; run again, it adds what is missing and nothing twice.
    """
    counts = ImportCounts()
    with engine.begin() as conn:
        run_id = store.begin_run(conn, "import", "import", now)
    for found in walk(paths):
        if not isinstance(found, File):
            say(f"{found[0]}: {found[1]}")
            counts.skipped += 1
            continue
        import_file(engine, run_id, found, counts, say, observed_at=observed_at, now=now, progress=progress)
    message = f"{counts.used} files used, {counts.skipped} skipped"
    with engine.begin() as conn:
        store.finish_run(conn, run_id, "ok", message, counts.as_json(), now)
    if counts.purged:
        store.checkpoint(engine)
    return counts


def import_file(
    engine: Engine,
    run_id: int,
    file: File,
    counts: ImportCounts,
    say: Say,
    *,
    observed_at: datetime | None = None,
    now: datetime,
    progress: Progress = _silent,
) -> FileReport:
    """Import one file within run ``run_id`` and count what came of it in ``counts``."""
    reading = take_file(file, say, observed_at=observed_at, now=now, done=partial(_lines_done, engine))
    while True:
        try:
            page = next(reading)
        except StopIteration as end:
            report: FileReport = end.value
            break
        progress(file.name, page.read)
        listings = page.outcome.listings if isinstance(page.outcome, Found) else ()
        store_listings(engine, run_id, listings, page.resume, counts, now)
    counts.problems += report.problems
    counts.used += report.used
    counts.skipped += not report.used
    return report


def store_listings(
    engine: Engine,
    run_id: int,
    listings: Sequence[RawListing],
    resume: Resume | None,
    counts: ImportCounts,
    now: datetime,
) -> None:
    """Store a page and how far its file is read, in one transaction; what was taken away is purged, not stored."""
    rows = [revision_row(x) for x in listings if x.state != "removed"]
    removed = [store.listing_id(x.source, x.external_id) for x in listings if x.state == "removed"]
    cursor = (CURSOR_SOURCE, resume.name, str(resume.line)) if resume else None
    if not rows and not removed and not cursor:
        return
    with engine.begin() as conn:
        stored = store.store_page(conn, run_id, rows, cursor=cursor, now=now)
        purged = store.purge_listings(conn, removed, taken_away=now) if removed else 0
    counts.new += stored.new
    counts.changed += stored.changed
    counts.same += stored.same
    counts.left_out += stored.left_out
    counts.purged += purged


def _lines_done(engine: Engine, name: str) -> int:
    with engine.connect() as conn:
        value = get_cursor(conn, CURSOR_SOURCE, name)
    return int(value) if value and value.isdecimal() else 0

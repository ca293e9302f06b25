"""One file, read and reported on: a line for each thing that is wrong with it, for people. Knows no database."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.files import Done, File, Page, nothing_done, read_file
from crawlers.listing import Blocked, Found, LayoutChanged, NothingFound
from crawlers.refusals import NoListingsError
from crawlers.swap_subs import configured_subs

#: A clock may be behind the one that dated a file.
_SKEW = timedelta(days=1)
#: Of a file with thousands of broken rows the first few say what is wrong with it.
SHOWN_PROBLEMS = 20

Say = Callable[[str], None]


@dataclass(slots=True)
class FileReport:
    """How one file went: ``skipped`` says why nothing of it was of use; ``problems`` counts its broken rows."""

    file: str
    used: bool = False
    skipped: str | None = None
    problems: int = 0


def take_file(
    file: File,
    say: Say,
    *,
    observed_at: datetime | None,
    now: datetime,
    done: Done = nothing_done,
) -> Generator[Page, None, FileReport]:
    """Yield the pages of ``file`` and return how it went; ``say`` gets one line about each thing that is wrong.

    ``now`` refuses times that lie more than a day ahead. Raises nothing that a file can cause.
    """
    report = FileReport(file.name)
    unread: str | None = None
    try:
        pages = read_file(file, observed_at=observed_at, latest=now + _SKEW, subs=configured_subs(), done=done)
        for page in pages:
            unread = unread or _judge(page, report, say)
            found = isinstance(page.outcome, Found) and bool(page.outcome.listings)
            report.used = report.used or found or isinstance(page.outcome, NothingFound)
            yield page
    except NoListingsError as error:
        unread = str(error)
    except OSError as error:
        unread = error.strerror or str(error)
    if report.problems > SHOWN_PROBLEMS:
        say(f"{file.name}: … and {report.problems - SHOWN_PROBLEMS:,} more rows that cannot be read")
    if unread and report.used:
        say(f"{file.name}: read in part: {unread}")
    elif not report.used:
        report.skipped = unread or ("none of its rows can be read" if report.problems else "no listings in it")
        say(f"{file.name}: skipped: {report.skipped}")
    return report


def _judge(page: Page, report: FileReport, say: Say) -> str | None:
    """Say what is wrong with the rows of a page; return why the page as a whole is of no use, if it is not."""
    outcome = page.outcome
    if isinstance(outcome, Blocked):
        return f"blocked: {outcome.reason}"
    if isinstance(outcome, LayoutChanged):
        return f"layout changed ({outcome.field}): {outcome.reason}"
    if isinstance(outcome, NothingFound):
        return None
    elsewhere = [p for p in outcome.problems if p.row.startswith("r/")]
    for problem in outcome.problems:
        if problem in elsewhere:
            continue
        report.problems += 1
        if report.problems <= SHOWN_PROBLEMS:
            say(f"{page.file}:{problem.row.removeprefix('row ')}: {problem.reason}")
    if elsewhere and not outcome.listings:
        names = ", ".join(p.row for p in elsewhere[:5]) + (" …" if len(elsewhere) > 5 else "")
        return f"no post of a swap sub that is read ({names})"
    for problem in elsewhere:
        say(f"{page.file}: {problem.row}: {problem.reason}")
    return None

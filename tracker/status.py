"""Whether all is well: the sources with their last runs and quotas, what waits, and what to do about each problem."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from crawlers.settings import EbaySection, ebay_settings
from crawlers.source import Source, sources
from db import light
from db.crawls import CRAWLED, calls_spent, good_runs, held_until, last_runs, suspect_runs

_alert, _job = light.alert, light.job_run

STALE = 2  # times its interval without an ok run


@dataclass(slots=True)
class SourceState:
    """One source: ``state`` is off, no_credentials, never_run, ok, suspect, failed, waiting or stale."""

    source: str
    state: str
    last_run: datetime | None = None
    last_ok: datetime | None = None
    listings: int | None = None
    calls: int | None = None  # of today, by the market's day
    calls_limit: int | None = None
    message: str = ""
    next_step: str = ""

    @property
    def wrong(self) -> bool:
        """Return whether a person has to do something."""
        return self.state not in ("off", "ok", "waiting")

    def as_row(self) -> dict[str, Any]:
        """Return it as a row to print; times as ISO 8601."""
        row = asdict(self)
        for name in ("last_run", "last_ok"):
            row[name] = row[name].isoformat(timespec="seconds") if row[name] else None
        return row | {"wrong": self.wrong}


def source_states(connection: Connection, now: datetime) -> list[SourceState]:
    """Return the state of every source."""
    return [_state(connection, source, now) for source in sources().values()]


def waiting_runs(connection: Connection) -> list[dict[str, Any]]:
    """Return the suspect runs that wait for a person's word."""
    return [
        {"run": str(row.id), "source": row.source, "started_at": row.started_at.isoformat(), "message": row.message}
        for row in suspect_runs(connection)
    ]


def _state(connection: Connection, source: Source, now: datetime) -> SourceState:
    found = SourceState(source.name, "off")
    _last(connection, source, found)
    if not source.settings().enabled:
        found.next_step = f"to use it, set enabled = true under [sources.{source.name}] in gpudeals.toml"
        return found
    missing = source.missing()
    if missing:
        found.state, found.message, found.next_step = "no_credentials", "", missing
        return found
    if source.name == "ebay_browse":
        _calls(connection, found, ebay_settings(), now)
    runs = last_runs(connection, source.name)
    if not runs:
        found.state, found.next_step = "never_run", f"gpudeals crawl {source.name}"
        return found
    found.state, found.next_step = _verdict(connection, source, runs[0], found, now)
    return found


def _last(connection: Connection, source: Source, found: SourceState) -> None:
    runs = last_runs(connection, source.name)
    good = good_runs(connection, source.name, datetime.max.replace(tzinfo=runs[0].started_at.tzinfo), 1) if runs else ()
    if runs:
        found.last_run = runs[0].started_at
        found.message = runs[0].message or ""
        found.listings = (runs[0].counters or {}).get("items")
    if good:
        found.last_ok = good[0].finished_at or good[0].started_at


def _calls(connection: Connection, found: SourceState, settings: EbaySection, now: datetime) -> None:
    from crawlers.quota import Allowance

    browse = Allowance("browse", settings.daily_calls, settings.reserve)
    found.calls = calls_spent(connection, found.source, browse.resource, browse.day(now))
    found.calls_limit = settings.daily_calls


def _verdict(connection: Connection, source: Source, run: Any, found: SourceState, now: datetime) -> tuple[str, str]:
    """Return state and next step of a source that has run."""
    held = held_until(connection, source.name, now)
    if held is not None:
        return "waiting", f"nothing: the market asked to wait until {held:%Y-%m-%d %H:%M} UTC, and that is obeyed"
    if run.outcome == "suspect" and not run.accepted:
        return "suspect", f"look at the reasons; if the run is right, gpudeals crawl --accept {run.id}"
    if run.outcome == "failed":
        return "failed", _REMEDIES.get((run.counters or {}).get("end", ""), "see the log of the run")
    if run.outcome == CRAWLED:
        return "waiting", "nothing: the next crawl judges it"
    late = now - timedelta(minutes=STALE * source.interval() + 15)
    if found.last_ok is None or found.last_ok < late:
        return "stale", f"start `gpudeals run`, or gpudeals crawl {source.name}"
    return "ok", ""


#: End of a crawl -> what a person can do.
_REMEDIES = {
    "refused": "check the key in gpudeals.toml, and that the market has approved it",
    "blocked": "nothing by program: a wall is not worked around; save pages by hand and `gpudeals import` them",
    "layout_changed": "the market changed its answers: update gpudeals, or report the message",
    "warned": "the market ignores a part of the question: check [ebay], update gpudeals, or report the message",
    "network": "check the connection; the next crawl tries again",
    "error": "a fault of the program: report the message with the log of the run",
    "killed": "nothing: the next crawl fetches it again",
}


def mail_queue(connection: Connection) -> dict[str, int]:
    """Return how many mails there are by state (queued, held, dead); those sent and suppressed are done with."""
    query = select(_alert.c.state, func.count().label("n")).where(_alert.c.state.not_in(("sent", "suppressed")))
    return {row.state: row.n for row in connection.execute(query.group_by(_alert.c.state))}


def schedule(connection: Connection) -> list[dict[str, Any]]:
    """Return the last due slot of every scheduled job and what became of it."""
    newest = select(_job.c.job, func.max(_job.c.due_at).label("due_at")).group_by(_job.c.job).subquery()
    query = select(_job).join(newest, (newest.c.job == _job.c.job) & (newest.c.due_at == _job.c.due_at))
    return [
        {
            "job": row.job,
            "due_at": row.due_at.isoformat(timespec="seconds"),
            "outcome": row.outcome,
            "message": row.message,
            "wrong": row.outcome in ("failed", "missed"),
        }
        for row in connection.execute(query.order_by(_job.c.job))
    ]

"""Tells the operator what is wrong: once per incident, and when it is over.

What was told is kept in the database and compared with what is, so that a mail that could not be sent is sent
later, and a restart repeats none.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, select

from db import light
from db.errors import GpudealsError
from db.store.ledger import drop_cursor, set_cursor
from tracker.alerts.mail import Sender, compose_note
from tracker.alerts.outbox import count
from tracker.alerts.outcomes import RefusedError, TryAgainError
from tracker.alerts.settings import mail_settings, sender, transport
from tracker.alerts.transport import Transport
from tracker.status import SourceState, schedule, source_states

logger = logging.getLogger(__name__)

_TOLD = "operator told"  # the source under which the table of cursors keeps it
_cursor = light.cursor
#: States of a source that are an incident; missing credentials and a first run to come are none.
_INCIDENTS = ("suspect", "failed", "stale")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is wrong, or was."""

    key: str
    subject: str
    lines: tuple[str, ...]
    over: bool = False


def tell_operator(engine: Engine, now: datetime, channel: Transport | None = None) -> list[str]:
    """Mail what is new to the operator; return the subjects told. Without ``[mail] operator`` it is only logged."""
    with engine.connect() as conn:
        notices = _notices(conn, now)
    if not notices:
        return []
    told = []
    to = mail_settings().operator
    try:
        writer, channel = (sender(), channel or transport()) if to else (None, None)
        for notice in notices:
            logger.warning("%s", notice.subject)
            if to and writer and channel:
                _mail(channel, to, notice, writer, now)
                told.append(notice.subject)
            _remember(engine, notice, now)
    except (TryAgainError, RefusedError, GpudealsError) as problem:
        logger.warning("the operator could not be told: %s", problem)
    finally:
        if channel is not None:
            channel.close()
    return told


def _known(conn: Connection) -> dict[str, str]:
    rows = conn.execute(select(_cursor.c.name, _cursor.c.value).where(_cursor.c.source == _TOLD))
    return {row.name: row.value for row in rows}


def _notices(conn: Connection, now: datetime) -> list[Notice]:
    """Return what is wrong and was not told, and what was told and is over."""
    known = _known(conn)
    states = source_states(conn, now)
    wrong = {**_sources(states), **_alerts(conn), **_jobs(conn)}
    # A source that merely waits is not right again: its next crawl will tell.
    unsettled = {f"source {state.source}" for state in states if state.state == "waiting"}
    over = [
        Notice(key, f"over: {known[key].partition('|')[2]}", (f"It began {known[key].partition('|')[0]}.",), over=True)
        for key in sorted(set(known) - set(wrong) - unsettled)
    ]
    return [wrong[key] for key in sorted(set(wrong) - set(known))] + over


def _sources(states: Iterable[SourceState]) -> dict[str, Notice]:
    found = {}
    for state in states:
        if state.state in _INCIDENTS:
            last = f"{state.last_ok:%Y-%m-%d %H:%M} UTC" if state.last_ok else "never"
            lines = (state.message or f"its last good run: {last}", f"What to do: {state.next_step}")
            key = f"source {state.source}"
            found[key] = Notice(key, f"{state.source} is {state.state}", lines)
    return found


def _alerts(conn: Connection) -> dict[str, Notice]:
    found = {}
    held, dead = count(conn, "held"), count(conn, "dead")
    if held:
        lines: tuple[str, ...] = (
            "So many came at once that the market moved as a whole, or a reading went wrong. Look: gpudeals deals",
            "gpudeals notify --release-held sends them, --drop-held forgets them.",
        )
        found["held alerts"] = Notice("held alerts", f"{held} alerts are held back", lines)
    if dead:
        lines = (
            "gpudeals watch list and gpudeals watch show NAME say whose, and what the server said.",
            "gpudeals notify --retry-dead tries them again, --drop-dead forgets them.",
        )
        found["dead alerts"] = Notice("dead alerts", f"{dead} alerts were refused for good", lines)
    return found


def _jobs(conn: Connection) -> dict[str, Notice]:
    """Return what is wrong with the upkeep; of a crawl its source tells."""
    return {
        f"job {row['job']}": Notice(f"job {row['job']}", f"{row['job']} failed", (row["message"] or "it said nothing",))
        for row in schedule(conn)
        if row["wrong"] and not row["job"].startswith("crawl ")
    }


def _mail(channel: Transport, to: str, notice: Notice, writer: Sender, now: datetime) -> None:
    digest = sha256(f"{notice.key}|{notice.over}|{now.isoformat()}".encode()).hexdigest()[:32]
    lines = (*notice.lines, "", "gpudeals status shows everything.")
    channel.send(compose_note(to, f"gpudeals: {notice.subject}", lines, f"<{digest}@gpudeals.notice>", writer, now))


def _remember(engine: Engine, notice: Notice, now: datetime) -> None:
    with engine.begin() as conn:
        if notice.over:
            drop_cursor(conn, _TOLD, notice.key)
        else:
            set_cursor(conn, _TOLD, notice.key, f"{now:%Y-%m-%d %H:%M} UTC|{notice.subject}", now=now)

"""One pass from live offers to mails: evaluate the watches, then send what waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine, case, func, select, update

from db import light
from db.errors import GpudealsError
from db.store.outbox import DROPPED, add_alerts, alerted, move_alerts
from db.store.sql import lock_writers
from tracker.alerts.configured import sync_settings_watches
from tracker.alerts.letters import letter_of
from tracker.alerts.mail import Sender, compose
from tracker.alerts.matching import Usual, new_alerts
from tracker.alerts.offers import kept_offers
from tracker.alerts.outbox import Delivered, count, deliver
from tracker.alerts.settings import sender, transport
from tracker.alerts.transport import Terminal
from tracker.alerts.unsubscribing import unsubscribe_secret
from tracker.alerts.watches import watches
from tracker.pricing.fairvalue import update_fair_values
from tracker.pricing.offers import Board

HISTORY = 7  # days that the usual number of alerts is taken from

_alert, _watch = light.alert, light.watch


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a pass over the watches found: alerts queued and held, and what of the settings cannot be read."""

    queued: int = 0
    held: int = 0
    problems: list[str] = field(default_factory=list)


def evaluate(engine: Engine, now: datetime) -> Evaluated:
    """Match all watches against the live offers, and write what is new into the outbox.

    Reading, matching and writing are one transaction: a crash leaves either all of it or nothing.
    """
    update_fair_values(engine, now.date() + timedelta(days=1))
    with engine.begin() as conn:
        return _evaluate(conn, now)


def _evaluate(conn: Connection, now: datetime) -> Evaluated:
    lock_writers(conn)
    problems = sync_settings_watches(conn, now)
    active = [watch for watch in watches(conn) if watch.active(now)]
    if not active:
        return Evaluated(problems=problems)
    board = Board(conn, now, texts=False)
    figures = board.figures(standing=any(watch.rule.lowest_in for watch in active))
    kept = partial(kept_offers, board)
    rows = new_alerts(active, figures, alerted(conn), usual_rate(conn, now), now, kept)
    add_alerts(conn, rows)
    fresh = [watch.id for watch in active if watch.first_matched_at is None]
    if fresh:
        conn.execute(update(_watch).where(_watch.c.id.in_(fresh)).values(first_matched_at=now))
    held = sum(row["state"] == "held" for row in rows)
    return Evaluated(len(rows) - held, held, problems)


def usual_rate(conn: Connection, now: datetime) -> Usual:
    """Return how many offers a day the week before the last 24 hours told, and how many came since.

    What a new watch found on its first day, and what was held, is not usual.
    """
    day, week = timedelta(days=1), timedelta(days=HISTORY)
    matched = conn.execute(select(func.min(_watch.c.first_matched_at))).scalar()
    alerted_at = conn.execute(select(func.min(_alert.c.created_at))).scalar()
    first = min((moment for moment in (matched, alerted_at) if moment is not None), default=now)
    told = (
        select(_alert.c.email, _alert.c.offer_id, _alert.c.step, func.min(_alert.c.created_at).label("at"))
        .where(
            _alert.c.created_at > now - week - day,
            _alert.c.state.in_(("queued", "sent", "suppressed", "dead")),
            _alert.c.facts["already"].as_boolean().is_(False),
        )
        .group_by(_alert.c.email, _alert.c.offer_id, _alert.c.step)
        .subquery()
    )
    recent = func.coalesce(func.sum(case((told.c.at > now - day, 1), else_=0)), 0)
    number, today = conn.execute(select(func.count(), recent).select_from(told)).one()
    before = number - today
    days = (now - first) / day
    return Usual(days=days, per_day=before / max(1.0, min(float(HISTORY), days - 1)), today=today)


def notify_now(
    engine: Engine,
    now: datetime,
    *,
    release_held: bool = False,
    drop_held: bool = False,
    retry_dead: bool = False,
    drop_dead: bool = False,
) -> tuple[Evaluated, Delivered]:
    """Evaluate the watches and try every queued mail, back-off or not; return what became of them.

    Held is what was kept back as a flood, dead what was refused for good: each can be tried or forgotten.
    """
    found = evaluate(engine, now)
    with engine.begin() as conn:
        if release_held:
            move_alerts(conn, "held", "queued", reason=None)
        if drop_held:
            move_alerts(conn, "held", "suppressed", reason=DROPPED)
        if retry_dead:
            move_alerts(conn, "dead", "queued", last_error=None, message_id=None)
        if drop_dead:
            move_alerts(conn, "dead", "suppressed", reason=DROPPED)
    return found, send_queued(engine, lambda: datetime.now(UTC), ignore_backoff=True)


def send_queued(
    engine: Engine,
    clock: Callable[[], datetime],
    *,
    ignore_backoff: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send the mails that are due by the settings' transport. Nothing waiting needs no settings."""
    with engine.connect() as conn:
        queued, held = count(conn, "queued"), count(conn, "held")
    if not queued:
        return Delivered(held=held)
    return deliver(
        engine, transport(), sender(), unsubscribe_secret(), clock, ignore_backoff=ignore_backoff, stopped=stopped
    )


def preview(engine: Engine, now: datetime) -> Evaluated:
    """Print the mails that a pass would send now, and change nothing."""
    update_fair_values(engine, now.date() + timedelta(days=1))
    with engine.connect().execution_options(writes=True) as conn, conn.begin() as transaction:
        found = _evaluate(conn, now)
        names = {watch.id: watch.name for watch in watches(conn)}
        query = select(_alert).where(_alert.c.state == "queued").order_by(_alert.c.email, _alert.c.id)
        rows = [dict(row) for row in conn.execute(query).mappings()]
        transaction.rollback()
    by_email: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_email.setdefault(str(row["email"]), []).append(row)
    try:
        writer = sender()
    except GpudealsError:
        writer = Sender(mail_from="gpudeals@localhost")
    for alerts in by_email.values():
        Terminal().send(compose(letter_of(alerts, names, "preview", "<preview@gpudeals>"), writer, now))
    return found

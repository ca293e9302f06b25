"""One pass from live offers to mails: evaluate the watches, then send what waits."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, func, select

from db import light
from db.store.outbox import add_alerts, alerted, settle_alerts
from tracker.alerts.mail import Item, Letter, compose
from tracker.alerts.matching import Usual, new_alerts
from tracker.alerts.offers import live_offers
from tracker.alerts.outbox import Delivered, deliver, letter_of
from tracker.alerts.rules import OfferColumns, reasons
from tracker.alerts.settings import sender, transport
from tracker.alerts.tokens import unsubscribe_token
from tracker.alerts.transport import Refused, Terminal, TryAgain
from tracker.alerts.watches import Watch, sync_settings_watches, watches
from tracker.pricing.fairvalue import update_fair_values
from tracker.settings import web_settings

_alert, _watch = light.alert, light.watch


def evaluate(engine: Engine, now: datetime) -> int:
    """Match all watches against the live offers, and write what is new into the outbox; return how many.

    Reading, matching and writing are one transaction: a crash leaves either all of it or nothing.
    """
    update_fair_values(engine, now.date() + timedelta(days=1))
    with engine.begin() as conn:
        sync_settings_watches(conn, now)
        active = [watch for watch in watches(conn) if watch.active(now)]
        if not active:
            return 0
        rows = new_alerts(active, live_offers(engine, now, conn), alerted(conn), usual_rate(conn, now), now)
        add_alerts(conn, rows)
        fresh = [watch.id for watch in active if watch.first_matched_at is None]
        if fresh:
            conn.execute(_watch.update().where(_watch.c.id.in_(fresh)).values(first_matched_at=now))
    return len(rows)


def usual_rate(conn: Connection, now: datetime) -> Usual:
    """Return how many alerts a day the last week brought, and for how long there is a history."""
    first = conn.execute(select(func.min(_alert.c.created_at))).scalar()
    if first is None:
        return Usual(days=0, per_day=0)
    days = (now - first).total_seconds() / 86400
    recent = conn.execute(
        select(func.count())
        .select_from(_alert)
        .where(_alert.c.created_at > now - timedelta(days=7), _alert.c.state.in_(("queued", "sent", "suppressed")))
    ).scalar()
    return Usual(days=days, per_day=(recent or 0) / max(1.0, min(7.0, days)))


def unsubscribe_secret() -> str:
    """Return the secret that signs unsubscribe tokens: the web token of the settings, else one kept in a file.

    It is never in the database, so that no backup holds it.
    """
    chosen = web_settings().token
    if chosen:
        return chosen
    path = user_data_path("gpudeals", ensure_exists=True) / "mail-secret"
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, secrets.token_urlsafe(24).encode())
        os.close(handle)
    return path.read_text()


def notify_now(engine: Engine, now: datetime, *, release_held: bool = False) -> Delivered:
    """Evaluate the watches and try every queued mail, back-off or not; return what became of them."""
    evaluate(engine, now)
    if release_held:
        _release(engine)
    return send_queued(engine, lambda: datetime.now(UTC), ignore_backoff=True)


def send_queued(engine: Engine, clock: Callable[[], datetime], *, ignore_backoff: bool = False) -> Delivered:
    """Send the mails that are due by the settings' transport. Nothing waiting needs no settings."""
    with engine.connect() as conn:
        states = dict(conn.execute(select(_alert.c.state, func.count()).group_by(_alert.c.state)).tuples().all())
    if not states.get("queued"):
        return Delivered(held=states.get("held", 0))
    return deliver(engine, transport(), sender(), unsubscribe_secret(), clock, ignore_backoff=ignore_backoff)


def _release(engine: Engine) -> None:
    with engine.begin() as conn:
        held = list(conn.execute(select(_alert.c.id).where(_alert.c.state == "held")).scalars())
        settle_alerts(conn, held, "queued")


def preview(engine: Engine, now: datetime) -> None:
    """Print the mails that a pass would send now, and change nothing."""
    with engine.connect() as conn:
        active = [watch for watch in watches(conn) if watch.active(now)]
        names = {watch.id: watch.name for watch in active}
        rows = new_alerts(active, live_offers(engine, now, conn), alerted(conn), usual_rate(conn, now), now)
        queued = conn.execute(select(_alert).where(_alert.c.state == "queued")).mappings()
        rows += [dict(row) for row in queued]
    by_email: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_email.setdefault(str(row["email"]), []).append({**row, "message_id": "<preview@gpudeals>"})
    for alerts in by_email.values():
        Terminal().send(compose(letter_of(alerts, names, "preview"), sender(), now))


def send_test(engine: Engine, watch: Watch, now: datetime) -> str:
    """Send a mail for ``watch`` at once, with its best match or an example; return in words what happened."""
    offers = live_offers(engine, now)
    matches = [offers[position] for position in OfferColumns(offers).matching(watch.rule)]
    if not matches:
        return (
            f"no live offer matches {watch.name} now, so there is nothing to put into a mail; "
            "the server was not tried. `gpudeals watch add --max-price 100000 …` makes a watch that matches."
            if not offers
            else _try(watch, offers[0], ("a test: this offer does not match",), now)
        )
    best = min(matches, key=lambda row: row["landed"] or row["price_usd"])
    return _try(watch, best, reasons(watch.rule, best), now)


def _try(watch: Watch, offer: dict[str, object], why: tuple[str, ...], now: datetime) -> str:
    letter = Letter(
        to=watch.email,
        message_id=f"<test-{secrets.token_hex(8)}@gpudeals>",
        items=[Item(facts=offer, reasons=why, watches=[watch.name])],
        more=0,
        watch_names=[watch.name],
        token=unsubscribe_token(unsubscribe_secret(), [watch.id], watch.email),
    )
    try:
        transport().send(compose(letter, sender(), now))
    except (TryAgain, Refused) as problem:
        return f"not delivered to {watch.email}: {problem}"
    return f"delivered to {watch.email}"

"""A market in miniature for the outbox: cards on sale, watches of many addresses, and what became of their alerts."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update

from db import light
from tests.tracker.prices import START, learn, row
from tracker.alerts.mail import Sender
from tracker.alerts.notifying import evaluate
from tracker.alerts.outbox import Delivered, deliver
from tracker.alerts.rules import Rule
from tracker.alerts.transport import Transport, transport_for
from tracker.alerts.watches import Watch, add_watch

NOW = START + timedelta(hours=6)
SENDER = Sender(mail_from="deals@example.org")
SECRET = "secret"
CARD = "rtx-3090-24gb"


def on_sale(engine: Engine, prices: Mapping[str, int], when: datetime = START, **more: Any) -> None:
    """Put cards on sale at a landed price in dollars, by listing."""
    given = {"title": f"{CARD} #shipped", "condition": "used"} | more
    learn(
        engine, [row(key, given["title"], when, price, condition=given["condition"]) for key, price in prices.items()]
    )


def over(engine: Engine, listing: str, state: str = "sold") -> None:
    """Let a listing be over."""
    table = light.raw_listing
    with engine.begin() as conn:
        conn.execute(update(table).where(table.c.external_id == listing).values(state=state))


def watch(engine: Engine, email: str = "ada@example.org", now: datetime = NOW, **more: Any) -> Watch:
    """Add a watch; for everything under 500 dollars where nothing else is said."""
    rule = Rule(**more.pop("rule", {"max_price": 500}))
    with engine.begin() as conn:
        return add_watch(conn, email=email, rule=rule, now=now, **more)


def send(engine: Engine, transport: Transport | str, now: datetime = NOW, find: bool = True, **more: Any) -> Delivered:
    """One pass: evaluate, then send."""
    if find:
        evaluate(engine, now)
    channel = transport_for(transport) if isinstance(transport, str) else transport
    return deliver(engine, channel, SENDER, SECRET, lambda: now, **more)


def alerts(engine: Engine) -> list[Any]:
    """All alerts, oldest first."""
    with engine.connect() as conn:
        return list(conn.execute(select(light.alert).order_by(light.alert.c.created_at, light.alert.c.id)))


def states(engine: Engine) -> Counter[str]:
    """How many alerts are in which state."""
    return Counter(found.state for found in alerts(engine))


def clock_at(moments: list[datetime]) -> Callable[[], datetime]:
    """A clock that shows the last of ``moments``, which the test moves."""
    return lambda: moments[-1]

"""``gpudeals watch test``: one real mail, now, and what happened to it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from tracker.alerts.letters import letter_of
from tracker.alerts.mail import compose, compose_note
from tracker.alerts.offers import kept, live_offers
from tracker.alerts.outcomes import RefusedError, TryAgainError
from tracker.alerts.rules import OfferColumns, reasons
from tracker.alerts.settings import sender, transport
from tracker.alerts.unsubscribing import unsubscribe_secret
from tracker.alerts.watches import Watch


def send_test(engine: Engine, watch: Watch, now: datetime) -> tuple[bool, str]:
    """Send a mail for ``watch`` at once, with its best match where it has one; return whether and how it went.

    Nothing is written: the offer in it will be alerted all the same. Raises GpudealsError where the settings of
    the mail are not complete.
    """
    channel, writer = transport(), sender()
    offers = live_offers(engine, now)
    matches = [] if watch.broken else [offers[position] for position in OfferColumns(offers).matching(watch.rule)]
    message_id = f"<test-{secrets.token_hex(8)}@gpudeals>"
    if matches:
        best = min(matches, key=price_of)
        letter = letter_of([_alert(watch, best)], {watch.id: watch.name}, unsubscribe_secret(), message_id)
        message = compose(letter, writer, now)
        what = f"with the cheapest of {len(matches)} matching offers"
    else:
        lines = [
            f"This is a test of the watch {watch.name}: {watch.words()}.",
            f"None of the {len(offers)} live offers matches it now. When one does, it is in a mail like this one.",
        ]
        message = compose_note(watch.email, f"gpudeals: a test of {watch.name}", lines, message_id, writer, now)
        what = f"without an offer, for none of {len(offers)} matches"
    try:
        channel.send(message)
    except (TryAgainError, RefusedError) as problem:
        return False, f"not delivered to {watch.email}: {problem}"
    finally:
        channel.close()
    return True, f"delivered to {watch.email}, {what}"


def price_of(offer: dict[str, Any]) -> float:
    """Return what an offer is ordered by: landed where that is known, else the price without shipping."""
    return float(offer["price_usd"] if offer["landed"] is None else offer["landed"])


def _alert(watch: Watch, offer: dict[str, Any]) -> dict[str, Any]:
    why: Sequence[str] = (*reasons(watch.rule, offer), "this mail is a test")
    facts = {"already": False, "reasons": list(why), "offer": kept(offer)}
    return {
        "offer_id": offer["offer_id"],
        "watch_id": watch.id,
        "email": watch.email,
        "step": 1,
        "price": 0,
        "facts": facts,
    }

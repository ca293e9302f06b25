"""From offers and watches to alert rows: what is new, what dropped far enough, what has to be held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.ids import stable_id
from tracker.alerts.rules import OfferColumns, in_quiet_hours, reasons
from tracker.alerts.watches import Watch

#: A further drop has to reach both before the same offer is told again.
DROP_SHARE = 0.05
DROP_CENTS = 1000
#: More alerts at once than this many times the usual, and at least HOLD_LEAST, are held and not sent.
HOLD_TIMES = 3
HOLD_LEAST = 20
HISTORY_DAYS = 7
DIGEST_HOUR = 7  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How many alerts a pass usually brings. ``days`` is how long that has been watched."""

    days: float
    per_day: float

    def too_many(self, found: int) -> bool:
        """Return whether ``found`` new alerts at once look like a market-wide fall or a fault of the reading."""
        return self.days >= HISTORY_DAYS and found >= HOLD_LEAST and found > HOLD_TIMES * self.per_day


def new_alerts(
    watches: Sequence[Watch],
    offers: Sequence[Mapping[str, Any]],
    told: Mapping[tuple[str, int], tuple[int, int]],
    usual: Usual,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the alert rows that ``offers`` give rise to.

    ``told`` has by address and offer the least price told so far (cents) and the last step. A new
    watch reports what matches already once, marked ``already``; those never count as a flood.
    """
    columns = OfferColumns(offers)
    rows: list[dict[str, Any]] = []
    for watch in watches:
        if not watch.active(now):
            continue
        for position in columns.matching(watch.rule):
            row = _alert(watch, offers[position], told, now)
            if row is not None:
                rows.append(row)
    fresh = [row for row in rows if not row["facts"]["already"]]
    if usual.too_many(len(fresh)):
        for row in fresh:
            row["state"] = "held"
            row["reason"] = f"{len(fresh)} alerts at once, usual are {usual.per_day:.1f} a day"
    return rows


def _alert(
    watch: Watch, offer: Mapping[str, Any], told: Mapping[tuple[str, int], tuple[int, int]], now: datetime
) -> dict[str, Any] | None:
    price = round((offer["landed"] if offer["landed"] is not None else offer["price_usd"]) * 100)
    identity = offer["relist_of_offer"] or offer["offer_id"]
    before = told.get((watch.email, identity))
    if before is not None and not _dropped(before[0], price):
        return None
    step = 1 if before is None else before[1] + 1
    return {
        "id": stable_id("alert", watch.id, identity, step),
        "watch_id": watch.id,
        "offer_id": identity,
        "listing_id": offer["listing_id"],
        "step": step,
        "price": price,
        "currency": "USD",
        "email": watch.email,
        "state": "queued",
        "attempts": 0,
        "created_at": now,
        "due_at": due(watch, now),
        "reason": None,
        "facts": {
            "already": watch.first_matched_at is None,
            "reasons": list(reasons(watch.rule, offer)),
            "offer": dict(offer),
        },
    }


def _dropped(before: int, now: int) -> bool:
    drop = before - now
    return drop >= DROP_CENTS and drop >= DROP_SHARE * before


def due(watch: Watch, now: datetime) -> datetime:
    """Return when a mail for ``watch`` may go out: at once, after the quiet hours, or with the next digest."""
    when = now
    if watch.delivery in ("daily", "weekly"):
        when = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
        if when <= now:
            when += timedelta(days=1)
        if watch.delivery == "weekly":
            when += timedelta(days=-when.weekday() % 7)
    if in_quiet_hours(watch.quiet_hours, when):
        end = int((watch.quiet_hours or "0-0").split("-")[1])
        until = when.replace(hour=end, minute=0, second=0, microsecond=0)
        when = until if until > when else until + timedelta(days=1)
    return when

"""From offers and watches to alert rows: what is new, what dropped far enough, what has to be held back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from db.ids import stable_id
from tracker.alerts.rules import OfferColumns, in_quiet_hours, reasons
from tracker.alerts.watches import Watch

#: A further drop has to reach both before the same offer is told again.
DROP_SHARE = 0.05
DROP_CENTS = 1000
#: More alerts in a day than this many times the usual, and at least HOLD_LEAST, are held and not sent.
HOLD_TIMES = 3
HOLD_LEAST = 20
HISTORY_DAYS = 7
DIGEST_HOUR = 7  # UTC

#: By address and offer: the least price told so far in cents (None: none was) and the last step.
Told = Mapping[tuple[str, int], tuple[int | None, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How many offers a day are usually told. ``days`` is how long that was watched, ``today`` the last 24 hours."""

    days: float
    per_day: float
    today: int = 0

    def too_many(self, found: int) -> bool:
        """Return whether ``found`` more look like a market-wide fall or a fault of the reading."""
        total = found + self.today
        return self.days >= HISTORY_DAYS and found > 0 and total >= HOLD_LEAST and total > HOLD_TIMES * self.per_day


class _Hit(NamedTuple):
    """An offer that a watch has to tell: where it stands, its goods, the price in cents and which step of it."""

    watch: Watch
    position: int
    goods: int
    price: int
    step: int


#: Returns the offers at some positions as an alert keeps them.
Kept = Callable[[Sequence[int]], Mapping[int, dict[str, Any]]]


def new_alerts(
    watches: Sequence[Watch], offers: Sequence[Mapping[str, Any]], told: Told, usual: Usual, now: datetime, kept: Kept
) -> list[dict[str, Any]]:
    """Return the alert rows that ``offers`` (their figures) give rise to, one per watch and goods.

    A new watch reports what matches already once, marked ``already``; those never count as a flood.
    """
    columns = OfferColumns(offers)
    goods = [offer["relist_of_offer"] or offer["offer_id"] for offer in offers]
    prices = [_cents(offer) for offer in offers]
    hits: list[_Hit] = []
    for watch in watches:
        if not watch.active(now):
            continue
        cheapest: dict[int, int] = {}
        for position in columns.matching(watch.rule):
            known = cheapest.setdefault(goods[position], position)
            if prices[position] < prices[known]:
                cheapest[goods[position]] = position
        for key, position in cheapest.items():
            before, step = told.get((watch.email, key), (None, 0))
            if before is None or _dropped(before, prices[position]):
                hits.append(_Hit(watch, position, key, prices[position], step + 1))
    whole = kept(sorted({hit.position for hit in hits}))
    rows = [_alert(hit, whole[hit.position], now) for hit in hits]
    fresh = [row for row in rows if not row["facts"]["already"]]
    found = len({(row["email"], row["offer_id"]) for row in fresh})
    if usual.too_many(found):
        for row in fresh:
            row["state"] = "held"
            row["reason"] = f"{found + usual.today} offers in a day, usual are {usual.per_day:.1f}"
    return rows


def _cents(offer: Mapping[str, Any]) -> int:
    return round(100 * float(offer["price_usd"] if offer["landed"] is None else offer["landed"]))


def _alert(hit: _Hit, offer: dict[str, Any], now: datetime) -> dict[str, Any]:
    watch = hit.watch
    return {
        "id": stable_id("alert", watch.id, hit.goods, hit.step),
        "watch_id": watch.id,
        "offer_id": hit.goods,
        "listing_id": offer["listing_id"],
        "step": hit.step,
        "price": hit.price,
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
            "offer": offer,
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

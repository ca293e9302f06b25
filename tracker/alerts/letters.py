"""From the alerts of one mail to what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.alerts.bodies import Item, Letter
from tracker.alerts.tokens import unsubscribe_token

MOST_ITEMS = 20
#: So many watches fit into one line of a header, which has 998 characters at most.
_MOST_NAMED = 45


def letter_of(alerts: Sequence[dict[str, Any]], names: Mapping[int, str], secret: str, message_id: str) -> Letter:
    """Return the letter for alerts of one address: goods stand once, with every watch they answer, best first."""
    by_goods: dict[int, list[dict[str, Any]]] = {}
    for row in alerts:
        by_goods.setdefault(row["offer_id"], []).append(row)
    items = []
    for rows in by_goods.values():
        newest = max(rows, key=lambda row: (row["step"], -row["price"]))
        items.append(
            Item(
                facts=newest["facts"]["offer"],
                reasons=list(dict.fromkeys(reason for row in rows for reason in row["facts"]["reasons"])),
                watches=sorted({names.get(row["watch_id"], "") for row in rows}),
                already=all(row["facts"]["already"] for row in rows),
            )
        )
    items.sort(key=lambda item: (-(item.facts["discount"] or 0), item.facts["price_usd"], item.facts["title"]))
    watch_ids = sorted({row["watch_id"] for row in alerts})
    return Letter(
        to=alerts[0]["email"],
        message_id=message_id,
        items=items[:MOST_ITEMS],
        more=max(0, len(items) - MOST_ITEMS),
        watch_names=[names.get(key, "") for key in watch_ids],
        token=unsubscribe_token(secret, watch_ids[:_MOST_NAMED], alerts[0]["email"]),
    )

"""What happens to listings and posts: drops, bids, sales, ends, relists, edits, deletions."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.sandbox import money
from crawlers.sandbox.ebay_maker import NEW_IS_DEARER
from crawlers.sandbox.model import Change, Entry, Item, Line, Post, State
from crawlers.sandbox.posts import subs, write_body

if TYPE_CHECKING:
    from crawlers.sandbox.market import Market

LOWEST = 100  # minor units: nobody asks less


class Life:
    """Lets planned changes happen on a market."""

    def __init__(self, market: "Market") -> None:
        self._market = market

    def happen(self, entry: Entry, change: Change) -> None:
        """Let one change happen; what is over stays as it is, but a post can still be deleted."""
        if change.what == "appear":
            self._market.publish(entry, change.at)
        elif isinstance(entry, Post) and change.what in ("delete", "remove"):
            self.take_away(entry, "deleted" if change.what == "delete" else "moderator", change.at)
        elif entry.state != "live":
            return
        elif isinstance(entry, Item):
            self._item_changes(entry, change)
        elif isinstance(entry, Post):
            self._post_changes(entry, change)
        self._note(entry, change.at)
        entry.version += 1

    def _note(self, entry: Entry, at: datetime) -> None:
        """Keep the price asked for the first line where it is another one than before."""
        if entry.lines:
            price = entry.lines[0].price
            asked = price if price is not None else entry.lines[0].lot_price
            if not entry.history or entry.history[-1][1] != asked:
                entry.history.append((at, asked))

    def _item_changes(self, item: Item, change: Change) -> None:
        line = item.lines[0]
        if change.what == "reprice":
            self._reprice(item, line, change)
        elif change.what == "bid":
            line.price, item.bids, item.buy_now = change.value, (item.bids or 0) + 1, None
            item.options = tuple(option for option in item.options if option != "FIXED_PRICE")
        elif change.what == "sell":
            self._sell(item, line, change.at)
        elif change.what in ("end", "relist"):
            self._end(item, change.at, "ended")
            if change.what == "relist":
                self._relist(item, change.at)
        elif change.what == "remove":
            self._end(item, change.at, "removed")

    def _reprice(self, item: Item, line: Line, change: Change) -> None:
        """Lower the price to where the seller wants it to stand to the market; never raise it."""
        if line.card is None:
            return
        worth = self._market.median(line.card, change.at) * float(change.value) * line.quantity
        worth *= NEW_IS_DEARER if line.condition == "new" and item.sort == "card" else 1.0
        wanted = money.in_currency(worth, item.currency) // 100 * 100
        if line.price is not None and LOWEST <= wanted < line.price:
            line.old_price, line.price = line.price, wanted
        elif line.lot_price is not None and LOWEST <= wanted < line.lot_price:
            line.lot_price = wanted

    def _sell(self, item: Item, line: Line, at: datetime) -> None:
        item.sold += 1
        if item.sold < item.stock and item.bids is None:
            wait = random.Random(f"{self._market.seed}:{item.id}:{item.sold}").uniform(0.5, 6)
            self._market.schedule(item, Change(at=at + timedelta(days=wait), what="sell"))
            return
        item.sold_price = line.price if line.price is not None else line.lot_price
        self._end(item, at, "sold")

    def _end(self, item: Item, at: datetime, state: State) -> None:
        item.state, item.ended = state, at
        self._market.withdraw(item)

    def _relist(self, item: Item, at: datetime) -> None:
        """List the same goods again under a new number."""
        rng = random.Random(f"{self._market.seed}:{item.id}:relist")
        again = at + timedelta(hours=rng.uniform(1, 40))
        end = Change(at=again + timedelta(days=rng.uniform(2, 25)), what="sell" if rng.random() < 0.7 else "end")
        copy = replace(
            item,
            id="",
            created=again,
            state="live",
            ended=None,
            lines=[replace(line) for line in item.lines],
            plan=[end],
            history=[],
            relist_of=item.id,
            version=0,
            cached=(-1, ""),
        )
        self._market.schedule(copy, Change(at=again, what="appear"))

    def _post_changes(self, post: Post, change: Change) -> None:
        if change.what == "drop":
            self._drop(post, post.lines[change.value[0]], change.value[1])
        elif change.what in ("pending", "line sold"):
            post.lines[change.value].status = "pending" if change.what == "pending" else "sold"
        elif change.what == "close":
            post.flair = subs()[post.market.lower()].flairs["closed"]
            post.state, post.ended = "sold", change.at
            for line in post.lines:
                line.status = "sold"
            self._maybe_deleted_later(post, change.at)
        body = write_body(post)
        if body != post.body:
            post.body, post.edited = body, change.at

    def _drop(self, post: Post, line: Line, factor: float) -> None:
        lower = money.round_price(int((line.price or 0) * factor))
        if line.price is None or lower >= line.price or line.status == "sold":
            return
        line.old_price, line.price = line.price, lower
        if post.style["edit"] not in post.style["edits"]:
            post.style["edits"].append(post.style["edit"])

    def _maybe_deleted_later(self, post: Post, at: datetime) -> None:
        rng = random.Random(f"{self._market.seed}:{post.id}:after")
        if rng.random() < 0.06:
            self._market.schedule(post, Change(at=at + timedelta(days=rng.uniform(0.2, 15)), what="delete"))

    def take_away(self, post: Post, by: str, at: datetime) -> None:
        """Delete (``by`` "deleted") or remove ("moderator") a post."""
        post.state = "deleted" if by == "deleted" else "removed"
        post.removed_by, post.ended = by, at
        post.version += 1

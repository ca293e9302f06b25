"""The simulated market: a clock, what is listed and posted, what becomes of it, and the hidden truth.

The same seed gives the same market, however the clock is advanced: each day's newcomers and their
whole lives are drawn from the day's own random numbers, and only happen when the clock gets there.
"""

import heapq
import random
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.sandbox.ebay_maker import EbayMaker
from crawlers.sandbox.life import Life
from crawlers.sandbox.model import Card, Change, Entry, Item, Post, cards
from crawlers.sandbox.people import People
from crawlers.sandbox.post_maker import PostMaker
from crawlers.sandbox.posts import Sub, subs
from crawlers.sandbox.prices import PricePaths
from crawlers.sandbox.words import tokens

START = datetime(2026, 1, 5, tzinfo=UTC)
#: Numbers that the real markets do not give out, so that nothing here can be mistaken for theirs.
FIRST_ITEM = 990_000_000_000
FIRST_POST = int("zzs0000", 36)
#: New listings a day by marketplace.
EBAY_PER_DAY = {"EBAY_US": ("USD", 250.0), "EBAY_GB": ("GBP", 16.0), "EBAY_DE": ("EUR", 16.0), "EBAY_CA": ("CAD", 10.0)}
#: An ended item can be asked after for a while, then the API no longer knows it.
KNOWN_AFTER_END = timedelta(days=3)


class Market:
    """A market from ``start`` on, ``scale`` times its usual size.

    What was over for ``keep_days`` is forgotten, for runs of a year; without it everything is kept
    (about 1 MB a day). Thread-safe: the clock is advanced and the market is asked under ``lock``.
    """

    def __init__(
        self, seed: int = 1, start: datetime = START, *, scale: float = 1.0, keep_days: float | None = None
    ) -> None:
        self.seed = seed
        self.keep = timedelta(days=keep_days) if keep_days is not None else None
        self.start = start
        self.now = start
        self.scale = scale
        self.lock = threading.RLock()
        self.cards: tuple[Card, ...] = cards()
        self.prices = PricePaths(seed, self.cards)
        self.items: dict[str, Item] = {}
        self.posts: dict[str, Post] = {}
        self.live: dict[str, dict[str, Item]] = defaultdict(dict)  # by marketplace, oldest first
        self.by_sub: dict[str, list[Post]] = {name: [] for name in subs()}
        people = People(seed, self.cards, self.median)
        self._ebay, self._reddit = EbayMaker(people), PostMaker(people)
        self._life = Life(self)
        self._events: list[tuple[datetime, int, Entry, Change]] = []
        self._order = 0
        self._days = 0
        self._bursts = 0
        self._words: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._newest_item = FIRST_ITEM
        self._newest_post = FIRST_POST
        self._pin_rules()

    def median(self, card: Card, at: datetime) -> float:
        """Return the true median asking price of ``card`` in US dollars at a time."""
        return self.prices.median(card, (at - self.start).total_seconds() / 86_400)

    # The clock

    def advance(self, span: timedelta) -> datetime:
        """Let time pass and return the new time."""
        return self.advance_to(self.now + span)

    def advance_to(self, moment: datetime) -> datetime:
        """Let time pass until ``moment``; never backwards. Return the time."""
        with self.lock:
            while (midnight := self.start + timedelta(days=self._days)) <= moment:
                self._live_until(midnight)
                self._begin_day(self._days)
                self._days += 1
                self._forget(midnight)
            self._live_until(moment)
            self.now = max(self.now, moment)
            return self.now

    def _live_until(self, moment: datetime) -> None:
        while self._events and self._events[0][0] <= moment:
            at, _, entry, change = heapq.heappop(self._events)
            self.now = max(self.now, at)
            self._life.happen(entry, change)

    def _forget(self, now: datetime) -> None:
        if self.keep is None:
            return
        before = now - self.keep
        gone = [item for item in self.items.values() if item.ended and item.ended < before]
        for item in gone:
            del self.items[item.id]
        for posts in self.by_sub.values():
            old = {post.id for post in posts if not post.stickied and post.created < before and post.state != "live"}
            posts[:] = [post for post in posts if post.id not in old]
            for post in old:
                del self.posts[post]

    def _begin_day(self, day: int) -> None:
        rng = random.Random(f"{self.seed}:day:{day}")
        midnight = self.start + timedelta(days=day)
        for market, (currency, per_day) in EBAY_PER_DAY.items():
            for at, one in self._newcomers(rng, midnight, per_day):
                self.schedule(self._ebay.item(one, at, market, currency), Change(at=at, what="appear"))
        for sub in subs().values():
            for at, one in self._newcomers(rng, midnight, sub.posts_per_day):
                self.schedule(self._reddit.post(one, at, sub), Change(at=at, what="appear"))

    def _newcomers(
        self, rng: random.Random, midnight: datetime, per_day: float
    ) -> list[tuple[datetime, random.Random]]:
        number = int(per_day * self.scale * rng.uniform(0.88, 1.12) + rng.random())
        seconds = sorted(rng.randrange(86_400) for _ in range(number))
        return [(midnight + timedelta(seconds=s), random.Random(rng.getrandbits(64))) for s in seconds]

    def schedule(self, entry: Entry, change: Change) -> None:
        """Let ``change`` happen to ``entry`` when its time has come."""
        self._order += 1
        heapq.heappush(self._events, (change.at, self._order, entry, change))

    # What is listed

    def publish(self, entry: Entry, at: datetime) -> None:
        """Give a listing or a post its number and show it."""
        entry.created = at
        if isinstance(entry, Item):
            self._newest_item += 7  # not one after the other, as on the real market
            entry.id = str(self._newest_item)
            entry.tokens = tokens(entry.title)
            self.items[entry.id] = entry
            self.live[entry.market][entry.id] = entry
            for word in entry.tokens:
                self._words[entry.market][word].add(entry.id)
        elif isinstance(entry, Post):
            self._newest_post += 11
            entry.number = self._newest_post
            entry.id = base36(self._newest_post)
            self.posts[entry.id] = entry
            self.by_sub[entry.market.lower()].append(entry)
        for change in entry.plan:
            self.schedule(entry, change)
        entry.plan = []

    def withdraw(self, item: Item) -> None:
        """Take a listing out of every search."""
        self.live[item.market].pop(item.id, None)
        for word in item.tokens:
            self._words[item.market][word].discard(item.id)
        item.tokens, item.cached = frozenset(), (-1, "")

    def take_away(self, post: Post, *, by: str) -> None:
        """Delete (``by`` "deleted") or remove ("moderator") a post: its text is gone from the API at once."""
        with self.lock:
            self._life.take_away(post, by, self.now)

    # What a test or a demo asks for

    def post_many(self, sub: str, number: int, *, seconds: float = 0.0) -> list[Post]:
        """Put ``number`` posts on ``sub`` now, spread over the next ``seconds``, and return them."""
        with self.lock:
            self._bursts += 1
            rng = random.Random(f"{self.seed}:burst:{self._bursts}")
            moments = [self.now + timedelta(seconds=seconds * i / max(1, number)) for i in range(number)]
            made = [self._reddit.post(random.Random(rng.getrandbits(64)), at, self.sub(sub)) for at in moments]
            for post, at in zip(made, moments, strict=True):
                post.plan = [change for change in post.plan if change.at > moments[-1]]
                post.held_until = None
                self.schedule(post, Change(at=at, what="appear"))
            self.advance_to(moments[-1] if moments else self.now)
            return made

    def sub(self, name: str) -> Sub:
        """Return a sub by name; KeyError where the simulated Reddit has none of that name."""
        return subs()[name.lower()]

    def matching(self, market: str, all_of: list[str], any_of: list[list[str]], none_of: list[str]) -> list[Item]:
        """Return live items of ``market`` by the words of their titles; of a list in ``any_of`` one phrase will do."""
        index, found = self._words[market], None
        for word in all_of:
            ids = index.get(word, set())
            found = ids if found is None else found & ids
        for group in any_of:
            ids = set().union(*(set.intersection(*(index.get(w, set()) for w in phrase.split())) for phrase in group))
            found = ids if found is None else found & ids
        live = self.live[market]
        chosen = live.keys() if found is None else found
        out = [live[i] for i in chosen if i in live]
        return [item for item in out if not any(word in item.tokens for word in none_of)]

    def truth(self) -> dict[str, Any]:
        """Return everything hidden: each listing and post as it really is, and true medians of today."""
        with self.lock:
            day = (self.now - self.start).days
            return {
                "simulated": True,
                "seed": self.seed,
                "start": self.start.isoformat(),
                "now": self.now.isoformat(),
                "phase": self.prices.phase(day).name,
                "fair": [
                    {"model": c.model, "vram_gb": c.vram_gb, "usd": round(self.median(c, self.now), 2)}
                    for c in self.cards
                ],
                "ebay": [item.truth() for item in self.items.values()],
                "reddit": [post.truth() for post in self.posts.values()],
            }

    def _pin_rules(self) -> None:
        """Give each sub the pinned posts that come first in its listing, older than everything else."""
        for name, sub in subs().items():
            for number in range(2):
                pinned = Post(
                    sort="goods",
                    market=sub.name,
                    created=self.start - timedelta(days=30 + number),
                    title=("Confirmed trade thread of the month", "Read the rules before posting")[number],
                    lines=[],
                    currency=sub.currency,
                    id=base36(FIRST_POST - 1000 * (number + 1) - list(subs()).index(name)),
                    style={"fixed": "Simulated: this sub and everybody in it is invented."},
                    body="Simulated: this sub and everybody in it is invented.",
                    stickied=True,
                )
                self.posts[pinned.id] = pinned
                self.by_sub[name].append(pinned)


def base36(number: int) -> str:
    """Return ``number`` in Reddit's notation."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"

"""Who lists what: cards as often as they are traded, sellers with their habits, and how soon things sell."""

import math
import random
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate

from crawlers.sandbox.model import Card
from crawlers.sandbox.writing import Habit

SELLERS = 900
BAIT_SHARE = 0.02


class People:
    """The people of the market; ``median`` gives a card's true median in US dollars at a time."""

    def __init__(self, seed: int, cards: tuple[Card, ...], median: Callable[[Card, datetime], float]) -> None:
        self.median = median
        self._seed = seed
        self._cards = cards
        self._habits: dict[int, Habit] = {}
        self._weights = {
            kind: list(
                accumulate(card.weight * (server if card.segment in ("server", "pro") else rest) for card in cards)
            )
            for kind, server, rest in (("ebay", 1.0, 1.0), ("gaming", 0.25, 1.0), ("server", 4.0, 0.3))
        }

    def card(self, rng: random.Random, kind: str) -> Card:
        """Return a card as often as it is traded on ``kind`` of market."""
        return rng.choices(self._cards, cum_weights=self._weights[kind])[0]

    def habit(self, rng: random.Random) -> Habit:
        """Return one of the market's sellers."""
        number = rng.randrange(SELLERS)
        if number not in self._habits:
            self._habits[number] = Habit.of(self._seed, number)
        return self._habits[number]


def hazard(base: float, steepness: float, ratio: float) -> float:
    """Return the chance per day that something sells asked at ``ratio`` of its median; cheap things go fast."""
    return base * math.exp(-steepness * (min(max(ratio, 0.6), 1.6) - 1))

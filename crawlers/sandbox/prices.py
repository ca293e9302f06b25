"""The hidden price paths: a market that falls, stands and rises, and each card's own way within it."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from crawlers.sandbox.model import Card

#: A day's change of the market in each phase, as a range of logarithms: falling as graphics cards did in 2022.
PHASES = (("falling", -0.0065, -0.0030), ("standing", -0.0002, 0.0002), ("rising", 0.0012, 0.0035))
PHASE_DAYS = (15, 28)
#: Spread of asking prices around the median, as a standard deviation of logarithms.
SIGMA = 0.12


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days in which the market keeps its direction."""

    name: str
    first: int
    last: int
    slope: float


class PricePaths:
    """Median prices in US dollars by card and day; the same seed gives the same paths."""

    def __init__(self, seed: int, cards: Sequence[Card]) -> None:
        self._market = random.Random(f"{seed}:market")
        self._index = [0.0]
        self.phases: list[Phase] = []
        self._cards = [_Path(random.Random(f"{seed}:path:{card.model}:{card.vram_gb}"), card.usd) for card in cards]

    def median(self, card: Card, day: float) -> float:
        """Return the true median asking price of ``card`` in US dollars, ``day`` days (>= 0) after the start."""
        whole = max(0, math.floor(day))
        self._extend(whole + 1)
        path = self._cards[card.number]
        here, there = path.log(whole, self._index), path.log(whole + 1, self._index)
        return math.exp(here + (there - here) * max(0.0, day - whole))

    def phase(self, day: int) -> Phase:
        """Return the phase that ``day`` lies in."""
        self._extend(day)
        return next(phase for phase in self.phases if phase.first <= day <= phase.last)

    def _extend(self, day: int) -> None:
        while len(self._index) <= day + 1:
            name, low, high = PHASES[len(self.phases) % len(PHASES)]
            length = self._market.randint(*PHASE_DAYS)
            first = len(self._index) - 1
            slope = self._market.uniform(low, high)
            self.phases.append(Phase(name, first, first + length - 1, slope))
            self._index += [self._index[-1] + slope * (i + 1) for i in range(length)]


class _Path:
    """One card: how strongly it follows the market, its own drift, and a wandering that returns."""

    def __init__(self, rng: random.Random, usd: float) -> None:
        self._rng = rng
        self._base = math.log(usd)
        self._beta = rng.uniform(0.75, 1.25)
        self._drift = rng.gauss(0, 0.0004)
        self._own = [0.0]

    def log(self, day: int, index: Sequence[float]) -> float:
        while len(self._own) <= day:
            self._own.append(0.97 * self._own[-1] + self._rng.gauss(0, 0.003))
        return self._base + self._beta * index[day] + self._drift * day + self._own[day]

"""Made-up markets shaped like real ones: booms, crashes, steps and groups of cards that go their own way.

Their moves are invented; their shapes are those that 2020 to 2026 are known for.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.tracker.pricing.markets import Market
from tracker.pricing.estimator import KINDS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MONTH = 30


@dataclass(frozen=True)
class Story:
    """How a market moves and what is seen of it; moves are in ln price a month, the last one is the latest."""

    months: tuple[float, ...] = (0.0,) * 12
    cards: int = 50
    per_day: float = 0.5
    shocks: float = 0.001  # of the market, a day
    follow: float = 0.15
    group_months: tuple[tuple[float, ...], ...] = ()  # one row a group, beside the market's; else one group
    group_own: float = 0.0  # a day
    own: float = 0.005  # a day; each card's is spread around it
    own_monthly: bool = False  # drawn by month and drawn straight between, as averages of sales are
    sigma: tuple[float, float] = (0.12, 0.12)
    tail: float | None = None
    bait: float = 0.02
    asks: float = 0.0
    gap: float = 0.08
    stands: int = 1  # times that an ask is seen, a week apart
    silent: tuple[int, int] = (0, 0)  # ages without any price
    late: float = 0.0  # share of the cards that appear 100 days before the end
    weekend: float = 1.0  # as many prices then as on other days


CRASH = (0.05, 0.03, -0.02, -0.08, -0.12, -0.16, -0.14, -0.12, -0.12, -0.1, -0.09, -0.08)
CALMING = (-0.16, -0.14, -0.12, -0.1, -0.12, -0.06, -0.04, -0.03, -0.03, -0.02, -0.02, -0.02)
BOOM = (0.0, 0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.15, 0.1, 0.05, -0.08, -0.15)
SHORTAGE = (-0.02, -0.02, -0.01, 0.0, 0.0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.09, 0.1)
DECAY = (-0.02,) * 12
_STILL = (0.0,) * 8
DATACENTRE = ((*_STILL, 0.05, 0.2, 0.25, 0.22), (*_STILL, 0.0, -0.02, -0.03, -0.03), (0.0,) * 12)
LAUNCH = ((*_STILL, 0.0, -0.1, -0.02, -0.02), (0.0,) * 12)

STORIES: dict[str, Story] = {
    "crash, monthly moves": Story(CRASH, own=0.008, own_monthly=True),
    "crash, thin": Story(CRASH, own=0.008, own_monthly=True, per_day=0.15),
    "crash, asks": Story(CRASH, own=0.008, own_monthly=True, per_day=0.3, asks=0.6),
    "crash then calm, busy": Story(CALMING, own_monthly=True, per_day=3.0, cards=30),
    "boom and turn": Story(BOOM, own=0.006),
    "shortage": Story(SHORTAGE, own=0.005, group_own=0.003, group_months=((0.0,) * 12,) * 3),
    "datacentre cards double": Story(DECAY, group_months=DATACENTRE),
    "datacentre cards double, thin": Story(DECAY, group_months=DATACENTRE, per_day=0.15),
    "launch": Story(DECAY, group_months=LAUNCH, cards=40),
    "generations wander": Story(DECAY, group_own=0.006, group_months=((0.0,) * 12,) * 5, own=0.003),
    "slow decay, quiet cards": Story(DECAY, own=0.002, cards=100, per_day=0.2),
    "wild cards": Story(DECAY, own=0.014),
    "heavy tails": Story(CALMING, sigma=(0.06, 0.2), tail=3.0, bait=0.05),
    "standing asks": Story(DECAY, asks=0.5, gap=0.12, stands=4, weekend=3.0),
    "asks, small gap, thin": Story(CALMING, asks=0.3, gap=0.03, per_day=0.15),
    "weeks without data": Story(SHORTAGE, silent=(20, 55)),
    "silent at the end": Story(CALMING, silent=(0, 14)),
    "newcomers": Story(DECAY, late=0.3, per_day=0.2),
    "ten cards": Story(CALMING, cards=10),
    "150 cards, thin": Story(CRASH, cards=150, per_day=0.1),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What only the maker of a market knows: its prices without bait and gaps, and where their variance comes from."""

    day: Ints
    card: Ints
    value: Floats
    noise: Floats  # variance of each price that counts
    own: Floats
    steps: tuple[Floats, Floats]  # days x moves of a card, and of market and groups
    follow: Floats
    group: Ints
    market: Floats  # variance of each move of the market, and of the groups
    groups: Floats


def _ramp(days: int) -> Floats:
    """Return days x months: how much of each month's move has been made by the end of each day."""
    return np.clip((np.arange(days)[:, None] + 1 - MONTH * np.arange(days // MONTH)) / MONTH, 0, 1)


def tell(story: Story, seed: int) -> tuple[Market, Told]:
    """Return a market of the story and what its maker knows."""
    random = np.random.default_rng(seed)
    days, cards = MONTH * len(story.months), story.cards
    ramp, daily = _ramp(days), np.tri(days)
    groups = np.array(story.group_months or ((0.0,) * len(story.months),))
    group = random.integers(0, len(groups), cards)
    follow = 1 + story.follow * random.standard_normal(cards)
    own = story.own * np.exp(0.4 * random.standard_normal(cards))
    common = ramp @ np.array(story.months) + daily @ random.normal(0, story.shocks, days)
    apart = ramp @ groups.T + daily @ (story.group_own * random.standard_normal((days, len(groups))))
    steps = ramp * np.sqrt(MONTH) if story.own_monthly else daily
    walk = (steps @ random.standard_normal((steps.shape[1], cards))) * own
    paths = (random.normal(6, 0.7, cards) + follow * common[:, None] + apart[:, group] + walk).T
    found, seen = _sold(story, paths, random)
    moves = [np.concatenate([row**2, np.full(days, story.group_own**2)]) for row in groups]
    market = np.concatenate([np.array(story.months) ** 2, np.full(days, story.shocks**2)])
    return found, Told(*seen, own, (steps, daily), follow, group, market, np.array(moves))


def _sold(story: Story, paths: Floats, random: np.random.Generator) -> tuple[Market, tuple[Ints, Ints, Floats, Floats]]:
    """Return the prices seen of cards on ``paths``, and day, card, ln price and variance of the honest ones."""
    cards, days = paths.shape
    chance = np.where(np.arange(days) % 7 < 2, story.weekend, 1.0)
    card = np.repeat(np.arange(cards), random.poisson(story.per_day * days, cards))
    day = random.choice(days, len(card), p=chance / chance.sum())
    sigma = random.uniform(story.sigma[0], story.sigma[1], cards)[card]
    tail = story.tail
    noise = random.standard_normal(len(card)) if tail is None else random.standard_t(tail, len(card)) * 0.7
    value = paths[card, day] + sigma * noise
    bait, ask = random.random(len(card)) < story.bait, random.random(len(card)) < story.asks
    price = value + story.gap * ask + np.where(bait, np.log(random.uniform(0.15, 0.5, len(card))), 0)
    age = days - day - random.random(len(card))
    born = np.where(np.arange(cards) < story.late * cards, 100, days + 1)[card]
    keep = (age < born) & ~((age > story.silent[0]) & (age <= story.silent[1]))
    again = [(age - 7.0 * i, keep & (ask | (i == 0)) & (age > 7.0 * i)) for i in range(story.stands)]
    many = np.concatenate([np.flatnonzero(those) for _, those in again])
    found = Market(
        cards, np.concatenate([then[those] for then, those in again]), card[many], np.exp(price[many]),
        np.where(ask[many], KINDS.index("ask"), 0).astype(np.int64), many, paths[:, -1], bait[many],
    )  # fmt: skip
    honest = keep & ~bait
    less = 1.0 if tail is None else 0.49 * (tail + 3) / (tail + 1)  # what Fisher's information makes of a t
    return found, (day[honest], card[honest], value[honest], (less * sigma**2)[honest])


def bound(told: Told, most: int = 2500) -> Floats:
    """Return ln value of each card by one who knows every variance, membership and loading, but no move.

    Kriging on the ``most`` latest prices; moves of market and groups are as large as they truly are, month by month.
    """
    latest = np.argsort(-told.day, kind="stable")[:most]
    day, card, value, noise = told.day[latest], told.card[latest], told.value[latest], told.noise[latest]
    ramp = _ramp(len(told.steps[1]))
    steps = np.hstack([ramp, told.steps[1]])
    own = told.steps[0]
    last = steps[-1]
    moved = steps[day] - last
    mine = own[day] - own[-1]
    shared = (moved * told.market) @ moved.T * np.outer(told.follow[card], told.follow[card])
    for place, sizes in enumerate(told.groups):
        these = told.group[card] == place
        shared[np.ix_(these, these)] += (moved[these] * sizes) @ moved[these].T
    same = card[:, None] == card[None, :]
    shared += same * (4.0 + told.own[card][:, None] ** 2 * (mine @ mine.T))
    shared += np.diag(noise)
    cross = 4.0 * (np.arange(len(told.own))[:, None] == card)
    solved = np.linalg.solve(shared, value - 6.0)
    got: Floats = 6.0 + cross @ solved
    return got

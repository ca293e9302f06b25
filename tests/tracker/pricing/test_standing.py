"""Where an offer stands among the prices of its card, against the plainest way to say it."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from db.live import Rival
from tracker.pricing.standing import Standing

DAY = date(2026, 6, 1)
RECENT = DAY - timedelta(days=90)


def plainly(rivals: Sequence[Rival], listing: int, asked: float) -> tuple[float | None, int | None]:
    own = {listing} | {rival.relist_of for rival in rivals if rival.listing == listing and rival.relist_of}
    rest = [rival for rival in rivals if rival.listing not in own and rival.relist_of not in own]
    if not rest:
        return None, None
    prices = [rival.usd / 100 * (1 + (rival.shipping or 0.0)) for rival in rest]
    late = [price for rival, price in zip(rest, prices, strict=True) if rival.first >= RECENT]
    percentile = round(100 * sum(price < asked for price in late) / len(late), 1) if late else None
    as_low = [rival.last for rival, price in zip(rest, prices, strict=True) if price <= asked]
    last = max(as_low) if as_low else min(rival.first for rival in rest)
    return percentile, max((DAY - timedelta(days=1) - last).days, 0)


def test_it_says_the_same_as_looking_at_every_price() -> None:
    rng = random.Random(1)
    for _ in range(300):
        rivals = []
        for _ in range(rng.randrange(0, 12)):
            first = DAY - timedelta(days=rng.randrange(1, 300))
            last = min(DAY, first + timedelta(days=rng.randrange(0, 60)))
            relist = rng.choice((None, None, rng.randrange(1, 7)))
            shipping = rng.choice((None, 0.0, 0.1))
            rivals.append(Rival(rng.randrange(1, 7), relist, rng.randrange(30, 40) * 1000, shipping, first, last))
        standing = Standing(rivals, DAY, RECENT)
        for listing in range(8):
            asked = float(rng.randrange(290, 410))
            assert standing.of(listing, asked) == plainly(rivals, listing, asked)


def test_many_prices_of_the_goods_themselves_do_not_count() -> None:
    own = [Rival(1, None, 30_000 + n, None, DAY - timedelta(days=9), DAY - timedelta(days=1)) for n in range(10)]
    other = Rival(2, None, 30_000, None, DAY - timedelta(days=200), DAY - timedelta(days=150))
    assert Standing([*own, other], DAY, RECENT).of(1, 310.0) == (None, 149)
    assert Standing(own, DAY, RECENT).of(1, 310.0) == (None, None)
    assert Standing([], DAY, RECENT).of(1, 310.0) == (None, None)

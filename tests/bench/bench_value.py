"""Fair value on made-up markets of many shapes: error, coverage, and how near to the best that could be known.

    python -m tests.bench.bench_value [--seeds 4]

Goals: a mean error within 1.3 times the bound and a coverage of 0.70 to 0.90 in every market.
"""

import argparse
import time

import numpy as np

from tests.tracker.pricing.markets import Market, fit
from tests.tracker.pricing.stories import STORIES, Story, bound, tell
from tracker.pricing.interval import half_width


def _plain(market: Market, card: int) -> float:
    """Return the ln of the plain median of 90 days, nan under five prices."""
    prices = market.price[(market.card == card) & (market.age < 90)]
    return float(np.log(np.median(prices))) if len(prices) >= 5 else float("nan")


def _measured(story: Story, seeds: int) -> list[float]:
    """Return median and mean error, ratio to the bound, coverage, share withheld, the plain median's, and seconds."""
    errors, best, plain, inside, withheld, taken = [], [], [], [], 0, 0.0
    for seed in range(100, 100 + seeds):
        market, told = tell(story, seed)
        start = time.process_time()
        got = fit(market, told.group[None])
        taken += time.process_time() - start
        known = bound(told)
        withheld += market.cards - int((got.n_effective >= 5).sum())
        for i in np.flatnonzero(got.n_effective >= 5):
            card = int(got.card[i])
            truth = market.truth[card]
            off = abs(float(got.value[i]) - truth)
            errors.append(np.expm1(off))
            inside.append(off <= half_width(float(got.error[i]), float(got.n_effective[i])))
            best.append(np.expm1(abs(known[card] - truth)))
            plain.append(abs(np.expm1(_plain(market, card) - truth)))
    return [
        float(np.median(errors)), float(np.mean(errors)), float(np.mean(errors) / np.mean(best)),
        float(np.mean(inside)), withheld / (seeds * story.cards), float(np.nanmedian(plain)), taken / seeds,
    ]  # fmt: skip


def main() -> None:
    """Print one line a market."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    seeds = parser.parse_args().seeds
    print(f"{'market':32} median   mean  of bound  coverage  withheld  90-day median       s")
    for name, story in STORIES.items():
        median, mean, ratio, coverage, withheld, plain, taken = _measured(story, seeds)
        print(
            f"{name:32} {median:6.2%} {mean:6.2%} {ratio:9.2f} {coverage:9.2f} {withheld:9.1%} {plain:14.1%}",
            f"{taken:7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

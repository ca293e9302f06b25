"""The simulated market: how long a day of it takes, and how fast its pages are served on loopback.

    python -m tests.bench.bench_sandbox [--days 10]

Goal: a simulated day in well under a second.
"""

import argparse
import json
import urllib.request
from datetime import UTC, datetime, timedelta

from crawlers.sandbox.market import Market
from crawlers.sandbox.server import Sandbox
from tests.bench.databases import seconds
from tests.crawlers.sandbox.conftest import SEARCH, ebay_token


def simulated(days: int) -> None:
    """Print how long a day of a market of the usual size takes."""
    market = Market(6)
    taken = seconds(lambda: market.advance(timedelta(days=days)))
    print(f"  a simulated day        {1000 * taken / days:8.1f} ms, {len(market.items) / days:.0f} items a day")


def served(days: int) -> None:
    """Print how many items a second come in pages of 200."""
    found = 0
    with Sandbox(1, start=datetime.now(UTC) - timedelta(days=days), days=days) as sandbox:
        headers = {"Authorization": f"Bearer {ebay_token(sandbox)}"}

        def read() -> None:
            nonlocal found
            for offset in range(0, 1000, 200):
                address = f"{sandbox.url}{SEARCH}?category_ids=27386&limit=200&offset={offset}"
                with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
                    found += len(json.loads(answer.read())["itemSummaries"])

        taken = seconds(read)
    print(f"  result pages           {found / taken:8,.0f} items/s served")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=10)
    days = parser.parse_args().days
    simulated(days)
    served(days)


if __name__ == "__main__":
    main()

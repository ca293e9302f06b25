"""From the end of a crawl to the mail handed to SMTP, at growing numbers of live offers and watches.

    python -m tests.bench.bench_alerts [--offers 10000] [--watches 1000] [--database URL]

Goal: 5 s for 10,000 live offers and 1,000 watches, growing no worse than linearly. The crawl brings 200
new listings; what is measured is everything after it: judging, reading, fair values, matching, 100 mails,
in a process that has done so before, as the service has. With ``--database``, which has to be an empty
PostgreSQL database, only the full size is measured, there.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from db import light
from db.crawls import CRAWLED
from db.engine import open_engine
from db.store import RevisionRow, begin_run, finish_run, store_page
from tests.tracker.alerts.mailserver import MailServer
from tracker.alerts import notifying
from tracker.alerts.rules import Rule
from tracker.alerts.watches import add_watch
from tracker.catalog import Gpu, catalog
from tracker.ingest import ingest
from tracker.jobs import Work
from tracker.service_settings import ServiceSection

#: Seconds of this process at work: on a machine that others use too, the clock on the wall says little.
_clock = time.process_time
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADDRESSES = 100
FRESH = 200
CARDS = 60
PAGE = 500


def cards() -> list[Gpu]:
    """Cards that used ones are sold of, spread over the catalog."""
    return [gpu for gpu in catalog() if gpu.vram_gb >= 8 and not gpu.modified][
        :: max(1, len(catalog()) // (4 * CARDS))
    ][:CARDS]


def worth(gpu: Gpu) -> float:
    """A price that grows with the card."""
    return 60 + 14 * gpu.vram_gb + 3 * (gpu.bandwidth_gb_s or 200) ** 0.7


def listing(number: int, gpu: Gpu, factor: float, when: datetime, **more: Any) -> RevisionRow:
    """A listing of one card."""
    values: dict[str, Any] = {
        "source": "ebay",
        "seen_as": "api",
        "kind": "ask",
        "title": f"{gpu.name} graphics card, tested, no. {number}",
        "url": f"https://www.ebay.com/itm/{number}",
        "currency": "USD",
        "price_minor": round(worth(gpu) * factor * 100),
        "shipping_minor": 0,
        "condition": "Used",
        "condition_id": "3000",
        "created_at": when,
    }
    return RevisionRow(external_id=str(number), observed_at=when, **values | more)


def fill(engine: Engine, offers: int, watches: int) -> None:
    """Store live offers (half a week old), a year of sales, and watches of 100 addresses that have looked already."""
    rng = random.Random(1)
    chosen = cards()
    rows = [
        listing(n, rng.choice(chosen), rng.lognormvariate(0, 0.15), NOW - timedelta(days=rng.uniform(0.1, 3)))
        for n in range(offers)
    ]
    rows += [
        listing(
            10**6 + n, rng.choice(chosen), rng.lognormvariate(-0.05, 0.1), NOW - timedelta(days=rng.uniform(1, 300)),
            kind="sold", state="sold",
        )
        for n in range(offers // 2)
    ]  # fmt: skip
    with engine.begin() as conn:
        run = begin_run(conn, "files", "import", NOW)
        for at in range(0, len(rows), PAGE):
            store_page(conn, run, rows[at : at + PAGE])
        finish_run(conn, run, "ok", None, {}, NOW)
    ingest(engine)
    with engine.begin() as conn:
        for n in range(watches):
            gpu = rng.choice(chosen)
            rule = rng.choice(
                (
                    Rule(sku=gpu.slug, below_fair=rng.randrange(5, 30)),
                    Rule(min_vram=rng.choice((12, 16, 24)), below_fair=rng.randrange(30, 50)),
                    Rule(min_vram=16, max_usd_per_gb=rng.uniform(6, 10), region="US"),
                    Rule(family=gpu.model, max_price=worth(gpu) * 0.85),
                )
            )
            add_watch(conn, email=f"{n % ADDRESSES}@example.org", rule=rule, name=f"w{n}", now=NOW)


def crawl(engine: Engine, number: int) -> int:
    """Store what a crawl of the sandboxed swap sub would: new posts, some of them bargains."""
    rng = random.Random(number)
    rows = []
    for n in range(FRESH):
        gpu = rng.choice(cards())
        price = round(worth(gpu) * rng.lognormvariate(-0.2, 0.2))
        more = {
            "source": "hardwareswap", "seen_as": "feed", "url": "https://www.reddit.com/x", "price_minor": None,
            "currency": None, "shipping_minor": None, "condition": None, "condition_id": None,
            "flair": "SELLING", "body": f"Selling a {gpu.name} for ${price} shipped. Works fine. Number {number}-{n}.",
            "title": f"[USA-CA] [H] {gpu.name} [W] PayPal",
        }  # fmt: skip
        rows.append(listing(number * 10**4 + n, gpu, 1, NOW, **more))
    covered = dict.fromkeys(("title", "url", "created_at", "body", "flair"), len(rows))
    counters = {"items": len(rows), "searches": 1, "covered": covered, "end": "finished"}
    with engine.begin() as conn:
        run = begin_run(conn, "hardwareswap", "crawl", NOW)
        store_page(conn, run, rows)
        finish_run(conn, run, CRAWLED, None, counters, NOW)
    return run


@contextmanager
def mail_server() -> Iterator[str]:
    """An SMTP server in a process of its own."""
    ready, there = multiprocessing.Pipe()

    def serve() -> None:
        with MailServer() as server:
            there.send(server.url)
            time.sleep(3600)

    process = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    process.start()
    try:
        yield str(ready.recv())
    finally:
        process.kill()
        process.join()


def measure(url: str, offers: int, watches: int) -> tuple[float, dict[str, float], str]:
    """Return seconds from the end of a crawl to the last mail, by stage too, and what was done."""
    engine = open_engine(url)
    fill(engine, offers, watches)
    notifying.evaluate(engine, NOW - timedelta(hours=2))  # what matched when the watches were new
    with engine.begin() as conn:
        conn.execute(light.alert.update().values(state="sent", sent_at=NOW - timedelta(hours=2)))
    stages: dict[str, float] = {}

    def timed(name: str, call: Any) -> Any:
        def run(*args: Any, **more: Any) -> Any:
            began = _clock()
            try:
                return call(*args, **more)
            finally:
                stages[name] = stages.get(name, 0) + _clock() - began

        return run

    from tracker import jobs

    work = Work(engine, url, ServiceSection(), clock=lambda: NOW)
    timed_parts = ((jobs, "ingest"), (jobs, "evaluate"), (jobs, "send_queued"), (notifying, "update_fair_values"),
                   (notifying, "Board"), (notifying, "new_alerts"))  # fmt: skip
    kept = [(module, name, getattr(module, name)) for module, name in timed_parts]
    for module, name, call in kept:
        setattr(module, name, timed(name, call))
    run_id = crawl(engine, 700)
    work.crawl = lambda _: (0, {"run": run_id, "end": "finished"})
    began, wall = _clock(), time.perf_counter()
    words = work.crawl_source("hardwareswap")
    took, wall = _clock() - began, time.perf_counter() - wall
    stages["wall clock"] = wall
    for module, name, call in kept:
        setattr(module, name, call)
    with engine.connect() as conn:
        live = conn.execute(select(func.count()).select_from(light.offer).where(light.offer.c.status == "available"))
        words += f" ({live.scalar_one():,} offers)"
    engine.dispose()
    return took, stages, words


def main() -> None:
    """Measure a quarter, a half and all of it, and print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--watches", type=int, default=1_000)
    parser.add_argument("--database", metavar="URL")
    options = parser.parse_args()
    with mail_server() as smtp, tempfile.TemporaryDirectory(prefix="gpudeals-bench-") as folder:
        os.environ |= {"GPUDEALS_MAIL_FROM": "deals@example.org", "GPUDEALS_SMTP_URL": smtp, "GPUDEALS_WEB_TOKEN": "t"}
        os.environ |= {"GPUDEALS_REDDIT_CLIENT_ID": "i", "GPUDEALS_REDDIT_CLIENT_SECRET": "simulated"}
        os.environ |= {"GPUDEALS_REDDIT_USERNAME": "me", "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        measure(f"sqlite:///{Path(folder) / 'warm.db'}", 200, 10)
        first: tuple[float, float] | None = None
        for part in (1,) if options.database else (4, 2, 1):
            offers, watches = options.offers // part, options.watches // part
            url = options.database or f"sqlite:///{Path(folder) / f'{offers}.db'}"
            took, stages, words = measure(url, offers, watches)
            first = first or (took, offers)
            ratio = (took / first[0]) / (offers / first[1])
            print(f"{offers:>7,} offers {watches:>6,} watches: {took:6.2f} s at work, {ratio:.2f} × linear   {words}")
            print("         " + ", ".join(f"{name} {span:.2f} s" for name, span in stages.items()))


if __name__ == "__main__":
    main()

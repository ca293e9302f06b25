"""The whole job on a simulated market: real crawlers over HTTP, reading, pricing, alerts, and how near the truth.

Everything lives in a folder of its own; neither the user's database nor the settings are touched.
"""

import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from crawlers.sandbox.server import Sandbox
from db import light
from db.engine import open_engine
from db.errors import GpudealsError
from db.ids import stable_id
from tracker.alerts.notifying import evaluate, send_queued
from tracker.alerts.outbox import Delivered
from tracker.alerts.rules import Rule
from tracker.alerts.watches import add_watch
from tracker.ingest import ingest
from tracker.ingest.once import read_once
from tracker.judging import Judge
from tracker.plan import plan_searches
from tracker.pricing.ranking import market_rows

SOURCES = ("ebay_browse", "hardwareswap")
DAYS = 60
#: Searches that one simulated day may make; the plan has some 120, the least recently made come first.
CALLS_A_DAY = 16
SCALE = 0.3
EMAIL = "you@example.org"
WATCHES = (
    ("much-vram", Rule(min_vram=24, below_fair=15)),
    ("cheap-gb", Rule(min_vram=16, max_usd_per_gb=22)),
    ("bargain-3080", Rule(family="GeForce RTX 3080", below_fair=15)),
)

_SETTINGS = """# A simulated market: nothing here reaches a real one.
[ebay]
client_id = "simulated"
client_secret = "simulated"
api_url = "{url}"
per_minute = 0
calls_per_run = {calls}

[reddit]
client_id = "simulated"
client_secret = "simulated"
url = "{url}"
per_minute = 0

[sources.ebay_browse]
enabled = true
statistics = true
permission = "the sellers of this market are invented"
display_hours = 100000

[sources.hardwareswap]
enabled = true

[smtp]
url = "file:{folder}/mailbox"

[mail]
from = "gpudeals@example.org"
to = "{email}"

[web]
token = "demo"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How what was read compares with the hidden truth. Shares are 0 to 1."""

    cards: int  # listings of one working card
    right_card: float  # named with its size, or the size left open where the seller left it open
    right_price: float  # of those, with the true price of a card
    junk: int  # boxes, broken cards, systems, wanted posts
    kept_out: float
    fair_values: int
    fair_error: float  # median of |fair value / true median - 1|
    in_interval: float


class Demo:
    """A simulated market with a database and a mailbox of its own in ``folder``."""

    def __init__(self, folder: Path, *, days: int = DAYS, seed: int = 1) -> None:
        self.folder = folder
        self.days = days
        self.start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
        self.sandbox = Sandbox(seed, start=self.start, scale=SCALE, keep_days=30, reddit_calls=10**6)
        self.database = f"sqlite:///{folder / 'demo.db'}"
        self.mailbox = folder / "mailbox"

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self.sandbox.now

    @contextmanager
    def surroundings(self) -> Iterator[Engine]:
        """Serve the market, and let settings and database be those of the demo while it lasts."""
        self.sandbox.start()
        settings = self.folder / "gpudeals.toml"
        text = _SETTINGS.format(url=self.sandbox.url, folder=self.folder, calls=CALLS_A_DAY, email=EMAIL)
        settings.write_text(text, encoding="utf-8")
        before = dict(os.environ)
        for name in [name for name in os.environ if name.startswith("GPUDEALS_")]:
            del os.environ[name]
        os.environ.update(
            GPUDEALS_CONFIG=str(settings), GPUDEALS_DB=self.database, GPUDEALS_LOGS=str(self.folder / "logs")
        )
        engine = open_engine(self.database)
        try:
            yield engine
        finally:
            engine.dispose()
            os.environ.clear()
            os.environ.update(before)
            self.sandbox.stop()

    def crawl(self, engine: Engine, day_done: Callable[[int], None] = lambda _: None) -> Counter[str]:
        """Let both crawlers crawl once a simulated day, each in one process; return the outcomes of their runs.

        On the last two evenings the day's listings are read and priced and the watches are matched.
        """
        crawlers = {name: _start(name) for name in SOURCES}  # they get ready while the rest does
        try:
            plan_searches(engine)
            self._watch(engine)
            read = read_once()
            judge, outcomes = Judge(engine, read), Counter[str]()
            for day in range(1, self.days + 1):
                evening = self.now
                self.sandbox.advance(days=1)
                for name, process in crawlers.items():
                    # Yesterday's run is judged only now, while the source before this one is being crawled.
                    outcomes.update(judged.verdict.outcome for judged in judge.judge_all(evening, name))
                    _ask(process, self.now)
                for process in crawlers.values():
                    _answer(process)
                if day >= self.days - 1:
                    outcomes.update(judged.verdict.outcome for judged in judge.judge_all(self.now))
                    ingest(engine, read=read)
                    evaluate(engine, self.now)
                    self.deliver(engine)
                day_done(day)
        finally:
            for process in crawlers.values():
                _stop(process)
        return outcomes

    def _watch(self, engine: Engine) -> None:
        with engine.begin() as conn:
            for name, rule in WATCHES:
                add_watch(conn, email=EMAIL, rule=rule, name=name, now=self.start)

    def deliver(self, engine: Engine) -> Delivered:
        """Send what the watches found to the mailbox."""
        return send_queued(engine, lambda: self.now)

    def accuracy(self, engine: Engine) -> Accuracy:
        """Compare what was read and priced with the truth of the market."""
        truth = self.sandbox.market.truth()
        with engine.connect() as conn:
            offers = _offers(conn)
        cards, named, priced, junk, out = 0, 0, 0, 0, 0
        for entry in (*truth["ebay"], *truth["reddit"]):
            source = "ebay" if entry["market"].startswith("EBAY_") else entry["market"].lower()
            read = offers.get((source, entry["id"]))
            if read is None:
                continue
            if entry["sort"] == "card" and len(entry["lines"]) == 1:
                cards += 1
                right = len(read) == 1 and _same_card(read[0], entry["lines"][0])
                named += right
                priced += right and _same_price(read[0], entry)
            elif entry["sort"] in JUNK:
                junk += 1
                out += all(row.reject or row.broken or row.in_system or row.model is None for row in read)
        fair = {stable_id("gpu", row.sku): row for row in market_rows(engine, now=self.now)}
        return Accuracy(
            cards=cards, right_card=named / max(1, cards), right_price=priced / max(1, named), junk=junk,
            kept_out=out / max(1, junk), **_fair_errors(fair, truth["fair"]),
        )  # fmt: skip


#: What the simulated sellers offer that is no working card.
JUNK = ("box", "accessory", "broken", "system", "laptop", "menu", "wanted")


def _offers(conn: Any) -> dict[tuple[str, str], list[Any]]:
    offer, listing = light.offer, light.raw_listing
    query = select(offer, listing.c.source, listing.c.external_id).join_from(
        offer, listing, offer.c.listing_id == listing.c.id
    )
    found: dict[tuple[str, str], list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault((row.source, row.external_id.partition(":")[0]), []).append(row)
    return found


def _same_card(row: Any, line: Mapping[str, Any]) -> bool:
    if row.model is None or row.model.lower() != line["model"].lower():
        return False
    return bool(row.vram_gb == line["vram_gb"] or (row.vram_gb is None and not line["size_stated"]))


def _same_price(row: Any, entry: Mapping[str, Any]) -> bool:
    prices = {price for _, price in entry["history"]} | {entry["lines"][0]["price"], entry["lines"][0]["lot_price"]}
    return row.unit_price in prices or row.lot_price in prices or (row.unit_price is None and None in prices)


def _fair_errors(found: Mapping[int, Any], truth: list[Mapping[str, Any]]) -> dict[str, Any]:
    errors, inside = [], 0
    by_name = {(row.model, row.vram_gb): row for row in found.values() if row.fair_value is not None}
    for card in truth:
        row = by_name.get((card["model"], float(card["vram_gb"])))
        if row is not None:
            errors.append(abs(row.fair_value / card["usd"] - 1))
            inside += row.low <= card["usd"] <= row.high
    median = statistics.median(errors) if errors else float("nan")
    return {"fair_values": len(errors), "fair_error": median, "in_interval": inside / max(1, len(errors))}


def _start(source: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "crawlers.rounds", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _ask(process: "subprocess.Popen[str]", now: datetime) -> None:
    if process.stdin is None or process.poll() is not None:
        raise GpudealsError("a crawler of the demo ended before its time")
    process.stdin.write(now.isoformat() + "\n")
    process.stdin.flush()


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise GpudealsError("a crawler of the demo ended before its time")
    told: dict[str, Any] = json.loads(line)
    return told


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

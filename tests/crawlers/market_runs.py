"""Crawls of the simulated market in a row: a baseline, then one with something wrong, each judged at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from crawlers.sandbox.server import Sandbox
from db.engine import open_engine
from db.store import upsert_plan
from tests.crawlers.conftest import KEYS
from tests.crawlers.warm import Warm
from tracker.judging import Judge, Judged

SOURCES = ("ebay_browse", "hardwareswap")


class MarketRuns:
    """A simulated market, a database, and both crawlers."""

    def __init__(
        self, warm: Warm, folder: Path, template: bytes, *, scale: float = 0.3, seed: int = 3, **env: str
    ) -> None:
        self.warm, self.folder = warm, folder
        (folder / "market.db").write_bytes(template)
        self.url = f"sqlite:///{folder / 'market.db'}"
        self.engine = open_engine(self.url)
        start = datetime(2026, 10, 20, tzinfo=UTC)
        self.sandbox = Sandbox(seed, start=start, days=30, scale=scale, rate=0, reddit_calls=10**6).start()
        self.judge = Judge(self.engine)
        self.env = {
            **KEYS,
            "GPUDEALS_EBAY_API_URL": self.sandbox.url,
            "GPUDEALS_REDDIT_URL": self.sandbox.url,
            "GPUDEALS_EBAY_CALLS_PER_RUN": "500",
            "GPUDEALS_EBAY_DAILY_CALLS": "1000000",
            **env,
        }
        with self.engine.begin() as connection:
            queries = [f"rtx {n}" for n in (3060, 3070, 3080, 3090, 4070, 4080, 4090)]
            upsert_plan(connection, [("ebay_browse", "EBAY_US", query, []) for query in queries])

    def close(self) -> None:
        self.sandbox.stop()
        self.engine.dispose()

    def crawl(self, source: str) -> tuple[dict[str, Any], Judged | None]:
        """Crawl and judge at the market's own time; return what the crawl told and its judgement, if it had one."""
        told = self.warm.start(source, self.url, self.folder, self.sandbox.now, **self.env).wait()
        judged = [run for run in self.judge.judge_all(self.sandbox.now) if run.run_id == told["run"]]
        return told, judged[0] if judged else None

    def settle(self, rounds: int = 3, sources: Sequence[str] = SOURCES) -> None:
        """Crawl a few times so that there is something to compare with."""
        for _ in range(rounds):
            for source in sources:
                told, judged = self.crawl(source)
                assert judged is not None, told
                assert judged.verdict.outcome == "ok", judged
            self.sandbox.advance(hours=6)

    def counted(self) -> list[Any]:
        """Return all that counts: what no bad run may change."""
        query = (
            "SELECT l.external_id, l.state, r.content_hash, r.seen_until FROM raw_listing l "
            "JOIN raw_revision r ON r.listing_id = l.id JOIN crawl_run c ON c.id = r.run_id "
            "WHERE c.promoted_at IS NOT NULL ORDER BY 1, 3, 4"
        )
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


def what_went_wrong(told: dict[str, Any], judged: Judged | None) -> tuple[str, str]:
    """Return outcome and reason of a crawl, judged or not."""
    if judged is not None:
        return judged.verdict.outcome, judged.verdict.message
    return "failed", f"{told['end']}: {told['message']}"


#: What a reason may call the field that a redesign took away.
ALSO_CALLED = {
    "children": ("kind", "Listing"),
    "kind": ("Listing",),
    "source": ("subreddit",),
    "created_at": ("created_at", "created_utc"),
    "external_id": ("external_id", "no id of a post"),
}

#: The address of a post follows from its id: that its link is gone is said, and takes nothing away from the reader.
HARMLESS = {"reddit-link-dropped"}


def names_the_field(field: str, reason: str) -> bool:
    return any(name in reason for name in (field, *ALSO_CALLED.get(field, ())))

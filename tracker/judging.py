"""Carries the judgement of a crawl out: what counts is promoted, what failed dropped, what was deleted purged."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from crawlers.mark import settle
from crawlers.source import Source, source_of
from db import store
from db.crawls import baselines, listings_of_run, unjudged_runs
from db.errors import GpudealsError
from db.store.purge import checkpoint, purge_listings
from db.store.runs import run_row
from db.store.sql import lock_writers
from tracker.health import HISTORY, Baseline, Expectation, Finding, Summary, Verdict, baseline_of, judge
from tracker.ingest.views import Reader

SAMPLE = 500  # listings of a run that the rules are tried on
_REMEMBERED = 8 * HISTORY  # runs to look through for earlier prices of the cards that this one met
_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A run with its verdict, and what became of its listings."""

    run_id: int
    source: str
    verdict: Verdict
    items: int
    new: int
    changed: int
    gone: int = 0
    purged: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """What the rules made of one revision: unit prices by ``sku|kind|currency``, and whether a card is known."""

    prices: tuple[tuple[str, int], ...]
    matched: bool


class Judge:
    """Judges runs; what it has read once it does not read again. ``read`` are the rules, where they are shared."""

    def __init__(self, engine: Engine, read: Reader | None = None) -> None:
        self._engine = engine
        self._rules = read
        self._read: dict[tuple[int, str], _Read] = {}

    def judge_all(self, now: datetime | None = None, source: str | None = None) -> list[Judged]:
        """Judge every crawl that ended and was not judged yet, of one source or of all, oldest first."""
        with self._engine.connect() as connection:
            waiting = [row.id for row in unjudged_runs(connection, source and [source])]
        return [self.judge(run_id, now) for run_id in waiting]

    def judge(self, run_id: int, now: datetime | None = None) -> Judged:
        """Judge one run and carry the verdict out, in one transaction."""
        now = now or datetime.now(UTC)
        with self._engine.connect() as connection:
            run = run_row(connection, run_id)
            sample = listings_of_run(connection, run_id, SAMPLE)
        if run.kind == "import":
            return self._carry_out(run, _of_import(run), run.counters, now)
        summary = self._summary(run, sample)
        with self._engine.connect() as connection:
            earlier = baselines(connection, run.source, run.started_at, _REMEMBERED)
            history = [Baseline.from_json(kept, summary.prices) for kept in earlier]
        verdict = judge(summary, history, _expectation(source_of(run.source)))
        counters = {**run.counters, **verdict.counters, "baseline": baseline_of(summary).as_json()}
        return self._carry_out(run, verdict, counters, now)

    def accept(self, run_id: int, now: datetime | None = None) -> Judged:
        """Let a suspect run count because a person judged it right. Raises GpudealsError where it is not suspect."""
        now = now or datetime.now(UTC)
        with self._engine.begin() as connection:
            run = run_row(connection, run_id)
            promoted = store.accept_run(connection, run_id, now)
            settle(connection, run.source, run.counters, run.started_at, now, counts=True)
            purged = purge_listings(connection, run.counters.get("purge") or (), taken_away=now)
        self._clear(purged)
        return _judged(run, Verdict("ok"), promoted.gone, purged)

    def _carry_out(self, run: Any, verdict: Verdict, counters: Mapping[str, Any], now: datetime) -> Judged:
        gone = purged = 0
        counts = verdict.outcome == "ok"
        with self._engine.begin() as connection:
            lock_writers(connection)
            if run_row(connection, run.id).outcome != run.outcome:
                raise GpudealsError(f"run {run.id} is being judged by another process")
            store.finish_run(
                connection, run.id, verdict.outcome, verdict.message or None, counters, run.finished_at or now
            )
            if counts:
                expected = run.counters.get("missing") or None
                gone = store.promote_run(connection, run.id, now, expected=expected).gone
                purged = purge_listings(connection, run.counters.get("purge") or (), taken_away=now)
            elif verdict.outcome == "failed":
                store.drop_run(connection, run.id)
            settle(connection, run.source, run.counters, run.started_at, now, counts=counts)
        self._clear(purged)
        return _judged(run, verdict, gone, purged)

    def _clear(self, purged: int) -> None:
        """See to it that of what was purged nothing stays in the write-ahead log."""
        if purged:
            checkpoint(self._engine)

    def _summary(self, run: Any, sample: Any) -> Summary:
        counters = run.counters or {}
        read = [self._reading(row) for row in sample]
        prices: dict[str, list[int]] = {}
        for reading in read:
            for key, price in reading.prices:
                prices.setdefault(key, []).append(price)
        currencies = Counter(row.currency for row in sample if row.currency and row.price_minor is not None)
        return Summary(
            end=counters.get("end", "finished"),
            message=run.message or "",
            items=int(counters.get("items", 0)),
            searches=int(counters.get("searches", 0)),
            expected=counters.get("expected"),
            answered=int(counters.get("answered", 0)),
            proved_empty=bool(counters.get("proved_empty")),
            covered=counters.get("covered") or {},
            problems=counters.get("problems") or {},
            unread=counters.get("unread") or {},
            notes=counters.get("notes") or (),
            truncated=counters.get("truncated") or (),
            read=len(read),
            matched=sum(reading.matched for reading in read),
            currencies=currencies or Counter(key.rsplit("|", 1)[1] for key, found in prices.items() for _ in found),
            prices=prices,
            rechecked=int(counters.get("rechecked", 0)),
            removed=int(counters.get("removed_asked", 0)),
        )

    def _reading(self, row: Any) -> _Read:
        key = (row.listing_id, row.content_hash)
        known = self._read.get(key)
        if known is None:
            if len(self._read) >= _CACHED:
                self._read.clear()
            known = self._read[key] = _read(row, self._reader())
        return known

    def _reader(self) -> Reader:
        from tracker.normalize import read_listing

        return self._rules or read_listing


def _read(row: Any, read: Reader) -> _Read:
    from tracker.catalog import catalog
    from tracker.ingest.reading import read_revision

    cards = catalog()
    lines = read_revision(_Listing(row.listing_id, row.source, row.external_id), row, None, read, cards).lines
    prices = tuple(
        (f"{line.offer.sku}|{line.kind}|{line.currency}", line.unit_price)
        for line in lines
        if line.counts and line.unit_price is not None
    )
    return _Read(prices, any(line.offer.model is not None for line in lines))


@dataclass(slots=True)
class _Listing:
    id: int
    source: str
    external_id: str


def _of_import(run: Any) -> Verdict:
    """Return the verdict on files that a person brought: they count, and what could not be read is named."""
    problems = {name: n for name, n in ((run.counters or {}).get("problems") or {}).items() if n}
    found = tuple(Finding("ok", "note", f"{n} {name}") for name, n in problems.items())
    return Verdict("ok", found, {"health/note": len(found)} if found else {})


def _expectation(source: Source | None) -> Expectation:
    return Expectation() if source is None else Expectation(source.required, source.min_items)


def _judged(run: Any, verdict: Verdict, gone: int, purged: int) -> Judged:
    counters = run.counters or {}
    stored = counters.get("stored") or {}
    return Judged(
        run.id,
        run.source,
        verdict,
        int(counters.get("items", 0)),
        int(stored.get("new", 0)),
        int(stored.get("changed", 0)),
        gone,
        purged,
    )

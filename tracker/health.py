"""Judges a finished crawl against what is normal for its source, before anything of it counts.

Pure: the summary of one run and of the ok runs before it go in, an outcome with its reasons comes out.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from statistics import median
from typing import Any, Literal

Outcome = Literal["ok", "suspect", "failed"]

HISTORY = 7  # ok runs that make a baseline
FEWER = 0.5  # of the usual items
FEWER_SAME = 0.6  # where the very same searches were made: listings stay up for weeks
REQUIRED_SHARE = 0.9  # of the listings have a required field
LOST_SHARE = 0.5  # of its usual coverage, for a field that is not required
MATCHED_SHARE = 0.5  # of the usual share of listings with a known card
JUMP = 0.35  # largest believable move of the median; the largest month-to-month move of RTX 3090 in 2021-23 was -24 %
FAR = 8.0  # times the usual price of the same card: no such market, but cents read as dollars
SAMPLE = 30  # fewer listings than this prove nothing about shares

#: Ends of a crawl that leave its pages whole: done, or the day's calls are spent.
NORMAL_ENDS = frozenset({"finished", "quota", "idle"})
#: Ends that leave the pages before them whole: the market asked for a pause.
CUT_SHORT = frozenset({"asked_to_wait"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one run was like. ``prices`` has the unit prices in minor units by ``sku|kind|currency``."""

    end: str = "finished"
    message: str = ""
    items: int = 0  # listings met, each once
    searches: int = 0  # searches or pages asked
    expected: int | None = None  # what those searches gave last time of which that is known
    answered: int = 0  # what they gave now
    proved_empty: bool = False
    covered: Mapping[str, int] = field(default_factory=dict)  # listings that have the field
    problems: Mapping[str, int] = field(default_factory=dict)  # rows that could not be read, by field
    unread: Mapping[str, int] = field(default_factory=dict)  # re-checks that could not be read, by field
    notes: Sequence[str] = ()
    truncated: Sequence[str] = ()  # searches that gave as much as the market shows of one
    read: int = 0  # listings that the rules were tried on
    matched: int = 0  # of those, with a known card
    currencies: Mapping[str, int] = field(default_factory=dict)
    prices: Mapping[str, Sequence[int]] = field(default_factory=dict)
    rechecked: int = 0
    removed: int = 0  # of those, taken away by their author or a moderator


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is kept of an ok run to judge later ones by; JSON in ``crawl_run.counters``."""

    items: int
    searches: int
    covered: Mapping[str, int]
    read: int
    matched: int
    currencies: Mapping[str, int]
    medians: Mapping[str, tuple[int, int]]  # by sku|kind|currency: number of prices, median

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "items": self.items,
            "searches": self.searches,
            "covered": dict(self.covered),
            "read": self.read,
            "matched": self.matched,
            "currencies": dict(self.currencies),
            "medians": {key: list(pair) for key, pair in self.medians.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], met: Container[str]) -> "Baseline":
        """Return it from what ``as_json`` gave, with the prices of what is ``met`` now: no others matter."""
        return cls(
            items=int(value["items"]),
            searches=int(value["searches"]),
            covered=value["covered"],
            read=int(value["read"]),
            matched=int(value["matched"]),
            currencies=value["currencies"],
            medians={key: (int(n), int(price)) for key, (n, price) in value["medians"].items() if key in met},
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """What its source says of a healthy run."""

    required: tuple[str, ...] = ()
    min_items: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as usual: how bad, a name to count it by, and a sentence for people."""

    outcome: Outcome
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a run, its reasons in words, and the counters by name."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    counters: Mapping[str, int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Return all reasons in one line."""
        return "; ".join(finding.text for finding in self.findings)


def baseline_of(summary: Summary) -> Baseline:
    """Return what later runs are judged by."""
    return Baseline(
        items=summary.items,
        searches=summary.searches,
        covered=summary.covered,
        read=summary.read,
        matched=summary.matched,
        currencies=summary.currencies,
        medians={key: (len(found), round(median(found))) for key, found in summary.prices.items() if found},
    )


def judge(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Verdict:
    """Return whether a run is ok, suspect (waits for a person) or failed, with every reason.

    ``history`` are the baselines of earlier ok runs, newest first. Without any there is nothing to compare
    with: the verdict says so, and only what needs no comparison is checked.
    """
    findings = [finding for check in _CHECKS for finding in check(summary, history, expected)]
    outcomes = {finding.outcome for finding in findings}
    outcome: Outcome = "failed" if "failed" in outcomes else "suspect" if "suspect" in outcomes else "ok"
    if outcome == "ok" and not history:
        findings.append(Finding("ok", "first", "first run: no baseline to compare with yet"))
    counters = {f"health/{code}": n for code, n in Counter(finding.code for finding in findings).items()}
    return Verdict(outcome, tuple(findings), counters)


def _ended(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    if summary.end in CUT_SHORT and summary.items:
        yield Finding("ok", f"end/{summary.end}", summary.message or f"cut short by {summary.end}")
    elif summary.end not in NORMAL_ENDS:
        yield Finding("failed", f"end/{summary.end}", summary.message or f"ended with {summary.end}")


def _items(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    if summary.end == "idle":
        return
    if summary.items == 0 and not summary.proved_empty:
        yield Finding("failed", "items/none", "no listings, and no page said that there are none")
        return
    if summary.items < expected.min_items and not summary.proved_empty:
        yield Finding("failed", "items/few", f"{summary.items} listings, at least {expected.min_items} are normal")
        return
    if summary.expected is not None:
        found, usual, share = summary.answered, float(summary.expected), FEWER_SAME
    else:
        found, usual, share = summary.items, _usual_items(summary, history), FEWER
    # A Poisson count strays by its root; four of them are one false alarm in thousands of runs.
    if found < share * usual and usual - found > 4 * sqrt(usual):
        yield Finding("suspect", "items/dropped", f"{found} listings where about {usual:.0f} are usual")


def _usual_items(summary: Summary, history: Sequence[Baseline]) -> float:
    """Return how many listings as many searches usually give, 0 where nothing is known."""
    recent = [run for run in history[:HISTORY] if run.searches]
    if not recent:
        return 0.0
    if not summary.searches:
        return float(median(run.items for run in recent))
    return float(median(run.items / run.searches for run in recent)) * summary.searches


def _coverage(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    if not summary.items:
        return
    recent = [run for run in history[:HISTORY] if run.items]
    for name in sorted({*expected.required, *summary.covered, *(key for run in recent for key in run.covered)}):
        share = summary.covered.get(name, 0) / summary.items
        usual = median(run.covered.get(name, 0) / run.items for run in recent) if recent else None
        if name in expected.required:
            floor = REQUIRED_SHARE if usual is None else min(REQUIRED_SHARE, usual * REQUIRED_SHARE)
            if share < floor:
                yield Finding("suspect", f"coverage/{name}", f"{name} on {share:.0%} of the listings{_was(usual)}")
        elif usual is not None and _lost(share, usual, summary.items):
            yield Finding("suspect", f"coverage/{name}", f"{name} on {share:.0%} of the listings{_was(usual)}")


def _lost(share: float, usual: float, items: int) -> bool:
    """Return whether a field that only some listings have is rarer than chance allows."""
    return (
        items >= SAMPLE and share < LOST_SHARE * usual and usual - share > 4 * sqrt(usual * (1 - usual) / items) + 0.02
    )


def _was(usual: float | None) -> str:
    return "" if usual is None else f", usually {usual:.0%}"


def _problems(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    unread = sum(summary.problems.values())
    rows = summary.items + unread
    if unread and unread / rows > 0.2:
        names = ", ".join(name for name, _ in Counter(summary.problems).most_common(3))
        outcome: Outcome = "failed" if unread / rows > 0.8 else "suspect"
        yield Finding(outcome, "rows/unread", f"{unread} of {rows} rows could not be read: {names}")


def _rechecks(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    unread = sum(summary.unread.values())
    if unread >= 3 and unread > summary.rechecked:
        names = ", ".join(name for name, _ in Counter(summary.unread).most_common(3))
        yield Finding("suspect", "rechecks/unread", f"{unread} answers about known listings could not be read: {names}")


def _match(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    if summary.read < SAMPLE:
        return
    share = summary.matched / summary.read
    recent = [run.matched / run.read for run in history[:HISTORY] if run.read >= SAMPLE]
    usual = median(recent) if recent else None
    if usual is not None and share < MATCHED_SHARE * usual:
        yield Finding("suspect", "match", f"a known card in {share:.0%} of the listings, usually {usual:.0%}")
    elif usual is None and summary.matched == 0:
        yield Finding("suspect", "match", f"no known card in any of {summary.read} listings")


def _currency(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    now = _shares(summary.currencies)
    before = _shares(sum((Counter(run.currencies) for run in history[:HISTORY]), Counter()))
    if not now or not before or sum(summary.currencies.values()) < 10:
        return
    moved = sum(abs(now.get(name, 0) - before.get(name, 0)) for name in now.keys() | before.keys()) / 2
    if moved > 0.5:
        yield Finding("suspect", "values/currency", f"prices in {_top(now)} where {_top(before)} is usual")


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: n / total for name, n in counts.items()} if total else {}


def _top(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda name: shares[name])


def _equal(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    prices = Counter(price for found in summary.prices.values() for price in found)
    total = sum(prices.values())
    if total >= 10 and len(summary.prices) > 1:
        price, times = prices.most_common(1)[0]
        if times > 0.8 * total:
            yield Finding("suspect", "values/equal", f"{times} of {total} prices are {price / 100:.2f}")


def _values(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    usual = _usual_prices(summary, history)
    known = {key: found for key, found in summary.prices.items() if key in usual and found}
    total = sum(map(len, known.values()))
    far = sum(not usual[key] / FAR < price < usual[key] * FAR for key, found in known.items() for price in found)
    if far >= 3 and far > 0.1 * total:
        yield Finding("suspect", "values/far", f"{far} of {total} prices are {FAR:.0f} times off the usual ones")
    if total < 10:
        return
    moves = sorted((log(median(found) / usual[key]), min(len(found), 20)) for key, found in known.items())
    move = _weighted_median(moves)
    # Few prices stray further: their median's own error comes on top.
    if abs(move) > log(1 + JUMP) + 0.5 / sqrt(total):
        yield Finding("suspect", "values/jump", f"the same cards cost {exp(move) - 1:+.0%} against the usual")


def _usual_prices(summary: Summary, history: Sequence[Baseline]) -> dict[str, float]:
    """Return the median price of each card over the last runs that met it, so that the mix of cards plays no part."""
    usual = {}
    for key in summary.prices:
        medians = [price for run in history if (pair := run.medians.get(key)) for price in (pair[1],) if price > 0]
        if medians:
            usual[key] = float(median(medians[:HISTORY]))
    return usual


def _weighted_median(pairs: Sequence[tuple[float, int]]) -> float:
    half = sum(weight for _, weight in pairs) / 2
    passed = 0
    for value, weight in pairs:
        passed += weight
        if passed >= half:
            return value
    return 0.0


def _removals(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    if summary.removed > 20 and summary.removed > 0.5 * summary.rechecked:
        yield Finding(
            "suspect", "removed", f"{summary.removed} of {summary.rechecked} re-checked posts are said to be removed"
        )


def _truncation(summary: Summary, history: Sequence[Baseline], expected: Expectation) -> Iterator[Finding]:
    for search in summary.truncated:
        yield Finding("ok", "truncated", f"{search}: more than the market shows of one search, some were not seen")
    for note in summary.notes:
        yield Finding("ok", "note", note)


Check = Callable[[Summary, Sequence[Baseline], Expectation], Iterator[Finding]]
_CHECKS: tuple[Check, ...] = (
    _ended,
    _items,
    _coverage,
    _problems,
    _rechecks,
    _match,
    _currency,
    _equal,
    _values,
    _removals,
    _truncation,
)

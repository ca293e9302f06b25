"""What is asked of a finished crawl before anything of it counts."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tracker.health import Baseline, Expectation, Summary, baseline_of, judge

EXPECTED = Expectation(required=("title", "price", "currency", "condition_id"), min_items=1)
CARDS = {"rtx-3090-24gb": 70_000, "rtx-3080-10gb": 38_000, "rtx-4090-24gb": 160_000, "tesla-p40-24gb": 18_000}


def prices(seed: int, n: int = 40, factor: float = 1.0, currency: str = "USD") -> dict[str, list[int]]:
    rng = random.Random(seed)
    return {
        f"{sku}|ask|{currency}": [round(price * factor * rng.lognormvariate(0, 0.12)) for _ in range(n)]
        for sku, price in CARDS.items()
    }


def ordinary(seed: int = 0, items: int = 800, found: Mapping[str, Sequence[int]] | None = None) -> Summary:
    covered = {"title": items, "price": items, "currency": items, "condition_id": items, "shipping": items * 8 // 10}
    found = prices(seed) if found is None else found
    return Summary(
        items=items,
        searches=20,
        covered=covered,
        read=500,
        matched=430,
        currencies={"USD": items},
        prices=found,
    )


HISTORY = [baseline_of(ordinary(seed)) for seed in range(1, 9)]


def codes(summary: Summary, history: Sequence[Baseline] = HISTORY) -> tuple[str, set[str]]:
    verdict = judge(summary, history, EXPECTED)
    return verdict.outcome, {finding.code for finding in verdict.findings}


def test_a_run_like_the_ones_before_it_is_ok_without_a_word() -> None:
    verdict = judge(ordinary(), HISTORY, EXPECTED)
    assert (verdict.outcome, verdict.findings) == ("ok", ())


def test_a_first_run_has_nothing_to_compare_with_and_says_so() -> None:
    verdict = judge(ordinary(), [], EXPECTED)
    assert verdict.outcome == "ok"
    assert "no baseline" in verdict.message


def test_no_listings_fail_unless_the_pages_said_so() -> None:
    assert codes(Summary(searches=3), [])[0] == "failed"
    assert codes(Summary(searches=3, proved_empty=True), [])[0] == "ok"


def test_proved_emptiness_where_there_were_hundreds_is_suspect() -> None:
    assert codes(Summary(searches=20, proved_empty=True)) == ("suspect", {"items/dropped"})


@pytest.mark.parametrize(
    "end", ["blocked", "refused", "network", "layout_changed", "warned", "error", "never heard of"]
)
def test_a_run_that_did_not_come_to_its_end_fails(end: str) -> None:
    outcome, found = codes(replace(ordinary(), end=end))
    assert outcome == "failed"
    assert f"end/{end}" in found


@pytest.mark.parametrize("end", ["finished", "quota", "asked_to_wait"])
def test_a_planned_end_or_a_pause_that_the_market_asked_for_leaves_the_pages_good(end: str) -> None:
    assert codes(replace(ordinary(), end=end))[0] == "ok"


def test_being_asked_to_wait_before_the_first_page_is_no_good_run() -> None:
    assert codes(Summary(end="asked_to_wait"))[0] == "failed"


@pytest.mark.parametrize(("items", "outcome"), [(800, "ok"), (500, "ok"), (390, "suspect"), (10, "suspect")])
def test_fewer_than_half_of_the_usual_items_are_suspect(items: int, outcome: str) -> None:
    assert codes(ordinary(items=items))[0] == outcome


def test_a_run_of_fewer_searches_is_measured_by_its_searches() -> None:
    assert codes(replace(ordinary(items=200), searches=5))[0] == "ok"


def test_the_same_searches_are_compared_where_their_last_answers_are_known() -> None:
    assert codes(replace(ordinary(items=60), expected=55, answered=60))[0] == "ok"
    assert codes(replace(ordinary(items=900), expected=400, answered=100))[1] == {"items/dropped"}


def test_few_items_stray_widely_and_that_is_no_alarm() -> None:
    history = [baseline_of(replace(ordinary(items=6, found={}), searches=1, read=6, matched=5)) for _ in range(7)]
    assert codes(replace(ordinary(items=2, found={}), searches=1, read=2, matched=1), history)[0] == "ok"


@pytest.mark.parametrize("field", ["title", "price", "currency", "condition_id"])
@pytest.mark.parametrize("history", [HISTORY, []], ids=["with history", "first run"])
def test_a_required_field_that_is_missing_is_named(field: str, history: list[Baseline]) -> None:
    run = ordinary()
    verdict = judge(replace(run, covered={**run.covered, field: 100}), history, EXPECTED)
    assert verdict.outcome == "suspect"
    assert field in verdict.message
    assert verdict.counters[f"health/coverage/{field}"] == 1


def test_a_field_that_most_listings_had_and_now_few_is_named_though_not_required() -> None:
    run = ordinary()
    assert codes(replace(run, covered={**run.covered, "shipping": 3})) == ("suspect", {"coverage/shipping"})


def test_rows_that_cannot_be_read_are_suspect_and_almost_all_of_them_fail() -> None:
    assert codes(replace(ordinary(), problems={"price": 20}))[0] == "ok"
    assert codes(replace(ordinary(), problems={"price": 400}))[0] == "suspect"
    assert codes(replace(ordinary(), problems={"price": 40_000}))[0] == "failed"


def test_listings_without_known_cards_are_suspect() -> None:
    assert codes(replace(ordinary(), matched=20)) == ("suspect", {"match"})
    assert codes(replace(ordinary(), matched=0), [])[0] == "suspect"


def test_one_price_on_all_listings_is_suspect_even_in_a_first_run() -> None:
    same = {key: [19_999] * 40 for key in prices(0)}
    assert "values/equal" in codes(ordinary(found=same), [])[1]


@pytest.mark.parametrize("factor", [100, 0.01, 10, 1.6, 0.6])
def test_prices_off_by_a_factor_are_suspect(factor: float) -> None:
    outcome, found = codes(ordinary(found=prices(3, factor=factor)))
    assert outcome == "suspect"
    assert found & {"values/jump", "values/far"}


def test_a_tenth_of_the_prices_in_cents_is_noticed_though_the_median_stands() -> None:
    mixed = {key: [p * 100 if i % 8 == 0 else p for i, p in enumerate(found)] for key, found in prices(5).items()}
    assert codes(ordinary(found=mixed)) == ("suspect", {"values/far"})


@pytest.mark.parametrize("factor", [0.76, 0.85, 1.2, 1.3])
def test_the_largest_true_moves_of_a_market_are_no_alarm(factor: float) -> None:
    assert codes(ordinary(found=prices(7, factor=factor)))[0] == "ok"


def test_another_mix_of_cards_is_no_jump() -> None:
    dear = {"rtx-4090-24gb|ask|USD": prices(1)["rtx-4090-24gb|ask|USD"] * 4}
    assert codes(ordinary(found=dear))[0] == "ok"


def test_a_swapped_currency_is_suspect() -> None:
    run = replace(ordinary(found=prices(2, currency="EUR")), currencies={"EUR": 800})
    assert codes(run) == ("suspect", {"values/currency"})


def test_most_of_the_posts_being_said_to_be_removed_is_suspect_and_a_few_are_not() -> None:
    assert codes(replace(ordinary(), rechecked=200, removed=180))[1] == {"removed"}
    assert codes(replace(ordinary(), rechecked=200, removed=30))[0] == "ok"
    assert codes(replace(ordinary(), rechecked=10, removed=10))[0] == "ok"


def test_a_search_that_gave_all_that_the_market_shows_is_named() -> None:
    verdict = judge(replace(ordinary(), truncated=("EBAY_US rtx 3080",)), HISTORY, EXPECTED)
    assert verdict.outcome == "ok"
    assert "EBAY_US rtx 3080" in verdict.message
    assert verdict.counters["health/truncated"] == 1


def test_every_reason_has_a_sentence_and_a_counter() -> None:
    bad = replace(ordinary(found=prices(1, factor=100)), matched=0, problems={"price": 500}, currencies={"EUR": 800})
    verdict = judge(bad, HISTORY, EXPECTED)
    assert len(verdict.findings) == sum(verdict.counters.values()) >= 4
    assert all(finding.text for finding in verdict.findings)


def test_a_baseline_survives_being_written_down() -> None:
    kept = HISTORY[0]
    assert Baseline.from_json(kept.as_json(), kept.medians) == kept
    assert Baseline.from_json(kept.as_json(), ()).medians == {}


def market_year(seed: int) -> int:
    """Return the false alarms of 365 ordinary days: seasons, sales, outages of a third, a slow trend, few of a card."""
    rng = random.Random(seed)
    history: list[Baseline] = []
    alarms = 0
    level = 1.0
    for day in range(365):
        level *= rng.lognormvariate(-0.0006, 0.008)
        busy = (0.75 if day % 7 in (5, 6) else 1.0) * rng.lognormvariate(0, 0.15)
        found: dict[str, list[int]] = {}
        for number in range(60):
            count = _poisson(rng, 3 * busy * (1 + number % 5))
            found[f"card-{number}|ask|USD"] = [
                round((150 + 40 * number) * 100 * level * rng.lognormvariate(0, 0.16)) for _ in range(count)
            ]
        items = sum(map(len, found.values()))
        covered = {"title": items, "price": items, "currency": items, "condition_id": items}
        covered["shipping"] = sum(rng.random() < 0.81 for _ in range(items))
        covered["flair"] = sum(rng.random() < 0.04 for _ in range(items))
        read = min(items, 500)
        matched = sum(rng.random() < 0.8 for _ in range(read))
        run = Summary(
            items=items,
            searches=60,
            covered=covered,
            read=read,
            matched=matched,
            currencies={"USD": items},
            prices=found,
        )
        verdict = judge(run, history, EXPECTED)
        alarms += verdict.outcome != "ok"
        history.insert(0, baseline_of(run))
        del history[56:]
    return alarms


def _poisson(rng: random.Random, mean: float) -> int:
    n, left = 0, rng.expovariate(1)
    while left < mean:
        n += 1
        left += rng.expovariate(1)
    return n


def test_a_year_of_ordinary_days_gives_at_most_four_false_alarms() -> None:
    assert market_year(1) <= 4

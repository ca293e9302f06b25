"""Fair values of a database: stored, computed when asked for, and never resting on what came later."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from db import light
from db.engine import open_engine
from db.errors import GpudealsError
from db.ids import stable_id
from db.store import RevisionRow, purge_listings
from db.valuation import price_rows
from tests.tracker.prices import START, at, learn, priced
from tracker.pricing.fairvalue import KEPT_CONDITIONS, fair_values, key_day, update_fair_values, values_at
from tracker.pricing.values import METHOD_VERSION, FairValue

CARDS = {"rtx-3090-24gb": 700, "rtx-4090-24gb": 1600, "rtx-3060-12gb": 220, "rx-580-8gb": 60}
LAST = 60


def rows(seed: int = 1, per_card: int = 14, days: int = LAST) -> list[RevisionRow]:
    """Sales of four cards over some days, falling by a tenth, with a spread of 8 %."""
    random = np.random.default_rng(seed)
    return [
        priced(
            slug, at(day), round(base * (1 - 0.1 * day / days) * float(np.exp(random.normal(0, 0.08))), 2),
            f"{slug}-{seed}-{n}",
        )
        for slug, base in CARDS.items()
        for n, day in enumerate(np.sort(random.uniform(0, days, per_card)).round(3).tolist())
    ]  # fmt: skip


def day(n: int) -> date:
    return START.date() + timedelta(days=n)


def by_slug(values: list[FairValue]) -> dict[str, FairValue]:
    slugs = {stable_id("gpu", slug): slug for slug in CARDS}
    return {slugs[value.gpu_id]: value for value in values if value.gpu_id in slugs}


def stored(engine: Engine) -> int:
    with engine.connect() as conn:
        return conn.execute(select(func.count()).select_from(light.fair_value)).scalar() or 0


def test_a_value_with_its_interval_and_what_it_rests_on(engine: Engine) -> None:
    learn(engine, rows())
    value = by_slug(fair_values(engine, day(LAST)))["rtx-3090-24gb"]
    assert value.value == pytest.approx(640, rel=0.06)
    assert value.low is not None and value.high is not None
    assert value.low < 640 < value.high
    assert value.n == 14
    assert 5 <= value.n_effective <= 14
    assert value.kind == "sold"
    assert value.trend_30 == pytest.approx(-0.05, abs=0.05)
    assert value.trend_90 is None  # its prices do not reach back so far


def test_below_five_effective_prices_the_value_is_withheld_and_says_why(engine: Engine) -> None:
    learn(engine, rows(per_card=3))
    value = by_slug(fair_values(engine, day(LAST)))["rtx-3090-24gb"]
    assert (value.value, value.low, value.high) == (None, None, None)
    assert value.n == 3
    assert value.reason is not None
    assert "effective prices, 5 are needed" in value.reason


def test_a_card_without_prices_of_the_last_year_is_named_all_the_same(engine: Engine) -> None:
    learn(engine, rows())
    value = by_slug(fair_values(engine, day(LAST + 400)))["rtx-3090-24gb"]
    assert value.value is None
    assert value.reason == "no price that counts in 365 days"


def test_the_price_of_a_day_enters_the_values_of_later_days_only(engine: Engine) -> None:
    learn(engine, rows())
    before = fair_values(engine, day(30))
    learn(engine, [priced("rtx-3090-24gb", at(30, hours=-11), 300 + n, f"late-{n}") for n in range(20)])
    assert fair_values(engine, day(30)) == before
    assert fair_values(engine, day(31)) != before


def test_what_was_computed_is_stored_and_read_again(engine: Engine) -> None:
    learn(engine, rows())
    first = fair_values(engine, day(30))
    assert stored(engine) == len(first) == 4
    assert fair_values(engine, day(30)) == first


def test_stored_values_equal_those_computed_anew(engine: Engine) -> None:
    learn(engine, rows())
    first = fair_values(engine, day(30))
    with engine.begin() as conn:
        conn.execute(light.fair_value.delete())
    assert fair_values(engine, day(30)) == first


def test_values_of_an_older_method_are_not_used(engine: Engine) -> None:
    learn(engine, rows())
    first = fair_values(engine, day(30))
    with engine.begin() as conn:
        conn.execute(light.fair_value.update().values(method_version=METHOD_VERSION - 1, value=1))
    assert fair_values(engine, day(30)) == first


def test_an_older_price_that_arrives_late_changes_stored_values(engine: Engine) -> None:
    learn(engine, rows())
    before = by_slug(fair_values(engine, day(LAST)))["rtx-3090-24gb"]
    learn(engine, [priced("rtx-3090-24gb", at(20), 600, "late")])
    assert by_slug(fair_values(engine, day(LAST)))["rtx-3090-24gb"].n == before.n + 1


def test_a_purge_equals_never_having_seen(engine: Engine) -> None:
    learn(engine, rows())
    before = fair_values(engine, day(LAST))
    more = [priced("rtx-4090-24gb", at(10 + n), 900, f"gone-{n}") for n in range(8)]
    learn(engine, more)
    assert fair_values(engine, day(LAST)) != before
    with engine.begin() as conn:
        purge_listings(conn, [stable_id("replay", f"gone-{n}") for n in range(8)])
    assert fair_values(engine, day(LAST)) == before


def test_the_order_of_arrival_makes_no_difference(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    all_rows = rows()
    learn(engine, all_rows)
    learn(other, all_rows[::-1][:20])
    fair_values(other, day(LAST))
    learn(other, all_rows)
    assert fair_values(engine, day(LAST)) == fair_values(other, day(LAST))


def test_bids_parts_and_relists_do_not_count(engine: Engine) -> None:
    learn(engine, rows())
    before = fair_values(engine, day(LAST))
    slug = "rtx-3090-24gb"
    learn(
        engine,
        [
            *(priced(slug, at(20 + n), 100, f"bid-{n}", kind="bid") for n in range(6)),
            *(priced(slug, at(20 + n), 100, f"parts-{n}", condition="parts") for n in range(6)),
        ],
    )
    assert [v.value for v in fair_values(engine, day(LAST))] == [v.value for v in before]


def test_new_cards_stand_apart(engine: Engine) -> None:
    learn(
        engine,
        [*rows(), *(priced("rtx-3090-24gb", at(n * 3), 1200 + n, f"new-{n}", condition="new") for n in range(12))],
    )
    pooled = by_slug(fair_values(engine, day(LAST)))["rtx-3090-24gb"]
    new = by_slug(fair_values(engine, day(LAST), "new"))["rtx-3090-24gb"]
    assert pooled.value == pytest.approx(640, rel=0.06)
    assert new.value == pytest.approx(1206, rel=0.03)


def test_now_sees_today_and_is_kept_after_each_ingest(engine: Engine) -> None:
    learn(engine, rows())
    assert update_fair_values(engine, day(LAST)) == 4 * len(KEPT_CONDITIONS)
    assert key_day(day(3)) == day(3)
    assert key_day(None) > date.today()  # noqa: DTZ011  (tomorrow in UTC is later than today anywhere)


def test_a_caller_within_a_transaction_stores_nothing(engine: Engine) -> None:
    learn(engine, rows())
    with engine.begin() as conn:
        inside = values_at(conn, day(LAST))
    assert stored(engine) == 0
    assert fair_values(engine, day(LAST)) == inside


def test_a_database_that_cannot_be_written_gives_the_same_values(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    learn(engine, rows())
    reader = open_engine(sqlite_url, read_only=True)
    values = fair_values(reader, day(LAST))
    assert stored(engine) == 0
    assert fair_values(engine, day(LAST)) == values


@pytest.mark.parametrize("condition", ["parts", "mint", ""])
def test_a_condition_without_a_fair_value_is_refused(engine: Engine, condition: str) -> None:
    with pytest.raises(GpudealsError, match="no condition with a fair value"):
        fair_values(engine, day(1), condition)


def test_a_card_with_more_prices_than_are_needed_is_thinned_the_same_way_every_time(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(sqlite_url)
    learn(engine, rows(per_card=40))
    monkeypatch.setattr("db.valuation.MOST_RECENT", 15)
    monkeypatch.setattr("db.valuation.MOST_OLDER", 5)
    with engine.connect() as conn:
        some = list(price_rows(conn, day(0), day(LAST + 1), ["used"]))
        again = list(price_rows(conn, day(0), day(LAST + 1), ["used"]))
    assert some == again
    assert 4 * 3 <= len(some) < 4 * 30

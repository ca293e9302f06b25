"""Reading stored listings: nothing lost, nothing counted twice, the same rows by every way there."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update

import tracker.ingest.run
from db import light
from db.errors import GpudealsError
from db.store import (
    RevisionRow,
    accept_run,
    begin_run,
    correct,
    finish_run,
    listing_id,
    purge_listings,
    store_page,
    undo_correction,
)
from db.store.rollup import rebuild_daily
from tests.tracker.prices import (
    START,
    VERSION,
    at,
    daily,
    derived,
    learn,
    post,
    priced,
    prices,
    read_all,
    read_plainly,
    reread_all,
    row,
    store,
    table,
)
from tracker.ingest import codes, ingest, rebuild
from tracker.normalize.explain import reject_codes
from tracker.normalize.types import ListingText, Reading

CARD, OTHER = "rtx-3090-24gb", "rtx-3080-10gb"


def wipe(engine: Engine) -> None:
    """Empty all tables."""
    with engine.begin() as conn:
        for clause in reversed(light.TABLES):
            conn.execute(delete(clause))


# The invariant


def test_every_listing_ends_as_offers_or_as_one_code(engine: Engine) -> None:
    rows = [
        row("1", CARD, at(0), 700),
        row("2", "a box of cables", at(0), 10),
        post("p", f"{CARD} $700\n{OTHER} $400", at(0)),
        post("q", "selling my car", at(0)),
        priced(CARD, at(0), 650, "a"),
        priced(CARD, at(0), 650, "b", facts={"model": "no such card"}),
    ]
    counts = learn(engine, rows)
    assert counts.read == 6
    assert counts.stored + sum(counts.rejected.values()) == counts.read
    assert counts.rejected == {"not_a_card": 2, "unknown_model": 1}
    by_listing: dict[int, list[Any]] = {}
    for listing, reject in table(engine, light.offer, ["listing_id", "reject"]):
        by_listing.setdefault(listing, []).append(reject)
    assert len(by_listing) == 6
    assert all(codes == [codes[0]] or set(codes) == {None} for codes in by_listing.values())
    assert sum(codes != [None] and None not in codes for codes in by_listing.values()) == 3


def test_a_reader_that_finds_nothing_and_says_nothing_still_gives_a_code(engine: Engine) -> None:
    store(engine, [row("1", CARD, at(0), 700)])
    counts = ingest(engine, read=lambda text: Reading(intent="other"), rules_version=1)
    assert counts.rejected == {"nothing_offered": 1}


def test_a_listing_that_was_taken_away_has_nothing_derived(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700", at(0))])
    counts = learn(engine, [post("p", "", at(1), title="", state="removed")])
    assert counts.rejected == {"removed": 1}
    assert prices(engine) == daily(engine) == []


def test_every_code_of_ingest_is_documented() -> None:
    given = {getattr(codes, name) for name in dir(codes) if name.isupper()}
    assert given <= reject_codes().keys()


# Which runs count


def test_a_run_that_is_not_judged_yet_is_not_read(engine: Engine) -> None:
    with engine.begin() as conn:
        run_id = begin_run(conn, "ebay_browse", "crawl", START)
        store_page(conn, run_id, [row("1", CARD, at(0), 700)])
        finish_run(conn, run_id, "suspect", "too few", {}, START)
    assert read_all(engine).read == 0
    with engine.begin() as conn:
        accept_run(conn, run_id, START)
    assert read_all(engine).read == 1
    assert prices(engine) != []


def test_the_suspect_revision_of_a_known_listing_changes_no_price(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700)])
    with engine.begin() as conn:
        run_id = begin_run(conn, "ebay_browse", "crawl", START)
        store_page(conn, run_id, [row("1", CARD, at(1), 7)])
        finish_run(conn, run_id, "suspect", "prices fell", {}, START)
    read_all(engine)
    assert prices(engine) == [("ask", 700, 0, 0)]


SETTINGS = {
    "nothing said": "",
    "statistics allowed": '[sources.ebay]\nstatistics = true\npermission = "letter of 2026-01-05"\n',
    "statistics forbidden": "[sources.ebay]\nstatistics = false\n",
}


@pytest.mark.parametrize(
    ("said", "kind", "counted"),
    [
        ("nothing said", "crawl", False),
        ("statistics allowed", "crawl", True),
        ("statistics forbidden", "crawl", False),
        ("nothing said", "import", True),
        ("statistics allowed", "import", True),
        ("statistics forbidden", "import", False),
    ],
)
def test_what_a_source_forbids_is_remembered_and_not_counted(
    engine: Engine, said: str, kind: str, counted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gpudeals.toml"
    config.write_text(SETTINGS[said])
    monkeypatch.setenv("GPUDEALS_CONFIG", str(config))
    learn(engine, [row("1", CARD, at(0), 700)], kind, "ebay_browse")
    assert table(engine, light.observation, ["unit_price", "statistics"]) == [(70000, counted)]
    assert bool(daily(engine)) is counted


def test_statistics_against_the_terms_without_a_permission_are_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gpudeals.toml"
    config.write_text("[sources.ebay]\nstatistics = true\n")
    monkeypatch.setenv("GPUDEALS_CONFIG", str(config))
    store(engine, [row("1", CARD, at(0), 700)], "crawl", "ebay_browse")
    with pytest.raises(GpudealsError, match="permission"):
        read_all(engine)


# Killed and restarted


class Killed(Exception):
    """Stands for a process that ends in the middle."""


ROWS = [row(str(n), f"{CARD} no {n}"[: len(CARD)], at(n % 7), 600 + n) for n in range(20)] + [
    post(f"p{n}", f"{OTHER} ${400 + n}\n{CARD} ${700 + n}", at(n)) for n in range(8)
]


@pytest.mark.parametrize("work", [read_all, reread_all])
@pytest.mark.parametrize("after", [0, 1, 11, 27])
def test_a_killed_process_loses_nothing_and_repeats_nothing(
    engine: Engine, work: Any, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker.ingest.run, "BATCH", 5)
    learn(engine, ROWS)
    whole = derived(engine)
    wipe(engine)
    store(engine, ROWS)
    read = []

    def dies(text: ListingText) -> Reading:
        read.append(text.id)
        if len(read) > after:
            raise Killed
        return read_plainly(text)

    with pytest.raises(Killed):
        ingest(engine, read=dies, rules_version=VERSION)
    counts = work(engine)
    assert derived(engine) == whole
    if work is read_all:
        assert counts.read == 28 - after // 5 * 5


def test_a_process_killed_before_the_roll_up_leaves_it_to_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, ROWS)
    with monkeypatch.context() as patched:
        patched.setattr(tracker.ingest.run, "settle_all", lambda engine: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            read_all(engine)
    assert daily(engine) == []
    read_all(engine)
    found = daily(engine)
    rebuild_daily(engine)
    assert daily(engine) == found != []


def test_an_interrupted_rebuild_goes_on_where_it_stopped(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker.ingest.run, "BATCH", 5)
    learn(engine, ROWS)
    before = derived(engine)
    read: list[str] = []

    def dies(text: ListingText) -> Reading:
        if len(read) == 12:
            raise Killed
        read.append(text.id)
        return read_plainly(text)

    with pytest.raises(Killed):
        rebuild(engine, read=dies, rules_version=VERSION)
    assert reread_all(engine).read == 28 - 10
    assert derived(engine) == before
    assert reread_all(engine).read == 28


# Rebuild and corrections


def test_a_rebuild_without_a_cause_writes_nothing(engine: Engine) -> None:
    learn(engine, ROWS)
    before = derived(engine)
    counts = reread_all(engine)
    assert (counts.read, counts.changed) == (28, 0)
    assert derived(engine) == before


def test_a_rebuild_keeps_fair_values_and_a_changed_price_drops_those_that_rest_on_it(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 9)])
    gpu_id = table(engine, light.observation, ["gpu_id"])[0][0]
    value = {"gpu_id": gpu_id, "condition": "pooled", "n": 9, "n_effective": 9.0, "method_version": 1, "facts": {}}
    days = [START.date() + timedelta(days=day) for day in (3, 30)]
    with engine.begin() as conn:
        conn.execute(insert(light.fair_value), [value | {"day": day} for day in days])
    reread_all(engine)
    assert [found for (found,) in table(engine, light.fair_value, ["day"])] == days
    learn(engine, [row("2", OTHER, at(12), 400)])
    assert [found for (found,) in table(engine, light.fair_value, ["day"])] == days[:1]


def test_new_rules_read_everything_again(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", OTHER, at(0), 400)])
    strict = ingest(engine, read=lambda text: Reading(intent="other", reject="accessory"), rules_version=VERSION + 1)
    assert strict.rejected == {"accessory": 2}
    assert prices(engine) == daily(engine) == []
    assert {version for (version,) in table(engine, light.offer, ["rules_version"])} == {VERSION + 1}


def test_a_rebuild_mends_derived_rows_that_were_damaged(engine: Engine) -> None:
    learn(engine, ROWS)
    before = derived(engine)
    with engine.begin() as conn:
        conn.execute(delete(light.daily_price).where(light.daily_price.c.n == 1))
        conn.execute(update(light.observation).values(counts_until=START.date() + timedelta(days=99), relist_of=7))
        conn.execute(update(light.offer).values(unit_price=1))
    reread_all(engine)
    assert derived(engine) == before


@pytest.mark.parametrize(
    ("title", "action", "value", "left"),
    [
        ("mystery card", "sku", OTHER, [("ask", 700, 0, 0)]),
        (CARD, "sku", OTHER, [("ask", 700, 0, 0)]),
        (f"{CARD} of unknown size", "sku", CARD, [("ask", 700, 0, 0)]),
        (f"2x lot {CARD}", "sku", CARD, [("ask", 350, 0, 0)]),
        (CARD, "reject", "accessory", []),
        (CARD, "ignore", None, []),
    ],
)
def test_a_persons_word_overrules_a_reading_and_survives_rebuilds(
    engine: Engine, title: str, action: str, value: str | None, left: list[Any]
) -> None:
    learn(engine, [row("1", title, at(0), 700)])
    before = derived(engine)
    with engine.begin() as conn:
        correct(conn, "ebay", "1", action, value, now=START)
    read_all(engine)
    assert prices(engine) == left
    after = derived(engine)
    reread_all(engine)
    assert derived(engine) == after != before
    with engine.begin() as conn:
        undo_correction(conn, "ebay", "1")
    read_all(engine)
    assert derived(engine) == before


def test_of_a_post_with_several_cards_the_one_that_was_meant_remains(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700\n{OTHER} of unknown size $400", at(0))])
    with engine.begin() as conn:
        correct(conn, "hardwareswap", "p", "sku", OTHER, now=START)
    read_all(engine)
    assert prices(engine) == [("ask", 400, 0, 0)]


# Relists


def test_goods_that_came_under_a_new_id_count_once(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 4)])
    learn(engine, [row("2", CARD, at(day), 700) for day in (3, 6)])
    assert daily(engine) == [(day, "ask", 1, 700, 700, 700) for day in range(7)]
    assert [found[0] for found in table(engine, light.observation, ["relist_of"])] == [listing_id("ebay", "1"), None]


def test_an_older_listing_that_is_imported_later_becomes_the_first(engine: Engine) -> None:
    learn(engine, [row("2", CARD, at(day), 700) for day in (3, 6)])
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 4)])
    assert table(engine, light.observation, ["listing_id", "relist_of"]) == sorted(
        [(listing_id("ebay", "1"), None), (listing_id("ebay", "2"), listing_id("ebay", "1"))], key=repr
    )
    assert daily(engine) == [(day, "ask", 1, 700, 700, 700) for day in range(7)]


def test_the_price_of_another_source_is_no_relist(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", CARD, at(0), 700, source="kleinanzeigen")])
    assert daily(engine) == [(0, "ask", 2, 700, 700, 700)]


def test_two_lines_of_one_post_are_two_cards(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700\n{CARD} $700", at(0)), post("q", f"{CARD} $700\n{CARD} $700", at(5))])
    assert [found[:3] for found in daily(engine)] == [(0, "ask", 2), (5, "ask", 2)]
    assert sum(found[0] is not None for found in table(engine, light.observation, ["relist_of"])) == 2


def test_when_the_first_listing_is_purged_its_relist_is_the_first(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("2", CARD, at(0), 700), row("3", CARD, at(1), 700)])
    with engine.begin() as conn:
        purge_listings(conn, [listing_id("ebay", "1")])
    found = table(engine, light.observation, ["listing_id", "relist_of"])
    assert sorted(found, key=lambda f: f[1] or 0) == [
        (listing_id("ebay", "2"), None),
        (listing_id("ebay", "3"), listing_id("ebay", "2")),
    ]


# Properties

#: A few listings, seen at a few times with a few prices and states: collisions of every sort.
MIXED = st.lists(
    st.one_of(
        st.builds(
            lambda n, title, day, hour, price, state: row(f"e{n}", title, at(day, hour), price * 40, **state),
            *(st.integers(1, 4), st.sampled_from([CARD, OTHER, "cables"]), st.integers(0, 50), st.integers(-12, 12)),
            *(
                st.integers(1, 3),
                st.sampled_from(
                    [
                        {},
                        {},
                        {},
                        {"kind": "bid"},
                        {"kind": "sold", "state": "sold", "ended_at": at(3)},
                        {"kind": "ended", "state": "ended"},
                    ]
                ),
            ),
        ),
        st.builds(
            lambda n, bodies, day, state: post(f"p{n}", "\n".join(bodies), at(day), state=state),
            *(
                st.integers(1, 3),
                st.lists(
                    st.sampled_from([f"{CARD} $400", f"{CARD} $480", f"{OTHER} $400 #sold", f"{OTHER} $400", "text"]),
                    max_size=3,
                ),
            ),
            *(st.integers(0, 50), st.sampled_from(["live", "live", "sold", "ended"])),
        ),
        st.builds(
            lambda n, day, price, kind: priced(CARD, at(day), price * 40, f"c{n}", kind=kind),
            *(st.integers(1, 5), st.integers(0, 50), st.integers(1, 3), st.sampled_from(["ask", "sold", "closed"])),
        ),
    ),
    min_size=1,
    max_size=14,
)
#: The same goods under several ids, so that relists come, go and change their first listing.
REPEATED = st.lists(
    st.builds(
        lambda n, day, price: row(f"e{n}", CARD, at(day), price * 40),
        *(st.integers(1, 4), st.integers(0, 40), st.integers(1, 2)),
    ),
    min_size=3,
    max_size=10,
)
SIGHTINGS = st.one_of(MIXED, REPEATED)
PROPERTY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def fresh(engine: Engine, rows: list[RevisionRow]) -> dict[str, Any]:
    """What follows from ``rows`` in an empty database."""
    wipe(engine)
    learn(engine, rows)
    return derived(engine)


@PROPERTY
@given(rows=SIGHTINGS, random=st.randoms(use_true_random=False))
def test_the_order_and_the_number_of_imports_do_not_matter(
    engine: Engine, rows: list[RevisionRow], random: Any
) -> None:
    whole = fresh(engine, rows)
    wipe(engine)
    shuffled = [*rows, random.choice(rows)]
    random.shuffle(shuffled)
    while shuffled:
        learn(engine, [shuffled.pop() for _ in range(min(len(shuffled), random.randint(1, 4)))])
    assert derived(engine) == whole


@PROPERTY
@given(rows=SIGHTINGS)
def test_the_roll_up_kept_up_to_date_equals_one_counted_from_scratch(engine: Engine, rows: list[RevisionRow]) -> None:
    wipe(engine)
    for one in rows:
        learn(engine, [one])
    kept = table(engine, light.daily_price)
    with engine.begin() as conn:
        conn.execute(delete(light.daily_price))
    rebuild_daily(engine)
    assert table(engine, light.daily_price) == kept


@PROPERTY
@given(rows=SIGHTINGS, data=st.data())
def test_a_purge_equals_never_having_seen(engine: Engine, rows: list[RevisionRow], data: Any) -> None:
    victims = data.draw(st.sets(st.sampled_from(sorted({found.listing_id for found in rows}))))
    kept = fresh(engine, [found for found in rows if found.listing_id not in victims] or [row("x", "cables", at(0))])
    wipe(engine)
    learn(engine, [*rows, row("x", "cables", at(0))] if len(victims) == len({r.listing_id for r in rows}) else rows)
    with engine.begin() as conn:
        purge_listings(conn, victims)
    assert derived(engine) == kept


@PROPERTY
@given(rows=SIGHTINGS, factor=st.sampled_from([2, 3, 10]))
def test_scaled_prices_give_scaled_results(engine: Engine, rows: list[RevisionRow], factor: int) -> None:
    from dataclasses import replace

    def scaled(found: RevisionRow) -> RevisionRow:
        body = found.body and found.body.replace("$400", f"${400 * factor}").replace("$480", f"${480 * factor}")
        minor = found.price_minor and found.price_minor * factor
        return replace(found, price_minor=minor, body=body)

    def amounts(found: dict[str, Any]) -> list[Any]:
        return [(found_row[0:6], *found_row[6:]) for found_row in found["daily_price"]]

    # Which of two contents of one moment is the later one is told by their hashes, and those change with a price.
    rows = list({(found.listing_id, found.observed_at): found for found in rows}.values())
    plain = amounts(fresh(engine, rows))
    assert amounts(fresh(engine, [scaled(found) for found in rows])) == [
        (key, *(number * factor for number in numbers)) for key, *numbers in plain
    ]

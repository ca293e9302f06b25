"""A run is judged before it counts: staged, promoted, accepted, dropped; missed and gone."""

from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from db import light
from db.engine import open_engine
from db.errors import GpudealsError
from db.queries import revisions_of
from db.store import (
    Stored,
    accept_run,
    begin_run,
    drop_run,
    finish_run,
    listing_id,
    promote_run,
    set_cursor,
    store_page,
)
from db.store.rows import CONTENT
from tests.db.rows import crawl, history, hour, import_rows, listing, sighting


def count(engine: Engine, table) -> int:
    with engine.connect() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def test_what_an_import_stores_counts_at_once(engine: Engine) -> None:
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "import", hour(0))
        store_page(conn, run, [sighting("1", 1)])
        assert [len(rows) for rows in revisions_of(conn, [listing_id("ebay", "1")]).values()] == [1]


def test_rows_of_a_page_are_counted_as_new_changed_and_same(engine: Engine) -> None:
    rows = [sighting("1", 1), sighting("1", 2), sighting("1", 3, "B"), sighting("2", 1)]
    assert import_rows(engine, rows) == Stored(new=2, changed=1, same=1)
    assert import_rows(engine, rows) == Stored(same=4)


def test_what_a_crawl_stores_comes_back_as_it_was_seen(engine: Engine) -> None:
    odd = 'back\\slash, "quotes", line\nend, tab\t, NUL \x00, half a pair \ud83d, null, {}, 日本, 🎮'
    facts = {"nested": [{"a": None, "b": [1, 2.5, True]}, odd], "large": 2**53 + 1, "small": 1e-9}
    more = {"body": odd, "price_minor": 2**40, "facts": facts, "ended_at": hour(0.123456), "created_at": hour(-1)}
    crawl(engine, [sighting("1", 1, odd, **more), sighting("2", 1)], at=1)
    import_rows(engine, [sighting("3", 1, odd, **more)])
    with engine.connect() as conn:
        (seen,), (plain,), (imported,) = (
            revisions_of(conn, [listing_id("ebay", n)])[listing_id("ebay", n)] for n in "123"
        )
    for name in CONTENT:
        assert getattr(seen, name) == getattr(imported, name)
    assert (seen.ended_at, seen.price_minor, seen.facts["nested"][0]) == (hour(0.123456), 2**40, facts["nested"][0])
    assert (plain.ended_at, plain.price_max_minor, plain.facts) == (None, None, {})


@pytest.mark.parametrize("outcome", ["suspect", "failed", "running"])
def test_a_crawl_that_was_not_judged_ok_changes_nothing_that_counts(engine: Engine, outcome: str) -> None:
    crawl(engine, [sighting("1", 1), sighting("2", 1)], at=1)
    before = [listing(engine, key)._mapping for key in "12"], history(engine)
    crawl(engine, [sighting("1", 2, "B"), sighting("3", 2)], at=2, outcome=outcome)
    assert ([listing(engine, key)._mapping for key in "12"], history(engine)) == before


def test_a_suspect_run_that_a_person_accepts_counts_and_marks_nothing_as_missed(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1), sighting("2", 1)], at=1)
    run = crawl(engine, [sighting("1", 2, "B")], at=2, outcome="suspect")
    with engine.begin() as conn:
        accept_run(conn, run, hour(3))
    assert history(engine) == {"1": [("A", 1, 1), ("B", 2, 2)], "2": [("A", 1, 1)]}
    assert listing(engine, "2").missed == 0
    with engine.connect() as conn:
        assert conn.execute(select(light.crawl_run.c.accepted).where(light.crawl_run.c.id == run)).scalar_one() is True


@pytest.mark.parametrize("outcome", ["ok", "failed"])
def test_only_a_suspect_run_can_be_accepted(engine: Engine, outcome: str) -> None:
    run = crawl(engine, [sighting("1", 1)], at=1, outcome=outcome)
    with engine.begin() as conn, pytest.raises(GpudealsError, match=f"is {outcome}; only a suspect"):
        accept_run(conn, run, hour(2))


def test_a_run_is_accepted_once(engine: Engine) -> None:
    run = crawl(engine, [sighting("1", 1)], at=1, outcome="suspect")
    with engine.begin() as conn:
        accept_run(conn, run, hour(2))
    with engine.begin() as conn, pytest.raises(GpudealsError, match="was accepted before"):
        accept_run(conn, run, hour(3))


def test_a_run_that_does_not_exist_is_named(engine: Engine) -> None:
    with engine.begin() as conn, pytest.raises(GpudealsError, match="there is no run 12"):
        accept_run(conn, 12, hour(1))


def test_a_dropped_run_leaves_nothing_behind(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1)], at=1)
    run = crawl(engine, [sighting("1", 2, "B"), sighting("2", 2)], at=2, outcome="failed")
    with engine.begin() as conn:
        drop_run(conn, run)
    assert (count(engine, light.raw_listing), count(engine, light.raw_revision)) == (1, 1)
    assert count(engine, light.sighting) == 0


def test_dropping_a_run_that_counts_takes_nothing_back(engine: Engine) -> None:
    run = crawl(engine, [sighting("1", 1)], at=1)
    with engine.begin() as conn:
        drop_run(conn, run)
    assert history(engine) == {"1": [("A", 1, 1)]}


def test_content_that_two_unjudged_runs_met_outlives_the_dropping_of_one(engine: Engine) -> None:
    first = crawl(engine, [sighting("1", 1, "B")], at=1, outcome="suspect")
    second = crawl(engine, [sighting("1", 1, "B")], at=2, outcome="suspect")
    with engine.begin() as conn:
        drop_run(conn, first)
    with engine.begin() as conn:
        accept_run(conn, second, hour(3))
    assert history(engine) == {"1": [("B", 1, 1)]}


def test_a_run_accepted_late_finds_its_place_in_time(engine: Engine) -> None:
    late = crawl(engine, [sighting("1", 2, "B")], at=2, outcome="suspect")
    for at in (1, 3):
        crawl(engine, [sighting("1", at)], at=at)
    with engine.begin() as conn:
        accept_run(conn, late, hour(9))
    assert history(engine) == {"1": [("A", 1, 1), ("B", 2, 2), ("A", 3, 3)]}


def test_an_import_does_not_pull_unjudged_content_into_the_history(engine: Engine) -> None:
    crawl(engine, [sighting("1", 2, "B")], at=2, outcome="suspect")
    import_rows(engine, [sighting("1", 1)])
    assert history(engine) == {"1": [("A", 1, 1)]}


def test_an_import_of_what_a_suspect_run_saw_makes_it_count(engine: Engine) -> None:
    run = crawl(engine, [sighting("1", 2, "B")], at=2, outcome="suspect")
    import_rows(engine, [sighting("1", 2, "B")])
    with engine.begin() as conn:
        drop_run(conn, run)
    assert history(engine) == {"1": [("B", 2, 2)]}


def test_within_one_run_each_content_of_a_listing_is_kept(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1), sighting("1", 1.5, "B"), sighting("1", 1.75)], at=1)
    assert history(engine) == {"1": [("A", 1, 1), ("B", 1.5, 1.5), ("A", 1.75, 1.75)]}


def test_a_page_stored_twice_after_a_crash_counts_once(engine: Engine) -> None:
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "crawl", hour(1))
    for _ in range(2):
        with engine.begin() as conn:
            store_page(conn, run, [sighting("1", 1)], cursor=("ebay", "page", "2"), now=hour(1))
    with engine.begin() as conn:
        promoted = promote_run(conn, run, hour(1))
    assert promoted.met == 1
    assert history(engine) == {"1": [("A", 1, 1)]}


def test_a_listing_is_gone_after_two_ok_runs_that_missed_it_and_not_sold(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1), sighting("2", 1)], at=1)
    crawl(engine, [sighting("1", 2)], at=2)
    assert (listing(engine, "2").state, listing(engine, "2").missed) == ("live", 1)
    crawl(engine, [sighting("1", 3)], at=3)
    assert (listing(engine, "2").state, listing(engine, "2").missed) == ("gone", 2)
    assert listing(engine, "2").last_seen == hour(1)


def test_a_listing_that_is_met_again_is_live_and_its_misses_are_forgotten(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1)], at=1)
    for at in (2, 3):
        crawl(engine, [], at=at)
    crawl(engine, [sighting("1", 4)], at=4)
    assert (listing(engine, "1").state, listing(engine, "1").missed) == ("live", 0)


def test_an_old_file_does_not_bring_a_gone_listing_back(engine: Engine) -> None:
    crawl(engine, [sighting("1", 5)], at=5)
    for at in (6, 7):
        crawl(engine, [], at=at)
    import_rows(engine, [sighting("1", 2)])
    assert listing(engine, "1").state == "gone"
    assert history(engine) == {"1": [("A", 2, 5)]}


@pytest.mark.parametrize(
    ("expected", "missed"),
    [
        ("ebay", {"1", "2"}),
        ("hardwareswap", {"3"}),
        ([listing_id("ebay", "2")], {"2"}),
        (None, set()),
    ],
)
def test_only_what_the_run_should_have_met_is_missed(engine: Engine, expected, missed: set[str]) -> None:
    crawl(engine, [sighting("1", 1), sighting("2", 1), sighting("3", 1, source="hardwareswap")], at=1)
    crawl(engine, [], at=2, expected=expected)
    assert {key for key in "123" if listing(engine, key).missed} == missed


def test_ended_and_sold_listings_are_never_missed(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1, kind="sold", state="sold")], at=1)
    crawl(engine, [], at=2)
    assert listing(engine, "1").missed == 0


def test_a_listing_that_a_later_run_has_met_is_not_missed_by_an_earlier_one(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1)], at=1)
    with engine.begin() as conn:
        early = begin_run(conn, "ebay", "crawl", hour(2))
    crawl(engine, [sighting("1", 3)], at=3)
    with engine.begin() as conn:
        promote_run(conn, early, hour(4), expected="ebay")
    assert listing(engine, "1").missed == 0


def test_promoting_twice_misses_once(engine: Engine) -> None:
    crawl(engine, [sighting("1", 1)], at=1)
    run = crawl(engine, [], at=2)
    with engine.begin() as conn:
        assert promote_run(conn, run, hour(2), expected="ebay").missed == 0
    assert listing(engine, "1").missed == 1


def test_rows_and_cursor_stand_or_fall_together(engine: Engine) -> None:
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "crawl", hour(1))
        set_cursor(conn, "ebay", "page", "1", now=hour(1))
    with pytest.raises(RuntimeError), engine.begin() as conn:
        store_page(conn, run, [sighting("1", 1)], cursor=("ebay", "page", "2"), now=hour(1))
        raise RuntimeError
    with engine.connect() as conn:
        assert conn.execute(select(light.cursor.c.value)).scalar_one() == "1"
    assert count(engine, light.raw_listing) == 0


def test_the_end_of_a_run_is_recorded_with_its_reason_and_counters(engine: Engine) -> None:
    with engine.begin() as conn:
        run = begin_run(conn, "ebay", "crawl", hour(1))
        finish_run(conn, run, "suspect", "half the usual items", {"items": 12}, hour(2))
    with engine.connect() as conn:
        row = conn.execute(select(light.crawl_run)).one()
    assert (row.outcome, row.message, row.counters) == ("suspect", "half the usual items", {"items": 12})
    assert row.finished_at == hour(2)


@pytest.mark.parametrize(
    "title",
    ["bell \x07 and escape \x1b[31m", "nul \x00 here", "half a pair \ud83d", "right to left \u202e", "emoji 🟢"],
)
def test_hostile_text_is_stored_and_found_unchanged_the_next_time(engine: Engine, title: str) -> None:
    row = sighting("1", 1, title, facts={"note": title})
    again = sighting("1", 2, title, facts={"note": title})
    assert import_rows(engine, [row]) == Stored(new=1)
    assert import_rows(engine, [again]) == Stored(same=1)
    with engine.connect() as conn:
        stored = conn.execute(select(light.raw_revision.c.title)).scalar_one()
    kept = title.replace("\ud83d", "\ufffd")
    assert stored == f"RTX 3090 {kept if engine.dialect.name == 'sqlite' else kept.replace(chr(0), '␀')}"


SEEN = st.lists(st.tuples(st.sampled_from("12"), st.integers(0, 9), st.sampled_from("AB")), max_size=5)
STEPS = st.lists(
    st.tuples(st.sampled_from(["import", "ok", "suspect, then accepted", "suspect, then dropped"]), SEEN), max_size=6
)


def test_whatever_runs_come_in_whatever_order_the_history_is_whole_and_nothing_unjudged_is_left(
    sqlite_template: bytes, tmp_path: Path
) -> None:
    @given(STEPS)
    @settings(max_examples=25, deadline=None)
    def check(steps) -> None:
        path = tmp_path / f"{uuid4()}.db"
        path.write_bytes(sqlite_template)
        engine = open_engine(f"sqlite:///{path}")
        waiting = []
        for number, (kind, seen) in enumerate(steps):
            rows = [sighting(key, 24 * day, content) for key, day, content in seen]
            if kind == "import":
                import_rows(engine, rows)
            elif kind == "ok":
                crawl(engine, rows, at=number)
            else:
                waiting.append((kind, crawl(engine, rows, at=number, outcome="suspect")))
        for kind, run in reversed(waiting):
            with engine.begin() as conn:
                accept_run(conn, run, hour(9)) if kind.endswith("accepted") else drop_run(conn, run)
        _check_history(engine, [(kind, seen) for kind, seen in steps if not kind.endswith("dropped")])
        engine.dispose()

    check()


def _check_history(engine: Engine, counted) -> None:
    found = history(engine)
    assert {key for _, seen in counted for key, _, _ in seen} == set(found)
    for key, spans in found.items():
        assert all(before[0] != after[0] for before, after in pairwise(spans))
        assert (listing(engine, key).first_seen, listing(engine, key).last_seen) == (
            hour(spans[0][1]),
            hour(spans[-1][2]),
        )
        for kind, seen in counted:
            for which, day, content in seen:
                if which == key and kind == "import":
                    assert any(name == content and since <= 24 * day <= until for name, since, until in spans)
    assert count(engine, light.sighting) == 0
    assert count(engine, light.raw_revision) == sum(map(len, found.values()))
    assert count(engine, light.raw_listing) == len(found)

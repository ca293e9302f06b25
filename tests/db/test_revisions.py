"""The revision rule: what was seen when decides the history, and never the order in which it was stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.engine import open_engine
from db.store.merge import Span, merge
from tests.db.rows import crawl, history, hour, import_rows, listing, sighting, tables

SEQUENCES = [
    ("once", [(1, "A")], [("A", 1, 1)]),
    ("twice the same extends", [(1, "A"), (5, "A")], [("A", 1, 5)]),
    ("seen earlier moves the beginning back", [(5, "A"), (1, "A")], [("A", 1, 5)]),
    ("a change begins a revision", [(1, "A"), (2, "B")], [("A", 1, 1), ("B", 2, 2)]),
    ("and back again is a third", [(1, "A"), (2, "B"), (3, "A")], [("A", 1, 1), ("B", 2, 2), ("A", 3, 3)]),
    ("a late B splits a run", [(1, "A"), (3, "A"), (2, "B")], [("A", 1, 1), ("B", 2, 2), ("A", 3, 3)]),
    (
        "and each half knows where it ended",
        [(1, "A"), (2, "A"), (4, "A"), (5, "A"), (3, "B")],
        [("A", 1, 2), ("B", 3, 3), ("A", 4, 5)],
    ),
    ("the same sighting twice adds nothing", [(1, "A"), (1, "A")], [("A", 1, 1)]),
]


@pytest.mark.parametrize(("seen", "expected"), [case[1:] for case in SEQUENCES], ids=[case[0] for case in SEQUENCES])
def test_imported_sightings_become_maximal_runs_of_equal_content(
    engine: Engine, seen: Sequence[tuple[float, str]], expected: list[tuple[str, float, float]]
) -> None:
    for at, content in seen:
        import_rows(engine, [sighting("1", at, content)])
    assert history(engine) == {"1": expected}


def test_a_listing_knows_when_it_was_first_and_last_seen_whatever_came_first(engine: Engine) -> None:
    import_rows(engine, [sighting("1", 5, "B", state="sold", kind="sold"), sighting("1", 2)])
    found = listing(engine, "1")
    assert (found.first_seen, found.last_seen, found.state) == (hour(2), hour(5), "sold")


def test_two_contents_at_one_time_stand_in_one_order(engine: Engine) -> None:
    rows = [sighting("1", 1, "A"), sighting("1", 1, "B"), sighting("2", 1, "B"), sighting("2", 1, "A")]
    import_rows(engine, rows)
    first, second = history(engine).values()
    assert first == second
    assert {content for content, _, _ in first} == {"A", "B"}


def test_of_several_addresses_the_shortest_stays(engine: Engine) -> None:
    long, short = "https://www.ebay.com/itm/1?hash=x", "https://www.ebay.com/itm/1"
    import_rows(engine, [sighting("1", 1, url=long), sighting("2", 1, url=short)])
    import_rows(engine, [sighting("1", 2, url=short), sighting("2", 2, url=long), sighting("2", 3)])
    assert listing(engine, "1").url == listing(engine, "2").url == short


def test_a_listing_is_read_again_only_where_its_prices_or_days_may_have_changed(engine: Engine) -> None:
    import_rows(engine, [sighting("same", 1), sighting("next day", 1), sighting("changed", 1)])
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE raw_listing SET rules_version = 7")
    crawl(engine, [sighting("same", 2), sighting("next day", 25), sighting("changed", 2, "B")], at=2)
    assert listing(engine, "same").rules_version == 7
    assert listing(engine, "next day").rules_version is None
    assert listing(engine, "changed").rules_version is None


def test_times_count_as_instants_whatever_their_zone(engine: Engine) -> None:
    west = timezone(timedelta(hours=-8))
    rows = [replace(sighting("1", at), observed_at=hour(at).astimezone(west)) for at in (1, 30)]
    assert rows[0].observed_at.tzinfo is UTC
    import_rows(engine, [*rows, sighting("1", 1)])
    assert history(engine) == {"1": [("A", 1, 30)]}


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="ebay:1: observed_at has no time zone"):
        replace(sighting("1", 1), observed_at=hour(1).replace(tzinfo=None))


SIGHTINGS = st.lists(
    st.tuples(st.sampled_from("12"), st.integers(0, 12), st.sampled_from("ABC")), min_size=1, max_size=14
)


def _expected(seen: Sequence[tuple[str, int, str]]) -> dict[str, list[Span]]:
    """The rule said naively: all sightings in time order, cut where the content changes."""
    found: dict[str, list[Span]] = {}
    for key, at, content in sorted(set(seen)):
        spans = found.setdefault(key, [])
        if spans and spans[-1].content_hash == content:
            spans[-1] = Span(content, spans[-1].start, hour(at))
        else:
            spans.append(Span(content, hour(at), hour(at)))
    return found


@given(SIGHTINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_any_order_in_any_slices_gives_the_history_of_the_set(
    seen: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(seen + seen[: len(seen) // 2]))
    known: dict[str, list[Span]] = {}
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        part, shuffled = shuffled[:size], shuffled[size:]
        for key in {key for key, _, _ in part}:
            points = [(hour(at), content) for which, at, content in part if which == key]
            known[key] = merge(known.get(key, []), points, keep_all=True)
    plain = {key: [Span(s.content_hash, s.start, s.end) for s in spans] for key, spans in known.items()}
    assert plain == _expected(seen)


def test_any_order_in_any_slices_gives_the_same_tables(
    sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("orders")

    @given(SIGHTINGS, st.data())
    @settings(max_examples=25, deadline=None)
    def check(seen: list[tuple[str, int, str]], data: st.DataObject) -> None:
        rows = [sighting(key, at, content) for key, at, content in seen]
        pictures = []
        for order in (rows, data.draw(st.permutations(rows + rows[:3]))):
            path = folder / f"{uuid4()}.db"
            path.write_bytes(sqlite_template)
            engine = open_engine(f"sqlite:///{path}")
            import_rows(engine, order, page=data.draw(st.integers(1, len(order))))
            pictures.append(tables(engine))
            engine.dispose()
        assert pictures[0] == pictures[1]

    check()


def test_a_crawl_in_time_order_gives_what_an_import_of_the_same_gives(
    sqlite_url: str, sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "gpudeals.db"
    other.write_bytes(sqlite_template)
    crawled, imported = open_engine(sqlite_url), open_engine(f"sqlite:///{other}")
    seen = [(1, "A"), (2, "A"), (3, "B"), (4, "A"), (5, "A")]
    for at, content in seen:
        crawl(crawled, [sighting("1", at, content)], at=at)
    import_rows(imported, [sighting("1", at, content) for at, content in seen])
    assert history(crawled) == history(imported) == {"1": [("A", 1, 2), ("B", 3, 3), ("A", 4, 5)]}
    crawled.dispose()
    imported.dispose()


def test_crawls_keep_the_last_sighting_of_each_day_so_that_the_days_of_a_late_file_come_out_right(
    engine: Engine,
) -> None:
    for at in (1, 20, 25, 30, 50, 60):
        crawl(engine, [sighting("1", at)], at=at)
    import_rows(engine, [sighting("1", 26, "B"), sighting("1", 49, "B")])
    assert history(engine) == {"1": [("A", 1, 20), ("B", 26, 26), ("A", 30, 30), ("B", 49, 49), ("A", 60, 60)]}


def test_the_limit_within_a_day_a_late_file_finds_only_the_last_sighting_of_a_crawl(engine: Engine) -> None:
    for at in (1, 2, 4, 5):
        crawl(engine, [sighting("1", at)], at=at)
    import_rows(engine, [sighting("1", 3, "B")])
    assert history(engine) == {"1": [("A", 1, 1), ("B", 3, 3), ("A", 5, 5)]}

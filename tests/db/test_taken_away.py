"""What somebody took away stays out, whatever older file still holds it; of it only a key is kept."""

import pytest
from sqlalchemy import Engine, select

from db import light
from db.store import listing_id, purge_listings
from tests.db.rows import history, hour, import_rows, sighting, tables

KEY = listing_id("ebay", "gone")


def take_away(engine: Engine, at: float) -> None:
    with engine.begin() as conn:
        purge_listings(conn, [KEY], taken_away=hour(at))


def test_what_was_seen_before_it_was_taken_away_is_not_taken_in_again(engine: Engine) -> None:
    import_rows(engine, [sighting("kept", 1)])
    before = tables(engine)
    import_rows(engine, [sighting("gone", 1)])
    take_away(engine, 5)
    stored = import_rows(engine, [sighting("gone", 0, "older"), sighting("gone", 5, "then"), sighting("kept", 1)])
    assert (stored.new, stored.changed, stored.same, stored.left_out) == (0, 0, 1, 2)
    assert set(history(engine)) == {"kept"}
    assert {k: v for k, v in tables(engine).items() if k != "crawl_run"} == {
        k: v for k, v in before.items() if k != "crawl_run"
    }


def test_that_it_was_taken_away_may_be_known_before_it_was_ever_seen(engine: Engine) -> None:
    take_away(engine, 5)
    assert import_rows(engine, [sighting("gone", 1)]).left_out == 1
    assert history(engine) == {}


def test_only_a_key_is_kept_of_it(engine: Engine) -> None:
    import_rows(engine, [sighting("gone", 1)])
    take_away(engine, 5)
    with engine.connect() as conn:
        assert [tuple(row) for row in conn.execute(select(light.taken_away))] == [(KEY, hour(5))]


def test_what_the_market_shows_again_is_there_again(engine: Engine) -> None:
    take_away(engine, 5)
    stored = import_rows(engine, [sighting("gone", 4), sighting("gone", 6)])
    assert (stored.new, stored.left_out) == (1, 1)
    with engine.connect() as conn:
        assert conn.execute(select(light.taken_away)).all() == []


@pytest.mark.parametrize("order", [(5, 9), (9, 5)])
def test_of_two_times_the_later_one_counts(engine: Engine, order: tuple[float, float]) -> None:
    for at in order:
        take_away(engine, at)
    assert import_rows(engine, [sighting("gone", 8)]).left_out == 1


def test_what_only_grew_too_old_may_come_again(engine: Engine) -> None:
    import_rows(engine, [sighting("gone", 1)])
    with engine.begin() as conn:
        assert purge_listings(conn, [KEY]) == 1
    assert import_rows(engine, [sighting("gone", 1)]).new == 1

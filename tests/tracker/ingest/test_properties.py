"""What holds of all listings: order, repetition, purges and scale change nothing that they should not."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from db import light
from db.store import (
    RevisionRow,
    purge_listings,
)
from db.store.rollup import rebuild_daily
from tests.tracker.ingest.listings import CARD, OTHER, wipe
from tests.tracker.prices import (
    at,
    derived,
    learn,
    post,
    priced,
    row,
    table,
)

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

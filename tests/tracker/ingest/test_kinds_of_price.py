"""What a listing's revisions say about prices, kind by kind."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from db import light
from db.engine import open_engine
from tests.tracker.prices import at, daily, learn, post, priced, prices, read_all, row, store, table

CARD = "rtx-3090-24gb"


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One database: these rules know none, and ``test_ingest`` runs on both."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


def test_an_ask_that_stands_is_one_price_that_counts_once_a_day(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), 700) for day in (0, 1, 2, 4)])
    assert prices(engine) == [("ask", 700, 0, 4)]
    assert daily(engine) == [(day, "ask", 1, 700, 700, 700) for day in range(5)]


def test_a_crawl_that_sees_it_standing_lets_it_stand_longer(engine: Engine) -> None:
    for day in (0, 0.1, 1, 3):
        learn(engine, [row("1", CARD, at(day), 700)])
    assert prices(engine) == [("ask", 700, 0, 3)]
    assert len(daily(engine)) == 4


def test_a_day_on_which_the_price_changed_counts_the_later_price(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("1", CARD, at(2), 700), row("1", CARD, at(2, 5), 650)])
    assert prices(engine) == [("ask", 700, 0, 1), ("ask", 650, 2, 2)]
    assert [found[2] for found in daily(engine)] == [1, 1, 1]


def test_a_price_that_comes_back_is_a_new_observation(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(day), price) for day, price in ((0, 700), (1, 650), (2, 700))])
    assert [found[:2] for found in prices(engine)] == [("ask", 700), ("ask", 650), ("ask", 700)]


def test_an_edit_that_leaves_the_price_alone_does_not_start_a_new_ask(engine: Engine) -> None:
    bodies = [f"{CARD} $700", f"{CARD} $700\nbox included", f"{CARD} $700\nprice firm"]
    learn(engine, [post("p", body, at(day)) for day, body in enumerate(bodies)])
    assert prices(engine) == [("ask", 700, 0, 2)]


def test_a_listing_that_vanished_is_gone_and_not_sold(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700)])
    with engine.begin() as conn:
        conn.execute(light.raw_listing.update().values(state="gone"))
    read_all(engine)
    assert [found[0] for found in prices(engine)] == ["ask"]


def test_an_ended_listing_has_no_price_from_its_end(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("1", CARD, at(3), 700, kind="ended", state="ended")])
    assert prices(engine) == [("ask", 700, 0, 0)]
    assert table(engine, light.offer, ["kind", "unit_price"]) == [(None, None)]


@pytest.mark.parametrize("state", ["ended", "sold"])
def test_a_market_listing_that_ran_out_has_no_price_from_that(engine: Engine, state: str) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("1", CARD, at(3), 700, state=state)])
    assert prices(engine) == [("ask", 700, 0, 0)]


def test_a_sale_is_an_event_on_the_day_that_the_market_names(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(9), 640, kind="sold", state="sold", ended_at=at(4))])
    assert prices(engine) == [("sold", 640, 4, 4)]


def test_a_sale_seen_on_two_pages_is_one_sale(engine: Engine) -> None:
    sale = {"kind": "sold", "state": "sold", "ended_at": at(4)}
    learn(engine, [row("1", CARD, at(9), 640, **sale), row("1", CARD, at(10), 640, seen_as="api", **sale)])
    assert prices(engine) == [("sold", 640, 4, 4)]


def test_best_offer_accepted_hides_the_price(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 700), row("1", CARD, at(2), None, kind="sold", state="sold")])
    assert prices(engine) == [("ask", 700, 0, 0)]
    assert table(engine, light.offer, ["status", "kind", "unit_price"]) == [("sold", "sold", None)]


def test_a_bid_is_an_event_and_the_price_to_buy_at_once_an_ask(engine: Engine) -> None:
    auction = {"kind": "bid", "buy_now_minor": 90000}
    learn(engine, [row("1", CARD, at(0), 400, **auction), row("1", CARD, at(2), 450, **auction)])
    assert prices(engine) == [("ask", 900, 0, 2), ("bid", 400, 0, 0), ("bid", 450, 2, 2)]
    assert table(engine, light.offer, ["kind", "unit_price"]) == [("ask", 90000)]


def test_a_bare_auction_has_only_bids(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 400, kind="bid")])
    assert prices(engine) == [("bid", 400, 0, 0)]
    assert table(engine, light.offer, ["kind"]) == [("bid",)]


@pytest.mark.parametrize(
    ("last", "what"),
    [
        ({"body": f"{CARD} $700", "kind": "closed"}, "the post is closed and the text stands"),
        ({"body": f"{CARD} $700 #sold"}, "the line is marked sold"),
        ({"body": f"{CARD} #sold"}, "the line is marked sold and the price edited away"),
        ({"body": "all gone, thanks", "kind": "closed"}, "the post is closed and emptied"),
        ({"body": f"{CARD} $700", "state": "sold"}, "the flair says sold"),
        ({"body": f"{CARD} $700", "state": "ended"}, "the flair says closed"),
        ({"body": f"{CARD} of unknown size", "kind": "closed"}, "the post is closed and the size edited away"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_closed_is_the_last_ask(engine: Engine, last: dict[str, str], what: str) -> None:
    more = dict(last)
    learn(
        engine,
        [
            post("p", f"{CARD} $750", at(0)),
            post("p", f"{CARD} $700", at(1)),
            post("p", more.pop("body"), at(3), **more),
        ],
    )
    assert prices(engine) == [("ask", 750, 0, 0), ("ask", 700, 1, 1), ("closed", 700, 3, 3)], what


def test_a_line_sold_before_the_post_is_closed_is_closed_once(engine: Engine) -> None:
    learn(engine, [post("p", f"{CARD} $700", at(0)), post("p", f"{CARD} $700 #sold", at(1))])
    learn(engine, [post("p", f"{CARD} $700 #sold", at(2), kind="closed")])
    assert prices(engine) == [("ask", 700, 0, 0), ("closed", 700, 1, 1)]


def test_an_emptied_post_keeps_its_goods_as_sold(engine: Engine) -> None:
    counts = learn(engine, [post("p", f"{CARD} $700", at(0)), post("p", "gone", at(1), kind="closed")])
    assert table(engine, light.offer, ["status", "kind", "unit_price", "reject"]) == [("sold", "closed", 70000, None)]
    assert (counts.read, counts.stored) == (1, 1)


def test_the_line_that_remains_is_not_closed_with_the_one_that_was_sold(engine: Engine) -> None:
    both, one = f"{CARD} $700\nrtx-3080-10gb $400", f"{CARD} $700\nrtx-3080-10gb $400 #sold"
    learn(engine, [post("p", both, at(0)), post("p", one, at(1))])
    assert prices(engine) == [("ask", 400, 0, 0), ("ask", 700, 0, 1), ("closed", 400, 1, 1)]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("rtx-3090-24gb $700", 700),
        ("2x lot rtx-3090-24gb $1301", 650.5),
        ("3x lot rtx-3090-24gb $1000", 333.33),
    ],
)
def test_a_lot_of_one_model_is_divided(engine: Engine, text: str, price: float) -> None:
    learn(engine, [post("p", text, at(0))])
    assert prices(engine) == [("ask", price, 0, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "rtx-3090-24gb $700 #bundle",
        "rtx-3090-24gb $700 #broken",
        "rtx-3090-24gb $700 #in_system",
        "rtx-3090-24gb $700 #mobile",
        "rtx-3090-24gb of unknown size $700",
        "rtx-3090-24gb",
        "rtx-3090-24gb $0",
    ],
)
def test_what_is_no_price_of_one_working_card_enters_no_statistics(engine: Engine, text: str) -> None:
    counts = learn(engine, [post("p", text, at(0))])
    assert prices(engine) == []
    assert (counts.stored, counts.offers) == (1, 1)


def test_a_price_range_and_a_variation_are_no_price_of_a_card(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 84, price_max_minor=116900), row("2", CARD, at(0), 99, variation=True)])
    assert prices(engine) == []
    assert table(engine, light.offer, ["unit_price", "flags"]) == [(None, ["price_range"]), (None, ["variation"])]


@pytest.mark.parametrize(
    ("revision", "offer", "cost"),
    [
        ({"shipping_minor": 0}, "", 0),
        ({"shipping_minor": 1250}, "", 1250),
        ({"shipping_minor": None}, "", None),
        ({}, " #shipped", 0),
    ],
)
def test_shipping_is_known_free_or_unknown(
    engine: Engine, revision: dict[str, int], offer: str, cost: int | None
) -> None:
    learn(engine, [row("1", CARD + offer, at(0), 700, **revision)])
    assert table(engine, light.observation, ["shipping_minor"]) == [(cost,)]


def test_shipping_of_a_lot_is_shared_by_its_cards(engine: Engine) -> None:
    learn(engine, [row("1", f"4x lot {CARD}", at(0), 2400, shipping_minor=3000)])
    assert table(engine, light.observation, ["unit_price", "basis", "shipping_minor"]) == [(60000, "lot", 750)]


@pytest.mark.parametrize(
    ("condition_id", "condition", "found"),
    [
        ("1000", "Nuovo", "new"),
        ("1500", "Open box", "open_box"),
        ("2010", None, "refurbished"),
        ("3000", "Pre-Owned", "used"),
        ("7000", None, "parts"),
        (None, "open_box", "open_box"),
        (None, "Refurbished", "refurbished"),
        (None, None, "used"),
    ],
)
def test_conditions_of_the_market(engine: Engine, condition_id: str | None, condition: str | None, found: str) -> None:
    learn(engine, [row("1", CARD, at(0), 700, condition_id=condition_id, condition=condition)])
    assert table(engine, light.observation, ["condition"]) == [(found,)]


def test_dollars_are_those_of_the_day_and_the_rate_is_dated(engine: Engine) -> None:
    saturday = at(5)
    learn(engine, [row("1", CARD, saturday, 600, currency="EUR"), row("2", CARD, at(0), 700)])
    with engine.connect() as conn:
        columns = light.observation.c
        found = {r.currency: r for r in conn.execute(select(columns.currency, columns.usd, columns.rate_day))}
    assert found["USD"][1:] == (70000, None)
    assert found["EUR"].rate_day == at(4).date()
    assert 60000 < found["EUR"].usd < 80000


def test_a_currency_without_a_rate_leaves_dollars_unknown(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 20000, currency="TWD")])
    assert table(engine, light.observation, ["unit_price", "usd", "rate_day"]) == [(2000000, None, None)]


def test_yen_have_no_cents(engine: Engine) -> None:
    learn(engine, [row("1", CARD, at(0), 1000, currency="JPY")])  # 100,000 yen
    unit_price, usd = table(engine, light.observation, ["unit_price", "usd"])[0]
    assert unit_price == 100000
    assert 50000 < usd < 80000


def test_rows_of_a_price_file_name_the_card_and_no_title_is_guessed_at(engine: Engine) -> None:
    counts = learn(
        engine,
        [
            priced(CARD, at(0), 650.5, "a", kind="closed"),
            priced(CARD, at(0), 700, "b", facts={"model": "GeForce RTX 9999", "vram_gb": 24}, title="RTX 3090"),
            priced(CARD, at(0), 700, "c", facts={"model": "GeForce RTX 3080", "vram_gb": 99}),
        ],
    )
    assert prices(engine) == [("closed", 650.5, 0, 0)]
    assert counts.rejected == {"unknown_model": 1, "unknown_vram": 1}
    assert counts.stored + sum(counts.rejected.values()) == counts.read == 3


def test_equal_prices_in_a_price_file_are_as_many_sales(engine: Engine) -> None:
    learn(
        engine,
        [
            priced(CARD, at(0), 700, name, kind=kind)
            for name, kind in zip("abcd", ("ask", "ask", "sold", "sold"), strict=True)
        ],
    )
    assert [found[:3] for found in daily(engine)] == [(0, "ask", 2), (0, "sold", 2)]


def test_store_again_changes_nothing(engine: Engine) -> None:
    rows = [row("1", CARD, at(0), 700), post("p", f"{CARD} $650", at(1))]
    learn(engine, rows)
    before = table(engine, light.observation)
    store(engine, rows)
    assert read_all(engine).read == 0
    assert table(engine, light.observation) == before

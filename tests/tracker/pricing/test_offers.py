"""Live offers against fair value, from stored listings: what is live, what is shown, what is a deal."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.store import RevisionRow
from tests.tracker.prices import at, learn, priced, row
from tracker.pricing.dealing import Wanted, deal_rows
from tracker.pricing.offers import Board, LiveOffer, as_row, live_offers
from tracker.pricing.ranking import market_rows

CARD = "rtx-3090-24gb"
NOW = at(60)


def sold(slug: str = CARD, price: float = 700, n: int = 20) -> list[RevisionRow]:
    """Sales around ``price``, the last two days ago."""
    spread = (-0.06, -0.03, 0.0, 0.03, 0.06)
    return [
        priced(slug, at(58 - 2 * k), price * (1 + spread[k % 5]), f"{slug}-sold-{k}", shipping_minor=0)
        for k in range(n)
    ]


def ask(external_id: str, price: int, when: float = 59.5, **more: Any) -> RevisionRow:
    """A live listing of the card."""
    values: dict[str, Any] = {"shipping_minor": 0, "country": "US", "facts": {"seller_score": "1000+"}}
    values |= more
    return row(external_id, values.pop("title", CARD), at(when), price, **values)


def offers(
    engine: Engine, rows: list[RevisionRow], kind: str = "import", source: str = "files"
) -> dict[str, LiveOffer]:
    learn(engine, sold())
    learn(engine, rows, kind, source)
    return {offer.external_id: offer for offer in live_offers(engine, NOW)}


def test_an_offer_is_judged_with_its_evidence(engine: Engine) -> None:
    offer = offers(engine, [ask("1", 540, shipping_minor=2000)])["1"]
    assert (offer.sku, offer.price_usd, offer.shipping_usd, offer.landed) == (CARD, 540.0, 20.0, 560.0)
    assert offer.fair_value == pytest.approx(700, rel=0.04)
    assert offer.discount == pytest.approx(0.2, abs=0.04)
    assert offer.n == 20  # sales; one ask is no second kind of evidence
    assert offer.usd_per_gb == pytest.approx(23.33)
    assert offer.percentile == 0
    assert offer.lowest_in_days == 40  # as far as its prices reach back
    assert offer.link == "https://www.ebay.com/itm/1"
    assert offer.deal
    assert offer.why_not == ()
    assert offer.risks == ()


def test_the_days_since_a_price_as_low(engine: Engine) -> None:
    learn(engine, [priced(CARD, at(30), 500, "cheap", shipping_minor=0)])
    assert offers(engine, [ask("1", 540)])["1"].lowest_in_days == 30


@pytest.mark.parametrize(
    ("price", "changes", "why_not"),
    [
        (540, {"shipping_minor": None}, "shipping unknown"),
        (680, {}, "under fair value"),
        (740, {}, "not under fair value"),
        (200, {}, "bait"),
        (123, {}, "placeholder"),
    ],
)
def test_what_keeps_an_offer_from_being_a_deal_is_said(
    engine: Engine, price: int, changes: dict[str, Any], why_not: str
) -> None:
    offer = offers(engine, [ask("1", price, **changes)])["1"]
    assert not offer.deal
    assert any(why_not in reason for reason in offer.why_not)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "bid"},
        {"kind": "sold", "state": "sold"},
        {"state": "ended"},
        {"title": f"{CARD} #broken"},
        {"title": f"{CARD} #in_system"},
        {"title": "no card at all"},
        {"when": 40},  # not seen for weeks
    ],
    ids=str,
)
def test_only_live_asks_of_working_cards_are_offers(engine: Engine, changes: dict[str, Any]) -> None:
    assert "1" not in offers(engine, [ask("1", 540, **changes)])


def test_a_new_card_is_held_against_used_ones_where_new_ones_have_no_value(engine: Engine) -> None:
    offer = offers(engine, [ask("1", 540, condition="New")])["1"]
    assert (offer.condition, offer.fair_condition, offer.deal) == ("new", "pooled", True)


def test_goods_under_a_new_id_are_one_deal(engine: Engine) -> None:
    found = offers(engine, [ask("1", 540, when=50), ask("2", 540, when=59)])
    assert found["2"].relist_of_offer == found["1"].offer_id
    assert len(deal_rows(engine, now=NOW)) == 1


def test_figures_and_offers_asked_for_later_are_those_of_all(engine: Engine) -> None:
    rows = [ask("1", 540), ask("2", 540, shipping_minor=None, condition="New"), ask("3", 200, country="DE")]
    found = list(offers(engine, rows).values())
    with engine.connect() as conn:
        board = Board(conn, NOW, texts=False)
        assert board.offers([2, 0]) == [found[2], found[0]]
        for figures, offer in zip(board.figures(), found, strict=True):
            assert figures == {name: getattr(offer, name) for name in figures}
        assert {row["lowest_in_days"] for row in board.figures(standing=False)} == {None}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["lot", "us", "de"]),
        (Wanted(region="de"), ["de"]),
        (Wanted(min_quantity=2), ["lot"]),
        (Wanted(max_price=530), ["lot"]),
        (Wanted(min_vram=32), []),
        (Wanted(sku=CARD), ["lot", "us", "de"]),
        (Wanted(source="hardwareswap"), []),
        (Wanted(condition="new"), []),
        (Wanted(every=True), ["lot", "us", "de", "dear"]),
    ],
    ids=str,
)
def test_deals_are_chosen_and_the_largest_discount_comes_first(
    engine: Engine, wanted: Wanted, found: list[str]
) -> None:
    offers(
        engine,
        [
            ask("us", 540), ask("de", 560, country="DE"), ask("dear", 690),
            ask("lot", 1000, title=f"2x lot {CARD}", shipping_minor=0),
        ],
    )  # fmt: skip
    assert [offer.external_id for offer in deal_rows(engine, wanted, now=NOW)] == found


def test_display_hours_of_a_source_are_respected(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terms of eBay's API leave six hours to what a crawl fetched."""
    fresh = ask("1", 540, when=60 - 5 / 24, seen_as="api")
    old = ask("2", 541, when=60 - 7 / 24, seen_as="api")
    found = offers(engine, [fresh, old], kind="crawl", source="ebay_browse")
    assert sorted(found) == ["1"]
    assert not found["1"].statistics
    monkeypatch.setenv("GPUDEALS_SOURCES_EBAY_BROWSE_DISPLAY_HOURS", "24")
    assert sorted(offer.external_id for offer in live_offers(engine, NOW)) == ["1", "2"]


def test_duty_counts_where_a_card_comes_from_abroad(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUDEALS_PRICING_IMPORT_DUTY", "0.25")
    found = offers(engine, [ask("us", 540), ask("cn", 540, country="CN")])
    assert found["us"].deal
    assert found["cn"].landed == 675.0
    assert not found["cn"].deal


def test_a_row_is_plain_values(engine: Engine) -> None:
    plain = as_row(offers(engine, [ask("1", 540)])["1"])
    assert plain["last_seen"] == (NOW - timedelta(hours=12)).isoformat()
    assert plain["risks"] == []
    assert len(plain["history"]) == 13


def test_the_market_names_the_best_live_offer_and_passes_over_bait(engine: Engine) -> None:
    offers(engine, [ask("1", 540), ask("2", 560), ask("bait", 150)])
    (found,) = market_rows(engine, now=NOW)
    assert found.best_offer is not None
    assert found.best_offer.id == "ebay:1"
    assert market_rows(engine, as_of=NOW.date())[0].best_offer is None

"""Titles: the table of readings, and what must hold for every one of them."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.tracker.normalize.title_table import Case, cases, in_words, read_in_words
from tracker.normalize import ListingText, read_listing

CASES = cases()


def _id(case: Case) -> str:
    return f"{case.section[:20]}-{case.title[:60]}"


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_a_title_is_read_as_an_expert_would(case: Case):
    assert read_in_words(case) == case.expected


def test_the_table_is_large_and_says_each_title_once():
    titles = Counter((case.title, case.price, case.condition_id) for case in CASES)
    assert len(titles) >= 400
    assert [title for title, n in titles.items() if n > 1] == []


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_every_title_ends_as_offers_or_as_one_code(case: Case):
    reading = read_listing(case.listing)
    assert bool(reading.offers) != bool(reading.reject)


@pytest.mark.parametrize("disguise", [str.upper, str.lower, str.title], ids=["upper", "lower", "title"])
def test_letter_case_changes_no_reading(disguise):
    # `Each Word Big` and `ALL BIG` are how many sellers write; a capital never makes another card.
    changed = [
        (case.title, in_words(read_listing(replace(case, title=disguise(case.title)).listing)))
        for case in CASES
        if "&" not in case.title and "http" not in case.title
    ]
    told = {case.title: in_words(read_listing(case.listing)) for case in CASES}
    assert [(title, words, told[title]) for title, words in changed if words != told[title]] == []


@pytest.mark.parametrize(
    "frame",
    ["🔥 {} 🔥", "  {}  ", "{} fast shipping", "{} - free shipping", "*{}*", "⭐{}⭐ ships today", "{} (tested)"],
)
def test_emoji_and_harmless_words_change_no_reading(frame):
    ends = {"lot": "an open lot may end with anything"}
    different = []
    for case in CASES:
        if case.expected.startswith(("reject:no_card", "reject:un")) or any(
            word in ends for word in case.title.split()
        ):
            continue
        if case.title.endswith(("box", "x2", "fans", "chip", "box RTX 4090", "(2)", "ECC")):
            continue
        words = in_words(read_listing(replace(case, title=frame.format(case.title)).listing))
        if words != in_words(read_listing(case.listing)):
            different.append((frame.format(case.title), words))
    assert different == []


def test_a_price_is_never_invented():
    for case in CASES:
        for offer in read_listing(case.listing).offers:
            stated = None if case.price is None else Decimal(case.price)
            assert offer.price in (None, stated)
            assert offer.lot_price in (None, stated)


def _title(title: str, **facts):
    return ListingText(id="1", source="ebay", title=title, **facts)


def test_a_lot_has_a_lot_price_and_no_price_per_card():
    (offer,) = read_listing(_title("Lot of 4 RTX 3090", price=Decimal(2800), currency="USD")).offers
    assert (offer.quantity, offer.price, offer.lot_price, offer.basis) == (4, None, Decimal(2800), "lot")


def test_a_lot_priced_each_has_a_price_per_card():
    (offer,) = read_listing(_title("Lot of 4 RTX 3090 - price is each", price=Decimal(700), currency="USD")).offers
    assert (offer.quantity, offer.price, offer.lot_price, offer.basis) == (4, Decimal(700), None, "each")


def test_an_open_size_names_the_candidates():
    (offer,) = read_listing(_title("Gigabyte RTX 4060 Ti Eagle")).offers
    assert offer.sku is None
    assert set(offer.candidates) == {"rtx-4060-ti-8gb", "rtx-4060-ti-16gb"}


def test_a_laptop_board_has_no_sku():
    (offer,) = read_listing(_title("RTX 2080 Super 8GB MXM laptop graphics card")).offers
    assert (offer.form, offer.sku, offer.candidates) == ("mobile", None, ())


def test_a_zero_price_is_no_price():
    (offer,) = read_listing(_title("RTX 3090", price=Decimal(0), currency="USD")).offers
    assert offer.price is None


@pytest.mark.parametrize(
    ("condition_id", "condition", "kind"),
    [
        ("1000", None, "new"),
        ("1500", "Neu: Sonstige (siehe Artikelbeschreibung)", "open_box"),
        ("2020", None, "refurbished"),
        ("3000", "Used (search filter LH_ItemCondition=3000)", "used"),
        ("7000", "Als Ersatzteil / defekt", "parts"),
        (None, "Nuovo", "new"),
        (None, "Occasion", "used"),
        (None, "Generalüberholt - Hervorragend", "refurbished"),
        (None, "Pour pièces détachées / ne fonctionne pas", "parts"),
        (None, "Pre-Owned", "used"),
        (None, "Usado", "used"),
        (None, "Nuevo (otro)", "open_box"),
        (None, None, None),
    ],
)
def test_conditions_of_all_markets_are_five_kinds(condition_id, condition, kind):
    reading = read_listing(_title("GeForce RTX 4090 24GB", condition_id=condition_id, condition=condition))
    assert reading.offers[0].condition == kind
    assert reading.offers[0].broken == (kind == "parts")


def test_the_same_title_costs_a_box_or_a_card():
    title = "NVIDIA GeForce RTX 4090 Founders Edition with box"
    assert read_listing(_title(title, price=Decimal(35), currency="USD")).reject == "accessory"
    assert read_listing(_title(title, price=Decimal(1600), currency="USD")).reject is None


def test_a_low_price_alone_is_no_evidence():
    assert read_listing(_title("GeForce RTX 4090 24GB", price=Decimal(35), currency="USD")).reject is None


def test_softeners_lower_the_confidence_and_no_more():
    (plain,) = read_listing(_title("RTX 3090 24GB")).offers
    (softened,) = read_listing(_title("RTX 3090 24GB *READ*")).offers
    assert softened.confidence < plain.confidence
    assert (softened.sku, softened.broken) == (plain.sku, False)

"""What holds for any text at all."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracker.normalize.title_table import cases
from tracker.normalize import ListingText, read_listing
from tracker.normalize.clean import clean_text
from tracker.normalize.mentions import find_mentions

WORDS = st.sampled_from(
    [
        *sorted({word for case in cases() for word in case.title.split()}),
        "🔥",
        "™",
        "\x00",
        "\n",
        "｜",
        "²",
        "ＲＴＸ",
        "…",
    ]
)
TITLES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=16).map(" ".join))
PRICES = st.one_of(st.none(), st.decimals(min_value=0, max_value=99999, places=2))
SOURCES = st.sampled_from(["ebay", "hardwareswap", "homelabsales", "inbox"])


@settings(max_examples=300, deadline=None)
@given(TITLES, st.one_of(st.none(), TITLES), PRICES, SOURCES, st.booleans())
def test_reading_never_raises_and_says_offers_or_a_code(title, body, price, source, variation):
    listing = ListingText(
        id="1",
        source=source,
        title=title,
        body=body,
        price=price,
        currency="USD" if price is not None else None,
        variation=variation,
    )
    reading = read_listing(listing, explain=True)
    assert bool(reading.offers) != bool(reading.reject)
    assert read_listing(listing).offers == reading.offers


@settings(max_examples=300, deadline=None)
@given(TITLES, PRICES)
def test_a_title_has_no_price_but_the_markets(title, price):
    listing = ListingText(
        id="1", source="ebay", title=title, price=price, currency="USD" if price is not None else None
    )
    for offer in read_listing(listing).offers:
        assert {offer.price, offer.lot_price} <= {None, price}
        assert offer.quantity >= 1


@settings(max_examples=300, deadline=None)
@given(TITLES)
def test_positions_of_mentions_are_those_of_the_original(text):
    assert len(clean_text(text)) == len(text)
    last = 0
    for mention in find_mentions(text):
        assert text[mention.start : mention.end] == mention.text
        assert last <= mention.start < mention.end
        last = mention.end


@settings(max_examples=200, deadline=None)
@given(TITLES)
def test_places_in_the_trace_lie_within_the_text(title):
    reading = read_listing(
        ListingText(id="1", source="ebay", title=title, price=Decimal(5), currency="USD"), explain=True
    )
    for step in reading.trace:
        if step.start is not None:
            assert 0 <= step.start <= (step.end or 0) <= len(title)

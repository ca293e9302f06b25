"""No text makes the reader fail, invent a price, or run away."""

import os
import re
import time
import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.normalize.posts.rooms import rooms
from tracker.normalize.posts import read_post
from tracker.normalize.posts.money import shipping
from tracker.normalize.posts.money.finding import parse_number
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import anchored_after, anchored_before, pattern
from tracker.normalize.types import ListingText

SIZE = 100_000
SECONDS = float(os.environ.get("PATTERN_SECONDS", "0.5"))  # see tests/tracker/normalize/test_hostile.py
PIECES = (
    "[H]",
    "[W]",
    "RTX 3080",
    "3090 FE",
    "PayPal",
    "$450",
    "$1.2k",
    "~~$500~~",
    "450 shipped",
    "each",
    "for both",
    "2x",
    "(2)",
    "| a | $5 |",
    "|-|-|",
    "SOLD",
    "PENDING",
    "EDIT:",
    "one left",
    "paid",
    "+ shipping",
    "\n",
    "\n\n",
    "* ",
    "**",
    "#",
    "~~",
    "(",
    "](",
    "http://x/3080",
    "local",
    "i7-9700K",
    "£",
    "€",
    "1.234,56",
    "😅",
    "\x00",
    "trade for a 4090",
    "not for sale",
    ",",
    ".",
    " / ",
    " + ",
    "x",
    "k",
    "$",
    "-",
)
HOSTILE = {
    "blanks": " " * SIZE,
    "lines": "\n" * SIZE,
    "dollars": "$" * SIZE,
    "strikes": "~" * SIZE,
    "stars": "*" * SIZE,
    "digits": "1" * SIZE,
    "grouped digits": "1," * (SIZE // 2),
    "bars": "|" * SIZE,
    "rules": "|-" * (SIZE // 2),
    "brackets": "[" * SIZE,
    "links": "[](" * (SIZE // 3),
    "letters": "a" * SIZE,
    "words": "for a " * (SIZE // 6),
    "prices": "$1 " * (SIZE // 3),
    "prices each": "450 shipped " * (SIZE // 12),
    "blank words": "a " * (SIZE // 2),
    "hyphens": "a-" * (SIZE // 2),
    "entities": "&amp;" * (SIZE // 5),
    "counts": "2x " * (SIZE // 3),
    "names": "evga " * (SIZE // 5),
    "slashes": "http://" * (SIZE // 7),
    "dots": "a." * (SIZE // 2),
    "points": "." * SIZE,
    "verbs": "is " * (SIZE // 3),
    "articles": "the " * (SIZE // 4),
    "price words": "price " * (SIZE // 6),
    "carriage": "shipping " * (SIZE // 9),
    "carriage is": "shipping is " * (SIZE // 12),
    "places": "local " * (SIZE // 6),
    "questions": "?" * SIZE,
    "short edits": "SOLD\n + \nprice \n" * (SIZE // 16),
    "edits": "EDIT:\nPENDING\nEDIT: " * (SIZE // 20),
    "named again": "RTX 3080 -  (2)" * (SIZE // 15),
}


def _compiled(value: object) -> list[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, Guarded):
        return [value.compiled]
    return [pattern for entry in value for pattern in _compiled(entry)] if isinstance(value, tuple) else []


def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        f"{room}.{name}.{number}": compiled
        for room, module in rooms()
        for name, value in vars(module).items()
        for number, compiled in enumerate(_compiled(value))
    }


def _word_patterns() -> list[str]:
    text = files("tracker.normalize").joinpath("data/post_words.toml").read_text(encoding="utf-8")
    return [f"{table}.{key}" for table, keys in tomllib.loads(text).items() for key in keys]


def _seconds(compiled: re.Pattern[str], text: str) -> float:
    """Processor seconds of one search through ``text`` and one match at its start; the best of three."""
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        compiled.search(text)
        compiled.match(text)
        best = min(best, time.process_time() - started)
        if best < SECONDS / 2:
            break
    return best


#: Patterns that are only tried at one place, or on the few characters around one: see WINDOW.
WINDOWED = (
    "money.bare._PRECEDED",
    "clues.quantity.",
    "clues.context.",
    "cards.acceptance.",
    "prices.systems.",
    "prices.tying.",
    "cards.on_offer.",
    "clues.goods.",
    "cards.facts.",
    "prices.turns.",
    "prices.unnamed.",
    "intents.sides.",
    "later.subjects.",
    "intents.intent.",
    "intents.title.",
    "prices.titled.",
    "wording.words.",
    "later.edits._CLAUSE",
    "cards.namesakes._PRICED_NAME",
    "markup.text._HOST",
    "prices.walk._LABELLED_NUMBER",
)
WINDOW = 1_000
#: Lists that are searched in the first ``shipping._MOST_READ`` characters of a post only, which bounds the texts of
#: carriage; all others are tried at full length.
BEGINNING = ("money.shipping._EXTRA", "money.shipping._INCLUDED", "money.shipping._LOCAL")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(_patterns()))
def test_no_pattern_blows_up(name: str) -> None:
    compiled = _patterns()[name]
    sizes = {kind: WINDOW if name.startswith(WINDOWED) else SIZE for kind in HOSTILE}
    if name.startswith(BEGINNING):
        sizes |= {"carriage": shipping._MOST_READ, "carriage is": shipping._MOST_READ}
    slow = {
        kind: seconds
        for kind, text in HOSTILE.items()
        if (seconds := _seconds(compiled, text[: sizes[kind]])) > SECONDS
    }
    assert not slow


@pytest.mark.parametrize("name", _word_patterns())
def test_no_list_of_words_blows_up(name: str) -> None:
    if name.startswith(("table.", "edit.")):
        pytest.skip("headings and single words are matched against short texts only")
    for kind, text in HOSTILE.items():
        for compiled in (pattern(name).compiled, anchored_before(name).compiled, anchored_after(name)):
            assert _seconds(compiled, text[:WINDOW]) < SECONDS, kind


def _listing(title: str, body: str, source: str = "hardwareswap") -> ListingText:
    return ListingText(id="x", source=source, title=title, body=body)


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_body_is_read_in_time(kind: str) -> None:
    started = time.process_time()
    read_post(_listing("[USA] [H] RTX 3080, RTX 3090 [W] PayPal", HOSTILE[kind]), explain=True)
    assert time.process_time() - started < 2


_TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=40).map(" ".join)
_CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_CALM
@given(title=_TEXT, body=_TEXT)
def test_reading_never_fails(title: str, body: str) -> None:
    reading = read_post(_listing(title, body), explain=True)
    assert bool(reading.offers) == (reading.reject is None)


def _numbers(text: str) -> set[Decimal]:
    found: set[Decimal] = set()
    for match in re.finditer(r"\d(?:[\d.,' ]*\d)?", text):
        for piece in {match.group(), *re.split(r" ", match.group())}:
            try:
                found |= {parse_number(piece), parse_number(piece) * 1000}
            except ArithmeticError:
                continue
    return found


@_CALM
@given(title=_TEXT, body=_TEXT)
def test_no_price_is_invented(title: str, body: str) -> None:
    reading = read_post(_listing(title, body), explain=False)
    numbers = _numbers(title) | _numbers(body)
    for offer in reading.offers:
        for price in (offer.price, offer.lot_price):
            assert price is None or price in numbers


@_CALM
@given(
    title=st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    body=st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
)
def test_case_does_not_matter(title: str, body: str) -> None:
    lower = read_post(_listing(title.lower(), body.lower()), explain=False)
    upper = read_post(_listing(title.upper(), body.upper()), explain=False)
    assert lower.intent == upper.intent
    assert [(o.model, o.price, o.lot_price, o.status) for o in lower.offers] == [
        (o.model, o.price, o.lot_price, o.status) for o in upper.offers
    ]


@_CALM
@given(emoji=st.sampled_from(["😅", "🔥", "✅", "🚨", "⭐"]))
def test_emoji_do_not_matter(emoji: str) -> None:
    title, body = (
        "[USA-TX] [H] RTX 3080 FE, RTX 3090 [W] PayPal",
        "* 3080 FE - $330 shipped\n* 3090 - $650 shipped SOLD\n",
    )
    plain = read_post(_listing(title, body), explain=False)
    decorated = read_post(_listing(f"{title} {emoji}", body.replace("shipped", f"shipped {emoji}")), explain=False)
    assert decorated.offers == plain.offers

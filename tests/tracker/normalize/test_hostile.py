"""No pattern of the normalizer takes long on any text."""

import importlib
import os
import pkgutil
import re
import time
from collections import deque
from collections.abc import Callable, Iterator

import pytest

import tracker.normalize
from tracker.normalize import ListingText, editions, names, part_numbers, read_listing, words
from tracker.normalize.mentions import find_mentions

LENGTH = 100_000
#: A pattern that blows up takes minutes. `make torture` holds each to the 0.05 s that an idle machine needs at most;
#: here two tests share the cores.
MOST_SECONDS = float(os.environ.get("PATTERN_SECONDS", "0.5"))

HOSTILE = {
    kind: (unit * (LENGTH // len(unit)))
    for kind, unit in {
        "letters": "a",
        "digits": "1",
        "blanks": " ",
        "words": "ab ",
        "names": "rtx 4090 ",
        "names that may go on": "rx 580 ",
        "sizes": "16gb ",
        "counts": "2x (2) x2 1x 16 ",
        "with and for": "with a b and & + c for a b c/",
        "parts": "699-2h400-",
        "machines": "+ b550-a i7 12 core lot of lot ",
        "markup": "https://a&amp&#x1 0.0,0.0,",
        "kinds": "kit set assembly for ",
    }.items()
}


def _patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _patterns_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _patterns_in(inner)


def _all_patterns() -> dict[str, re.Pattern[str]]:
    found = {
        "names.name_pattern": names.name_pattern(),
        "words.word_pattern": words.word_pattern(),
        "part_numbers.prefix": part_numbers._prefix_pattern(),
        **{f"editions.{n}": pattern for n, pattern in enumerate(editions.edition_patterns())},
    }
    for module in pkgutil.iter_modules(tracker.normalize.__path__):
        loaded = importlib.import_module(f"tracker.normalize.{module.name}")
        for name, value in vars(loaded).items():
            if module.ispkg or name.startswith("__"):
                continue
            for n, pattern in enumerate(_patterns_in(value)):
                found[f"{module.name}.{name}.{n}"] = pattern
    return found


PATTERNS = _all_patterns()


def _seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work``; the best of three where it seems long, as the machine has other things to do."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
        if best < MOST_SECONDS:
            break
    return best


def test_there_are_patterns_to_try():
    assert len(PATTERNS) > 50


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_pattern_blows_up(kind):
    text = HOSTILE[kind]
    slow = {name: seconds for name, pattern in PATTERNS.items() if (seconds := _search(pattern, text)) > MOST_SECONDS}
    assert slow == {}


def _search(pattern: re.Pattern[str], text: str) -> float:
    return _seconds(lambda: deque(pattern.finditer(text), maxlen=0))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_long_text_is_read_in_a_moment(kind):
    text = HOSTILE[kind]
    assert _seconds(lambda: read_listing(ListingText(id="1", source="ebay", title=text))) < MOST_SECONDS * 4
    assert _seconds(lambda: find_mentions(text)) < max(2.0, MOST_SECONDS * 8)

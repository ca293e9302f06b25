"""Factored and guarded expressions find what the plain alternation of a list finds, at the same places."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from tests.tracker.normalize.posts.rooms import rooms
from tracker.normalize.posts.wording.atoms import alternatives
from tracker.normalize.posts.wording.factoring import factored, finder
from tracker.normalize.posts.wording.guards import Anchored, Guarded
from tracker.normalize.posts.wording.needs import endings, needs
from tracker.normalize.posts.wording.words import anchored_before, fragments, pattern, union

CASES = Path(__file__).parent / "cases"


def _lists() -> list[str]:
    text = files("tracker.normalize").joinpath("data/post_words.toml").read_text(encoding="utf-8")
    return [f"{table}.{key}" for table, keys in tomllib.loads(text).items() for key in keys]


def _lines() -> list[str]:
    texts = (
        f"{post['title']}\n{post['body']}".lower()
        for path in sorted(CASES.glob("*.toml"))
        for post in tomllib.loads(path.read_text(encoding="utf-8"))["post"]
    )
    return sorted({line for text in texts for line in text.split("\n") if line})


LINES = _lines()
BODY = "\n".join(LINES)


def _spans(expression: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(expression, text)]


@pytest.mark.parametrize("name", _lists())
def test_a_factored_list_finds_what_the_list_finds(name: str) -> None:
    plain = f"(?<!\\w)(?:{'|'.join(fragments(name))})(?!\\w)"
    assert _spans(rf"(?<!\w){union(name)}(?!\w)", BODY) == _spans(plain, BODY)


@pytest.mark.parametrize("name", _lists())
def test_a_guard_hides_nothing(name: str) -> None:
    guarded, before = pattern(name), anchored_before(name)
    for line in LINES:
        assert bool(guarded.search(line)) == bool(guarded.compiled.search(line))
        window = line[: len(line) * 2 // 3]
        assert bool(before.search(window)) == bool(before.compiled.search(window))


@pytest.mark.parametrize(
    ("expression", "strings"),
    [
        ("sold|gone", ("gone", "sold")),
        ("(?:is |are )?sold(?: out)?", ("sold",)),
        ("(?:shipping|postage) included", (" included",)),
        ("pick-?up", ("pick-up", "pickup")),
        (r"\$\d+", ("$",)),
        (r"\d+|sold", ()),
        ("a?", ()),
    ],
)
def test_what_a_text_must_hold(expression: str, strings: tuple[str, ...]) -> None:
    assert needs((expression,)) == strings


@pytest.mark.parametrize(
    ("expression", "ends", "within"),
    [
        ("sold for", ("for",), ""),
        ("asking(?: price)?:?", ("sking", "asking", "price"), ""),
        ("price[ds]?", ("price", "priced", "prices"), ""),
        ("=", (), "="),
        (r"sold to \w+", ("",), ""),
    ],
)
def test_how_a_text_must_end(expression: str, ends: tuple[str, ...], within: str) -> None:
    found, marks = endings((expression,), " :=")
    assert set(found) <= set(ends)
    assert marks == frozenset(within)


def test_alternatives_with_the_same_letters_are_tried_in_their_order() -> None:
    assert re.match(factored(["for all", "for", "for all cards"]), "for all cards").group() == "for all"
    assert re.match(factored([r"\w+ x", "ab", "a"]), "ab x").group() == "ab x"


def test_a_head_that_stands_several_times_is_told_by_the_first_of_it() -> None:
    counted = factored([r"\d{2,3}w", r"\d{4}x3d", r"\$+", r"(?:ab){2,}", r"a+?b"])
    assert re.findall(counted, "75w 5800x3d $$ ababab aab 9w") == ["75w", "5800x3d", "$$", "ababab", "aab"]


def test_words_are_brought_together_past_what_no_letter_begins() -> None:
    expression = factored(["sold", r"(?<!up to )[$£]\d", r"(?<=[.!] )\d{2}", "swap"])
    assert expression.count("|s") + expression.count(":s") == 1
    assert re.findall(expression, "sold, up to $1, $2. 30 40 swap") == ["sold", "$2", "30", "swap"]


@pytest.mark.parametrize(
    "expression",
    [
        r"\b(?:sold|gone)\b",
        r"(?:^|[.!?] ?)(?:a |the )?(?:price|card)",
        r"(?<!for )(?<!\w)sale|\bto(?:  |$)",
        r"[,|;/&+]|\band\b|[-=]>",
        r"(?:gpu|cards?)(?: only)? ?[:=-]{1,2}|\.{2,}|\$ ?\d",
        r"(?:all )?prices? (?P<said>in|are)",
    ],
)
def test_a_finder_finds_what_its_expression_finds(expression: str) -> None:
    plain = re.compile(expression)
    found = [(match.span(), match.groups()) for match in finder(expression).finditer(BODY)]
    assert found == [(match.span(), match.groups()) for match in plain.finditer(BODY)]
    assert found


def test_a_finder_begins_with_plain_letters_where_it_can() -> None:
    assert finder(r"\b(?:sold|(?<!be )gone)\b").pattern.startswith("(?:s(?<=")
    assert finder(r"\w+ sold|gone").pattern == r"\w+ sold|gone"


def test_an_expression_is_read_into_its_alternatives() -> None:
    assert ["".join(map(str, atoms)) for atoms in alternatives(r"a\|b|[|)]{2}|(?:c|d)?")] == [
        r"a\|b", "[|)]{2}", "(?:c|d)?",
    ]  # fmt: skip


def test_an_expression_that_needs_nothing_is_always_searched() -> None:
    assert Guarded(r"\d").search("a 1") is not None
    assert Guarded("sold").search("a 1") is None


#: Searched in every text: they hold digits alone, or more words than are worth looking for. Whatever else is guarded
#: has to stay so, and a word too many for a list opens its guard without a sign but the time that reading takes.
OPEN = {
    "clues.goods._SYSTEM",
    "clues.goods._WORDS",
    "clues.status._BROKEN",
    "intents.intent.MONEY",
    "intents.sides.MONEY",
    "intents.sides._ABOUT_SALE",
    "intents.sides._STUFF",
    "intents.sides._STUFF_AROUND_OFFER",
    "intents.trades._PAYMENT",
    "money.carriage._AFTER",
    "money.shipping._EXTRA",
    "money.shipping._INCLUDED",
}


def _guards(value: object) -> list[Guarded]:
    """Guarded expressions in a value of a module, but those that are guarded by how a text ends."""
    if isinstance(value, tuple):
        return [guard for entry in value for guard in _guards(entry)]
    return [value] if isinstance(value, Guarded) and not isinstance(value, Anchored) else []


def test_what_is_guarded_stays_guarded() -> None:
    found = {
        f"{room}.{name}"
        for room, module in rooms()
        for name, value in vars(module).items()
        if any(guard.possible("") for guard in _guards(value))
    }
    assert found == OPEN


@pytest.mark.parametrize("name", _lists())
def test_a_factored_list_looks_at_what_stands_before_its_words(name: str) -> None:
    plain = rf"(?<![\w$£€])(?:{'|'.join(f'(?:{fragment})' for fragment in fragments(name))})(?!\w)"
    found = factored(fragments(name), r"[\w$£€]")
    assert _spans(rf"{found}(?!\w)", BODY) == _spans(plain, BODY)


def test_a_look_back_before_a_word_moves_behind_its_first_letter() -> None:
    screens = factored(["(?<!boot )screens?", "ram"], r"\w")
    assert [match.group() for match in re.finditer(screens, "boot screen, screens, dram, ram")] == ["screens", "ram"]
    assert re.findall(factored(["^free", "from"], r"\w"), "free from free") == ["free", "from"]

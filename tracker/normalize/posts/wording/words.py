"""The words of swap posts, read from the data file and compiled on first use."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from tracker.normalize.posts.wording.factoring import factored
from tracker.normalize.posts.wording.guards import Anchored, Guarded
from tracker.normalize.posts.wording.needs import needs

__all__ = ["anchored", "anchored_after", "anchored_before", "fragments", "guarded", "pattern", "union", "whole"]


_NO_WORD = r"[\w$£€]"
_BLANK = re.compile(r"\[[^\]]{0,200}\]|\\.| \?| ")
_NAMED = re.compile(r"\{([a-z_]+)\}")


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, list[str]]]:
    text = files("tracker.normalize").joinpath("data/post_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def fragments(name: str) -> tuple[str, ...]:
    """The fragments of the list ``table.key``; a blank in one stands for one or two blanks or a line break.

    ``{carrier}`` in one stands for any of the list ``words.carrier``.
    """
    table, key = name.split(".")
    return tuple(_BLANK.sub(_blanks, _NAMED.sub(_any_of, fragment)) for fragment in _data()[table][key])


def _any_of(match: re.Match[str]) -> str:
    return f"(?:{'|'.join(_NAMED.sub(_any_of, fragment) for fragment in _data()['words'][match[1]])})"


def _blanks(match: re.Match[str]) -> str:
    return {" ?": "[ ]?", " ": r"[ \n]{1,2}"}.get(match.group(), match.group())


def union(*names: str, behind: str = "") -> str:
    """One alternation of several lists, with no character of the class ``behind`` before it."""
    return factored((fragment for name in names for fragment in fragments(name)), behind)


def whole(*names: str) -> str:
    """One alternation of several lists, at the beginning of a word."""
    return union(*names, behind=r"\w")


def guarded(expression: str, *names: str) -> Guarded:
    """An expression that holds one word of the lists, wherever it is found."""
    return Guarded(expression, needs(fragment for name in names for fragment in fragments(name)))


def anchored(name: str, filling: str, expression: str) -> Anchored:
    """An expression that ends a text with words of a list, but for the characters of ``filling``."""
    return Anchored(expression, fragments(name), filling)


@lru_cache(maxsize=256)
def pattern(*names: str) -> Guarded:
    """Whole words of the lists, anywhere in a text."""
    return guarded(rf"{union(*names, behind=_NO_WORD)}(?![\w])", *names)


@lru_cache(maxsize=256)
def anchored_before(name: str) -> Anchored:
    """Words of a list that end where the window ends: what stands directly before something."""
    return anchored(name, " \n:~(*=.,[-", rf"{whole(name)}[ \n:~(*=.,\[-]{{0,4}}$")


@lru_cache(maxsize=256)
def anchored_after(name: str) -> re.Pattern[str]:
    """Words of a list that start where the window starts: what directly follows something."""
    return re.compile(rf"[ \n)(*,:=.-]{{0,4}}{union(name)}(?![a-z])", re.ASCII)

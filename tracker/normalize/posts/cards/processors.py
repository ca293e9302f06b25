"""Processors whose bare numbers are those of cards: ``5600 + B550`` and ``7600, 7700 CPUs`` are no Radeons."""

import re

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.words import fragments

__all__ = ["processor_numbers", "without_processors"]

_RYZEN = re.compile(r"[57][5-9]00")
"""Numbers that both a Radeon and a Ryzen bear."""
_NUMBER = re.compile(r"\d{4}")
_CALLED = re.compile(r"(?:r(?:yzen|(?<!\wr)[3579])|athlon)(?: [3579])?(?: pro)?[ -]{1,2}(?P<number>\d{4})(?!\d| ?xt\b)")
_LIST = re.compile(
    r"(?P<numbers>\d{4}x?(?:3d)?(?:(?:[ ]?[,/&+][ ]{0,2}|[ ]and[ ])\d{4}x?(?:3d)?){0,5})[ ](?:cpus?|processors?)\b"
)
_BOARD = r"(?:a[35]20|b[3-6]50|x[3-6]70|b8[45]0|x870|am[45])[a-z]{0,2}\b"
_WITH_BOARD = re.compile(
    rf"(?P<number>[57][5-9]00)(?:[ ]?[,/+&(][ ]{{0,2}}|[ ](?:w/|with|and|on)?[ ]?)"
    rf"(?:(?:an?|the|my|asus|asrock|msi|gigabyte|biostar|tuf|rog|strix|prime|aorus|gaming)[ ]){{0,3}}{_BOARD}|"
    r"am[45][ ](?P<behind>[57][5-9]00)(?!\d| ?xtx?\b)|"
    rf"(?<!\w){_BOARD}(?:[ ][a-z][a-z0-9-]{{1,11}}){{0,3}}(?:[ ]?[,+&]|[ ]/)[ ](?P<beside>[57][5-9]00)"
    r"(?=[ ]?(?:[,/+&(\[]|$|\n))|"
    r"\d{4}x(?:3d)?[ ]?[,/&][ ]{0,2}(?P<listed>[57][5-9]00)(?=[ ]?[,/&][ ]{0,2}\d{4}x(?:3d)?\b)|"
    r"(?P<plain>[57][5-9]00)[ ]\(?non[ -]?x\b|"
    r"(?P<cooled>[57][5-9]00)[ ,(]{1,3}(?:(?:with|w/|and|no|stock|amd|incl\w*)[ ]){0,3}(?:wraith|stealth|igpu)\b"
)
_GLUED = re.compile(r"[\w$£€.-]$")
_CARD_MAKERS = frozenset(fragments("context.makers")) | {"rx", "radeon", "xt"}


def without_processors(mentions: list[Mention], text: PostText, other: PostText) -> list[Mention]:
    """The cards of ``text``, less bare numbers that it, or the ``other`` half of the post, calls processors."""
    if not any(mention.strength != "sure" and _RYZEN.fullmatch(mention.text.strip()) for mention in mentions):
        return mentions
    numbers = processor_numbers(text, other)
    return [mention for mention in mentions if mention.strength == "sure" or mention.text.strip() not in numbers]


def processor_numbers(text: PostText, other: PostText) -> set[str]:
    """The numbers that either half of a post calls processors, and neither a Radeon: ``RX 5600 XT`` is another."""
    cards = f"{text.text}\n{other.text}"
    numbers = _numbers(text.text) | _numbers(other.text)
    return {number for number in numbers if re.search(rf"rx ?{number}(?!\d| ?xt)", cards) is None}


def _numbers(text: str) -> set[str]:
    found = {match["number"] for match in _CALLED.finditer(text)}
    if "cpu" in text or "processor" in text:
        found.update(number for match in _LIST.finditer(text) for number in _NUMBER.findall(match["numbers"]))
    for match in _WITH_BOARD.finditer(text):
        before = text[max(0, match.start() - 16) : match.start()]
        if _GLUED.search(before) or (before.split() or [""])[-1] in _CARD_MAKERS:
            continue
        found.update(number for number in match.groups() if number)
    return found

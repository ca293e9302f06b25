"""Clean text: the same length as the original, so that every position in it is a position there."""

import re
import unicodedata
from dataclasses import dataclass

_URL = re.compile(
    r"(?:https?://|www\.|\b(?:imgur|ebay|reddit|i\.redd|redd|photos\.app\.goo|amazon)\.\w{2,4}/)[^\s)\]>|]*"
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|apos|trade|reg|copy|#x?[0-9a-f]{1,6});")
_ENTITY_TEXT = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
#: Markdown emphasis, code, headings and escapes say nothing about the goods.
_MARKUP = str.maketrans(dict.fromkeys("*`\\\t\r\x0b\x0c\x00™®©", " "))
_KEPT_CATEGORIES = frozenset(("Ll", "Lo", "Lm", "Nd", "Pd", "Ps", "Pe", "Po", "Sc", "Sm", "Pc", "Pi", "Pf", "Lt"))
_SAME = {"×": "x", "✕": "x", "✖": "x", "х": "x", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'"}


class _Characters(dict[int, str]):
    """Maps each character to one lower-case character; a blank where it carries no letter or digit."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = _SAME.get(character) or unicodedata.normalize("NFKC", character).lower()
        if len(plain) != 1 or not _is_plain(plain):
            plain = " "
        self[code] = plain
        return plain


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character == "\n"
    return unicodedata.category(character) in _KEPT_CATEGORIES


_CHARACTERS = _Characters()


@dataclass(slots=True)
class CleanText:
    """``text`` is lower case, without markup and URLs; ``text[i]`` stands where ``original[i]`` stood."""

    text: str
    original: str


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _character(match: re.Match[str]) -> str:
    name = match[0]
    plain = _ENTITY_TEXT.get(name, " ")
    if name.startswith("&#"):
        digits = name[2:-1]
        code = int(digits[1:], 16) if digits.startswith("x") else int(digits) if digits.isdigit() else 0
        plain = _CHARACTERS[code] if 0 < code < 0x110000 else " "
    return plain.rjust(len(name))


def clean_text(original: str) -> str:
    """Return ``original`` in lower case and the same length; URLs, emoji, markup and entities become blanks."""
    text = original.lower() if original.isascii() else original.translate(_CHARACTERS)
    if "/" in text and ("www." in text or "://" in text or ".com/" in text):
        text = _URL.sub(_blank, text)
    if "&" in text and ";" in text:
        text = _ENTITY.sub(_character, text)
    # Control characters are among what is not printable; asking the string takes a fifth of what a search takes.
    if "*" in text or "`" in text or "\\" in text or not text.isprintable():
        text = text.translate(_MARKUP)
    return text


def clean(original: str | CleanText) -> CleanText:
    """Return the clean form of ``original``; a clean text comes back as it is."""
    return original if isinstance(original, CleanText) else CleanText(clean_text(original), original)

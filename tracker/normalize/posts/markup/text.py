"""A post's text made readable without moving a character: every position is one of the text as written."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["LONGEST_BODY", "PostText", "read_text"]

LONGEST_BODY = 40_000
"""Characters of a self post that Reddit stores; what is longer is no post and is read up to here."""

# Each of these begins with a plain character, so that a search skips to it; what stands before is looked at behind it.
_ADDRESS = re.compile(r"(?:https?:/{1,2}|w(?<![\w@]w)ww\.)[^\s|<>)\]~]{1,2000}")
_DOMAIN = re.compile(r"\.(?:com|net|org|io|gg|co\.uk|ca|ly|pro|me)\b(?:/[^\s|<>)\]~]{0,500})?")
_HOST = re.compile(r"[\w.-]{1,60}$")
_LINK_TARGET = re.compile(
    r"\]\s?\(\s{0,2}(?P<target>[^()\s]{0,400})(?:\([^()\s]{0,100}\)[^()\s]{0,100})?[^()\n]{0,200}\)"
)
_PERSON = re.compile(r"(?:/(?<![\w/]/)[ur]|u(?<![\w/]u)|r(?<![\w/]r))/[\w<>-]{1,40}")
_ENTITY = re.compile(r"&(?:#x?[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_ENTITIES = {"&amp;": "&", "&gt;": ">", "&lt;": "<", "&pound;": "£", "&euro;": "€", "&#39;": "'", "&quot;": '"'}
_PLAIN = "".join(chr(code).lower() if code >= 32 or code == 10 else " " for code in range(128))
"""What the plain characters become, by their codes."""
_CUT_SHORT = ("ea", "incl", "excl", "inc", "approx", "vs", "w/o", "no")
_SHORTENED = re.compile(rf"\.(?= )(?:{'|'.join(rf'(?<=(?<![a-z]){word}.)' for word in _CUT_SHORT)})")
"""The point of a word cut short, which ends no sentence."""
_LETTER_FOR_ZERO = re.compile(r"o(?<=(?<![a-z0-9])[2-5]o)(?=[5-9]0(?: ?ti| ?super|s)?(?![a-z0-9]))")
"""``RTX 3O80``."""
_STRIKE = re.compile(r"~~")
_EMPHASIS = re.compile(r"\*(?:\*{1,2}|(?<=\S\*)|(?=\S))|_(?:_|(?<!\w_)(?=\w)|(?<=\w_)(?!\w))|`|\\")
_GLUED_HEADING = re.compile(r"(?:^|(?<=\n))#{1,6}(?=\d{3,4}(?!\d))")
"""``#4090 FE`` heads what follows; ``#1`` counts."""
_LETTER = re.compile("[a-wyz]")
_GAP = re.compile(r"\n[ \t]{0,8}\n")


class _Characters(dict[int, str]):
    """Look-alikes to plain characters, one for one: dashes, quotes, full-width forms, odd blanks."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = character
        if code > 127:
            category = unicodedata.category(character)
            folded = unicodedata.normalize("NFKC", character)
            if category == "Pd" or character == "−":
                plain = "-"
            elif category in ("Pi", "Pf"):
                plain = "'" if character in "‘’‚‛" else '"'
            elif category in ("Zs", "Cf", "So", "Sk", "Mn", "Cn", "Co"):
                plain = character if character in "→➔➡" else " "
            elif character == "×":
                plain = "x"
            elif category == "No":
                # A footnote's ² or a list's ① is no digit: ``$500²`` is no 5002.
                plain = " "
            elif len(folded) == 1:
                plain = folded
        elif code < 32 and character not in "\n\t":
            plain = " "
        low = plain.lower()
        self[code] = low if len(low) == 1 else plain
        return self[code]


_CHARACTERS = _Characters()


@dataclass(slots=True)
class PostText:
    """``text`` is lower case and as long as ``raw``; ``struck`` are the spans that stood between ``~~``."""

    raw: str
    text: str
    struck: tuple[tuple[int, int], ...] = ()
    struck_starts: tuple[int, ...] = ()

    def with_text(self, text: str) -> "PostText":
        """The post with other words in its places."""
        return self if text is self.text else PostText(self.raw, text, self.struck, self.struck_starts)

    def is_struck(self, start: int, end: int) -> bool:
        """Whether the whole span was struck through."""
        return bool(self.struck) and self.stroke(start, end) is not None

    def stroke(self, start: int, end: int) -> int | None:
        """Where the stroke begins that goes through the whole span."""
        if not self.struck:
            return None
        place = bisect_right(self.struck_starts, start) - 1
        through = place >= 0 and self.struck[place][0] <= start and end <= self.struck[place][1] + 1
        return self.struck[place][0] if through else None

    def unstruck(self, low: int, high: int) -> str:
        """A stretch without the counts that are struck in it: ``~~5~~ 3 available``, ``~~2x~~ 1x``."""
        stretch = self.text[low:high]
        for start, end in self.struck:
            if low <= start < high and not _LETTER.search(self.text, start, end):
                stretch = f"{stretch[: start - low]}{' ' * (end - start)}{stretch[end - low :]}"
        return stretch

    def kept(self) -> str:
        """The text without what was struck, or all of it where most was struck, as when everything is sold."""
        if not self.struck or 5 * sum(end - start for start, end in self.struck) > 4 * len(self.text):
            return self.text
        pieces = [0, *(place for span in self.struck for place in span), len(self.text)]
        return " ".join(self.text[low:high] for low, high in zip(pieces[::2], pieces[1::2], strict=True))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match.group(), " ").ljust(len(match.group()))


def _link_target(match: re.Match[str]) -> str:
    target = match.group("target")
    if "/" in target or "#" in target or "." in target or not target:
        return " " * len(match.group())
    return match.group()


def _without_domains(text: str) -> str:
    """Blank out addresses that were written without their scheme: ``imgur.com/a/3080``."""
    for match in reversed(list(_DOMAIN.finditer(text))):
        host = _HOST.search(text, max(0, match.start() - 60), match.start())
        if host is not None and "@" not in text[max(0, host.start() - 1) : host.start()]:
            text = text[: host.start()] + " " * (match.end() - host.start()) + text[match.end() :]
    return text


def _strikes(text: str) -> tuple[tuple[int, int], ...]:
    """Spans between paired ``~~``; a pair does not reach over an empty line, and a lone mark is ignored."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for match in _STRIKE.finditer(text):
        if opened is None or _GAP.search(text, opened, match.start()):
            opened = match.end()
        else:
            spans.append((opened, match.start()))
            opened = None
    return tuple(spans)


def read_text(raw: str) -> PostText:
    """Blank out addresses, link targets, people, entities and markup; remember what was struck through."""
    raw = raw[:LONGEST_BODY]
    if not raw.isascii():
        text = raw.translate(_CHARACTERS).replace("\t", " ")
    else:
        text = raw.lower() if raw.replace("\n", "").isprintable() else raw.translate(_PLAIN)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "](" in text or "] (" in text:
        text = _LINK_TARGET.sub(_link_target, text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(_blank, text)
    if "u/" in text or "r/" in text:
        text = _PERSON.sub(_blank, text)
    if "." in text:
        text = _without_domains(text)
    if ". " in text:
        text = _SHORTENED.sub(" ", text)
    if "o" in text and ("o80" in text or "o90" in text or "o70" in text or "o60" in text or "o50" in text):
        text = _LETTER_FOR_ZERO.sub("0", text)
    if "#" in text:
        text = _GLUED_HEADING.sub(_blank, text)
    spans: tuple[tuple[int, int], ...] = ()
    if "~~" in text:
        spans = _strikes(text)
        text = text.replace("~~", "  ")
    if "*" in text or "_" in text or "`" in text or "\\" in text:
        text = _EMPHASIS.sub(_blank, text)
    return PostText(raw, text, spans, tuple(start for start, _ in spans) if spans else ())

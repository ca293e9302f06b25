"""The sides of a swap title: what its writer has, what is wanted, and which other tags it carries."""

import re
from dataclasses import dataclass

from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.words import pattern, union

__all__ = ["Side", "Title", "read_title"]

_SIDE_WORDS = {
    "have": union("title.have"),
    "want": union("title.want"),
    "buying": union("title.buying"),
    "trading": union("title.trading"),
    "other": union("title.other"),
}
_GROUPS = "|".join(f"(?P<{side}>{words})" for side, words in _SIDE_WORDS.items())
_BRACKETED = re.compile(
    rf"[\[({{<|][ ]{{0,2}}(?:{_GROUPS})[ ]{{0,2}}[:;]?[ ]{{0,2}}[\])}}>|\[](?P<rest>ave\b|"
    rf"ant\b|as\b)?[ ]?[:-]?"
)
_BARE = re.compile(
    r"(?<!\w)(?:(?P<have>h(?:ave)?|selling|wts|fs)|(?P<want>w(?:ant)?|wanted)|"
    r"(?P<buying>wtb|buying)|(?P<trading>wtt|ft|trading))[ ]?:(?!\w*//)"
)
_LEADING = re.compile(
    r"(?:(?P<have>wts|selling|fs|for sale)|(?P<buying>wtb|buying|looking for|in search of|iso|lf)|"
    r"(?P<trading>wtt|ft))\b[ :-]{1,3}"
)
_TAG = re.compile(r"[\[({][^\[\](){}]{1,40}[\])}]")


_EXCHANGE = re.compile(
    r"\b(?:trad(?:e|ing)|swap(?:ping)?)[ ](?P<given>(?:(?!\b(?:trad|swap)).){3,80}?)[ ]for(?P<taken>[ ][^\n]{3,120})"
)
"""``Trade my 7970 for your 680``: the sides of a title without tags."""


@dataclass(slots=True)
class Side:
    """A stretch of the title."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Title:
    """``have`` and ``want`` are the stretches behind their tags; ``tags`` the kinds of tags that were met.

    ``have_text`` is what is offered, money or goods; ``want_text`` what is asked for.
    """

    have: tuple[Side, ...]
    want: tuple[Side, ...]
    tags: frozenset[str]
    have_text: str
    want_text: str

    @classmethod
    def of(cls, have: list[Side], want: list[Side], tags: frozenset[str]) -> "Title":
        """A title with these sides."""
        have_text = " , ".join([side.text for side in have])
        want_text = " , ".join([side.text for side in want])
        return cls(tuple(have), tuple(want), tags, have_text, want_text)

    def is_offered(self, position: int) -> bool:
        """Whether a position of the title lies on the side of what is offered."""
        return self.side_of(position) is not None

    def side_of(self, position: int) -> Side | None:
        """The offered side that a position of the title lies on."""
        for side in self.have:
            if side.start <= position < side.end:
                return side
        return None


_SIDED = frozenset(("have", "want", "buying", "trading"))


def _marks(text: str) -> list[tuple[int, int, str]]:
    found = [(m.start(), m.end(), _group(m)) for m in _BRACKETED.finditer(text)]
    kinds = {kind for _, _, kind in found}
    if kinds.isdisjoint(_SIDED) or ("have" in kinds) != ("want" in kinds):
        found += [
            (m.start(), m.end(), _group(m))
            for m in _BARE.finditer(text)
            if not any(a <= m.start() < b for a, b, _ in found)
        ]
    if not found:
        stripped = _TAG.sub(lambda m: " " * len(m.group()), text)
        place = len(stripped) - len(stripped.lstrip(" -:"))
        match = _LEADING.match(stripped, place)
        if match:
            found.append((match.start(), match.end(), _group(match)))
    return sorted(found)


def _group(match: re.Match[str]) -> str:
    if match.lastgroup is not None and match.lastgroup != "rest":
        return match.lastgroup
    return next(name for name in ("have", "want", "buying", "trading", "other") if match.groupdict().get(name))


_SWAPPED = re.compile(r"\b(?:for|to)\b")


_SHORT = 12


def _names_goods(prefix: str, length: int) -> bool:
    """Whether what stands before all tags is longer than that and holds a number, as names of cards do."""
    bare = _TAG.sub(" ", prefix).strip(" -:|,")
    return len(bare) > length and any(character.isdigit() for character in bare)


def _sides(text: str, marks: list[tuple[int, int, str]]) -> tuple[list[Side], list[Side]]:
    have: list[Side] = []
    want: list[Side] = []
    for place, (_, end, kind) in enumerate(marks):
        until = marks[place + 1][0] if place + 1 < len(marks) else len(text)
        side = Side(end, until, text[end:until])
        swapped = _SWAPPED.search(side.text) if kind == "trading" else None
        if swapped:
            place_of = end + swapped.start()
            have.append(Side(end, place_of, text[end:place_of]))
            want.append(Side(end + swapped.end(), until, text[end + swapped.end() : until]))
        elif kind in ("want", "buying"):
            want.append(side)
        elif side.text.strip(" -:,"):
            have.append(side)
    first, _, kind = marks[0]
    prefix = text[:first]
    sold = kind == "want" and not have and bool(want) and pattern("title.money").search(want[0].text) is not None
    if (sold or (len(prefix) > _SHORT and kind != "want")) and _names_goods(prefix, 0 if sold else _SHORT):
        have.insert(0, Side(0, first, prefix))
    return have, want


def read_title(post: PostText) -> Title:
    """Split a title at its tags, in any bracket, spelling and order; a title without tags is all offered."""
    marks = _marks(post.text)
    sided = [mark for mark in marks if mark[2] != "other"]
    tags = frozenset([kind for _, _, kind in marks])
    if not sided:
        exchange = _EXCHANGE.search(post.text) if "trad" in post.text or "swap" in post.text else None
        if exchange is not None:
            given, taken = (Side(*exchange.span(side), exchange[side]) for side in ("given", "taken"))
            if "my" in taken.text.split() and "my" not in given.text.split():
                given, taken = taken, given
            return Title.of([given], [taken], tags)
        return Title.of([Side(0, len(post.text), post.text)], [], tags)
    have, want = _sides(post.text, sided)
    return Title.of(have, want, tags)

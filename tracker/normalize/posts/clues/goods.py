"""Other goods than graphics cards: whole machines, parts beside a card, and things that only come along with it."""

import re

from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import guarded, pattern, union, whole

__all__ = [
    "MENTION_BLANK",
    "is_bundled",
    "names_goods",
    "names_kit",
    "names_system",
    "parts_in_title",
    "parts_out",
    "without_spans",
]

MENTION_BLANK = "\x01"
_WORDS = pattern("goods.words")
_SYSTEM = pattern("title.system")
_KIT = pattern("goods.kit")
_JOIN = Guarded(r"\+|&|/|,|\bw/|\bwith\b|\band\b|\bplus\b")
_NOT_PARTS = guarded(union("title.not_parts_out"), "title.not_parts_out")
_PARTS_TITLE = re.compile(rf"{whole('title.parts_title')}(?!\w)")
_PARTS = guarded(rf"{whole('title.parts_out')}(?!\w)", "title.parts_out")


def without_spans(text: str, offset: int, spans: list[tuple[int, int]]) -> str:
    """The text with the given spans (positions counted from ``offset``) blanked by a mark."""
    out = text
    for start, end in spans:
        low, high = max(0, start - offset), min(len(text), end - offset)
        if low < high:
            out = out[:low] + MENTION_BLANK * (high - low) + out[high:]
    return out


def names_goods(text: str) -> bool:
    """Whether other hardware than a card is named."""
    return bool(_WORDS.search(text))


_STICKS = re.compile(r"(?<!\w)\d ?x ?\d{1,2} ?gb?\b")


def names_kit(text: str) -> bool:
    """Whether a stretch that states a size names sticks of memory: ``2x4GB``, ``8GB Kingston``."""
    return bool(_KIT.search(text) or _STICKS.search(text))


def names_system(text: str) -> bool:
    """Whether a whole machine is named."""
    return bool(_SYSTEM.search(text))


_MAYBE_PARTS = Guarded(
    r"(?:willing to|would|might|may|could|possibly|can|opposed to|need be|"
    r"prefer not|if (?:\w+ ){1,6})(?: \w+){0,3} part(?:ing)?(?: (?:it|this|them))?[ -]?out"
)


_PERIPHERALS_OUT = Guarded(
    r"part(?:ing)? out (?:the |my )?(?:mouse|mice|keyboard|monitors?|screens?|speakers?|peripherals|headset)\b"
)


def parts_out(text: str) -> bool:
    """Whether a machine is sold in parts: ``parting out`` that nobody took back with a ``not``."""
    if ("part" not in text and "individual" not in text and "split" not in text) or _PARTS.search(text) is None:
        return False
    return bool(_PARTS.search(_MAYBE_PARTS.sub(" ", _NOT_PARTS.sub(" ", _PERIPHERALS_OUT.sub(" ", text)))))


def parts_in_title(text: str) -> bool:
    """Whether a title speaks of parts rather than of a machine."""
    return bool(_PARTS_TITLE.search(_NOT_PARTS.sub(" ", text)))


_APART = re.compile(r"[.!?;|]|\bfor\b|\bfrom\b|\bout of\b|\bon a\b|\bin\b")


def is_bundled(text: str) -> bool:
    """Whether a stretch that names a card (as ``MENTION_BLANK``) joins it with other hardware under one price."""
    if not _JOIN.possible(text):
        return False
    for match in _WORDS.finditer(text):
        between = text[match.end() :] if MENTION_BLANK in text[match.end() :] else text[: match.start()]
        if MENTION_BLANK in text[match.end() :]:
            between = between[: between.index(MENTION_BLANK)]
        elif MENTION_BLANK in between:
            between = between[between.rindex(MENTION_BLANK) + 1 :]
        else:
            continue
        if len(between) <= 60 and _JOIN.search(between) and not _APART.search(between):
            return True
    return False

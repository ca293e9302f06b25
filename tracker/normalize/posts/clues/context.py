"""Whether a card that a body names is on offer, or is only talked about: compared, wanted, owned, upgraded to."""

import re
from functools import lru_cache
from typing import Literal

from tracker.normalize.posts.wording.factoring import factored
from tracker.normalize.posts.wording.words import anchored, anchored_after, pattern, union, whole

__all__ = ["Role", "accessory_after", "role_of", "sentence_around", "sentence_start"]

_STOPS = re.compile(r"[ ]{0,2}[,:(|=-]")
Role = Literal["offered", "plain", "context", "doubtful"]
_BRANDS_END = anchored("context.brands", " '/-\n", rf"(?:{whole('context.brands')}[ '/-]{{1,3}}){{1,6}}$")
_EDITION = re.compile(rf"(?:[ '-]{{1,2}}{union('context.editions')}(?![\w])){{1,3}}")
_SENTENCE_END = re.compile(r"[.!?;\n](?:(?<=\n)|(?=[ \n]))")
_SENTENCE = re.compile(union("context.sentence"))
_BEFORE = anchored("context.before", " \n", rf"{whole('context.before')}[ ]{{0,4}}$")
_OFFERING = anchored("context.offering", " :\n", rf"{whole('context.offering')}[ :]{{0,2}}$")
_WITHDRAWN = pattern("status.withdrawn")
_AFTER = anchored_after("context.after")
_NOT = re.compile(r"(?:\bnot|n['’]?t|no longer|never)[ ]$")
"""``Not selling the 4090``."""
_NOW = re.compile(
    r"(?: card| gpu)? (?:right now|at the moment|currently|atm\b|for now|at present|these days)\b"
    r"(?![^.!?\n]{0,60}(?:\bsell|\bsale\b|\basking|\bfor sale|[$£€] ?\d|shipped|\bgrabs|\blet go))"
)
_OWN = re.compile(
    r"(?:\b(?:i|we)(?:'m|'ve| am| have)?(?: (?:only|just|already|still|currently|have|got|run|use|own|running|using|"
    r"on|rocking|gaming|stuck|with|there'?s))+|\b(?:it|pc|rig|computer) has)(?: (?:a|an|my|the|this|old|older|lowly|"
    r"trusty|single|little|just|only))*[ ]{0,2}$"
)
"""``I have an old 4870 right now``: what the writer uses."""
_NUMBER = re.compile(r"\d{3}")
"""What another card's name holds, so that words behind it are said of that one."""
_WINDOW = 70
_LONGEST_PART = 60


_SENTENCE_SIGNS = (". ", "! ", "? ", "; ")


def sentence_start(text: str, start: int, widest: int = 240) -> int:
    """Where the sentence begins that a place lies in; a line break ends the one before."""
    low = max(0, start - widest)
    low = text.rfind("\n", low, start) + 1 or low
    ends = [text.rfind(sign, low, start) for sign in _SENTENCE_SIGNS]
    return max(low, max(ends) + 1)


@lru_cache(maxsize=16)
def sentence_around(text: str, start: int, end: int, widest: int = 240) -> tuple[int, int]:
    """Bounds of the sentence around a span; a line break ends one too. Asked anew by each rule, so remembered."""
    until = min(len(text), end + widest)
    match_after = _SENTENCE_END.search(text, end, until)
    return sentence_start(text, start, widest), match_after.start() if match_after else until


def accessory_after(text: str, end: int) -> str | None:
    """The words that make of a card a part for it: ``3080 waterblock``, ``3080 FTW3 backplate``."""
    line_end = text.find("\n", end, end + _LONGEST_PART)
    until = end + _LONGEST_PART if line_end < 0 else line_end
    edition = _EDITION.match(text, end, until)
    match = _PART.match(text, edition.end() if edition else end, until)
    if match is None or _FITTED.match(text, match.end(), until):
        return None
    return match.group().strip()


_FITTED = re.compile(r" (?:is |already |pre-?)*(?:installed|mounted|fitted|attached)\b")
"""``3090 waterblock installed``: the card that bears the part."""


_MADE_BY = (
    "full cover ", "ek ", "vga ", "gpu ", "komodo ", "heatkiller ", "alphacool ", "bykski ", "ekwb ", "bitspower ",
    "barrow ", "corsair ",
)  # fmt: skip
_PARTS = (
    "water ?blocks?", r"blocks?\b", r"wb\b",
    r"(?:(?:stock|air|aio|oem|original|replacement|factory|spare) )?(?:back ?plates?|coolers?|heat ?sinks?)\b",
    r"brackets?\b", r"nv-?link\b(?! (?:pair|set|ready|capable|cards))", r"(?:sli )?bridges?\b",
    r"(?:(?:12v-?hpwr|12v-?2x6|pci-?e|power|angled?|\d{2,3} ?degree|replacement|stock|oem|vertical|thermal|sag|"
    r"anti-?sag|support|cooling|extension|eps(?:12v)?|cpu|dual|\d{1,2}[ -]?pin|to|molex|splitter) ){1,4}"
    r"(?:adapters?|adaptors?|cables?|connectors?|mounts?|brackets?|pads?|fans?)\b",
    r"(?:hybrid |conversion |upgrade |cooler |cooling |water ?cooling ){0,2}kits?\b",
    r"(?:fan |cooling |3d printed |blower )?shrouds?\b", r"bios\b",
    r"(?:empty |original |retail )?box(?:es)?(?: only)?\b(?! (?:and|included|incl))", r"adapters?\b", r"risers?\b",
    r"komodo", r"or (?:better|similar|equiv|equal|above|higher)",
)  # fmt: skip
_PART = re.compile(rf"[ \[]{{0,3}}+(?=[a-z\d])(?:gpu |card )?(?:{'|'.join(_MADE_BY)}){{0,3}}{factored(_PARTS)}")


_PRICED_TOO = re.compile(r"(?: for| at| is|[ ]?[-:=@~]{1,2}) ?[$£€]? ?\d{2,5}(?![\w%])")
"""``A 3070 for 235 and a 3060 Ti for 190``: what has its own price is on offer beside the other."""


def role_of(text: str, start: int, end: int) -> tuple[Role, str]:
    """The role of a mention and the words that gave it away; ``plain`` where nothing speaks either way,
    ``doubtful`` where the sentence speaks of wanting or trading, but not beside the name."""
    begin, until = sentence_around(text, start, end)
    bare = _without_brands(text[max(begin, start - _WINDOW) : start])
    after = text[end : min(until, end + 60)]
    edition = _EDITION.match(after)
    if edition:
        after = after[edition.end() :]
    offering = _OFFERING.search(bare) if bare else None
    if offering and _NOT.search(bare, 0, offering.start()):
        return "context", offering.group().strip()
    talked = _BEFORE.search(bare) if bare else None
    if talked and talked.group().startswith("and") and _PRICED_TOO.match(after):
        talked = None
    if talked and not (offering and offering.end() >= talked.end() and offering.start() <= talked.start()):
        return "context", talked.group().strip()
    sentence = text[begin:until]
    may_be_held = _WITHDRAWN.possible(sentence)
    held = _WITHDRAWN.search(text[end:until]) if may_be_held else None
    if held and not _NUMBER.search(text, end, end + held.start()):
        return "context", held.group().strip()
    if _NOW.match(after) and _OWN.search(bare):
        return "context", "the writer's own"
    behind = _AFTER.match(after)
    if behind and not _STOPS.match(after):
        return "context", behind.group().strip()
    if offering:
        return "offered", offering.group().strip()
    whole = _SENTENCE.search(sentence)
    if whole:
        return "doubtful", whole.group().strip()
    if may_be_held and _WITHDRAWN.search(sentence):
        return "context", "withdrawn"
    return "plain", ""


def _without_brands(before: str) -> str:
    """What stands before a name, up to the makers and lines that belong to it."""
    brands = _BRANDS_END.search(before) if before else None
    return before[: brands.start()] if brands else before

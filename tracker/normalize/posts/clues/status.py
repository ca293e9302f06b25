"""Whether a card is available, pending or sold, as a line or an edit says."""

import re

from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import guarded, pattern, union, whole
from tracker.normalize.types import Status

__all__ = ["Said", "calls_broken", "closes_all", "says_broken", "status_in"]

Said = Status | None
_SOLD_NOT = guarded(rf"{whole('status.sold_not')}(?!\w)", "status.sold_not")
_PENDING_NOT = guarded(rf"{whole('status.pending_not')}(?!\w)", "status.pending_not")
_BROKEN = pattern("broken.words")
_SOLD, _PENDING, _AVAILABLE = (pattern(f"status.{state}") for state in ("sold", "pending", "available"))
_WHO = (
    r"(?:(?:they|it|both|this|these|all|everything|(?:the |both )?(?:cards?|gpus?|items?))(?:'ve|'s|'re)?"
    r"(?: (?:has|have|is|are|now|been|all|both|already|of them|cards?|gpus?)){0,4} )?"
)
_ALL_SOLD = guarded(
    rf"(?:^\W{{0,4}}|[.!:\n] {{0,2}}|(?:edit|update)[ \d:/-]{{0,14}}|now ){_WHO}(?:now )?{union('status.all_sold')}"
    r"(?=\W{0,6}$|[!.,;:-]| to\b| thank| thx| ty\b| for [$£€]| local| on\b| as of\b| with\b| pending| now\b| already)",
    "status.all_sold",
)
_ALL_PENDING = guarded(
    rf"(?:^\W{{0,4}}|[.!\n] {{0,2}}|(?:edit|update|currently)[ \d:/-]{{0,14}}|now ){union('status.all_pending')}(?!\w)",
    "status.all_pending",
)
_NEGATED = re.compile(rf"{whole('broken.negations')}(?: \w+){{0,2}} $")


_SOLD_PENDING = re.compile(
    r"(?:sold|bought|claimed|taken)(?:\W{1,3}| to(?: [a-z_-][\w-]{2,19})?\W{1,44})(?:but )?(?:pending|tentatively)|"
    r"pending\W{1,3}sold|(?:tentative|provisional)ly (?:sold|bought|claimed|taken)|sold \(?(?:stc\b|subject to)|"
    r"deposit (?:(?:has been|was|is) )?taken"
)


def status_in(text: str) -> Said:
    """The last status that a stretch of text says; None where it says none."""
    if not (_SOLD.possible(text) or _PENDING.possible(text) or _AVAILABLE.possible(text)):
        return None
    cleaned = _PENDING_NOT.sub(" ", _SOLD_NOT.sub(" ", text))
    said = _first_state(cleaned)
    return "pending" if said is not None and _SOLD_PENDING.search(cleaned) else said


def _first_state(text: str) -> Said:
    """The first of the states, in this order, that is said at all."""
    if _SOLD.search(text):
        return "sold"
    if _PENDING.search(text):
        return "pending"
    return "available" if _AVAILABLE.search(text) else None


_BUT = Guarded(
    r"\b(?:sold|gone|pending|taken)(?: (?:now|already))?,? (?:except|but|besides|other than|apart from|minus)\b"
)


def closes_all(text: str) -> Said:
    """Whether a line, standing alone, says that all of the post is sold or pending."""
    if not (_ALL_SOLD.possible(text) or _ALL_PENDING.possible(text)):
        return None
    cleaned = _SOLD_NOT.sub(" ", text)
    if _ALL_SOLD.search(cleaned):
        return None if _BUT.search(cleaned) else "pending" if _SOLD_PENDING.search(cleaned) else "sold"
    return "pending" if _ALL_PENDING.search(cleaned) else None


_OF_ANOTHER = re.compile(r"(?:from|off|out of|replac\w+) (?:a |an |my |the |his |her )?$")

_OTHER_GOODS = re.compile(rf" (?:\w{{2,12}} )?{union('goods.words')}(?!\w)")
_GOODS_BEFORE = re.compile(rf"{whole('goods.words')} (?:(?:is|was|has|have|just|got|went|finally|itself|are) ){{0,3}}$")
_LIGHTS_BEFORE = re.compile(
    r"\b(?:a?rgb|leds?|lights?|lighting|logo|lcd|fans?|(?:hdmi|dp|dvi|display ?port)(?: (?:ports?|outputs?|\d))?)"
    r"(?: (?:on|of|in) (?:the|one|its) [a-z]{2,12})?"
    r"(?: (?:is|are|was|has|have|just|sometimes|all|both|ring|strip|bar|\d|one|now|gone|stopped))* $"
)
"""``Logo light is dead``, ``rgb doesn't work``: said of a trifle of the card."""
_FAILS = ("doesn", "does not", "not working", "not functional")
_CALLED = ("broken", "dead", "blown", "fried", "faulty", "defective", "bricked", "toasted", "dying", "non")
"""Words that may speak of other goods beside them: ``a dead motherboard``, ``the PSU is fried``."""


def _is_of_other_goods(text: str, start: int, end: int) -> bool:
    if _OTHER_GOODS.match(text, end):
        return True
    return _GOODS_BEFORE.search(text[max(0, start - 40) : start]) is not None


def says_broken(text: str) -> str | None:
    """The words that call a card broken, unless they are negated (``no artifacts``) or of other goods."""
    for match in _BROKEN.finditer(text):
        if _OF_ANOTHER.search(text[: match.start()]):
            continue
        if match.group().startswith(_CALLED) and _is_of_other_goods(text, match.start(), match.end()):
            continue
        if match.group().startswith((*_CALLED, *_FAILS)) and _LIGHTS_BEFORE.search(text, 0, match.start()):
            continue
        if match.group().startswith(("no ", "not ", "non", "doesn", "does", "won")) or not _NEGATED.search(
            text[: match.start()]
        ):
            return match.group()
    return None


_NO_PICTURE = ("no video", "no display", "no output", "no signal")
_WITHOUT_OUTPUTS = ("CMP ", "P10", "Tesla ", "Radeon Instinct ", "A100", "H100")


def calls_broken(text: str, model: str | None) -> bool:
    """Whether a text calls a card broken; ``no video out`` is no defect of a card for miners or servers."""
    said = says_broken(text)
    return said is not None and not (
        said.startswith(_NO_PICTURE) and model is not None and model.startswith(_WITHOUT_OUTPUTS)
    )

"""What the text of a post says of its only card, away from the name: that it is broken."""

import re

from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import guarded, union

__all__ = ["tells_of_defect"]

_DEFECT = Guarded(
    union("broken.told"),
    (
        "no display", "no picture", "no signal", "no output", "no video", "no image", "no post", "detect", "see",
        "boot", "n't post", "not post", "turn", "power", "recogni", "n't work", "not work", "longer work", "show",
        "crack", "snap", "burn", "chipped", "parts", "spares", "dead", "toast", "brick", "doa", "kaput", "artifact",
        "code 43", "error 43", "n't display", "not display", "is fried", "is shot", "light up", "broken",
    ),
)  # fmt: skip
_OPENED = re.compile(
    r"(?:^|[.!?;(:,*\n-][ ]?|[ ](?:and|but)[ ])\W{0,3}"
    r"(?:(?:it|this|they|there|card|gpu|the (?:card|gpu)|this (?:card|one)|"
    r"(?:my |the |any )?(?:pcs?|system|computer|bios|windows|motherboard))(?:'s)?[ ]|"
    r"(?:currently|now|just|simply|also|still|is|it'?s|being|sold|selling|sell(?:ing)? it|listed|strictly|only|"
    r"basically|there'?s|gives?|shows?|has|with|gets?|i get)[ ]){0,4}$"
)
"""What may stand between the beginning of a clause and the words for a defect."""
_PAST = re.compile(
    r"\b(?:if|when|until|unless|because|had|was|were|used to|would|could|my (?:old|last|other|previous))\b"
)
_SOUND = guarded(rf"(?<!not )(?<!n't )(?<!never )(?<!used to )(?<!was )\b{union('broken.sound')}", "broken.sound")
_LONGEST_OPENING = 60


def tells_of_defect(text: str) -> bool:
    """Whether a clause says that the card of a post is broken: ``No picture on any port``, ``cracked PCB``."""
    if not _DEFECT.possible(text) or _SOUND.search(text) is not None:
        return False
    for match in _DEFECT.finditer(text):
        begin, until = sentence_around(text, *match.span())
        opened = _OPENED.search(text, max(0, match.start() - _LONGEST_OPENING), match.start())
        if opened is None or _PAST.search(text, begin, match.start()):
            continue
        if not names_goods(text[begin:until]):
            return True
    return False

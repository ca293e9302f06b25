"""One card named twice is one card; a card that is only compared with is none."""

import re
from collections.abc import Sequence

from tracker.normalize.mentions import Mention
from tracker.normalize.vocabulary import spellings, squeeze
from tracker.normalize.words import Hit

#: Between two names: a choice or a list, not the same card said again.
_CHOICE = re.compile(r"^[ ]{0,2}(?:/|,|&|\+|or\b|and\b|\|)[ ]{0,2}(?:\w{2,8} )?$")
_COMPARED_AFTER = re.compile(r"[ -]{0,2}(?:performance|killer|equivalent|level|like performance|beater|alternative)")
#: Chips whose names are those of cards too: a Tesla V100 title may name its GV100.
_CHIPS = {"Quadro GV100": "V100", "Quadro GP100": "P100"}
#: Mining cards and the cards that titles explain them by: P106-100 (GTX 1060).
_MINING_TWINS = {
    "P106-": ("GeForce GTX 1060",),
    "P104-": ("GeForce GTX 1070", "GeForce GTX 1070 Ti", "GeForce GTX 1080"),
    "P102-": ("GeForce GTX 1080 Ti",),
    "CMP 100": ("Tesla V100", "Tesla V100 PCIe", "Tesla V100 FHHL", "Titan V", "Quadro GV100"),
    "CMP 170HX": ("A100", "A100 PCIe"),
    "CMP 90HX": ("GeForce RTX 3080",),
    "CMP 50HX": ("GeForce RTX 2080 Ti",),
    "CMP 40HX": ("GeForce RTX 2060", "GeForce RTX 2060 Super", "GeForce RTX 2070"),
    "CMP 30HX": ("GeForce GTX 1660", "GeForce GTX 1660 Super"),
}
_MINING = tuple(_MINING_TWINS)
_DIGITS = re.compile(r"\d+")


def distinct(text: str, mentions: list[Mention], hits: Sequence[Hit]) -> list[Mention]:
    """Return the witnessed cards that clean ``text`` sells, each once, the fullest name of each."""
    if len(mentions) == 1 and mentions[0].witnessed:
        return mentions
    mentions = [mention for mention in mentions if mention.witnessed]
    if len(mentions) < 2:
        return mentions
    mentions = [mention for mention in mentions if not _is_cut(text, mention, mentions)]
    left = [mention for mention in mentions if not _compared(text, mention, mentions, hits)] or list(mentions)
    left = [m for m in left if not (m.model in _CHIPS and any(_CHIPS[m.model] in o.model for o in left if o is not m))]
    kept = [m for m in left if not any(_says_less(text, m, other, left) for other in left if other is not m)]
    return kept or left[:1]


#: Where eBay cuts titles off.
_LONGEST = 79
_WORDS_BEFORE = re.compile(r"^[a-z]*?(?=[a-z]?\d)")


def _is_cut(text: str, mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Tell whether the title was cut off inside the name of a card that it names in full: RX 7700 XT ... RX 770..."""
    if not text.startswith(("..", "\u2026"), mention.end) and (mention.end < _LONGEST or text[mention.end :].strip()):
        return False
    cut = _WORDS_BEFORE.sub("", squeeze(text[mention.start : mention.end]))
    return any(other.start < mention.start and cut in squeeze(other.text.lower())[:-1] for other in mentions)


_OTHER_SUFFIX = re.compile(r" ?/ ?(xtx|xt|ti super|super|ti|gre)(?![a-z0-9])")
_NUMBER = re.compile(r"\d{4}")


def names_another(text: str, card: Mention) -> bool:
    """Tell whether a second model of the number follows by its suffix alone: RX 7900 XT/XTX."""
    match = _OTHER_SUFFIX.match(text, card.end) if text.startswith(("/", " /"), card.end) else None
    number = _NUMBER.search(text, card.start, card.end) if match else None
    if match is None or number is None:
        return False
    other = spellings().get(squeeze(number[0] + match[1]))
    return other is not None and all(model.name != card.model for model in other.models)


def _compared(text: str, mention: Mention, mentions: Sequence[Mention], hits: Sequence[Hit]) -> bool:
    if _COMPARED_AFTER.match(text, mention.end):
        return True
    near = [hit.end for hit in hits if "like" in hit.tags and 0 <= mention.start - hit.end <= _NEAR]
    # "Upgrade from 3070 to this RTX 4070": only the first card behind the word is the other one.
    return any(
        not any(end <= other.start and other.end <= mention.start - _APART for other in mentions) for end in near
    )


_NEAR = 16
#: "better than 3090 / 4080" speaks of both.
_APART = 4


def _says_less(text: str, less: Mention, more: Mention, order: Sequence[Mention]) -> bool:
    """Tell whether ``less`` names the same card as ``more`` and tells less of it."""
    if more.model.startswith(_MINING) and any(
        more.model.startswith(mining) and less.model in twins for mining, twins in _MINING_TWINS.items()
    ):
        return True
    if less.model == more.model:
        fuller = (more.vram_gb is not None) - (less.vram_gb is not None)
        return fuller > 0 or (fuller == 0 and order.index(more) < order.index(less))
    if more.model.startswith(less.model + " ") or _is_stem(less, more):
        first, second = (less, more) if less.start < more.start else (more, less)
        return not _CHOICE.match(text[first.end : second.start])
    return False


def _is_stem(less: Mention, more: Mention) -> bool:
    """580 against 580X: the same number with something behind it."""
    one, two = less.model.split()[-1].lower(), more.model.split()[-1].lower()
    return one != two and two.startswith(one) and bool(_DIGITS.search(one)) and not two[len(one)].isdigit()

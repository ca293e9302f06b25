"""Finds names of cards in a text, and how sure each is that a card is meant."""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tracker.normalize.memory import Size
from tracker.normalize.trie import trie_pattern
from tracker.normalize.vocabulary import Spelling, forms, spellings, squeeze


@dataclass(slots=True)
class Found:
    """A name at ``start:end``; ``witnessed`` False where nothing confirms that it is a card's."""

    start: int
    end: int
    spelling: Spelling
    mobile: bool
    witnessed: bool
    sizes: list[Size]


@cache
def name_pattern() -> re.Pattern[str]:
    """Return the one pattern that finds every spelling; group 1 is the name, group 2 a laptop suffix."""
    laptop = r"m(?:q|xm)?|[ -]?(?:max-?q|mobile|laptop|notebook|mxm|m(?= ?\d+ ?gb))"
    return re.compile(rf"(?<![a-z0-9])({trie_pattern(forms())})({laptop})?(?:'?s)?(?![a-z0-9])")


_WITNESS = re.compile(
    r"(?<![a-z0-9])(?:nvidia|geforce|radeon|rtx|gtx|gpus?|graphics?|video ?cards?|grafi[kc]\w*|vga|vram|gddr\dx?|"
    r"hbm\d?e?|quadro|tesla|evga|zotac|gigabyte|msi|asus|pny|sapphire|powercolor|xfx|asrock|palit|gainward|inno3d|"
    r"kfa2|galax|colorful|maxsun|yeston|aorus|strix|tuf|ventus|windforce|ftw3?|xc3?|founders?|fe|suprim|red devil|"
    r"hellhound|nitro|pulse|waterforce|lhr|cuda|cards?|sli|crossfire|mining|accelerator|tensor|amd|arc|bnib|blower|"
    r"trio|trinity|twin edge)(?![a-z0-9])"
)
_MAKERS = (
    *("nvidia", "geforce", "radeon", "amd", "evga", "zotac", "gigabyte", "msi", "asus", "pny", "sapphire"),
    *("powercolor", "xfx", "gtx", "rtx", "rx", "strix", "tuf", "arc", "quadro", "tesla", "hd"),
)
_MAKER_BEFORE = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(_MAKERS)}) {{1,3}}$")
_CHIP_MAKER_BEFORE = re.compile(r"(?<![a-z0-9])(?:nvidia|geforce|radeon|gtx|gts|gt|rx|r9|r7|ati) {1,3}$")
_MAKER_WINDOW = 14
#: What stands before the number of a processor, a PC, a disk, a printer, or a sum of money.
_CPU_OR_PC_BEFORE = (
    *("ryzen ", "epyc ", "threadripper ", "core ", "core 2 ", "core ultra ", "ultra 5 ", "ultra 7 ", "ultra 9 "),
    *("optiplex ", "precision ", "latitude ", "inspiron ", "vostro ", "xps ", "prodesk ", "elitedesk ", "thinkcentre "),
    *("probook ", "elitebook ", "officejet ", "laserjet ", "deskjet ", "samsung ", "pentium ", "celeron ", "corsair "),
    *("fractal ", "hero ", "ssd ", "nvme ", "evo ", "model ", "sandisk ", "seagate ", "mx", "$", "€", "£", "#"),
    *("hl-", "dcp-", "mfc-", "cooler master ", "coolermaster ", "antec ", "nzxt ", "lian li ", "lianli "),
    *("silverstone ", "rosewill ", "thermaltake ", "phanteks ", "be quiet ", "be quiet! ", "seasonic ", "obsidian "),
    *("carbide ", "define ", "logitech ", "razer ", "crucial ", "kingston ", "toshiba ", "benq ", "viewsonic "),
    *("under ", "over ", "below ", "paid ", "asking ", "for "),
)
#: Each way begins with a plain character, so that a search skips to it; what stands before is looked at behind it.
_CPU_BEFORE = re.compile(
    r"(?:i(?<=\bi)[3579][ -]{0,3}|r(?<=\br)[3579][ -]{1,3}|ryzen(?: \d)?(?: pro)?[ -]{0,2}|athlon \S{0,4} ?|"
    r"xeon \S{0,3}-?|optiplex (?:\d{4}[ /,]{1,2}){1,2}|f(?<=\bf)x[ -]|phenom \S{0,4} ?|"
    r"c(?<=\bc)m |h(?<=\bh)af |w(?<=\bw)d )\Z"
)
_NUMBER_OF_SOMETHING_AFTER = re.compile(
    r" ?(?:p\b|mah|mhz|ghz|rpm|watts?\b|w\b(?!/)|hz|kg|lbs?\b|mm\b|cm\b|usd|dollars|obo|shipped|points?|%|"
    r"x ?\d{3,4}|miles|evo\b(?<!\d{4} evo)|pro\b|qvo|plus\b|nvme|m\.2|ssd|cpu|motherboard|mobo|series)|"
    r"[.,]\d|[$€£]|:\d|/\d\d?/|-\d{3,4}\b|\+? ?(?:psu|power supply)"
)
_SUPER_ADVERB = re.compile(
    r" (?:clean|fast|quiet|rare|nice|cheap|cool|good|great|deal|low|clocked|clock|duper|powerful|lightly)\b"
)
#: The suffix behind the size or the board's line: RTX 4080 16GB Super, RTX 2070 XC Super.
_LATE_SUFFIX = re.compile(
    r" {1,2}(?:(?:\d{1,2} ?gb? |gddr\dx? ){1,2}(ti super|super|ti|xtx|xt|gre)|"
    r"(?:(?:dual|oc|xc|gaming|x|fe|ftw3|founders|edition|ventus|[23]x|tuf|strix|rog|evo|windforce|eagle|aero|black|"
    r"white|ultra|phoenix|ko|sc) ){1,3}(super))"
    r"(?![a-z0-9])(?! ?(?:clean|fast|quiet|rare|nice|clock|overclock|jet ?stream|duper))"
)
#: Cut-down cards told apart further on: RX 580 8GB GDDR5 2048SP, RX 590 8GB GME.
_VARIANT = re.compile(r"(?<![a-z0-9])(2048sp|gme)(?![a-z0-9])")
_VARIANT_WITHIN = 60
_SHORT_AFTER = re.compile(r"-(?!\d{1,3} ?g|pcie|sxm|tensor|nvidia)|[_/]\d|\.\d")
_LOOK_BACK = 20
_HUNDREDS = 3
#: "$1,770": the rest of a sum is no card.
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,2},$")
_SUPER = len("super")

#: Suffixes that may stand apart from the name, by ``_LATE_SUFFIX`` and ``_VARIANT``.
_SUFFIXES = ("ti super", "super", "ti", "xtx", "xt", "gre", "2048sp", "gme")


class _Written(NamedTuple):
    """What a name as written means, and what may follow on it further on."""

    spelling: Spelling
    #: Whether a longer name begins so, or a shorter one may be meant: what stands behind it has to be looked at.
    #: "rtx 3080" with a late "ti" is another card, "p40" is not.
    grows: bool
    #: What it means without the "super" that it ends with, which may be an adverb: RTX 2070 super clean.
    shorter: Spelling | None


_SEEN: dict[str, _Written] = {}
_SEEN_LIMIT = 50_000


def _meaning(written: str) -> _Written:
    known, key = spellings(), squeeze(written)
    shorter = known.get(key[:-_SUPER]) if written.endswith("super") else None
    grows = written[-1:].isdigit() or written.endswith("ti")
    meaning = _Written(
        known[key],
        shorter is not None or (grows and any(key + squeeze(suffix) in known for suffix in _SUFFIXES)),
        shorter,
    )
    if len(_SEEN) < _SEEN_LIMIT:
        _SEEN[written] = meaning
    return meaning


def find_names(text: str, context: bool) -> list[Found]:
    """Return the names in clean ``text``; ``context`` says that the text is known to speak of cards."""
    found: list[Found] = []
    spoken: bool | None = True if context else None
    for match in name_pattern().finditer(text):
        start, end = match.span(1)
        written, laptop = match.groups()
        spelling, grows, shorter = _SEEN.get(written) or _meaning(written)
        if grows and (laptop is None or shorter is not None) and text[end : end + 1] == " ":
            spelling, end = _whole(text, written, start, end, spelling, shorter)
        witnessed = True
        if spelling.strength != "sure":
            if not _possible(text, start, match.end(), spelling.strength):
                continue
            window = max(0, start - _MAKER_WINDOW)
            if spelling.strength == "maker":
                if not _CHIP_MAKER_BEFORE.search(text, window, start):
                    continue
            elif spelling.strength == "number" and _of_the_other_maker(text, window, start, spelling):
                continue
            elif not (text[window:start].rstrip().endswith(_MAKERS) and _MAKER_BEFORE.search(text, window, start)):
                if spoken is None:
                    spoken = any(item.witnessed for item in found) or _WITNESS.search(text) is not None
                witnessed = spoken
        found.append(Found(start, end, spelling, laptop is not None, witnessed, []))
    return found


def _of_the_other_maker(text: str, window: int, start: int, spelling: Spelling) -> bool:
    """Tell whether a bare number stands behind the maker of other cards: a Radeon RX 760 is no GTX 760."""
    maker = _MAKERS_BEFORE.search(text, window, start)
    if maker is None:
        return False
    return all(model.name.startswith("Radeon" if maker["nvidia"] else "GeForce") for model in spelling.models)


_MAKERS_BEFORE = re.compile(r"(?<![a-z0-9])(?:(?P<nvidia>nvidia|geforce|gtx|rtx)|radeon|amd|rx|hd) {1,3}$")


def _whole(
    text: str, written: str, start: int, end: int, spelling: Spelling, shorter: Spelling | None
) -> tuple[Spelling, int]:
    """Return what the name before a blank means with a suffix further on, without one that is an adverb."""
    if shorter is not None:
        if _SUPER_ADVERB.match(text, end):
            return shorter, start + len(written[:-_SUPER].rstrip(" -_"))
        return spelling, end
    late = _LATE_SUFFIX.match(text, end)
    if late is None:
        until = end + _VARIANT_WITHIN
        if text.find("2048sp", end, until) >= 0 or text.find("gme", end, until) >= 0:
            late = _VARIANT.search(text, end, until)
    if late:
        suffix = late[late.lastindex or 0]
        fuller = spellings().get(squeeze(written) + squeeze(suffix))
        if fuller:
            return fuller, end if late.re is _VARIANT else late.end()
    return spelling, end


def _possible(text: str, start: int, end: int, strength: str) -> bool:
    """Tell whether a name that says little can stand for a card at all where it stands."""
    before = text[max(0, start - _LOOK_BACK) : start]
    if before[-1:] == "," and end - start == _HUNDREDS and _THOUSANDS.search(before):
        return False
    if strength == "short":
        return not (before[-1:] in ("-", "_", "/", "#", ".") or _SHORT_AFTER.match(text, end))
    if before.endswith(("-", "_", ".", "'")) and (strength == "number" or before[-2:-1].isalnum()):
        return False
    if before.endswith(_CPU_OR_PC_BEFORE):
        return False
    return not (_CPU_BEFORE.search(before) or _NUMBER_OF_SOMETHING_AFTER.match(text, end))

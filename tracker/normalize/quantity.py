"""How many cards a title sells: "lot of 6", "2x", "(2)", "5pcs"; never "3X fans" or "x16"."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from tracker.normalize.mentions import Mention

#: A count beside an x or in brackets. Cheap, so that most titles are done at once: GDDR6X and RTX 4090 are no counts.
#: Every branch begins with a letter that few words have; the digit before it is looked at from there.
_COUNT = re.compile(
    r"x(?:(?<=[0-9]x)(?<!ddr[0-9]x)|(?<=[0-9] x)(?<!ddr[0-9] x))(?![a-z0-9])|p(?<=[0-9]p)(?<!ddr[0-9]p)cs?(?![a-z])"
    r"|x(?<![a-z0-9]x) ?\(?(?!16)[0-9]{1,2}(?![0-9])|\(x?[0-9]{1,2}x?(?:[ )]|$)"
)
_NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "pair": 2, "both": 2}
_WORD = "|".join(word for word in _NUMBER_WORDS if word not in ("pair", "both"))
_MOST = 200

_STATED = re.compile(
    r"\b(?:job )?lots? (?:of )?\(?x?(\d{1,3})x?\)?(?![\d.]| ?gb| ?g\b)"
    r"|\b(?:lot|set|pack|bundle|box|case) of \(?(two|three|four|five|six|eight|ten)\b"
    r"|\b(?:set|pack|bundle|qty|quantity|batch) ?(?:of|:|-|=)? ?\(?x?(\d{1,3})\)?(?![\d.]| ?gb| ?g\b)"
    r"|(?<![a-z\d.,/-])(?<!gen )(?<!win )(?<!windows )\(?(\d{1,3})\)? ?-?(?:pcs|pc|pieces|piece|pack|packs|"
    r"units|unit|stück|stk|piezas|pezzi|pz|cards|gpus|qty|lot|card lot|gpu lot|x lot)\b(?! ?(?:slot|pin))"
    r"|\b(pair|both)\b(?: of)?(?! (?:brackets?|fans?|boxe?s?|cables?|bios|adapters?|hdmi|dp|ports?|"
    r"heights?|profiles?)\b)"
)
_LOT = re.compile(r"\b(?:job )?lots?\b(?! ?(?:of )?(?:fun|faster|better|more|power|\d))|\bbulk lot\b|\bwholesale lot\b")
_LEADING = re.compile(
    rf"^\W{{0,4}}\(?(?:(\d{{1,2}}) ?x\)?|x ?(\d{{1,2}})\)?|\((\d{{1,2}})\)|"
    rf"({_WORD}) )(?= ?[a-z(])(?! ?(?:fans?\b|hdmi|dp\b|mini[ -]?(?:dp|display)|display|pin|slot|gb))"
)
#: "8 RX 580 mining cards": a bare number right before the card, where the title speaks of several.
_BARE = re.compile(
    r"^\W{0,4}(\d{1,2}) (?=(?:(?:nvidia|amd|geforce|radeon|evga|asus|msi|gigabyte|zotac|sapphire|xfx|pny) ){0,2}"
    r"(?:rtx|gtx|rx|tesla|quadro|arc)\b)(?=.{0,80}\b(?:cards|gpus|lot)\b)"
)
_BEFORE = re.compile(
    rf"(?:^|[,:;|/&+(\[*-] ?|\b(?:of|selling|have|with|qty|sale|new|used|lot|"
    rf"for sale) )\(?(?:(\d{{1,2}}) ?x\)?|\((\d{{1,2}})x?\)|x(\d{{1,2}})|({_WORD}))[ -]{{1,3}}(?:(?:nvidia|"
    rf"geforce|amd|radeon|evga|asus|msi|gigabyte|zotac|pny|dell|hp|hpe|lenovo|tesla|quadro|intel|new|used|"
    rf"genuine|oem|xfx|sapphire) ){{0,4}}$"
)
_AFTER = re.compile(
    r"[^a-z0-9]{0,2}(?:\d{1,3} ?gb? ?)?(?:gddr\dx?(?![a-z0-9]) ?)?(?:(?:fe|founders edition|gpus?|"
    r"graphics cards?|video cards?|cards?|oc|gaming) ){0,3}[(\[*-]{0,2}(?:x ?(\d{1,2})(?! ?(?:fans?|dp|"
    r"hdmi|display|pin|slot|mini|pcie|lanes?|gb|oc\b|\d))|\((\d{1,2})\)|(\d{1,2})x(?=[^\w.]*$))\b"
)
_PCIE_BEFORE = re.compile(r"(?:pci-? ?e|express|gen ?\d|\d\.0)[ -]?$")
_TRAILING = re.compile(r"(?<![\d.])[ (\[*-](?:x ?(\d{1,2})|\((\d{1,2})\)|\(x(\d{1,2})\)|\((\d{1,2}))[)\]*!. ]*$")
_LANES = frozenset((1, 4, 8, 16))


class Quantity(NamedTuple):
    """How many; ``open`` where the title speaks of a lot without saying how many."""

    cards: int
    open: bool
    start: int | None = None
    end: int | None = None


ONE = Quantity(1, False)


def find_quantity(text: str, mentions: Sequence[Mention], tags: Collection[str]) -> Quantity:
    """Return how many cards clean ``text`` speaks of; one where it says nothing. ``tags`` are those of its words."""
    if "count" not in tags and not _COUNT.search(text):
        return ONE
    match = _STATED.search(text) if "count" in tags or "pc" in text else None
    match = match or _LEADING.search(text) or (_BARE.search(text) if "count" in tags else None)
    if match:
        return _quantity(match)
    for mention in mentions:
        match = _BEFORE.search(text, max(0, mention.start - 48), mention.start) if mention.start else None
        if match:
            return _quantity(match)
        match = _AFTER.match(text, mention.end)
        if match and not _PCIE_BEFORE.search(text[: match.start(match.lastindex or 0) - 1]):
            found = _quantity(match)
            if found.cards not in _LANES or "(" in match[0] or match.end() >= len(text.rstrip()):
                return found
    match = _TRAILING.search(text)
    if match and not _PCIE_BEFORE.search(text[: match.start() + 1]):
        found = _quantity(match)
        if found.cards not in _LANES or "(" in match[0]:
            return found
    match = _LOT.search(text) if "count" in tags else None
    return Quantity(1, True, *match.span()) if match else ONE


def _quantity(match: re.Match[str]) -> Quantity:
    said = next((group for group in match.groups() if group), "1")
    count = _NUMBER_WORDS.get(said) or int(said)
    if not 1 <= count <= _MOST:
        return ONE
    return Quantity(count, False, *match.span())

"""Whole machines and bundles: a card inside a PC has no price of its own."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tracker.normalize.memory import find_sizes
from tracker.normalize.mentions import Mention
from tracker.normalize.words import Hit

_CPU = re.compile(
    r"\b(?:(?:core )?i[3579][ -]{0,2}\d{4,5}[a-z]{0,2}\b|i[3579] \d{1,2}th|core (?:ultra )?[3579] |"
    r"ultra [579] \d{3}|ryzen|threadripper|epyc|xeon|celeron|pentium|athlon|"
    r"r[3579][ -]\d{4}x?(?:3d)?\b|[579]\d00x3d|[579][5-9]\d0x\b|intel core|\d{1,2}th gen|dual core|"
    r"quad core|(?:\d{1,2}|six|eight)[ -]core\b|fx-\d{4}|"
    r"1[0-4][4-9]00k?f?s?\b|\d{4}wx\b|i[3579]\b(?! ?gen))"
)
_FOR_BEFORE = re.compile(
    r"\b(?:for|fits|from|compatible with|für|pour|per|para|pulled from|removed from|out of)[ :](?:an? |"
    r"the |my |your )?(?:[a-z0-9]{1,12}[ /]){0,3}$"
)
_BOARD = re.compile(
    r"(?<![a-z0-9])(?:a[356]20|b[3-7]50|b[67]60|b8[45]0|h[3-8][17]0|h[67]10|h[89][17]|x[3-68]70|x299|x99|"
    r"z[1-9][79]0|trx[45]0|wrx[89]0)(?:[a-z]{1,2}|i wifi)?(?:-[a-z0-9]{1,10})?(?![a-z0-9])"
)
_PLUS_BEFORE = re.compile(r"(?:[+&]|\band|\bwith|\bw/)[ ]{0,2}(?:[a-z0-9-]{1,12} ){0,4}$")
_STORAGE = re.compile(
    r"\b\d{1,2}(?:\.\d)? ?tb\b|\b(?:256|240|250|480|500|512|960|1000|1024) ?gb? ?(?:ssd|nvme|hdd|m\.?2|"
    r"storage)\b"
)
_JOINED = re.compile(r"[+&]| and | with | w/ ?| bundle| combo|, ")
#: Words that sellers of loose cards add so that they are found.
_KEYWORDS = ("pc", "pc gaming", "rig", "nuc", "gaming rig", "custom gaming", "pc gamer", "gaming setup")
#: The card of a maker's PC, not the PC.
_PULLED = re.compile(r"\b(?:gpu|oem|pull(?:ed)?|graphics)\b")
_READY_AFTER = re.compile(r"[ -]{0,2}(?:ready|compatible|supported|capable)")


def find_machine(
    text: str, hits: Sequence[Hit], tags: AbstractSet[str], mentions: Sequence[Mention]
) -> tuple[str, Hit | None] | None:
    """Return the reject code ``egpu``, ``system`` or ``bundle`` with the word that says so, None for loose cards."""
    if tags.isdisjoint(_MACHINE_WORDS) and not _may_name_processor(text):
        return _bundle(text, None, "card" in tags)
    first = _first_of(text, hits)
    if "egpu" in first:
        return "egpu", first["egpu"]
    system, parts, card = first.get("system"), first.get("system_parts"), "card" in first
    cpu = ("processor" in first or _may_name_processor(text)) and _names_processor(text)
    storage = (parts or "tb" in text) and _STORAGE.search(text) is not None
    laptop = first.get("laptop")
    memory = (cpu or system or parts or laptop) and _has_memory(text, mentions)
    evidence = bool(cpu) + bool(memory) + bool(storage) + (parts is not None)
    if system and "makers_pc" in system.tags and not evidence and (_PULLED.search(text) or _sized(mentions, system)):
        system = None
    if system and (evidence or (not card and system.text not in _KEYWORDS) or system.text.startswith("hgx")):
        return "system", system
    if cpu and (not card or evidence > 1):
        return ("bundle" if "other_goods" in first or "+" in text or "&" in text else "system"), None
    if laptop and not card and not any(mention.part_number for mention in mentions):
        return "system", laptop
    if evidence > 1 and (memory or storage):
        return "system", parts
    return _bundle(text, first.get("other_goods"), card)


def _sized(mentions: Sequence[Mention], machine: Hit) -> bool:
    """Tell whether a card with its memory is sold, and the machine is one that it fits."""
    return any(
        mention.stated_gb is not None and (mention.start < machine.start or "office_pc" in machine.tags)
        for mention in mentions
    )


def _has_memory(text: str, mentions: Sequence[Mention]) -> bool:
    """Tell whether the machine's memory is stated; "4GB RAM" of a 4 GB card is the card's."""
    own = {mention.vram_gb for mention in mentions}
    return any(size.system and size.gb not in own for size in find_sizes(text))


def _first_of(text: str, hits: Sequence[Hit]) -> dict[str, Hit]:
    """Return the first word of each list, without machines that the card is only meant for or comes out of."""
    first: dict[str, Hit] = {}
    for hit in hits:
        for tag in hit.tags:
            if tag not in first and not (tag in _MACHINE_TAGS and _only_compatible(text, hit)):
                first[tag] = hit
    return first


_MACHINE_TAGS = frozenset(("egpu", "system", "system_parts", "other_goods", "laptop"))
_MACHINE_WORDS = _MACHINE_TAGS | {"processor", "makers_pc"}


def _bundle(text: str, goods: Hit | None, card: bool) -> tuple[str, Hit | None] | None:
    if goods is not None and not (card and goods.text in _ALSO_OF_CARDS) and _JOINED.search(text):
        return "bundle", goods
    if not ("+" in text or "&" in text or "," in text or " and " in text or "w/" in text or "with" in text):
        return None
    board = _BOARD.search(text)
    if board is None:
        return None
    after_plus = _PLUS_BEFORE.search(text, max(0, board.start() - 50), board.start())
    return ("bundle", goods) if after_plus or (not card and _JOINED.search(text)) else None


#: Words for other goods that can belong to the card: a graphics processor.
_ALSO_OF_CARDS = ("processor", "monitor")


def _only_compatible(text: str, hit: Hit) -> bool:
    """Tell whether the card is only meant for such a machine, or comes out of one."""
    return bool(_FOR_BEFORE.search(text, max(0, hit.start - 40), hit.start) or _READY_AFTER.match(text, hit.end))


def _may_name_processor(text: str) -> bool:
    """Tell whether to look for a processor that no list names: 13900K, 7800X3D, 5945WX."""
    return "x3d" in text or "00k" in text or "00f" in text or "50x" in text or "00x" in text or "wx" in text


def _names_processor(text: str) -> bool:
    """Tell whether a processor is among the goods; one that the card is meant for is not."""
    match = _CPU.search(text)
    return match is not None and not _FOR_BEFORE.search(text, max(0, match.start() - 40), match.start())

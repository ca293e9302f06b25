"""Whole machines and bundles: a card inside a PC has no price of its own."""

import re
from collections.abc import Sequence

from tracker.normalize.mentions import Mention
from tracker.normalize.memory import find_sizes
from tracker.normalize.words import Hit

_CPU = re.compile(
    r"\b(?:(?:core )?i[3579][ -]{0,2}\d{4,5}[a-z]{0,2}\b|i[3579] \d{1,2}th|core (?:ultra )?[3579] |ultra [579] \d{3}|ryzen|threadripper|epyc|xeon|celeron|pentium|athlon|"
    r"r[3579][ -]\d{4}x?(?:3d)?\b|[579]\d00x3d|[579][5-9]\d0x\b|intel core|\d{1,2}th gen|dual core|quad core|(?:\d{1,2}|six|eight)[ -]core\b|fx-\d{4}|"
    r"1[0-4][4-9]00k?f?s?\b|\d{4}wx\b|i[3579]\b(?! ?gen))"
)
_FOR_BEFORE = re.compile(r"\b(?:for|fits|from|compatible with|für|pour|per|para|pulled from|removed from|out of)[ :](?:an? |the |my |your )?(?:[a-z0-9]{1,12}[ /]){0,3}$")
_BOARD = re.compile(
    r"(?<![a-z0-9])(?:a[356]20|b[3-7]50|b[67]60|b8[45]0|h[3-8][17]0|h[67]10|h[89][17]|x[3-68]70|x299|x99|z[1-9][79]0|trx[45]0|wrx[89]0)(?:[a-z]{1,2}|i wifi)?(?:-[a-z0-9]{1,10})?(?![a-z0-9])"
)
_PLUS_BEFORE = re.compile(r"(?:[+&]|\band|\bwith|\bw/)[ ]{0,2}(?:[a-z0-9-]{1,12} ){0,4}$")
_STORAGE = re.compile(r"\b\d{1,2}(?:\.\d)? ?tb\b|\b(?:256|240|250|480|500|512|960|1000|1024) ?gb? ?(?:ssd|nvme|hdd|m\.?2|storage)\b")
_JOINED = re.compile(r"[+&]| and | with | w/ ?| bundle| combo|, ")
#: Words that sellers of loose cards add so that they are found.
_KEYWORDS = ("pc", "pc gaming", "rig", "nuc", "gaming rig", "custom gaming", "pc gamer", "gaming setup")
_READY_AFTER = re.compile(r"[ -]{0,2}(?:ready|compatible|supported|capable)")


def find_machine(text: str, hits: Sequence[Hit], mentions: Sequence[Mention]) -> tuple[str, Hit | None] | None:
    """Return the reject code ``egpu``, ``system`` or ``bundle`` with the word that says so, None for loose cards."""
    strong = parts = card = laptop = goods = None
    kinds = set()
    processor = "x3d" in text or "00k" in text or "00f" in text or "50x" in text or "00x" in text or "wx" in text
    for hit in hits:
        tags = hit.tags
        if not tags:
            continue
        if "card" in tags:
            card = card or hit
        if "egpu" in tags and not _only_compatible(text, hit):
            return "egpu", hit
        if "system" in tags and not _only_compatible(text, hit):
            strong = strong or hit
        elif "system_parts" in tags and not _only_compatible(text, hit):
            parts = hit
            kinds.add(hit.text)
        elif "other_goods" in tags and not _only_compatible(text, hit):
            goods = goods or hit
        elif "laptop" in tags:
            laptop = laptop or hit
        elif "processor" in tags:
            processor = True
    cpu = _cpu(text) if processor else None
    sizes = sum(size.system for size in find_sizes(text)) if (cpu or strong or parts or laptop) else 0
    storage = (kinds or "tb" in text) and _STORAGE.search(text) is not None
    evidence = bool(cpu) + bool(sizes) + storage + bool(kinds)
    if strong and (evidence or not card and strong.text not in _KEYWORDS or strong.text.startswith("hgx")):
        return "system", strong
    if cpu and (not card or evidence >= 2):
        return ("bundle" if _is_bundle(text, goods) else "system"), None
    if laptop and not card and not _only_compatible(text, laptop) and not _is_module(mentions):
        return "system", laptop
    if evidence >= 2 and (sizes or storage):
        return "system", parts
    if goods and not _own_word(goods, card) and _JOINED.search(text):
        return "bundle", goods
    board = _BOARD.search(text) if mentions and _may_join(text) else None
    if board and (_PLUS_BEFORE.search(text, max(0, board.start() - 50), board.start()) or (not card and _JOINED.search(text))):
        return "bundle", goods
    return None


def _may_join(text: str) -> bool:
    return "+" in text or "&" in text or "and" in text or "w" in text or "bundle" in text or "combo" in text or "," in text


def _only_compatible(text: str, hit: Hit) -> bool:
    """Tell whether the card is only meant for such a machine, or comes out of one."""
    return bool(_FOR_BEFORE.search(text, max(0, hit.start - 40), hit.start) or _READY_AFTER.match(text, hit.end))


def _cpu(text: str) -> re.Match[str] | None:
    match = _CPU.search(text)
    return None if match and _FOR_BEFORE.search(text, max(0, match.start() - 40), match.start()) else match


def _is_bundle(text: str, goods: Hit | None) -> bool:
    return goods is not None or "+" in text or "&" in text


def _is_module(mentions: Sequence[Mention]) -> bool:
    return any(mention.part_number for mention in mentions)


def _own_word(goods: Hit, card: Hit | None) -> bool:
    """Tell whether the word can belong to the card itself: a graphics processor."""
    return card is not None and goods.text in ("processor", "monitor")

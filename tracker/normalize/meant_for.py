"""What a thing is for: bracket for RTX 3090, LCD for RTX 5090, heatsinks from RTX 4080."""

import re
from collections.abc import Sequence

from tracker.normalize.mentions import Mention
from tracker.normalize.words import Hit

_FOR_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:(?:kit|set|assembly|module|cover|replacement|upgrade|mount|mounting|plate|with \w+|"
    r"and \w+|& \w+|\+ \w+|only|black|white|metal|aluminum|aluminium|full|height|profile) ?){0,3}"
    r"(?:for|fits?|compatible|to fit|suitable|pour|für|para|per|voor|dla|until)\b"
)
_FOR = re.compile(r"\b(?:for|from|fits?|compatible with|suitable for|für|pour|per|para)\b")
_USE = re.compile(
    r"\bfor (?:gaming|deep|ai\b|machine|parts|work|rendering|mining|video|editing|desktop|pc|server|llm|"
    r"3d|vr|sale|creators?|repair|computing|data|cad)"
)
#: A thing of any name that is meant for a card.
_THING_FOR = re.compile(
    r"(?P<word>[a-z0-9/&'.-]{2,20})[ )\]]{1,3}for (?:(?:an?|the|my|your|nvidia|amd|geforce|radeon|asus|msi|gigabyte|"
    r"evga|zotac|pny|sapphire|powercolor|xfx|rog|strix|tuf|gaming|x|trio|aorus|astral|suprim|founders|edition|fe|"
    r"dell|hp|tesla|quadro|gpu) ){0,6}$"
)
_PART_FROM = re.compile(r"(?P<word>fans?|radiator)[ )\]]{1,3}from (?:[a-z0-9]{1,10} ){0,4}$")
#: What may stand before "for" and is no thing: New For Leadtek RTX A5000, perfect for RTX.
_NO_THINGS = frozenset(
    (
        *("new", "used", "original", "genuine", "oem", "brand", "brand-new", "great", "good", "best", "perfect"),
        *("ideal", "ready", "made", "built", "up", "look", "looking", "cash", "trade", "trading", "swap", "pay"),
        *("paying", "price", "save", "sale", "offer", "offers", "asking", "upgrade", "upgrading", "bought"),
        *("purchased", "order", "gpu", "gpus", "card", "cards", "gb", "not", "only", "and", "works", "tested"),
    )
)
_OTHER_FOR = frozenset(("wanted", "like", "card", "system", "broken"))


def goods_for(text: str, hits: Sequence[Hit], mentions: Sequence[Mention]) -> Hit | None:
    """Return what stands before "for" and the first card, whatever it is: LCD for RTX 5090, 3 fans for RTX 4090."""
    if not mentions or not (" for " in text or " from " in text):
        return None
    first = mentions[0].start
    low = max(0, first - _LOOK_BACK)
    match = _THING_FOR.search(text, low, first) or _PART_FROM.search(text, low, first)
    if match is None or match["word"] in _NO_THINGS or match["word"].isdigit():
        return None
    if any(hit.start < match.end() and (hit.tags & _OTHER_FOR or hit.goods) for hit in hits):
        return None
    return Hit(match.start("word"), match.end("word"), match["word"], frozenset(), None)


_LOOK_BACK = 100


def meant_for(text: str, hit: Hit, mentions: Sequence[Mention]) -> bool:
    """Tell whether the title says that the accessory is for a card: bracket for RTX 3090."""
    if _FOR_AFTER.match(text, hit.end) and not _USE.search(text, hit.end, hit.end + 40):
        return True
    for mention in mentions:
        if mention.start > hit.end:
            found = _FOR.search(text, hit.end, mention.start)
            return found is not None and not _USE.match(text, found.start())
    return False

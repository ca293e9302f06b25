"""Boxes, brackets, coolers, cables: goods that bear a card's name and are no card."""

import re
from collections.abc import Sequence
from functools import cache

from tracker.catalog import catalog
from tracker.normalize.mentions import Mention
from tracker.normalize.words import Hit

#: "with bracket", "no box", "w/ FH bracket": the card has it or lacks it.
_COMES_WITH = re.compile(
    r"(?:\bwith(?:out)?|\bw[/. ]|\bw/o|\bno|\bincl\w*\.?|\bhas|\bhave|\bmissing|\binside|\bmit|\bohne|\bavec|\bsans|\bcon|\bsenza|\bsin|\bsealed|\boriginal)"
    r"[ /]{0,3}(?:[a-z0-9'.+/-]{1,14} ){0,4}$"
)
#: "+ box", "and bracket": only after the card itself.
_AND = re.compile(r"(?:\band|&|\+|\bplus|,|;|/)[ ]{0,2}(?:[a-z0-9'.-]{1,14} ){0,3}$")
_GLUED_WITH = re.compile(r"(?:gb|g)(?:with|without)[ ]$")
_FINE_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:included|incl\b|includes|installed|attached|fitted|applied|pre-?installed|special edition|edition|version|style|model|equipped|upgraded|modded|cooled|"
    r"(?:&|and) (?:accessories|manual|box|cables?|papers)|inclus|incluido|incluso|dabei|inklusive|montiert|mounted|design|damage|cut|ok\b|wear)"
)
_FOR_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:(?:kit|set|assembly|module|cover|replacement|upgrade|mount|mounting|plate|with \w+|and \w+|& \w+|\+ \w+|only|black|white|metal|aluminum|aluminium|full|height|profile) ?){0,3}"
    r"(?:for|fits?|compatible|to fit|suitable|pour|für|para|per|voor|dla|until)\b"
)
_ALONE_AFTER = re.compile(r"[ ,)*-]{0,3}(?:only|replacement|assembly|kit|empty|housing|shell|repair part|spare part|as pictured)\b")
_ALONE_BEFORE = re.compile(r"\b(?:only|replacement|empty|just|pristine|repair|spare|oem replacement|genuine replacement|universal|aftermarket)[ ](?:the )?(?:\w{1,10} )?$")
_FOR = re.compile(r"\b(?:for|fits?|compatible with|suitable for|für|pour|per|para)\b")
_USE = re.compile(r"\bfor (?:gaming|deep|ai\b|machine|parts|work|rendering|mining|video|editing|desktop|pc|server|llm|3d|vr|sale|creators?|repair|computing|data|cad)")
#: Below this part of the launch price a title with an accessory's word means the accessory.
_CHEAP = 0.25
_VERY_CHEAP = 0.06
_WEAK_CHEAP = 0.15


@cache
def launch_price_usd(model: str) -> int | None:
    """Return the lowest launch price of ``model`` in US dollars, None where the catalog has none."""
    prices = [gpu.launch_msrp_usd for gpu in catalog().by_model(model) if gpu.launch_msrp_usd]
    return min(prices) if prices else None


def find_accessory(
    text: str, hits: Sequence[Hit], mentions: Sequence[Mention], price_usd: float | None
) -> Hit | None:
    """Return the word that says that the goods are an accessory, None where a card is sold.

    ``price_usd`` tells "RTX 4090 box" for 40 dollars from a card that comes boxed.
    """
    for hit in hits:
        if "hard" in hit.tags and not _is_only_missing_box(hit):
            return hit
    launch = max((price for m in mentions if (price := launch_price_usd(m.model))), default=None)
    first = mentions[0].start if mentions else len(text)
    for hit in hits:
        if hit.goods and _is_accessory(text, hit, first, mentions, price_usd, launch):
            return hit
    return None


def _is_only_missing_box(hit: Hit) -> bool:
    return "fine" in hit.tags


def _is_accessory(
    text: str, hit: Hit, first: int, mentions: Sequence[Mention], price: float | None, launch: int | None
) -> bool:
    goods = hit.goods
    assert goods is not None
    part_of_launch = price / launch if price is not None and launch else None
    if part_of_launch is not None and part_of_launch < _VERY_CHEAP and price is not None and price <= goods.most_usd:
        return True
    before = text[max(0, hit.start - 60) : hit.start]
    leads = hit.start < first
    if _comes_with(before, leads) or _FINE_AFTER.match(text, hit.end):
        return False
    if _meant_for(text, hit, mentions):
        return True
    alone = _ALONE_AFTER.match(text, hit.end) or _ALONE_BEFORE.search(before)
    if not goods.strong:
        cheap = part_of_launch is not None and price is not None and part_of_launch < _WEAK_CHEAP and price <= goods.most_usd
        return bool(alone) and (price is None or price <= goods.most_usd) or cheap
    if price is not None and price > goods.most_usd:
        return bool(alone) and leads
    if leads or alone or not mentions:
        return True
    if price is None:
        return goods.name not in ("bracket", "backplate", "cable", "pads", "fan")
    if launch is None:
        return mentions[0].known and price <= goods.most_usd / 2
    return part_of_launch is not None and part_of_launch < _CHEAP


def _comes_with(before: str, leads: bool) -> bool:
    if _COMES_WITH.search(before) or _GLUED_WITH.search(before):
        return True
    return not leads and _AND.search(before) is not None


def _meant_for(text: str, hit: Hit, mentions: Sequence[Mention]) -> bool:
    """Tell whether the title says that the accessory is for a card: bracket for RTX 3090."""
    if _FOR_AFTER.match(text, hit.end) and not _USE.search(text, hit.end, hit.end + 40):
        return True
    for mention in mentions:
        if mention.start > hit.end:
            found = _FOR.search(text, hit.end, mention.start)
            return found is not None and not _USE.match(text, found.start())
    return False

"""Boxes, brackets, coolers, cables: goods that bear a card's name and are no card."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tracker.catalog import catalog
from tracker.normalize.mentions import Mention
from tracker.normalize.words import Hit

#: "with bracket", "no box", "w/ FH bracket": the card has it or lacks it.
_COMES_WITH = re.compile(
    r"(?:\bwith(?:out)?|\bw[/. ]|\bw/o|\bno|\bincl\w*\.?|\bhas|\bhave|\bmissing|\binside|\bmit|\bohne|"
    r"\bavec|\bsans|\bcon|\bsenza|\bsin)"
    r"[ /]{0,3}(?:[a-z0-9'.+/-]{1,14} ){0,4}$"
)
#: "+ box", "and bracket": only after the card itself.
_AND = re.compile(r"(?:\band|&|\+|\bplus|,|;|/)[ ]{0,2}(?:[a-z0-9'.-]{1,14} ){0,3}$")
_GLUED_WITH = re.compile(r"(?:gb|g)(?:with|without)[ ]$")
_FINE_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:included|incl\b|includes|installed|attached|fitted|applied|pre-?installed|"
    r"special edition|edition|version|style|model|equipped|upgraded|modded|cooled|"
    r"(?:&|and) (?:accessories|manual|box|cables?|papers)|inclus|incluido|incluso|dabei|inklusive|"
    r"montiert|mounted|design|damage|cut|ok\b|wear)"
)
_FOR_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:(?:kit|set|assembly|module|cover|replacement|upgrade|mount|mounting|plate|with \w+|"
    r"and \w+|& \w+|\+ \w+|only|black|white|metal|aluminum|aluminium|full|height|profile) ?){0,3}"
    r"(?:for|fits?|compatible|to fit|suitable|pour|für|para|per|voor|dla|until)\b"
)
_ALONE_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:only|replacement|assembly|kit|set|empty|housing|shell|repair part|spare part|"
    r"as pictured)\b"
)
_ALONE_BEFORE = re.compile(
    r"\b(?:only|replacement|empty|just|pristine|repair|spare|oem replacement|genuine replacement|"
    r"universal|aftermarket)[ ](?:the )?(?:\w{1,10} )?$"
)
_FOR = re.compile(r"\b(?:for|fits?|compatible with|suitable for|für|pour|per|para)\b")
_USE = re.compile(
    r"\bfor (?:gaming|deep|ai\b|machine|parts|work|rendering|mining|video|editing|desktop|pc|server|llm|"
    r"3d|vr|sale|creators?|repair|computing|data|cad)"
)
#: Below this part of the launch price a title with an accessory's word means the accessory.
_CHEAP = 0.25
#: Nothing but a colour or a maker behind the word: it is what the title ends with.
_LAST = re.compile(
    r"(?:[ (-]{1,3}(?:black|white|red|silver|oem|original|genuine|new|used|set|kit|part|unit|side|for|sale|free|"
    r"fast|ships|shipping|today|tested|\d[0-9a-z-]{0,9})){0,3}+[ .!*)\]-]{0,9}$"
)
_WET = re.compile(r"water ?-?(?:blocked|cooled|cooling ready)|liquid ?-?cooled|custom loop")
_BLOCK_MAKERS = frozenset(
    (
        "alphacool",
        "bykski",
        "byski",
        "barrow",
        "barrowch",
        "ekwb",
        "ek quantum",
        "ek vector",
        "bitspower",
        "granzon",
        "heatkiller",
        "watercool",
    )
)
_VERY_CHEAP = 0.06
_WEAK_CHEAP = 0.15


@cache
def launch_price_usd(model: str) -> int | None:
    """Return the lowest launch price of ``model`` in US dollars, None where the catalog has none."""
    prices = [gpu.launch_msrp_usd for gpu in catalog().by_model(model) if gpu.launch_msrp_usd]
    return min(prices) if prices else None


def find_accessory(text: str, hits: Sequence[Hit], mentions: Sequence[Mention], price_usd: float | None) -> Hit | None:
    """Return the word that says that the goods are an accessory, None where a card is sold.

    ``price_usd`` tells "RTX 4090 box" for 40 dollars from a card that comes boxed.
    """
    named = []
    boxed = None
    for hit in hits:
        tags = hit.tags
        if "fine" in tags:
            boxed = boxed or (hit if "box" in hit.text else None)
        elif "hard" in tags:
            return hit
        if hit.goods:
            named.append(hit)
    if not named and (boxed is None or price_usd is None):
        return None
    facts = _facts(text, hits, mentions, price_usd)
    if boxed and facts.part is not None and facts.part < _VERY_CHEAP:
        return boxed
    loose: Hit | None = None
    for hit in named:
        if facts.wet and hit.text in _BLOCK_MAKERS:
            continue
        if _alone(facts, hit):
            return hit
        if _comes_with(facts, hit, loose):
            continue
        if _is_accessory(facts, hit):
            return hit
        loose = hit
    return None


class _Facts(NamedTuple):
    """What the title says beside the accessory's word."""

    text: str
    mentions: Sequence[Mention]
    first: int
    price: float | None
    launch: int | None
    #: Price as a part of the launch price.
    part: float | None
    #: A size or a word such as "graphics card" speaks for a card.
    card: bool
    #: Said to be water-cooled: the maker of the block is no accessory then.
    wet: bool
    #: How many words name a water block: its maker and the block itself leave no card.
    blocks: int


def _facts(text: str, hits: Sequence[Hit], mentions: Sequence[Mention], price: float | None) -> _Facts:
    launch = max((usd for m in mentions if (usd := launch_price_usd(m.model))), default=None)
    card = any("card" in hit.tags for hit in hits) or any(mention.stated_gb is not None for mention in mentions)
    return _Facts(
        text,
        mentions,
        mentions[0].start if mentions else len(text),
        price,
        launch,
        price / launch if price is not None and launch else None,
        card,
        _WET.search(text) is not None,
        sum(hit.goods is not None and hit.goods.name == "water block" for hit in hits),
    )


def _alone(facts: _Facts, hit: Hit) -> bool:
    """Tell whether the price is that of the accessory alone, whatever the title says."""
    goods = hit.goods
    cheap = facts.part is not None and facts.part < _VERY_CHEAP
    return cheap and goods is not None and facts.price is not None and facts.price <= goods.most_usd


def _comes_with(facts: _Facts, hit: Hit, loose: Hit | None) -> bool:
    """Tell whether the card has or lacks it: with bracket, no box, card + cable."""
    before = facts.text[max(0, hit.start - 60) : hit.start]
    if _COMES_WITH.search(before) or _GLUED_WITH.search(before) or _FINE_AFTER.match(facts.text, hit.end):
        return True
    joined = hit.start > facts.first and _AND.search(before) is not None
    # "heatsink and fan" are two accessories; "card and fan" is a card.
    return joined and (loose is None or hit.start - loose.end > _FAR)


_FAR = 25


def _is_accessory(facts: _Facts, hit: Hit) -> bool:
    goods = hit.goods
    assert goods is not None
    text, price = facts.text, facts.price
    if _meant_for(text, hit, facts.mentions):
        return True
    leads = hit.start < facts.first
    alone = bool(_ALONE_AFTER.match(text, hit.end) or _ALONE_BEFORE.search(text[max(0, hit.start - 60) : hit.start]))
    alone = alone or hit.text.endswith(("set", "kit", "kits", "assembly", "replacement"))
    dear = price is not None and price > goods.most_usd
    if dear:
        return alone and leads and goods.strong
    if alone:
        return True
    if not goods.strong:
        last = _LAST.match(text, hit.end) is not None
        if price is None:
            return not facts.card and (leads or last)
        return facts.part is not None and facts.part < (_CHEAP if leads else _WEAK_CHEAP)
    if leads or not facts.mentions:
        return True
    if price is None:
        return not facts.card or facts.blocks > 1
    if facts.launch is None:
        return facts.mentions[0].known and price <= goods.most_usd / 2
    return facts.part is not None and facts.part < _CHEAP


def _meant_for(text: str, hit: Hit, mentions: Sequence[Mention]) -> bool:
    """Tell whether the title says that the accessory is for a card: bracket for RTX 3090."""
    if _FOR_AFTER.match(text, hit.end) and not _USE.search(text, hit.end, hit.end + 40):
        return True
    for mention in mentions:
        if mention.start > hit.end:
            found = _FOR.search(text, hit.end, mention.start)
            return found is not None and not _USE.match(text, found.start())
    return False

"""Boxes, brackets, coolers, cables: goods that bear a card's name and are no card."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tracker.catalog import catalog
from tracker.normalize.meant_for import goods_for, meant_for
from tracker.normalize.mentions import Mention
from tracker.normalize.words import Goods, Hit, Said

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
_ALONE_AFTER = re.compile(
    r"[ ,)*-]{0,3}(?:(?:front|rear|back|left|right|middle|side|blower|rgb|led) ){0,2}"
    r"(?:only|replacement|assembly|kit|set|empty|housing|shell|repair part|spare part|"
    r"as pictured)\b"
)
_ALONE_BEFORE = re.compile(
    r"\b(?:only|replacement|empty|just|pristine|repair|spare|oem replacement|genuine replacement|"
    r"universal|aftermarket)[ ](?:the )?(?:\w{1,10} )?$"
)
#: Below this part of the launch price a title with an accessory's word means the accessory.
_CHEAP = 0.25
#: Nothing but a colour or a maker behind the word: it is what the title ends with.
_LAST = re.compile(
    r"(?:[ ()-]{1,4}(?:black|white|red|silver|oem|original|genuine|new|used|set|kit|parts?|unit|side|assembly|for|sale|"
    r"free|tesla|geforce|radeon|rtx|\d{1,3}gb|hpe?|dell|lenovo|nvidia|amd|asus|msi|gigabyte|evga|zotac|pny|great|"
    r"good|condition|mint|clean|fast|ships|shipping|today|tested|\d[0-9a-z-]{0,9})){0,6}+[ .!*)\]-]{0,9}$"
)
#: Between accessories that are sold together: heatsink with fans and backplate.
_CHAIN = re.compile(r"[ ,/&+(-]{0,3}(?:(?:with|w/|and|und|et|e|y|or|the|its|oem|original|rgb|complete|full) ?){0,2}")
#: Which of its two brackets a small card has: T4 16GB low profile bracket.
_PROFILE_BEFORE = re.compile(r"(?:profile|height|\blp|\bfh|\bhh) $")
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


class _Facts(NamedTuple):
    """What the title says beside the accessory's word."""

    text: str
    mentions: Sequence[Mention]
    first: int
    #: Where the first card's name ends.
    behind: int
    price: float | None
    launch: int | None
    #: Price as a part of the launch price.
    part: float | None
    #: Words such as "graphics card" speak for a card.
    card: bool
    #: Where "triple fan" or the like stands, which speaks for a card unless an accessory comes first.
    fanned: int
    #: A memory size is stated, which speaks for a card too, unless the title ends on an accessory.
    sized: bool
    #: Said to be water-cooled: the maker of the block is no accessory then.
    wet: bool
    #: How many words name a water block: its maker and the block itself leave no card.
    blocks: int

    @property
    def is_cheap(self) -> bool:
        """Whether no price speaks for a card."""
        return self.price is None or (self.part is not None and self.part < _CHEAP)


def find_accessory(text: str, said: Said, mentions: Sequence[Mention], price_usd: Decimal | None) -> Hit | None:
    """Return the word that says that the goods are an accessory, None where a card is sold.

    ``price_usd`` tells "RTX 4090 box" for 40 dollars from a card that comes boxed.
    """
    boxed = None
    if not said.tags.isdisjoint(_PLAIN):
        hard = next((hit for hit in said.hits if "hard" in hit.tags and "fine" not in hit.tags), None)
        if hard is not None:
            return hard
        boxed = next((hit for hit in said.hits if "fine" in hit.tags and "box" in hit.text), None)
    unknown = goods_for(text, said.hits, mentions)
    if not said.goods and unknown is None and (boxed is None or price_usd is None):
        return None
    facts = _facts(text, said, mentions, None if price_usd is None else float(price_usd))
    if unknown is not None and not facts.card and facts.is_cheap:
        return unknown
    if boxed and facts.part is not None and facts.part < _VERY_CHEAP:
        return boxed
    return _first_accessory(facts, said.goods, said.hits)


#: Lists that say by themselves whether a card is there.
_PLAIN = frozenset(("hard", "fine"))


def _first_accessory(facts: _Facts, named: Sequence[Hit], hits: Sequence[Hit]) -> Hit | None:
    loose: Hit | None = None
    for hit in named:
        if facts.wet and hit.text in _BLOCK_MAKERS:
            continue
        if _alone(facts, hit):
            return hit
        if _comes_with(facts, hit, loose):
            continue
        if _is_accessory(facts, hit, hits):
            return hit
        loose = hit
    return None


def _ends_title(text: str, hit: Hit, hits: Sequence[Hit]) -> bool:
    """Tell whether nothing but further accessories, colours or makers stand behind the word."""
    end = hit.end
    for other in hits:
        if other.start >= end and (other.goods or "fine" in other.tags):
            if not _CHAIN.fullmatch(text, end, other.start):
                break
            end = other.end
    return _LAST.match(text, end) is not None


def _facts(text: str, said: Said, mentions: Sequence[Mention], price: float | None) -> _Facts:
    hits, tags, named = said
    fine = [hit for hit in hits if "fine" in hit.tags] if "fine" in tags else []
    launch = max([usd for m in mentions if (usd := launch_price_usd(m.model))], default=None)
    after = {hit.start for hit in named}
    # A "graphics card heatsink" is a heatsink.
    card = "card" in tags and any("card" in hit.tags and hit.end + 1 not in after for hit in hits)
    return _Facts(
        text,
        mentions,
        mentions[0].start if mentions else len(text),
        mentions[0].end if mentions else len(text),
        price,
        launch,
        price / launch if price is not None and launch else None,
        card,
        next((hit.start for hit in fine if "fan" in hit.text), len(text)),
        any(mention.stated_gb is not None for mention in mentions),
        ("cool" in text or "water" in text or "loop" in text) and _WET.search(text) is not None,
        len([hit for hit in named if hit.goods is not None and hit.goods.name == "water block"]),
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
    # The plus of "Nitro+ RX 6900 XT" joins nothing: only what stands behind the card's name does.
    joined = (
        hit.start > facts.first and _AND.search(facts.text, max(facts.behind, hit.start - 60), hit.start) is not None
    )
    # "heatsink and fan" are two accessories; "card and fan" is a card.
    return joined and (loose is None or hit.start - loose.end > _FAR)


_FAR = 25


def _is_accessory(facts: _Facts, hit: Hit, hits: Sequence[Hit]) -> bool:
    goods = hit.goods
    assert goods is not None
    text, price = facts.text, facts.price
    if meant_for(text, hit, facts.mentions):
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
        return _weak_is(facts, hit, goods, hits, leads)
    if leads or not facts.mentions:
        return True
    if price is None:
        return _unpriced_is(facts, hit, hits)
    if facts.blocks > 1 and not facts.card and not facts.sized:
        # "RTX 3060 Waterblock EK Quantum Vector" at the price of a block; only old cards are as cheap.
        return True
    if facts.launch is None:
        return facts.mentions[0].known and price <= goods.most_usd / 2
    return facts.part is not None and facts.part < _CHEAP


def _weak_is(facts: _Facts, hit: Hit, goods: Goods, hits: Sequence[Hit], leads: bool) -> bool:
    """Tell it of a word that cards are described with too: box, fan, cooler."""
    if facts.price is None:
        # "RTX 3080 10GB box" is a card in its box, "3080 10GB triple fan cooler" is a card.
        described = facts.sized and (goods.name == "box" or facts.fanned < hit.start)
        return not facts.card and not described and (leads or _ends_title(facts.text, hit, hits))
    if facts.launch is None:
        return not facts.card and facts.price <= goods.most_usd and _ends_title(facts.text, hit, hits)
    return facts.part is not None and facts.part < (_CHEAP if leads else _WEAK_CHEAP)


def _unpriced_is(facts: _Facts, hit: Hit, hits: Sequence[Hit]) -> bool:
    """Tell it of a strong word behind the card's name: with a stated size only where the title ends on it."""
    if facts.blocks > 1:
        return True
    if facts.card or not facts.sized:
        return not facts.card
    if hit.text in _BLOCK_MAKERS or facts.fanned < hit.start or _PROFILE_BEFORE.search(facts.text, 0, hit.start):
        return False
    return _ends_title(facts.text, hit, hits)

"""Who pays for carriage, where the post says it once for all of its prices."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from tracker.normalize.posts.money.gist import gist_of_carriage
from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import guarded, union, whole
from tracker.normalize.types import Shipping

__all__ = ["free_from", "meets_in_person", "shipping_of_post", "shipping_of_title"]

Places = list[tuple[int, int]]
"""Stretches of a text."""
_PIECE_END = re.compile(r"[,/|&]|\bor\b|\band\b")
_EXTRA = guarded(rf"{whole('shipping.all_extra')}(?!\w)", "shipping.all_extra")
_INCLUDED = guarded(rf"{whole('shipping.all_included')}(?!\w)", "shipping.all_included")
_LOCAL = guarded(rf"{whole('shipping.all_local')}(?!\w)", "shipping.all_local")
_IT_EXTRA = guarded(rf"{whole('shipping.it_extra')}(?!\w)", "shipping.it_extra")
_IT_INCLUDED = guarded(rf"{whole('shipping.it_included')}(?!\w)", "shipping.it_included")
_CARRIER = Guarded(
    whole("words.carrier"),
    (
        "ups", "usps", "fedex", "dhl", "dpd", "gls", "hermes", "evri", "yodel", "post", "parcelforce", "mail", "rmsd",
        "special del", "mondial", "colissimo", "purolator", "prio", "expedited", "ground", "next day", "class",
        "signed", "correos", "packeta", "sendle",
    ),
)  # fmt: skip
_BY_EXTRA = re.compile(rf"{whole('words.carrier')}{union('shipping.by_extra')}(?!\w)", re.ASCII)
_BY_INCLUDED = re.compile(rf"{whole('words.carrier')}{union('shipping.by_included')}(?!\w)", re.ASCII)
"""What is said of a carrier, tried where one is named."""
_ABROAD_EXTRA = guarded(rf"{whole('shipping.abroad_extra')}(?!\w)", "shipping.abroad_extra")
_ABROAD_INCLUDED = guarded(rf"{whole('shipping.abroad_included')}(?!\w)", "shipping.abroad_included")
_ABROAD_LOCAL = guarded(rf"{whole('shipping.abroad_local')}(?!\w)", "shipping.abroad_local")
_HEADING = Guarded(
    rf"{whole('shipping.heading_included')}(?!\w)",
    ("shipped:", "shipped):", "posted:", "posted):", "delivered:", "delivered):"),
)
_SENDING = re.compile(rf"{whole('shipping.sending')}(?!\w)[^.!?\n]{{0,50}}(?:[.?][ \n])?$")
"""What is said of ``it`` is said of carriage where this stands before: ``Shipping from Leeds? That's on me``."""
_SENDING_BEFORE = 80
_SENT_SAID = Guarded("shipped|posted|delivered")
_ON_MONEY = union("words.on_money")
_SHIPPED_LINE = re.compile(
    r"\n(?!shipped(?:[.!,]|[ \n]{1,2}(?:to|within|anywhere|in)(?!\w)))"
    rf"[^\w\n]{{0,3}}(?:{_ON_MONEY}[ ,./&(|-]{{1,3}}){{0,6}}(?:shipped|(?<=[\w.,/-][ ])(?:posted|delivered))"
    rf"(?:[ ,./&|-]{{1,3}}{_ON_MONEY}){{0,6}}[^\w\n.]{{0,3}}(?=\n|$|[.](?:[ \n]|$))",
    re.ASCII,
)
"""A line of nothing else, which may begin with any sign; searched behind a line break set before the text."""
_ANY = finder(
    r"ship|shp|post|mail|deliv|p[&+]p|s[&+/]h|ride|trip|pick|collect|meet|local|in.person|rmsd|verz|versand|charge|"
    r"port(?:o|es| (?:inc|com|of|en|gr))|fdp|sped|env[ioí]|livr|dhl|dpd|ups|usps|fedex|frais|tracked|signed|insured|"
    r"freight|label|door|rm special|buyer|expedited|express|prio|carriage|f2f|carrier|courier|purolator|come and|"
    r"face to|hand to|carry|abholung|gets? it|getting it|area only|flat rate|send|sent|gls|hermes|evri|ground|"
    r"parcel|relay|colissimo|correos|ctt|seur|mrw|brt|sda|canpar|loomis|intelcom|startrack|aramex|pirate|conus|coast|"
    r"mainland|europe|germany|frakt|fragt|main propre|mano|all.in|fob|to your|anywhere|lower 48"
)
"""One of these stands in every statement about carriage, or shortly before it."""
_RARE = Guarded("yodel|wysyłk|ophalen")
"""Words that are not worth a look at each ``y``, ``w`` and ``o``: a text with one of them is searched as a whole."""
_LONG, _AHEAD, _BEHIND = 500, 100, 160
"""A text of more characters is only searched around the words above, so far ahead of them and behind them."""
_ABROAD = finder(r"\boutside\b|\binternational (?:ship|buy|order|post|deliver)|\boverseas\b|\babroad\b")
"""What buyers abroad pay says nothing of carriage at home."""
_GIVEN_AWAY = finder(r"\b(?:free|just|only)[^.!?\n]{0,20}\bpays?\b|\bpays?\b[^.!?\n]{0,20}\bonly\b")
"""``Box of cables, you pay shipping only``."""
_SENT_BACK = finder(r"\b(?:back|return\w*)\b[^.!?\n]*$")
"""``Returns are shipped at your expense`` says nothing of the way there."""
_OTHER_THING = finder(
    r"\b(?:case|tower|monitor|psu|pc|rig|desktop|keyboard|chair|server|switch|combo|laptop|chassis|frame)"
    r"(?:e?s)?"
    r"(?:'s|(?:, which)? (?:is|are|will be|would be|gets))?,? ?$"
)
"""``Prices include shipping, the case is plus shipping``."""
_LOCAL_ONLY = finder(r"\blocal\b(?! (?:or|and|preferred|pref))")
_ALL_LOCAL = finder(
    r"\blocal(?:ly)? (?:pick-?up )?(?:cash|zelle|venmo|paypal|pp|money)(?: ?(?:/|or|and|&) ?\w{2,8}){0,3} only\b"
)
"""``Local cash/Zelle only``: each way to pay is a local one."""

_FREE_FROM = Guarded(
    r"(?:\bfree (?:shipping|postage|delivery|ups|usps)|"
    r"(?:ship\w*|postage|delivery|ups|usps|fedex|ground)\b[^.!?\n]{0,30}\b(?:on me|free|included|on us))[ ]"
    r"(?:is )?(?:on |for |if )?(?:\w+[ ]){0,3}?(?:over|above|of at least|from)[ ]"
    r"(?:[$£€] ?)?(?P<least>\d{1,3}(?:,\d{3})?)(?!\d|\.\d|[ ]?(?:lb|mile|usa))"
)
"""``Free shipping on orders over $200``."""


_MOST_READ = 20_000
"""Characters in which carriage is looked for: four times the longest post of a real seller that was seen."""


def shipping_of_post(text: str) -> tuple[Shipping, int, int] | None:
    """The statement about carriage that holds for the whole post, with its place; the first by force of rule."""
    text = text[:_MOST_READ]
    places = _spoken_of(text)
    if not places:
        return None
    carriers = [match.start() for match in _matches(_CARRIER, text, places)]
    by_extra = filter(None, (_BY_EXTRA.match(text, start) for start in carriers))
    said = (_matches(words, text, places) for words in (_EXTRA, _ABROAD_EXTRA))
    for match in chain(chain.from_iterable(said), by_extra, _of_it(_IT_EXTRA, text, places)):
        if not _of_other_ways(text, *match.span()) and not _of_an_exception(text, match.start(), carriers):
            return "extra", match.start(), match.end()
    included = _included(text, carriers, places)
    line = _SHIPPED_LINE.search(f"\n{text}") if _SENT_SAID.possible(text) else None
    if line is not None and (included is None or line.start() <= included.start()):
        return "included", line.start(), line.end() - 1
    if included is not None:
        return "included", included.start(), included.end()
    gist = gist_of_carriage(text, places)
    if gist is not None:
        return gist
    local = next(chain.from_iterable(_matches(words, text, places) for words in (_LOCAL, _ABROAD_LOCAL)), None)
    return None if local is None else ("local", local.start(), local.end())


def _included(text: str, carriers: Iterable[int], places: Places) -> re.Match[str] | None:
    """Where the seller says to pay for carriage; ``carriers`` are the places at which carriers are named."""
    said = (_matches(words, text, places) for words in (_INCLUDED, _HEADING, _ABROAD_INCLUDED))
    by_included = filter(None, (_BY_INCLUDED.match(text, start) for start in carriers))
    return next(chain(chain.from_iterable(said), by_included, _of_it(_IT_INCLUDED, text, places)), None)


def _spoken_of(text: str) -> Places:
    """The stretches of a text that may speak of carriage; a short one is one stretch, or none."""
    if _RARE.possible(text):
        return [(0, len(text))]
    if len(text) <= _LONG:
        return [(0, len(text))] if _ANY.search(text) else []
    places: Places = []
    for match in _ANY.finditer(text):
        low, high = match.start() - _AHEAD, match.end() + _BEHIND
        if places and low <= places[-1][1]:
            places[-1] = places[-1][0], high
        else:
            places.append((max(0, low), high))
    return places


def _matches(words: Guarded, text: str, places: Places) -> Iterable[re.Match[str]]:
    """Where a list's words stand in these stretches of a text."""
    if not words.possible(text):
        return ()
    return chain.from_iterable(words.compiled.finditer(text, low, high) for low, high in places)


def _of_an_exception(text: str, start: int, carriers: Iterable[int]) -> bool:
    """Whether a statement is on another thing alone, in a post that has said before who pays for the rest."""
    other = _OTHER_THING.search(text, max(0, start - 40), start)
    return other is not None and _included(text[: other.start()], carriers, [(0, other.start())]) is not None


def _of_it(words: Guarded, text: str, places: Places) -> Iterator[re.Match[str]]:
    """What is said of carriage right after it was spoken of."""
    for match in _matches(words, text, places):
        if _SENDING.search(text, max(0, match.start() - _SENDING_BEFORE), match.start()) is not None:
            yield match


def _of_other_ways(text: str, start: int, end: int) -> bool:
    """Whether a statement is on the way abroad, or back, or on what is given away in a post that ships the rest."""
    if _ABROAD.search(text, max(0, start - 70), end + 24) is not None:
        return True
    if _GIVEN_AWAY.search(text, max(0, start - 40), end + 8) is not None and _INCLUDED.search(text) is not None:
        return True
    return _SENT_BACK.search(text, max(0, start - 40), end) is not None


def shipping_of_title(want: str) -> Shipping | None:
    """``local`` where the title takes nothing but local payment."""
    if _ALL_LOCAL.search(want):
        return "local"
    if not _LOCAL_ONLY.search(want):
        return None
    parts = [part.strip() for part in _PIECE_END.split(want) if part.strip()]
    remote = [
        part
        for part in parts
        if re.search(r"paypal|pp\b|g&s|shipped|venmo|zelle|wire|transfer", part) and "local" not in part
    ]
    return None if remote else "local"


_MEETING = Guarded(
    r"(?:(?<![^\n])|(?<=[.!?;,(][ ])|(?<=[.!?;(]))[^\w\n]{0,3}(?:(?:(?:you |we |i )?can|happy to|we'?ll|i'?ll|local) )?"
    r"(?:meet(?:ing)?(?:[ -]?ups?)?|pick[ -]?up|collect(?:ion)?|pick (?:it|them|this) up|come (?:and )?get it)[ ]"
    r"(?:(?:is |it |them )?(?:at|in|near|by|around|from|outside|between)\b)(?! (?:least|all|any ?time|home|you|my way))"
)
_SENT_AWAY = finder(
    r"ship|\bpost(?:age|al|ing|ed)?\b|mail|deliver|\bsen[dt]\b|courier|\blabels?\b|\btracked|freight|dhl|dpd|\bups\b|usps|"
    r"fedex|evri|hermes|purolator|paypal|\bpp\b|g&s|goods (?:and|&) services|\bwire\b"
)


def meets_in_person(text: str, want: str) -> bool:
    """Whether a post names a place to meet at, and neither it nor the payment wanted speaks of any other way."""
    if "paypal" in want or "ship" in text or _SENT_AWAY.search(want):
        return False
    return _MEETING.search(text) is not None and not _SENT_AWAY.search(text)


def free_from(text: str) -> Decimal | None:
    """The least price, in major units, from which the seller pays for carriage."""
    match = _FREE_FROM.search(text)
    return None if match is None else Decimal(match["least"].replace(",", ""))

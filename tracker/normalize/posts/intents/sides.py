"""What one side of a title names: money, goods, and an openness to offers."""

import re

from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.money.bare import MODEL_NUMBER as _MODEL_NUMBER
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import pattern

__all__ = ["MONEY", "PIECE_END", "TAG", "bare_part", "money_and_goods"]

MONEY = pattern("title.money")
TAG = re.compile(r"[\[({][^\[\](){}]{1,40}[\])}]")
_SUM = re.compile(r"[~$£€]{0,3} ?\d[\d.,]{0,12}k?[+$£€-]{0,2}|[$£€]+")
_WORD = re.compile(r"[a-z\d]{3}")
_NO_WORD = re.compile(r"[^a-z\d]+")
_FREE_OFFER = pattern("title.free_offer")
_STUFF_AROUND_OFFER = pattern("title.stuff", "title.around_offer")
_AROUND_OFFER = pattern("title.around_offer")
_ABOUT_SALE = pattern("title.about_sale")
_FOR_WHAT = re.compile(
    r"\x01[\x01 ~+-]*(?:(?:cash|shipped|obo|each) ?)?(?:for|towards?|to (?:buy|get|fund|pay)|"
    r"from|left|saved|burning|in my)\b.*"
)
"""``$300 for a 670``, ``$200 from my job``: what it is for or from. It stands as ``\x01`` there."""
_STUFF = pattern("title.stuff")
# Each way begins with a plain character, so that a search skips to it; what stands before is looked at behind it.
PIECE_END = re.compile(r",|;|/|\||&|\+|\(|\)|\[|\]|a(?<=\ba)nd\b|o(?<=\bo)r\b|p(?<=\bp)lus\b|\n|[.!](?=[ ]|$)")
_MONEY_ONLY = re.compile(r"[$£€\d][\d.,$£€k~ +-]*")
_AMOUNT = re.compile(
    r"\d(?<![\w.]\d)[\d.,]{0,12}k? ?(?:\+ ?(?:ship|s/?h\b)|shipped|posted|obo\b|usd\b|cad\b|eur\b|euros?\b|"
    r"gbp\b|bucks\b|dollars\b|quid\b|each\b|firm\b|or best|local\b|plus ship)"
)
_PLUS_SHIPPING = Guarded(r"(?<![\w.])\d{1,4} ?(?:\+|and|&|plus) ?(?:shipping|ship\b|s/?h\b|postage|p&p)")
_NO_GOODS = re.compile(
    r"\d(?<![\w$£€.,#-]\d)(?:\d{4}(?![\w.,-])|(?:\d|\d?\.\d{1,2})? ?%(?: (?:fees?|extra|more|on top))?)"
)
"""``Local 85281`` takes money, at a place; ``PayPal +3%`` takes a fee."""


_PAID_FOR = re.compile(
    r"(?:\b(?:for|on) )?(?:\b(?:the|full|whole|entire) )?"
    r"\b(?:parts?|pc|rig|build|tower|system|computer|server|workstation|gpus?|cards?|pieces|smaller stuff|thing)\b"
)
"""``Local cash, parts PayPal``: what is paid for so."""
_TOWN = re.compile(r"local(?:ly)?(?:[ \x01](?:to|in|only|sale|pickup))?[ \x01]{1,3}[a-z]{3,}(?: [a-z]{3,})?")
"""``local San Jose``, ``local cash Tampa`` name a place, where they name no goods."""
_BARE_SUM = re.compile(r"[1-9]\d{1,3}")
"""``[W] 30``: a side of nothing but a number that is no card's."""


_NUMBER = re.compile(r"\d\d")
_EMPTIES = "your closet"
"""Of all words that are no goods those behind ``clean out your closet`` alone can hold a number."""


_MONEY_SIGN = "\x01"
_PAID_AT = re.compile(r"(?:local(?:ly)? )?\x01[\x01 ]*(?:in|near|around|at) [a-z]{3,}(?: [a-z]{3,}){0,2}")
"""``cash in Tampa``; money stands as ``\x01`` there."""


def _is_place(text: str) -> bool:
    if "local" not in text and _MONEY_SIGN not in text:
        return False
    return (_TOWN.fullmatch(text) or _PAID_AT.fullmatch(text)) is not None


def bare_part(text: str) -> str:
    """A piece of a side without the signs around it."""
    return text.strip(" .!?~:-'\"*=_<>#")


def _is_goods(left: str, wanted: bool) -> bool:
    """Whether a piece of a side names goods, by what is left of it without money and an openness to offers."""
    if (wanted and _ABOUT_SALE.search(left)) or (_is_place(left) and not names_goods(left)):
        return False
    if _NUMBER.search(left) and _EMPTIES not in left:
        return True
    left = _NO_WORD.sub(" ", _STUFF.sub(" ", left)).strip()
    return len(left) >= 3 or any(character.isdigit() for character in left)


def money_and_goods(text: str, wanted: bool = False) -> tuple[bool, bool, bool]:
    """Whether a side names money, goods, and an openness to offers; what a wanted side says of the sale is no goods."""
    money = goods = offers = False
    if "(" in text or "[" in text or "{" in text:
        text = TAG.sub(" ", text)
    text = _NO_GOODS.sub(" ", text)
    if _PLUS_SHIPPING.search(text):
        money, text = True, _PLUS_SHIPPING.sub(" ", text)
    bare = bare_part(text)
    if _BARE_SUM.fullmatch(bare) and not _MODEL_NUMBER.fullmatch(bare):
        return True, False, False
    for piece in PIECE_END.split(text):
        part = bare_part(piece)
        if not part:
            money = money or "$" in piece or "£" in piece or "€" in piece
            continue
        left, named = part, MONEY.search(part)
        if named is not None and len(named.group()) == len(part):
            money = True
            continue
        if named is not None or "$" in part or "£" in part or "€" in part or _AMOUNT.search(part):
            money = True
            left = MONEY.sub("\x01", _SUM.sub("\x01", left))
            left = _FOR_WHAT.sub(" ", left)
            left = _PAID_FOR.sub(" ", left) if wanted else left
        elif len(part) < 7 and "$" in text and _MONEY_ONLY.fullmatch(part) and not _MODEL_NUMBER.fullmatch(part):
            continue
        if _FREE_OFFER.search(left):
            rest = _FREE_OFFER.sub(" ", left)
            offers = offers or not _WORD.search(_STUFF_AROUND_OFFER.sub(" ", rest))
            left = _AROUND_OFFER.sub(" ", rest)
        goods = goods or _is_goods(left, wanted)
    return money, goods, offers

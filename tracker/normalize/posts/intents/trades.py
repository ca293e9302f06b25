"""Whether the body of a sale is open to trades, refuses them, or takes nothing else."""

import re
from collections.abc import Iterable, Iterator

from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import anchored, anchored_after, guarded, pattern, whole

__all__ = ["open_to_trades", "refuses_sale", "refuses_trades", "sells_or_trades", "trades_only"]

_TRADE = re.compile(r"(?:trad(?:e|es|ing)|swap(?:s|ping)?|barter(?:s|ing)?)\b")
_BEFORE = anchored("trades.before", " /", rf"{whole('trades.before')}[ /]{{1,2}}$")
_AFTER = anchored_after("trades.after")
_NO_TRADE_AFTER = anchored_after("trades.not_after")
_WINDOW = 48
_REFUSED = guarded(rf"{whole('trades.refused')}(?!\w)", "trades.refused")
_EXCEPTED = Guarded(
    r"trades(?: (?:right now|really|please|at (?:this|the) (?:time|moment)))? ?[,(;-]{0,2} ?(?:"
    r"(?:except|unless|apart|other than|besides|save)(?: (?:maybe|perhaps|possibly|that|if|when|for|from)){0,3} "
    r"(?:i(?:'d| would| might| may| could)? |you(?:'ve|'d)? (?:have|got|offer|happen)|it(?:'s| is) |an? |"
    r"some(?:one|body|thing)|\d)|"
    r"but (?:i(?:'d|'ll)? ?)?(?:(?:would|will|might|may|could|do) )?(?:(?:also|maybe|still) )?(?:trade|swap|"
    r"(?:consider|entertain|look at|take|accept) (?:an? |your )(?!offer|payment|bit|look|lower|pic|deposit|check)))",
    ("trades, ", "trades exc", "trades unl", "trades but", "trades (un"),
)
"""``No trades, except I might look at a 7950``."""
_BEFORE_OFFERS = anchored("trades.before_offers", " ", rf"{whole('trades.before_offers')} $")
_BEFORE_WHAT_YOU = anchored("trades.before_what_you", " ", rf"{whole('trades.before_what_you')} $")
_AFTER_WHAT_YOU = anchored_after("trades.after_what_you")
_TAKES_YOURS = Guarded(r"(?:'ll|\bwill|\bwould|\bcould)(?: also)? take your (?!offer|money|cash|time|word|best|pick)")
_HEADINGS = ("interested in", "looking for", "trade", "what i ", "wish")
"""Over a list of what the seller would have instead of money."""
_SELL_BEFORE = re.compile(r"(?<!buy/)(?:sell(?:ing)?|sale) ?(?:/|or) ?$")
_OR_SELL = re.compile(r"trad(?:e|ing) ?(?:/|or) ?sell(?:ing)?\b")
_ONLY_TRADES = Guarded(
    r"\btrades? only|\b(?<!in )(?<!interested )trading only|\bstrictly trad|"
    r"\bonly (?:trad|(?:looking|interested) (?:for|in) (?:a )?trad)|\bno(?: cash|"
    r"t (?:(?:looking for|interested in) (?:cash|money|selling)|(?:really |even )*looking for (?:any )?(?:money|cash)|"
    r"for sale,? (?:only )?trad))"
)
_SUM_BEFORE = re.compile(r"[$£€] ?\d{1,4}(?: shipped| obo)?$")
"""``$100 or an SSD``."""
_CASH_OR = Guarded(
    r"(?:cash|paypal)(?: (?:through|via|by) [a-z]{2,10})?,? or (?P<what>(?!\w{1,12}ing\b)[^.!?;\n]{3,40})",
    ("cash or ", "cash, or ", "paypal or ", "cash through ", "cash by "),
)
"""``Cash through Paypal, or games``."""
_WOULD_BEFORE = re.compile(r"(?:\b(?:will|would|might|may|could)|'(?:d|ll))(?: also)?$")
_NOT_REFUSED = re.compile(r"(?<!no)(?<!not)$")
_OTHER_PAYMENT = re.compile(r"(?:an? |your |the )?(?:credit |debit )?cards?\b")
_WHAT = re.compile(r"(?!\w{1,12}ing\b)[^.!?;\n]{3,40}")
_PRICED = re.compile(r"[$£€]|\bfor \d|\d ?(?:shipped|each)|\blocal")
_BULLETS = Guarded(r"\n[*•+ -]", ("\n*", "\n-", "\n•", "\n+", "\n "))
_LIST_BELOW = re.compile(
    r"(?:s? for|want|need|[ -]?list)?(?: ?\([^)\n]{1,40}\))?[ ]?:?[ ]?\n\s{0,4}[*•+-] ?(?P<what>[^\n]{3,40})"
)
_GOODS = pattern("trades.goods")
_PAYMENT = pattern("title.money")


def trades_only(body: str) -> bool:
    """Whether a body says that money is not wanted."""
    if "trad" not in body and "cash" not in body and "money" not in body:
        return False
    return bool(_ONLY_TRADES.search(body)) and not _REFUSED.search(body)


_NO_SALE = Guarded(
    r"\bnot (?:really )?(?:looking|interested|wanting|trying|here|willing|up) (?:to|in|for) sell(?:ing)?"
    r"(?: (?:it|this|mine|the card))?(?: (?:outright|for cash|for money|right now))?(?=[.,;!\n]|$)|"
    r"\b(?:won't|will not|not|don't want to) sell(?:ing)? (?:it )?outright\b"
)
_NO_TRADES = Guarded(r"\bno trades?(?: (?:actually|after all|any ?more|sorry|please|now|though))?(?=[.,!;\n]|$)")


def refuses_sale(body: str) -> bool:
    """``Not looking to sell outright``."""
    return _NO_SALE.search(body) is not None


def refuses_trades(body: str) -> bool:
    """``No trades actually``, whatever the title asks."""
    return _NO_TRADES.search(body) is not None


def sells_or_trades(body: str) -> bool:
    """Whether a body says in so many words that it is after either."""
    either = any(
        _OR_SELL.match(body, place) or _SELL_BEFORE.search(body[max(0, place - 16) : place])
        for place in _places(body, "trad")
    )
    return either and not _REFUSED.search(body)


def open_to_trades(body: str) -> bool:
    """Whether the seller of a body would take goods as well."""
    is_open = _speaks_of_trades(body) or _welcomes_goods(body) or _names_goods_for_money(body)
    return (is_open and not _REFUSED.search(body)) or ("trades" in body and _EXCEPTED.search(body) is not None)


def _speaks_of_trades(body: str) -> bool:
    for word in ("trad", "swap", "barter"):
        for place in _places(body, word):
            match = _TRADE.match(body, place)
            if match is None or _NO_TRADE_AFTER.match(body, match.end()) or _is_received(body, place, match.end()):
                continue
            if _AFTER.match(body, match.end()) or _BEFORE.search(body[max(0, place - _WINDOW) : place]):
                return True
    return False


_RECEIVED = re.compile(
    r"\b(?:lots|tons|loads|plenty|a lot|bunch|flood|all the|(?:too|so|that) many|many|get|getting|got|gotten|received|"
    r"receiving|turned down|declined|ignor(?:e|ed|ing)|enough|thanks for|keep getting)"
    r"(?: (?:of|the|your|some|any|a few|these|several|random|all)){0,3} $"
)


def _is_received(body: str, start: int, end: int) -> bool:
    """``Still getting trade offers``: what others wrote to the seller."""
    return body.startswith(" offer", end) and _RECEIVED.search(body, max(0, start - _WINDOW), start) is not None


def _welcomes_goods(body: str) -> bool:
    """``open to non-cash offers``, ``let me know what you have``, ``will take your 4090``."""
    for place in _places(body, "offers"):
        if _BEFORE_OFFERS.search(body[max(0, place - _WINDOW) : place]):
            return True
    for place in _places(body, "what you"):
        if _BEFORE_WHAT_YOU.search(body[max(0, place - 16) : place]) and _AFTER_WHAT_YOU.match(body, place + 8):
            return True
    return _TAKES_YOURS.search(body) is not None


def _names_goods_for_money(body: str) -> bool:
    """``$100 or an SSD``, ``would also consider a laptop``, or a list of what the seller is interested in."""
    for word, before in ((" or ", _SUM_BEFORE), (" consider ", _WOULD_BEFORE), (" offers of ", _NOT_REFUSED)):
        for place in _places(body, word):
            if before.search(body, max(0, place - 16), place):
                what = _WHAT.match(body, place + len(word))
                if what is not None and _is_goods(what.group()):
                    return True
    if " or " in body and _takes_goods_for_cash(body):
        return True
    return "\n" in body and _BULLETS.possible(body) and _lists_wishes(body)


def _lists_wishes(body: str) -> bool:
    for heading in _HEADINGS:
        for place in _places(body, heading):
            match = _LIST_BELOW.match(body, place + len(heading))
            if match is not None and not (_PRICED.search(match["what"]) or _PAYMENT.search(match["what"])):
                return True
    return False


def _takes_goods_for_cash(body: str) -> bool:
    """``Cash or parts``, ``cash through Paypal, or games``; ``cash or card`` are ways to pay."""
    for match in _CASH_OR.finditer(body):
        what = match["what"]
        if _is_goods(what) and not (_OTHER_PAYMENT.match(what) or _PAYMENT.search(what)):
            return True
    return False


def _is_goods(what: str) -> bool:
    return bool(names_goods(what) or _GOODS.search(what)) and not _PRICED.search(what)


def _places(body: str, word: str) -> Iterable[int]:
    """Where a word stands in a body."""
    return _each_place(body, word) if word in body else ()


def _each_place(body: str, word: str) -> Iterator[int]:
    place = body.find(word)
    while place >= 0:
        yield place
        place = body.find(word, place + 1)

"""What an amount of money is, from the words that touch it: asked, paid, offered, old, or for shipping."""

import re

from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import anchored_after, anchored_before

__all__ = ["in_carriage_sentence", "is_lowered", "kind_of"]

_PAID_SHIPPING = re.compile(
    r"[ ]?(?:shipped|\+)|[ ,;(-]{0,3}(?:shipping|postage|delivery) (?:is |will be )?(?:paid|included|incl|free|covered)"
)
_COVERED = Guarded(r"\bi(?:'ll| will| can)? (?:cover|pay)(?: up to)? $")
_NEXT_CLAUSE = re.compile(r"[ )*]{0,3}[,.:\n]")
_SALE = Guarded(r"(?:^|[-|:(] ?|[ ]{2})sold for $")
_SHOP_CLAUSE = re.compile(r"\b(?:from|at|through|via) (?:amazon|newegg|best ?buy|micro ?center|ebay)(?: \w+)?, $")
"""``bought in 2023 from Amazon, £350``: the shop closes its clause."""
_WHAT_I_PAID = Guarded(
    r"\b(?:for|at|want|asking|get|recoup|is)(?: back)?(?: just| only| exactly| about)? (?:what|the (?:same )?price) i "
    r"(?:originally |just )?paid(?: for (?:it|them|this))? ?[,:;(=-]{1,2} ?$|"
    r"\b(?:sell(?:ing)?|ask(?:ing)?|let(?:ting)?|priced?)(?: (?:it|this|them|mine|go|just|only))* (?:for |at )?"
    r"(?:retail|msrp|rrp|face value)(?: price)?(?: ?(?:\+|plus|and) tax(?:es)?)?[,:;(=-]{1,2} ?$|"
    r"\b(?:less than|below|under) (?:what )?i paid(?: for (?:it|them|this))?[,;] $"
)
"""``Selling for what I paid, $549 shipped``: an ask, told by the price that was paid."""
_PAPER = Guarded(r"\b(?:invoice|receipt|warranty)s? ?[:,=-]{1,2} ?$")
_FIRM = re.compile(r" ?(?:firm|obo|ono|shipped|posted|local|(?:\+|plus) ?ship\w*)\b")
"""``Sealed, shop invoice: 790$ firm``: the list of what comes with the card, and then what is asked."""
_OWN_SENTENCE = Guarded(
    r"(?:^|[.!?\n] ?)\W{0,3}(?:(?:all|for|as for) )?(?:ships?|shipping|postage|delivery|p&p)\b"
    r"(?! (?:incl|free|on me))[^.!?\n]*$"
)
_LOWERED_TO = Guarded(
    r"\b(?:dropp(?:ed|ing)|droped|lower(?:ed|ing)|reduc(?:ed|ing)|(?:price )?drop|price cut|"
    r"marked down)"
    r"(?: (?!for\b)\w+){0,4} to[ :]{1,2}$|"
    r"\b(?:now|currently) (?:down to|asking|only|just|at) $|"
    r"\bnew price(?: is)?[ :]{1,2}$|\bmake (?:it|that|them) $|"
    r"\b(?:sold|went)(?:[ ]+(?:to|local\w*|it|on here))*[ ]+for[ ]+$"
)
_NEW_PRICE = Guarded(
    r"(?:^|[.!?;:-] ?|\b(?:a|my|the|with) )new (?:asking )?price ?(?:is now)?[:=-]{1,2} ?$|"
    r"^[^a-z]{0,20}(?:[a-z]{3,9}[^a-z]{1,12}){0,3}new (?:asking )?price (?:is )?$|\bprice is now[: ]{1,2}$"
)
"""``New price: $450``, but not ``new price is around $450``."""
_CLOSED = re.compile(r"(?<![\d.])(?<!approx)(?<!avg)(?<!orig)(?<!incl)(?<!ca)[.!?] {1,2}$")
"""``Asking MSRP. $250``: a sentence that is closed says nothing of what follows."""
_CLOSED_ENDS = (". ", "! ", "? ", ".  ", "!  ", "?  ")
"""How such a text ends, which is told faster."""
_COST_LABEL = Guarded(r"^\W{0,4}(?:the |my )?(?:total )?cost(?: (?:is|will be) | ?[:=-]{1,2} ?)$")
_ARTICLE = Guarded(r"(?<![\w'])an? $")
_NOUN = re.compile(
    r" (?!(?:price|shipped|posted|asking|obo|offer|for|cash|or|local|firm|total|each|plus|and|if|"
    r"is|to|in|on|at)\b)[a-z0-9]"
)
"""``to fund a $900 repair``: an article makes a quality of the amount."""
_JOINED = Guarded(r"(?:\+|\bplus|&|\bmy [^.,;!?\n$£€]{2,30} (?:and|with))(?: another| an? extra| up to)? ?$")
_ADDED = re.compile(
    r" ?(?:(?:in )?(?:cash|paypal|money|usd|on top|(?:from|on) (?:me|my (?:end|side))|extra) ){0,3}(?:for|towards?) "
    r"(?:an?|your|another|any|somebody's|someone's|one of your)\b"
)
"""``My 580 + $80 for a 7970``: money that the writer would add to a trade."""
_PLUS = re.compile(r"[ ]{0,2}\+")
_WITH_SHIPPING = Guarded(
    r"(?:w/|\b(?:with|incl\w*)) ?(?:the |free )?(?:shipping|postage|delivery) ?(?:is )?[:=-]{1,2} $"
)
"""``Price w/ shipping: $185``."""
_SHIPPING_BEFORE = anchored_before("money.shipping_cost_before")
_SHIPPING_AFTER = anchored_after("money.shipping_cost_after")
_NOT_ASKING_AFTER = anchored_after("money.not_asking_after")
_NOT_ASKING_BEFORE = anchored_before("money.not_asking_before")
_OLD_BEFORE = anchored_before("money.old_before")


def kind_of(before: str, after: str) -> tuple[str, str]:
    """The kind of an amount, and the rule that said so; ``before`` and ``after`` lie in its own line."""
    if _COVERED.search(before):
        return "other", "what the seller covers"
    if _ADDED.match(after) and _JOINED.search(before):
        return "other", "added to a trade"
    if _is_carriage(before, after):
        return "shipping", "cost of shipping"
    if after and _NOT_ASKING_AFTER.match(after) and not _NEXT_CLAUSE.match(after):
        return "other", "not the asking price: what follows it"
    if before.endswith('"'):
        return "other", "quoted, not asked"
    if _ARTICLE.search(before) and _NOUN.match(after):
        return "other", "says what something is"
    if _SALE.search(before):
        return "asking", "sale price"
    if _NEW_PRICE.search(before) or _COST_LABEL.search(before):
        return "asking", "asking price"
    if before.endswith(_CLOSED_ENDS) and _CLOSED.search(before) is not None:
        return "asking", "asking price"
    if _NOT_ASKING_BEFORE.search(before) and not (
        _SHOP_CLAUSE.search(before) or _WHAT_I_PAID.search(before) or (_PAPER.search(before) and _FIRM.match(after))
    ):
        return "other", "not the asking price: what precedes it"
    if _OLD_BEFORE.search(before):
        return "old", "old price"
    return "asking", "asking price"


def _is_carriage(before: str, after: str) -> bool:
    if after and _SHIPPING_AFTER.match(after) and not _PAID_SHIPPING.match(after) and not _NEXT_CLAUSE.match(after):
        return True
    if _WITH_SHIPPING.search(before):
        return False
    return _OWN_SENTENCE.search(before) is not None or (
        _SHIPPING_BEFORE.search(before) is not None and not (before.endswith(_CLOSED_ENDS) or _PLUS.match(after))
    )


def in_carriage_sentence(before: str) -> bool:
    """Whether the sentence before an amount opens with carriage: ``For shipping I have a discount, so about $9``."""
    return _OWN_SENTENCE.search(before) is not None


def is_lowered(before: str) -> bool:
    """Whether the words before an amount say that it is the price by now."""
    return _LOWERED_TO.search(before) is not None

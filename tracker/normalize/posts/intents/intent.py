"""What the writer of a post is after: to sell, buy, trade, sell or trade, or something else."""

import re

from tracker.normalize.posts.intents.sides import MONEY, PIECE_END, TAG, bare_part, money_and_goods
from tracker.normalize.posts.intents.title import Title
from tracker.normalize.posts.intents.trades import (
    open_to_trades,
    refuses_sale,
    refuses_trades,
    sells_or_trades,
    trades_only,
)
from tracker.normalize.posts.markup.text import PostText, read_text
from tracker.normalize.posts.money.finding import names_amount
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.posts.wording.words import pattern
from tracker.normalize.types import Intent

__all__ = ["read_intent"]

_GIVEAWAY = pattern("title.giveaway")
_OTHER_WORDS = pattern("title.other_words")
_FLAIRS: tuple[tuple[str, Intent], ...] = (
    ("selling", "sell"),
    ("fs", "sell"),
    ("wts", "sell"),
    ("for sale", "sell"),
    ("sale", "sell"),
    ("buying", "buy"),
    ("wtb", "buy"),
    ("want", "buy"),
    ("trading", "trade"),
    ("trade", "trade"),
)
_OTHER_FLAIRS = (
    "meta",
    "giveaway",
    "official",
    "alert",
    "price check",
    "mod",
    "discussion",
    "psa",
    "announcement",
    "vouch",
    "review",
    "guide",
)
_TAKES_MONEY = Guarded(
    r"\b(?:entertain|consider|accept|welcome|open to|interested in) (?:any )?(?:cash|money|paypal)|"
    r"\b(?:all|take|accept|or|for|prefer|some) (?:the |just |some |straight )?(?:all )?(?:cash|"
    r"money|paypal|\$)(?! (?:on|from) (?:my|me))|"
    r"\bcash (?:if|works|is (?:fine|ok|okay|good)|too)\b|"
    r"[$£€] ?\d{2,4},? (?:mailed|delivered|posted|firm)\b|"
    r"\bor (?:potentially |maybe |possibly )?sell\b|\b(?:asking|price[ds]?|shipped|obo)\b|for sale\b|\b(?:looking|"
    r"want|willing|trying|like) to (?:sell|unload)\b|\bi'?m selling\b|\bselling (?:my|"
    r"a|an|this|these|for)\b"
)
_SELLS_TOO = Guarded(
    r"\b(?:cash|paypal) offers?\b|\boutright\b|"
    r"(?:you|who|people|body|one)(?:'d|(?: (?:would|will|might|may|just|only|simply)){1,2})? "
    r"(?:wants? to|prefers? to|likes? to|rather)(?: (?:just|only|simply))? "
    r"(?:buy|purchase) (?:it|one|both|them|this|these|either|mine|the)\b"
)
"""``If somebody would rather buy it``, ``cash offers are fine``: said in a post that wants goods."""
_PRICED = re.compile(r"\|[ ]?(?:[$£€]{1,3}|px|ask)[ ]?(?:\||\n)")
"""A table with a column of prices; words of prices are told by those that take money."""
_LAST_RESORT = re.compile(
    r"(?:(?<=[.!?\n])|^)[^.!?\n$£€]{0,120}\b(?:plan b|last resort|if (?:(?:that|this|it)(?: all)? "
    r"(?:fail|fall|does ?n.?t|won'?t)|(?:all else|none|nothing|no ?(?:one|body)|no trades?)\b[^.!?\n$£€]{0,30}\b"
    r"(?:fail|work|come|bite|want|happen|trade|pan|turn|interest)))[^.!?\n$£€]{0,80}(?=[.!?\n]|$)"
)
"""``Selling it is plan B``, ``only for cash if none of that works out``: asks for no money as yet, nor names any."""
_WANTS = re.compile(
    r"^(?:hi|hello|hey)?[ ,!a-z]{0,25}\b(?:looking (?:for|to buy)|in search of|searching for|"
    r"want(?:ing)? to buy|wtb|buying|in need of|i need|after a)\b"
)
_ASKS = re.compile(r"^(?:what|how|should|is|are|does|do|can|which|anyone know|help|need help|not sure)\b")
_ASKS_PRICE = Guarded(
    r"\b(?:what|how much) (?:i |we )?(?:should|could|can|would) (?:i |we )?(?:ask|list|price|charge|get|sell|expect)|"
    r"\bwhat (?:is|are|would be|do you think) (?:it|this|they|these|my \w+)(?: is| are)? worth\b"
)
_TRADES = re.compile(
    r"(?:(?:hi|hey|want(?:ing)?|wanna|looking|would|will|any(?:one|body)|some(?:one|body)|willing|like|care|up|to|"
    r"for|a|straight|wtt|i'd|i|will) )*(?:trad(?:e|ing)|swap(?:ping)?|exchange)[ ](?!price|value|offer).{3,80} for\b"
)
"""``Trade my 7970 for your 680?`` asks, and offers."""
_OFFERS_AROUND = re.compile(r"(?:any(?:one|body)|who|somebody|someone) (?:want|interested|need|looking)")
_LISTED = re.compile(
    r"[,;|]|(?<=\d) or |\bor (?=(?:just |straight |sell(?:ing)? (?:it )?(?:for )?|take )?[$£€~]{1,2} ?\d{2})"
)
_LISTED_OFFERS = re.compile(r"offers? ?\((?!obo)(?P<what>[^)]{4,})")
_FREE = re.compile(r"\W{0,12}(?:[\[(][^\])]{1,30}[\])] ?)?free(?! ?ship)(?: to|:| -)")
_ADDED = Guarded(
    r"\b(?:add|put|throw|toss|kick|chip)(?:ing)? (?:in |on |up )?(?:some |a little |a bit of |up to |extra )?"
    r"(?:cash|money|paypal)\b"
)
"""Money that the writer would add to a trade."""
_NO_SALE = Guarded(
    r"\b(?:not (?:going to |willing to |looking to |trying to )?sell(?:ing)?|won'?t sell|don'?t want to sell)\b"
    r"[^.!?\n]{0,60}"
)
"""``I'm not selling it for $550`` asks for no money."""
_ADDS_MONEY = Guarded(
    r"\b(?:will|can|could|i'?ll|i'd|willing to) (?:also )?add\b|\badding (?:cash|money|paypal|\$)|"
    r"(?:\b(?:cash|money|paypal)|[$£€] ?\d{2,4}(?: cash)?) (?:from|on) (?:my (?:end|side)|me\b)|"
    r"\bmy (?:cash\b|money\b|paypal\b|\$)|"
    r"\b(?:cash|money|paypal|\$\d{1,4}) (?:your way|to(?:wards?)? you\b|on your (?:end|side))"
)
"""``[W] GTX 670, will add cash``: the money is the writer's own."""
_ADVICE = re.compile(
    r"\W{0,4}(?:some |your |any )?(?:advice|opinions?|suggestions?|thoughts|price ?check|help (?:pricing|with))\b"
)
_TRADE_WORDS = Guarded(
    r"\b(?:trad(?<!with trad)(?<!w/ trad)(?<!confirmed trad)(?<!\d trad)(?<!\d\+ trad)"
    r"(?:e|es|ing)(?! (?:history|rep\b|references|flair|count))|swaps?)\b"
)
"""``PayPal with trades`` and ``50+ trades`` speak of the past."""
_ANOTHER = re.compile(r"\W*(?:another|(?:a |one )?(?:second|2nd|identical|matching)|one more|same) ")
"""A buyer who names the card he has already: ``[H] cash, 7850 [W] another identical card``."""
_TRIFLE = re.compile(
    r"^[^a-z]*(?:and )?(?:a |some |random |spare |misc |special |few |extra |old |"
    r"maybe |possible |other )*(?:surprise|junk|love|karma|gratitude|thanks?|beer|"
    r"hugs?|heart|gold|upvotes?|monies|internets?)\b"
)


def _from_sides(title: Title, body: str) -> Intent:
    if "trading" in title.tags and title.want and not title.tags & {"have", "want"}:
        return _without_want(title, True, body)
    have_money, have_goods, _ = money_and_goods(title.have_text)
    want_money, want_goods, offers = money_and_goods(title.want_text, wanted=True)
    wants_trade = bool(_TRADE_WORDS.search(title.want_text))
    if have_money and have_goods and not title.want and "have" in title.tags:
        return _without_want(title, have_goods, body)
    if have_money and (not want_money or not have_goods):
        return _with_money(title, have_goods, want_goods, offers, body)
    listed = _LISTED_OFFERS.search(title.want_text) if offers and not want_money else None
    if listed and not MONEY.search(listed.group("what")):
        return "trade"
    if want_money and want_goods and trades_only(body) and not names_amount(read_text(body[:3000])):
        return "trade"
    if want_money or offers:
        return _for_money(want_money, want_goods, wants_trade, body)
    if not title.want:
        return _without_want(title, have_goods, body)
    if not have_goods and want_goods and not have_money:
        return "buy"
    if want_goods or wants_trade:
        return "sell_or_trade" if _sells_too(body) and not trades_only(body) else "trade"
    return "sell" if have_goods else "other"


def _sells_too(body: str) -> bool:
    """Whether the body of who wants goods takes money as well, and not only where all else fails."""
    said = _NO_SALE.sub(" ", _ADDED.sub(" ", body))
    if "if " in said or "plan b" in said or "resort" in said:
        said = _LAST_RESORT.sub(" ", said)
    return (_TAKES_MONEY.search(said) or _SELLS_TOO.search(said)) is not None


def _for_money(want_money: bool, want_goods: bool, wants_trade: bool, body: str) -> Intent:
    """What a post is after that asks for money, or for offers."""
    if trades_only(body) and not want_money:
        return "trade"
    if want_goods and refuses_sale(body):
        return "trade"
    if want_money and not want_goods and wants_trade and refuses_trades(body):
        return "sell"
    return "sell_or_trade" if want_goods or wants_trade else "sell"


def _offers_nothing(text: str, title: Title) -> str | None:
    """What a post is that neither sells nor buys."""
    if "free" in text and _FREE.match(text):
        return "a gift"
    return "advice wanted" if _ADVICE.match(title.want_text) else None


def _adds_money(title: Title) -> bool:
    """Whether the wanted side names goods and money that the writer adds to what is offered."""
    if not _ADDS_MONEY.search(title.want_text):
        return False
    others = [piece for piece in _LISTED.split(title.want_text) if not _ADDS_MONEY.search(piece)]
    if any(money_and_goods(piece)[0] for piece in others):
        return False
    return money_and_goods(title.want_text)[1] and money_and_goods(title.have_text)[1]


def _with_money(title: Title, have_goods: bool, want_goods: bool, offers: bool, body: str) -> Intent:
    if have_goods and want_goods and _ANOTHER.match(title.want_text):
        return "buy"
    if not want_goods and offers and have_goods:
        return "sell_or_trade"
    if have_goods:
        pieces = [bare_part(piece) for piece in PIECE_END.split(TAG.sub(" ", title.have_text))]
        goods = [piece for piece in pieces if money_and_goods(piece)[1]]
        if all(_TRIFLE.match(piece) for piece in goods):
            return "buy"
        return "trade"
    return "buy"


def _without_want(title: Title, have_goods: bool, body: str) -> Intent:
    if "trading" in title.tags and "have" not in title.tags:
        return "trade"
    if trades_only(body):
        return "trade"
    either = "trading" in title.tags or sells_or_trades(title.have_text) or open_to_trades(body)
    return "sell_or_trade" if either else "sell"


def _without_tags(title_text: str, body: str) -> Intent:
    bare = TAG.sub(" ", title_text).strip(" -:")
    trade_only = trades_only(body) or bool(re.search(r"\btrad", bare) and not re.search(r"\bsell|\bsale", bare))
    if _OFFERS_AROUND.match(bare) and _TAKES_MONEY.search(body):
        return "sell"
    if _TRADES.match(bare):
        return "trade"
    if _ASKS.match(bare) or bare.endswith("?") or _ASKS_PRICE.search(body):
        return "other"
    if _WANTS.match(bare) or re.match(r"(?:want|need|buying|looking)\b", bare):
        return "buy"
    if trade_only:
        return "trade"
    if (
        re.search(r"\b(?:sell|sale|selling)\b", bare)
        or _TAKES_MONEY.search(body)
        or names_amount(read_text(body[:3000]))
    ):
        return "sell_or_trade" if open_to_trades(body) or "trade" in bare else "sell"
    if re.search(r"make me a trade|\btrade of\b|looking (?:to|for a) trade", body):
        return "trade"
    return "sell"


def _from_flair(flair: str | None) -> Intent | None:
    if not flair:
        return None
    said = flair.strip().lower()
    for word in _OTHER_FLAIRS:
        if said.startswith(word):
            return "other" if word != "mod" else None
    return next((intent for word, intent in _FLAIRS if said.startswith(word)), None)


_BOTH_SIDES = frozenset(("have", "want"))
_SIDES = _BOTH_SIDES | {"trading"}
_GIVES = re.compile(r" ?free\b|[a-z ]{0,9}wants? (?:a |some )?free\b")


def _gives(title: Title) -> bool:
    """``[H] Free GTX 560``."""
    return "have" in title.tags and "free" in title.have_text and _GIVES.match(title.have_text) is not None


def read_intent(title: Title, title_post: PostText, body: PostText, flair: str | None) -> tuple[Intent, str]:
    """The intent and the rule that decided it: flairs and tags of no trade first, then the title's two sides."""
    flaired = _from_flair(flair)
    if flaired == "other" or ("other" in title.tags and not title.tags & {"have", "want", "buying", "trading"}):
        return "other", "tag or flair of a post that offers nothing"
    text, kept = title_post.text, body.kept()
    if not title.tags >= _BOTH_SIDES and _OTHER_WORDS.search(text):
        return "other", "title of a post that offers nothing"
    if _GIVEAWAY.search(title.want_text.strip()) or _gives(title):
        return "other", "given away"
    if (said := _offers_nothing(text, title)) is not None:
        return "other", said
    if "buying" in title.tags and "have" not in title.tags:
        return "buy", "tag of a buyer"
    if title.tags.isdisjoint(_SIDES):
        if flaired:
            return ("sell_or_trade" if flaired == "sell" and open_to_trades(kept) else flaired), "flair"
        return _without_tags(text, kept), "words of a post without tags"
    if "want" in title.tags and not title.have:
        return "buy", "only a wanted side"
    return _with_body("trade" if _adds_money(title) else _from_sides(title, kept), flaired, kept)


def _with_body(intent: Intent, flaired: Intent | None, body: str) -> tuple[Intent, str]:
    """What the title's sides say, where neither the body nor the flair says more."""
    if intent == "sell" and flaired != "buy" and open_to_trades(body):
        return "sell_or_trade", "sides of the title, trades in the body"
    if intent == "trade" and not flaired and sells_or_trades(body):
        return "sell_or_trade", "sides of the title, both in the body"
    if flaired == "trade" and intent == "sell_or_trade" and not (_TAKES_MONEY.search(body) or _PRICED.search(body)):
        return "trade", "flair"
    if flaired == "buy" and intent == "trade":
        return "buy", "flair"
    return intent, "sides of the title"

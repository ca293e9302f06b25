"""Where a body turns to something else: other goods, or one of several cards named by its edition alone."""

import re
from dataclasses import replace

from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import is_settled, named_by_title, named_by_words, telling_words
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.clues.quantity import count_behind_price
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.markup.lines import Line
from tracker.normalize.posts.money.finding import Amount
from tracker.normalize.posts.prices.tying import give
from tracker.normalize.posts.wording.words import anchored_before, fragments

__all__ = ["labelled_item", "opens_other_goods", "pointed_at", "split_by_labels", "tie_by_words"]

_LABEL = re.compile(
    r"(?:price|condition|asking|shipping|local|notes?|warranty|includes?|included|"
    r"pics?|proof|time ?stamps?|features?|model|specs?|comes|used|like new|brand new|"
    r"never|box|bought|purchased|status|sold|pending|reason|card|gpu|it |this |they|"
    r"both|each|selling|paypal|payment|\$|£|€|obo|details?|description|vram|memory|"
    r"original|location|reference|serial|fans?|no |all |great|excellent|good|works?|"
    r"tested|temps?)"
)
_CUE_START = re.compile(
    r"[\W]{0,4}(?:price|asking|ask|looking|want|sell|i'?d|i am|i'm|hoping|local|shipped|"
    r"now|\$|£|€|\d(?!\d? ?x\b|[a-jl-z])|obo|paypal|each|both|edit|price|firm|would|will|trying|take|only|"
    r"sale|new price|reduced|dropped|how much|what (?:i|it)|yours for|"
    r"(?:cost|damage|amount|number|figure|tag|sticker|money|value|cad|usd|eur|gbp|for|ship)s?[ ]?[:=-])"
)
_ASKS = re.compile(r"\b(?:sell|price[ds]?|asking|want|shipped|local|offer)\b")


def _peer_of_priced(layout: Layout, number: int, leader: Line | None) -> bool:
    """Whether a line is the next item of a list whose last card had its price in its own line."""
    line = layout.lines[number]
    if leader is None or not leader.is_item_mark or line.kind != leader.kind or line.kind == "text":
        return False
    if line.start - line.begin > leader.start - leader.begin:
        return False
    near = (amount for place in range(max(0, number - 12), number) for amount in layout.amounts.get(place, ()))
    return any(leader.start <= amount.start < leader.end for amount in near)


_SENTENCE_END = re.compile(r"[.!?;](?= )")


def _first_sentence(text: str) -> str:
    return _SENTENCE_END.split(text, maxsplit=1)[0]


_GIFT = re.compile(r"\b(?:throw(?:n|ing)? in|includ(?:es?|ing))\b.*")
"""``$700 and I'll throw in a PSU`` is no price of a PSU."""
_GAP = re.compile(r" {3,}")
"""Blanks of a link's address."""


_ASKED = re.compile(r"(?<=[-:|=~(] )(?:asking|now|only|just)[ :]{1,2}$")
"""``WD SN850X - asking $115`` opens an item as ``WD SN850X - $115`` does."""


def opens_other_goods(layout: Layout, number: int, leader: Line | None, from_title: bool) -> bool:
    """Whether a line without a card begins another item, so that its prices are not the card's."""
    line = layout.lines[number]
    text = line.text
    head = text[:70]
    amounts = [amount for amount in layout.amounts.get(number, ()) if amount.kind in ("asking", "old", "range")]
    if _LABEL.match(text) and not (names_goods(head) and amounts):
        return False
    goods = names_goods(head)
    if line.is_item_mark and goods and not from_title:
        return True
    if goods and (amounts or len(text) < 60) and not _CUE_START.match(text) and not from_title:
        return True
    if amounts and (goods or not from_title):
        before = _ASKED.sub("", text[: amounts[0].start - line.start])
        if goods and re.match(r"[\W]{0,3}$", before):
            return names_goods(_GIFT.sub("", _first_sentence(head)))
        name = _GAP.sub(" ", before).strip(" -:|=(~@")
        return bool(
            3 <= len(name) <= 80 and not _CUE_START.match(text) and not re.search(r"[.!?] ", name)
            and not anchored_before("money.asking_before").search(before.rstrip(" =:-@(~|"))
            and (re.search(r"[-:|=~(@]\W{0,3}$|\t", before) or _peer_of_priced(layout, number, leader))
            and not (":" in before and _is_repeated(layout, number, before))
        )  # fmt: skip
    peer = leader is not None and leader.is_item_mark and line.kind == leader.kind and line.bold == leader.bold
    shallow = leader is not None and line.start - line.begin <= leader.start - leader.begin
    return bool(peer and shallow and line.kind in ("number", "heading", "text") and line.bold)


def _is_repeated(layout: Layout, number: int, label: str) -> bool:
    """``Quote: $510`` below each of several cards: a label of their prices, no thing of its own."""
    return any(layout.lines[place].text.startswith(label) for place in layout.amounts if place != number)


_LONGEST_LABEL = 32


_FOR_THE = re.compile(
    r" ?(?:shipped |obo |firm |local )?for (?:the|my) "
    r"(?P<what>(?:[a-z][\w+-]{1,14}|\d{1,2} ?gb\b)(?: [a-z][\w-]{1,14})?)"
)


def tie_by_words(layout: Layout, cards: Cards, start: int, amounts: list[Amount]) -> bool:
    """``The PNY is $310``: tie the amounts of a sentence without a name to the cards that its words tell apart."""
    if len(cards.items) < 2:
        return False
    text, hit = layout.post.text, None
    for amount in amounts:
        behind = _FOR_THE.match(text, amount.end)
        stretch = behind["what"] if behind is not None else text[start : amount.start]
        start = amount.end
        hits = [] if names_goods(stretch) or _PARTS.search(stretch) else pointed_at(stretch, cards)
        hit = hits[0] if hits else hit
        if hit is not None and amount.kind in ("asking", "old") and not hit.table:
            give([hit], [amount])
    return hit is not None


_POINTS = re.compile(r"\b(?:the|my|this|that) (?P<what>[a-z][\w-]{1,14}(?: [\w-]{1,14})?)")
_SHORT = 24
_ORDINAL = re.compile(r"\bthe (?P<word>first|second|third) (?:one|card|gpu)\b")
_PLACES = {"first": 0, "second": 1, "third": 2}


def pointed_at(stretch: str, cards: Cards) -> list[Item]:
    """The card that a stretch points at: ``the PNY``, or nothing but its maker."""
    if len(cards.items) < 2:
        return []
    said = stretch if len(stretch) <= _SHORT else " ".join(match["what"] for match in _POINTS.finditer(stretch))
    known = _MAKERS.union(*(telling_words(item.segment) for item in cards.items))
    words = telling_words(said) & known
    tokens = [telling_words(item.segment or item.words[:160]) for item in cards.items]
    hits = [
        item
        for place, item in enumerate(cards.items)
        if words & tokens[place].difference(*(other for number, other in enumerate(tokens) if number != place))
    ]
    ordinal = _ORDINAL.search(stretch)
    if not hits and ordinal is not None:
        titled = sorted((item for item in cards.items if item.titled), key=lambda item: item.mention.start)
        hits = titled[_PLACES[ordinal["word"]] :][:1]
    return hits if len(hits) == 1 else []


def labelled_item(layout: Layout, cards: Cards, number: int) -> Item | None:
    """``Founders: 700``: a line that names one of several cards, or the title's, by its edition or maker alone."""
    amounts = layout.amounts.get(number)
    if not amounts or number in layout.edits or is_settled(cards.items):
        return None
    line = layout.lines[number]
    head = layout.post.text[line.start : amounts[0].start]
    label = head.find(":")
    head = head[: label + 1] if 0 < label < _LONGEST_LABEL else head
    if not _may_label(head):
        return None
    hits = named_by_words(head, cards.items) or named_by_title(head, cards.items, cards.title)
    if not hits or hits[0].asked:
        return None
    _count_labelled(hits[0], line.text)
    return hits[0]


_MAKERS = frozenset(fragments("context.brands"))
_LEAST_LABELS = 2


def split_by_labels(layout: Layout, cards: Cards, title: str) -> None:
    """``Two 2080s (EVGA, Gigabyte)`` with a priced line for each maker: as many cards as lines."""
    if len(cards.items) != 1 or not cards.items[0].titled or len(layout.amounts) < _LEAST_LABELS:
        return
    item = cards.items[0]
    # Where the title counts no cards, only the words beside the name tell of them: others are other goods.
    titled = telling_words(title if (item.quantity or 1) > 1 or ":" in title or "(" in title else item.words)
    labels: dict[str, frozenset[str]] = {}
    places: list[int] = []
    for number, amounts in sorted(layout.amounts.items()):
        line = layout.lines[number]
        head = layout.post.text[line.start : amounts[0].start]
        said = telling_words(head)
        words = said & titled
        # ``Trinity #1`` and ``Trinity #2`` are two cards of one label.
        numbers = frozenset(word for word in said if word.startswith("#")) if words else frozenset()
        words |= numbers
        if (
            number in layout.rows
            or number in layout.edits
            or not words
            or (item.quantity is None and said - numbers - telling_words(title) - _MAKERS)
            or not _may_label(head)
            or words in labels.values()
        ):
            continue
        labels[head] = words
        places.append(number)
    counts = [_titled_count(title, words) for words in labels.values()]
    if len(labels) >= _LEAST_LABELS and item.quantity in (None, len(labels), sum(counts)):
        counted = sum(counts) > len(labels)
        cards.items[:] = [
            replace(item, words=head, quantity=count if counted else None, asked=[])
            for head, count in zip(labels, counts, strict=True)
        ]
        for number, entries in cards.named.items():
            own = cards.items[places.index(number)] if number in places else cards.items[0]
            cards.named[number] = [(start, end, own) for start, end, _ in entries]


def _titled_count(title: str, words: frozenset[str]) -> int:
    """How many of the cards that a label names the title counts: ``3090s (2x Dell OEM, 1x Zotac Trinity)``."""
    if any(word.startswith("#") for word in words):
        return 1
    for piece in re.split(r"[,;|/&+()]|\band\b", title):
        count = re.match(r" ?(\d{1,2})x? ", piece)
        if count and words & telling_words(piece):
            return int(count.group(1)) or 1
    return 1


_ASIDE = re.compile(r"\([^()]{0,40}\)")
_SIZE_LABEL = re.compile(r"\d{1,2} ?gb(?: (?:version|one|model|card))? ?[:=-]{1,2} ?")


def _may_label(head: str) -> bool:
    if _SIZE_LABEL.fullmatch(head):
        return True
    if not 2 <= len(_ASIDE.sub("", head)) <= 40 or names_goods(head):
        return False
    return not (_LABEL.match(head) or _CUE_START.match(head) or _ASKS.search(head) or _PARTS.search(head))


_PARTS = re.compile(r"\b(?:bridges?|nv-?link|blocks?|back ?plates?|brackets?|box(?:es)?|cables?)\b")


def _count_labelled(item: Item, text: str) -> None:
    behind = count_behind_price(text)
    if behind is not None:
        item.quantity, item.per_piece = behind, True

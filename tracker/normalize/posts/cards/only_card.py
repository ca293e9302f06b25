"""What a body says of its only card away from the name: how many there are, how much memory, whether it is broken."""

import re
from collections.abc import Iterator

from tracker.normalize.memory import Size, find_sizes
from tracker.normalize.posts.cards.defects import tells_of_defect
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.clues.context import sentence_around
from tracker.normalize.posts.clues.goods import names_goods, names_kit
from tracker.normalize.posts.clues.quantity import NUMBER, count_word
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.vocabulary import models

__all__ = ["read_only_card"]

_BOTH = Guarded(r"\bboth (?:are |cards |of them |have |new|sealed|work|come|in\b|with|gpus)")
_BEHIND_COUNT = (
    "of them",
    "of these",
    "of those",
    "available",
    "total",
    "in total",
    "in stock",
    "the same",
    "identical",
)
_COUNT_BEFORE = re.compile(
    rf"(?:(?<!\w)(?:have|got|are|there's|selling|all) (?:a total of |about )?|(?:^|[-.,(:*\n] ?))"
    rf"(?P<count>{NUMBER})x? $"
)
_QTY = re.compile(r"(?:qty|quantity)(?: available)?:? ?(?P<count>\d{1,2})\b")
_MOST_OF_OLD_GB = 8
"""A card that the catalog only names has no more."""
_CLAUSE = 48
"""``I have two of them`` opens its sentence; further on it may speak of something else."""
_SEVERAL_FOR = re.compile(rf"\b(?P<lot>{NUMBER}) for [$£€] ?\d")


_EITHER = Guarded(r"\b(?:either|one) or both\b(?! (?:work|of (?:the|my) (?:fans|ports|slots)))")
_SECOND = Guarded(r"\b(?:second|2nd|another)(?: identical| matching)? (?:one|card|gpu)\b")
_SAME = re.compile(r"\bsame (?:price|money|deal|terms)\b|\balso (?:available|for sale)\b|\bfor sale (?:too|as well)\b")
_NOT_SOLD = re.compile(r"\b(?:bought|buying|ordered|want|need|looking|upgrad\w+|found|keep\w*|n't)\b")
"""``There's a second one, same price``, but not ``I bought a second one at the same price``."""


def read_only_card(layout: Layout, items: list[Item]) -> None:
    """Let the only card on offer, or several of one model, have what the rest of the body states of it."""
    if len(items) > 1 and len({item.model for item in items}) == 1 and not any(item.vram_gb for item in items):
        for item in items:
            _settle(layout, item)
    if len(items) != 1:
        _shared_size(layout, items)
        return
    item = items[0]
    if item.quantity is None:
        item.quantity = _count(layout, item)
    item.broken = item.broken or tells_of_defect(layout.post.text)
    _settle(layout, item)


def _settle(layout: Layout, item: Item) -> None:
    if item.vram_gb is None and not item.contradiction and (len(item.skus) > 1 or not item.mention.known):
        _size(layout, item)


_ALL_OF = re.compile(
    r"(?:^|[.!?\n;(,] ?)\W{0,3}(?:both|all|they|these|each)(?:'re)?"
    r"(?:,? (?:of|are|is|being|have|has|come|with|them|these|those|cards?|gpus?|in|all|both|the|one|my|two|three|four))"
    r"{0,6} $"
)
_SPOKEN = 120
_BEHIND_WORD = re.compile(r"[0-9](?<=[a-z] [0-9])[0-9]{0,3}(?:\.\d\d?)? ?[gm]")
"""``Both 1GB``, ``they're all the 2GB models``: before a size that all cards of a post have."""


def _shared_size(layout: Layout, items: list[Item]) -> None:
    """Let several cards have a size that a line states of all of them."""
    text = layout.post.text
    unsettled = [item for item in items if item.vram_gb is None and not item.contradiction]
    for match in _BEHIND_WORD.finditer(text) if unsettled else ():
        if _ALL_OF.search(text, max(0, match.start() - 40), match.start()) is None:
            continue
        place = match.start()
        ahead = text[max(0, place - _SPOKEN) : place].rpartition("\n")[2]
        line = ahead + text[place : place + _SPOKEN].partition("\n")[0]
        said = {size.gb for size in find_sizes(line) if size.times == 1 and not size.system}
        if len(said) != 1 or names_goods(line) or names_kit(line):
            continue
        for item in unsettled:
            known = models().get(item.model.lower())
            if known is not None and said <= known.skus.keys():
                (item.vram_gb,) = said
                item.skus = known.skus[item.vram_gb]
        return


def _count(layout: Layout, item: Item) -> int | None:
    text = layout.post.text
    each = any(amount.each for amount in item.asked)
    if each and _BOTH.search(text):
        return 2
    edits = [(layout.lines[number].begin, layout.lines[number].end) for number in layout.edits]
    for count, start, end in _counts(text):
        begin, until = sentence_around(text, start, end)
        if start - begin > _CLAUSE or count <= 1 or names_goods(text[begin:until]):
            continue
        # What an edit counts is gone, or left of what there was.
        if any(low <= start < high for low, high in edits):
            continue
        if not _of_other_price(layout, item, start):
            return count
    several = _SEVERAL_FOR.search(text) if each else None
    if several:
        return count_word(several.group("lot"))
    second = _second(text)
    item.per_piece = item.per_piece or second is not None
    return second


def _second(text: str) -> int | None:
    """Two, where either or both can be had, or a second one goes at the same price."""
    if _EITHER.search(text):
        return 2
    match = _SECOND.search(text)
    begin, until = sentence_around(text, *match.span()) if match is not None else (0, 0)
    said = match is not None and _SAME.search(text, begin, until) and not _NOT_SOLD.search(text, begin, until)
    return 2 if said and not names_goods(text[begin:until]) else None


def _of_other_price(layout: Layout, item: Item, place: int) -> bool:
    """``Radiator - $45 each, 2 of them``: whether the line of a count prices something else than the card."""
    number = next((n for n, line in enumerate(layout.lines) if line.begin <= place <= line.end), -1)
    amounts = [amount for amount in layout.amounts.get(number, ()) if amount.kind == "asking"]
    return bool(amounts) and number != item.line and not any(amount in item.asked for amount in amounts)


def _counts(text: str) -> Iterator[tuple[int, int, int]]:
    """Counts that stand before ``of them`` and the like, or behind ``qty``, with their places."""
    for words in (*_BEHIND_COUNT, "qty", "quantity"):
        place = text.find(words)
        while place >= 0:
            end = place + len(words)
            match = (
                _QTY.match(text, place)
                if words.startswith("q")
                else _COUNT_BEFORE.search(text, max(0, place - 40), place)
            )
            count = count_word(match.group("count")) if match is not None else None
            if count is not None:
                yield count, place, end
            place = text.find(words, end)
    for match in _HAVE.finditer(text) if "have" in text or "got" in text else ():
        count = count_word(match["count"])
        if count is not None:
            yield count, match.start("count"), match.end()


_HAVE = re.compile(rf"(?<!\w)(?:i |i've |we |we've )?(?:have|got) (?P<count>{NUMBER})(?=[.!;]? *(?:\n|$)|[.!;] )")
"""``Have 6.``, a sentence of its own."""


_DENIED = re.compile(
    r"\b(?:not|no|isn't|at least|(?:more|less|better) than|minimum(?: of)?|over|only need|(?:i|i'd|i'll|also|really) "
    r"(?:need|want|like))(?: the| a| an)? $"
)
"""A size that the card does not have, or that the writer would like to have."""


_NEAR = 16


def _near(start: int, end: int, low: int, high: int) -> bool:
    """``Upgraded to a 2gb 6950``: whether the name of another card stands beside a size."""
    return low - _NEAR < end <= low or high <= start < high + _NEAR


_CARDS_HAVE = re.compile(
    r"\b(?:cards?|gpus?)(?: \w{1,12}){0,2} (?:ha(?:ve|s)|comes? with|(?:are|is)(?: the)?)(?: \w{1,12})? $"
)
"""``The cards have 256MB RAM``: of the cards themselves, whatever it is called."""


def _is_cards_own(text: str, size: Size) -> bool:
    """Whether a size that a body tells may be that of a graphics card."""
    if _CARDS_HAVE.search(text, max(0, size.start - 48), size.start):
        return True
    sentence = text[slice(*sentence_around(text, size.start, size.end, 80))]
    return not size.system and not names_goods(sentence) and not names_kit(sentence)


def _size(layout: Layout, item: Item) -> None:
    # 4x2GB are sticks of memory, and a size beside another name is of that card.
    known = models().get(item.model.lower())
    if known is None:
        return
    text = layout.post.text
    others = [
        (mention.start, mention.end)
        for mentions in layout.mentions.values()
        for mention in mentions
        if mention.model != item.model
    ]
    sizes = {
        size.gb for size in find_sizes(text)
        if size.times == 1 and not _DENIED.search(text, max(0, size.start - 20), size.start)
        and _is_cards_own(text, size)
        and not any(_near(start, end, size.start, size.end) for start, end in others)
    }  # fmt: skip
    named = (mention for mentions in layout.mentions.values() for mention in mentions if mention.model == item.model)
    sizes |= {mention.vram_gb for mention in named if mention.vram_gb is not None}
    fitting = sizes.intersection(known.skus)
    if not known.known and len(fitting) != 1:
        fitting = {gb for gb in sizes if gb <= _MOST_OF_OLD_GB}
    if len(fitting) == 1:
        item.vram_gb = fitting.pop()
        item.skus = known.skus.get(item.vram_gb, ())

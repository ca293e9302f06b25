"""Which of a post's cards a clause of a later line speaks of."""

import re

from tracker.normalize.posts.cards.items import Item, NamedItem
from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.cards.telling import named_by_words
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.clues.quantity import left_over
from tracker.normalize.posts.clues.status import closes_all
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.wording.factoring import finder

__all__ = ["ALL", "GPU_WORD", "counted_down", "names_others", "other_cards", "targets_of", "whole_post"]

ALL = finder(r"\b(?:all|both|everything|cards have|cards are|gpus are|gpus have|every card)\b")
_OTHERS = re.compile(
    r"\b(?:combo|bundle|everything else|(?<!for )(?<!takes )(?<!gets )the rest|rest of|other (?:stuff|items?|parts)|"
    r"kit|build|keyboard|blocks?|boards?|chips?|x3ds?|procs?|chairs?|desks?|consoles?)\b"
)
_PARTS = re.compile(
    r"\b(?:(?<!with the )(?<!with )(?<!and )bridges?|nv-?links?(?! (?:pair|set))|risers?|water ?blocks?)\b"
)
_LOWERED = re.compile(r"\b(?:drop\w*|lower\w*|reduc\w*|down)(?: (?:it|this|the|price|my)){0,2} to\b")
GPU_WORD = finder(r"\b(?:graphics? cards?|gpus?|video cards?|cards?|vid card)\b")


def targets_of(layout: Layout, cards: Cards, number: int, low: int, high: int, clause: str) -> tuple[list[Item], bool]:
    """The items a clause speaks of, and whether it speaks of something else."""
    items = cards.items
    offered = {item.model for item in items}
    owned = {start for start, _, _ in cards.named.get(number, ())}
    models = {
        mention.model
        for mention in layout.mentions.get(number, ())
        if low <= mention.start < high
        and (mention.model in offered or mention.start in owned or not mention.text.strip().isdigit())
    }
    if models:
        spoken = [item for start, _, item in cards.named.get(number, ()) if low <= start < high]
        hit = [item for item in items if item.model in models or any(item is other for other in spoken)]
        if len(hit) > 1:
            narrowed = named_by_words(clause, hit)
            if narrowed:
                return narrowed, False
            if len({item.model for item in hit}) == 1 and not ALL.search(clause):
                unsold = [item for item in hit if item.status != "sold"]
                return unsold[:1] or hit[:1], False
        # A drop may tell of the card that the seller bought instead.
        if hit or not _LOWERED.search(clause):
            return hit, not hit
    elif any(
        _of_another(layout, mention.start, low)
        for mention in layout.mentions.get(number, ())
        if low <= mention.start < high
    ):
        return [], True
    named = named_by_words(clause, items)
    if named and not ((names_goods(clause) or _PARTS.search(clause)) and not GPU_WORD.search(clause)):
        return named, False
    alone = len(items) == 1 and (items[0].quantity or 1) == 1
    return [], names_others(clause) or (alone and _THE_REST.match(clause) is not None)


_SOLD_ANOTHER = re.compile(
    r"(?:sold|bought|traded)(?: (?:a|an|my|another|his|her|your|some))+(?: [a-z0-9+]{2,12}){0,3} $"
)


def _of_another(layout: Layout, start: int, low: int) -> bool:
    """``I sold a 4070 here before``: whether a card that is none of the post's is what was sold."""
    return _SOLD_ANOTHER.search(layout.post.text, max(low, start - 40), start) is not None


def names_others(clause: str) -> bool:
    """Whether a clause speaks of other goods than cards."""
    return bool(names_goods(clause) or _OTHERS.search(clause) or _PARTS.search(clause)) and not GPU_WORD.search(clause)


_THE_REST = re.compile(r"(?:and |but |the |my |all ){0,4}(?:others|rest)\b")
_THE_OTHERS = re.compile(r"(?:and |but |the |my |all ){0,4}(?:others?|rest|remaining)\b")


def other_cards(cards: Cards, here: list[NamedItem], clause: str) -> list[Item]:
    """``1080 Ti sold, other two still here``: the cards that the line does not name."""
    if not _THE_OTHERS.match(clause):
        return []
    return [item for item in cards.items if not any(item is named for _, _, named in here)]


def counted_down(cards: Cards, clause: str) -> list[Item]:
    """``3 left``: the one kind of card of which there were more."""
    several = [item for item in cards.items if (item.quantity or 1) > (left_over(clause, item.quantity or 1) or 1 << 9)]
    return several if len(several) == 1 else []


def whole_post(cards: Cards, clause: str, said: str | None) -> list[Item]:
    """All cards, where a clause that names none speaks of the whole post."""
    if ALL.search(clause) or GPU_WORD.search(clause):
        return list(cards.items)
    if len(cards.items) == 1:
        return list(cards.items)
    if said and closes_all(clause):
        return list(cards.items)
    return []

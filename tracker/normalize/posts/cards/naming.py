"""The cards that a post names, at the post's own positions: namesakes left out."""

import re
from dataclasses import replace
from functools import lru_cache

from tracker.normalize.clean import CleanText
from tracker.normalize.mentions import Mention, find_mentions
from tracker.normalize.posts.cards.namesakes import LISTED, is_namesake
from tracker.normalize.posts.cards.short_names import with_short_names
from tracker.normalize.posts.clues.goods import names_goods, names_kit
from tracker.normalize.posts.markup.text import PostText

__all__ = ["MOST_MENTIONS", "mentions_of"]

MOST_MENTIONS = 200
"""Mentions read in one text: a post with more is a price list of a shop."""


def mentions_of(post: PostText, context: bool) -> list[Mention]:
    """The cards that a text names, at the post's own positions."""
    post = _without_plurals(post)
    found = find_mentions(CleanText(post.text, post.raw), context=context)[:MOST_MENTIONS]
    named = [
        _without_sizes_of_others(post, _sized(post, _by_maker(post, mention)))
        for mention in found
        if not is_namesake(post, mention)
    ]
    return with_short_names(post, named, _model_of)


_PLURAL = re.compile(r"s(?<=0s)(?![a-z0-9])(?:(?<=(?<![a-z0-9])v100s)|(?<=\d{4}s))")
_SEVERAL = re.compile(
    r"(?<![\w.$£€-])(?:two|three|four|five|six|seven|eight|nine|ten|both|(?:pair|couple|trio) of|"
    r"lot of \d{1,2}|several|these|those|[2-9](?:x| x)?|[(]\d{1,2}x?[)])(?: [a-z][a-z+'-]{1,13}| [23]x| x){0,5} ?\d{4}$"
)
_BEHIND_PLURAL = re.compile(r" (?:are|were|have|all|both|down to|left|remain|each)\b")
_LOOK_BACK = 60


def _without_plurals(post: PostText) -> PostText:
    """``V100s`` with a small s are several V100, and ``two 4070s`` are no Supers where nothing else says so."""
    text = post.text
    for match in _PLURAL.finditer(text) if "0s" in text else ():
        place = match.start()
        if post.raw[place] != "s" or not (text[place - 4] == "v" or _are_several(text, place)):
            continue
        text = f"{text[:place]} {text[place + 1 :]}"
    if "d-rgb" in text:
        # EK's lights: ``Strix 4090 D-RGB`` is no 4090 D.
        text = text.replace("d-rgb", "     ")
    return post.with_text(text)


def _are_several(text: str, place: int) -> bool:
    """Whether the ``s`` behind a number is that of a plural, in a text that speaks of no Super of that number."""
    number = text[place - len("2070") : place]
    if "super" in text and (f"{number} super" in text or f"{number}super" in text):
        return False
    return (
        _BEHIND_PLURAL.match(text, place + 1) is not None
        or _SEVERAL.search(text, max(0, place - _LOOK_BACK), place) is not None
    )


_ONE_CHIP_MAKERS = (
    (
        re.compile(r"(?:evga|zotac|galax|galaxy|pny|palit|gainward|inno3d|kfa2|bfg|leadtek) (?:\d ?gb )?$"),
        "Radeon",
        ("gtx", "gts", "gt"),
    ),
    (re.compile(r"(?:sapphire|powercolor|his|visiontek|asrock) (?:\d ?gb )?$"), "GeForce", ("rx", "hd", "r9", "r7")),
)
"""Board makers of one chip maker only: a bare ``EVGA 570`` is a GeForce."""


@lru_cache(maxsize=512)
def _model_of(name: str) -> Mention | None:
    found = find_mentions(CleanText(name, name), context=True)
    return found[0] if len(found) == 1 and found[0].start == 0 else None


def _by_maker(post: PostText, mention: Mention) -> Mention:
    number = mention.text.strip()
    if not number.isdigit():
        return mention
    before = post.text[max(0, mention.start - 16) : mention.start]
    for makers, excluded, series in _ONE_CHIP_MAKERS:
        if mention.model.startswith(excluded) and makers.search(before):
            other = next((found for word in series if (found := _model_of(f"{word} {number}")) is not None), None)
            if other is not None:
                size = mention.stated_gb if mention.stated_gb is not None and not other.known else other.vram_gb
                return replace(other, start=mention.start, end=mention.end, text=mention.text, vram_gb=size)
    return mention


_FAMILY = re.compile(r"PCIe|SXM|NVL|Server|Max-Q")
_SEGMENT = re.compile(r"[,;|\n()\[\]+&]| / ")


@lru_cache(maxsize=512)
def _is_of_family(model: str) -> bool:
    return _FAMILY.search(model) is not None


def _sized(post: PostText, mention: Mention) -> Mention:
    """Settle memory and form from the card's own line: another item's words say nothing of it."""
    if mention.contradiction or mention.modified:
        mention = _again(post, mention, *_bounds(post.text, mention, _SEGMENT))
    elif len(mention.models) > 1 or _is_of_family(mention.model):
        own = _again(post, mention, *_bounds(post.text, mention, LISTED))
        sized = own.vram_gb is not None or mention.vram_gb is None or own.model != mention.model
        mention = own if sized else replace(own, vram_gb=mention.vram_gb, skus=mention.skus)
    return mention


_PIECE_END = re.compile(r"[,;|\n+&]| / |\band\b")
_OF_MEMORY = re.compile(r"(?P<gb>\d{1,3}) ?(?:gb?|gigs?)\b|\d mb\b")
_SIZE_BEHIND = re.compile(r"^[^,;|\n+&/]{0,40}?\d ?(?:gb?|gigs?|mb)\b")
_BESIDE = 60


def _without_sizes_of_others(post: PostText, mention: Mention) -> Mention:
    """``2x4GB Vengeance + GTX 560``: a size that stands with other hardware of a list is none of the card."""
    text = post.text
    if mention.stated_gb is None or _SIZE_BEHIND.search(text[mention.end : mention.end + _BESIDE]):
        return mention
    low, high = _bounds(text, mention, _PIECE_END)
    if _OF_MEMORY.search(text, low, high):
        return mention
    before = _PIECE_END.split(text[max(0, low - _BESIDE) : low].rpartition("\n")[2])
    after = _PIECE_END.split(text[high : high + _BESIDE].partition("\n")[0])
    # Behind the card ``1gb ddr3`` may be its own.
    for pieces, may_be_own in ((reversed(before), False), (after, True)):
        filled = [piece for piece in pieces if piece.strip()]
        sized = (number for number, piece in enumerate(filled) if _states(piece, mention.stated_gb))
        place = next(sized, None)
        if place is None:
            continue
        others = any(names_goods(piece) for piece in filled[:place])
        if others or names_kit(filled[place]) or (not may_be_own and names_goods(filled[place])):
            return _again(post, mention, low, high)
    return mention


def _states(piece: str, size: float) -> bool:
    return size in [float(match["gb"] or 0) for match in _OF_MEMORY.finditer(piece)]


def _bounds(text: str, mention: Mention, ends: re.Pattern[str]) -> tuple[int, int]:
    low = max(0, mention.start - 200)
    for match in ends.finditer(text, low, mention.start):
        low = match.end()
    high = ends.search(text, mention.end, mention.end + 200)
    return low, high.start() if high else min(len(text), mention.end + 200)


def _again(post: PostText, mention: Mention, low: int, high: int) -> Mention:
    for other in find_mentions(CleanText(post.text[low:high], post.raw[low:high]), context=True):
        if other.start + low == mention.start:
            return replace(other, start=mention.start, end=other.end + low)
    return mention

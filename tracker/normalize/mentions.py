"""Finds the graphics cards that a text names: which, where, and with how much memory."""

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from tracker.normalize.clean import CleanText, clean
from tracker.normalize.editions import find_edition
from tracker.normalize.memory import Size
from tracker.normalize.names import Found, find_names
from tracker.normalize.settling import Memory, attach_sizes, narrow, settle_memory
from tracker.normalize.types import Form
from tracker.normalize.vocabulary import Model, models


@dataclass(slots=True)
class Mention:
    """A card named at ``start:end`` of the text (the same places as in the original).

    ``model`` is the catalog's name, or that of a card which the catalog only names (``known``
    False). ``skus`` are the catalog slugs it can be; one where memory is settled, none for laptop
    chips. ``vram_gb`` is the settled size, None where the text leaves it open; ``stated_gb`` what
    the text says. ``witnessed`` False: a bare number or a short name that nothing else confirms.
    A value, never changed; not frozen, as a frozen one takes six times as long to make.
    """

    start: int
    end: int
    text: str
    model: str
    skus: tuple[str, ...] = ()
    vram_gb: float | None = None
    form: Form = "desktop"
    stated_gb: float | None = None
    contradiction: bool = False
    modified: bool = False
    part_number: bool = False
    witnessed: bool = True
    known: bool = True
    strength: str = "sure"
    models: tuple[str, ...] = ()


def find_mentions(text: CleanText | str, *, context: bool = False) -> list[Mention]:
    """Return the cards named in ``text``, in order; ``context`` says that the text is known to speak of cards.

    Unwitnessed mentions are returned too: the caller decides whether its own surroundings confirm them.
    """
    cleaned = text if isinstance(text, CleanText) else clean(text)
    found = find_names(cleaned.text, context)
    if not found:
        return []
    attach_sizes(cleaned.text, found)
    mentions = []
    upto = len(cleaned.text)
    for item in reversed(found):
        mention = _decide(cleaned, item, upto)
        if mention is not None:
            mentions.append(mention)
        upto = item.start
    if len(mentions) > 1:
        mentions.reverse()
    return mentions


def _decide(cleaned: CleanText, item: Found, upto: int) -> Mention | None:
    spelling, start, end = item.spelling, item.start, item.end
    strength, candidates = spelling.strength, spelling.models
    if len(candidates) > 1:
        candidates = narrow(cleaned.text, item)
    if strength == "short" and not _short_is_meant(cleaned.text, item, candidates):
        return None
    name, names, memory = _settled(candidates, item.sizes, item.mobile)
    if len(memory.skus) > 1:
        memory = _by_edition(name, memory, cleaned.text, item, upto)
    vram_gb, stated_gb, skus, form, modified, contradiction = memory
    return Mention(
        start,
        end,
        cleaned.original[start:end],
        name,
        skus,
        vram_gb,
        form,
        stated_gb,
        contradiction,
        modified,
        False,
        item.witnessed or (strength == "likely" and _size_fits(memory)),
        candidates[0].known,
        strength,
        names,
    )


class _Settled(NamedTuple):
    """What the candidates have in common: their name, all their names, and the memory."""

    name: str
    names: tuple[str, ...]
    memory: Memory


#: Few models and sizes make most listings: what they settle is remembered.
_SETTLED: dict[tuple[object, ...], _Settled] = {}
_SETTLED_LIMIT = 20_000


def _settled(candidates: tuple[Model, ...], sizes: list[Size], mobile: bool) -> _Settled:
    # What a size says, without its place.
    said = tuple([size[2:] for size in sizes]) if len(sizes) > 1 else sizes[0][2:] if sizes else None
    key = (candidates, mobile, said)
    settled = _SETTLED.get(key)
    if settled is None:
        names = tuple([model.name for model in candidates])
        name = names[0] if len(names) == 1 else _neutral(candidates)
        memory = settle_memory(candidates, sizes, _form(name, candidates[0], mobile))
        settled = _Settled(name, names, memory)
        if len(_SETTLED) < _SETTLED_LIMIT:
            _SETTLED[key] = settled
    return settled


def _size_fits(memory: Memory) -> bool:
    """Tell whether the very size of the card is stated, which confirms a bare name: V100 16GB, 3080 10GB."""
    return memory.stated_gb is not None and memory.stated_gb == memory.vram_gb and not memory.contradiction


def _neutral(candidates: tuple[Model, ...]) -> str:
    """Return what the names have in common: A100 for the PCIe and the SXM card."""
    names = [model.name.split() for model in candidates]
    same = takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False))
    return " ".join(words[0] for words in same) or candidates[0].name


def _form(name: str, model: Model, mobile: bool) -> Form:
    # K20Xm and K40m are server cards: no laptop ever had a Tesla.
    if model.mobile or (mobile and not name.startswith("Tesla")):
        return "mobile"
    if model.mac:
        return "mpx"
    return "sxm" if " SXM" in name else "desktop"


_SHORT_WITNESS = re.compile(
    r"(?<![a-z0-9])(?:nvidia|tesla|tensor|gpus?|accelerator|grid|graphics?|pny|data ?center|inference|ai)(?![a-z0-9])"
)


def _short_is_meant(text: str, item: Found, candidates: tuple[Model, ...]) -> bool:
    """Tell whether a name such as T4 is a card's: its maker stands before it, or its very size in a text on cards."""
    sizes = {gb for size in item.sizes for gb in (size.gb, size.gb * size.times)}
    fits = any(gb in model.skus for gb in sizes for model in candidates)
    if text.endswith(("nvidia ", "tesla ", "grid "), 0, item.start):
        return fits or all(size.system for size in item.sizes)
    return fits and (item.witnessed or _SHORT_WITNESS.search(text) is not None)


#: Models with two cards of one size; without a word the plain memory type is meant.
_MEMORY_TYPES = frozenset(("GeForce RTX 3060 Ti",))


def _by_edition(name: str, memory: Memory, text: str, item: Found, upto: int) -> Memory:
    """Settle what is open by an edition that exists in one size, or by the type of memory."""
    edition = find_edition(name, text, item.start, item.end, upto)
    if edition is not None and (memory.vram_gb is None or memory.vram_gb == edition.vram_gb):
        known = models()[name.lower()].skus.get(edition.vram_gb, ())
        return memory._replace(vram_gb=edition.vram_gb, skus=(edition.sku,) if edition.sku else known)
    if memory.vram_gb is not None and name in _MEMORY_TYPES:
        return memory._replace(skus=memory.skus[:1])
    return memory

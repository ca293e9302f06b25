"""Settles which of several models a name means, and with how much memory."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from tracker.normalize.memory import Size, find_sizes
from tracker.normalize.names import Found
from tracker.normalize.types import Form
from tracker.normalize.vocabulary import Model

_FAR = 40


def attach_sizes(text: str, found: list[Found]) -> None:
    """Give each size in clean ``text`` to the card it belongs to: the one before it on the line, else the one after."""
    sizes = find_sizes(text)
    if sizes and sizes[0].start < found[-1].end and _in_a_name(sizes, found):
        # GTX 1080 Gigabyte, Vega 64 G-Sync: the name's own number.
        sizes = [size for size in sizes if not _in_a_name([size], found)]
    if not sizes:
        return
    if len(found) == 1 and "\n" not in text:
        first = found[0].start - _FAR
        found[0].sizes = sizes if sizes[0].end >= first else [size for size in sizes if size.end >= first]
        return
    position = 0
    for size in sizes:
        while position < len(found) and found[position].start < size.end:
            position += 1
        before = found[position - 1] if position else None
        after = found[position] if position < len(found) else None
        taker = _taker(text, size, before, after)
        if taker is not None:
            taker.sizes.append(size)


def _in_a_name(sizes: list[Size], found: list[Found]) -> bool:
    for item in found:
        for size in sizes:
            if item.start <= size.start < item.end:
                return True
    return False


def _taker(text: str, size: Size, before: Found | None, after: Found | None) -> Found | None:
    if before is not None and text.find("\n", before.end, size.start) >= 0:
        before = None
    if after is not None and (after.start - size.end > _FAR or text.find("\n", size.end, after.start) >= 0):
        after = None
    if before is None or after is None:
        return before or after
    # A card that has its size leaves another one to its neighbour: 8GB 3070, 10GB 3080.
    full = before.sizes and not size.system and all(old.gb != size.gb for old in before.sizes)
    return after if full else before


#: Words that tell models of one spelling apart: what must be in the line at all, and the pattern that decides.
_FORM_WORDS = {
    word: (needles, re.compile(pattern))
    for word, needles, pattern in (
        (
            "sxm",
            ("sxm", "smx", "nvlink", "oam"),
            r"(?<!not )(?<!no )(?<!non )(?<!non-)(?<!without )(?:sxm|smx|nvlink module|\boam\b)(?!\d? ?driver)",
        ),
        ("pcie", ("pci", "pcl"), r"\bpci-? ?e|\bpcl-?e|\bpci express"),
        ("fhhl", ("fhhl",), r"\bfhhl\b"),
        ("nvl", ("nvl",), r"\bnvl\b"),
        ("ada", ("ada",), r"\bada\b"),
        ("sff", ("sff", "low profile"), r"\bsff\b|low profile"),
        ("max-q", ("max",), r"max-?q"),
        ("server", ("server", "passive"), r"\bserver\b(?! pull)|passive"),
        ("pascal", ("pascal", "2016", "gp102"), r"pascal|\b2016\b|gp102"),
        ("gtx", ("gtx", "maxwell", "2015", "gm200"), r"gtx|maxwell|\b2015\b|gm200"),
    )
}
_SXM = re.compile(r"sxm\d")
#: Words that only decide where no other does.
_WEAK_WORDS = ("server", "pcie")


def narrow(text: str, item: Found) -> tuple[Model, ...]:
    """Choose between models that share a spelling, by other words of the line and by memory."""
    models = item.spelling.models
    if len(models) == 1:
        return models
    stated = {size.gb for size in item.sizes if not size.system}
    low, high = text.rfind("\n", 0, item.start) + 1, text.find("\n", item.end)
    line = text[low : high if high >= 0 else len(text)]
    words, asked = _words_apart(models)
    said = {word for word in asked if _says(line, word)}
    telling = said.difference(_WEAK_WORDS)
    named = [model for model, own in zip(models, words, strict=True) if own & telling] if telling else []
    for weak in _WEAK_WORDS:
        if not named and weak in said:
            named = [model for model, own in zip(models, words, strict=True) if weak in own]
            # An H100 94GB PCIe is the NVL: the size says more than the bus.
            if stated and not any(stated & model.skus.keys() for model in named):
                named = []
    fitting = [model for model in named or models if stated & model.skus.keys()] if stated else []
    return tuple((fitting if named else _usual(fitting)) or named or _usual(models))


def _says(line: str, word: str) -> bool:
    """Tell whether ``line`` says a word of ``_FORM_WORDS``."""
    needles, pattern = _FORM_WORDS[word]
    for needle in needles:
        if needle in line:
            return pattern.search(line) is not None
    return False


@cache
def _words_apart(models: tuple[Model, ...]) -> tuple[tuple[frozenset[str], ...], tuple[str, ...]]:
    """Return the words of each name, and those of all names that ``_FORM_WORDS`` can tell."""
    words = tuple(frozenset(_SXM.sub("sxm", model.name.lower()).split()) for model in models)
    return words, tuple(word for word in _FORM_WORDS if any(word in own for own in words))


def _usual(models: Sequence[Model]) -> list[Model]:
    """Return the plain card among editions: the Quadro among RTX 5000s, the Workstation PRO 6000."""
    ends = ("Workstation", "PRO 4000 Blackwell")
    plain = [model for model in models if model.name.startswith("Quadro RTX") or model.name.endswith(ends)]
    return plain or list(models)


class Memory(NamedTuple):
    """What is known of the memory: the settled size, the stated one, and what follows from them."""

    vram_gb: float | None
    stated_gb: float | None
    skus: tuple[str, ...]
    form: Form
    modified: bool = False
    contradiction: bool = False


class _Made(NamedTuple):
    skus: dict[float, tuple[str, ...]]
    other: dict[float, str]
    modified: frozenset[float]
    usual: dict[float, tuple[str, ...]]


def _made(models: tuple[Model, ...]) -> _Made:
    """Return the sizes of ``models`` together."""
    skus: dict[float, tuple[str, ...]] = {}
    other: dict[float, str] = {}
    for model in models:
        other.update(model.other_forms)
        for gb, slugs in model.skus.items():
            skus[gb] = (*skus.get(gb, ()), *slugs)
    modified = frozenset().union(*(model.modified for model in models))
    return _Made(skus, other, modified, {gb: slugs for gb, slugs in skus.items() if gb not in modified})


def settle_memory(models: tuple[Model, ...], sizes: list[Size], form: Form) -> Memory:
    """Return the memory that the text settles; what it leaves open stays open."""
    made = _made(models)
    loose = form in ("desktop", "sxm")
    fitting = _fitting(made, sizes)
    if fitting:
        kept = {gb for gb in fitting if gb not in made.modified} or set(fitting)
        if len(kept) == 1:
            gb = fitting[0]
            return Memory(gb, gb, made.skus[gb] if loose else (), form, gb in made.modified)
        skus = tuple(slug for gb in dict.fromkeys(fitting) for slug in made.skus[gb])
        return Memory(None, None, skus if loose else (), form)
    stated = [size.gb for size in sizes if not size.system]
    for gb in stated:
        if gb in made.other:
            other = made.other[gb]
            shape: Form = other if other in ("mobile", "sxm", "mpx") else form  # type: ignore[assignment]
            return Memory(gb, gb, (), shape, other == "modified")
    if not models[0].known:
        gb_said = _of_named_only(made, sizes)
        if gb_said is not None:
            return Memory(gb_said, gb_said, (), form)
    wrong = bool(stated) and bool(made.usual) and form != "mobile"
    only = next(iter(made.usual)) if len(made.usual) == 1 and not wrong else None
    skus = tuple(slug for slugs in made.usual.values() for slug in slugs) if loose else ()
    return Memory(only, stated[0] if stated else None, skus, form, contradiction=wrong)


#: A card that the catalog names with one size may have been sold with twice as much, one without any with this much.
_MOST_TIMES = 2
_MOST_NAMED_ONLY_GB = 8


def _of_named_only(made: _Made, sizes: list[Size]) -> float | None:
    """Return the one stated size of a card that the catalog only names, where it is believable."""
    said = {size.gb for size in sizes if not size.system} or {size.gb for size in sizes}
    most = max(made.usual, default=_MOST_NAMED_ONLY_GB)
    if len(made.usual) == 1:
        most *= _MOST_TIMES
    return said.pop() if len(said) == 1 and max(said) <= most else None


def _fitting(made: _Made, sizes: list[Size]) -> list[float]:
    """Return the stated sizes that the models were made with; the machine's memory only where no other fits."""
    fits = [size.gb for size in sizes if not size.system and size.gb in made.skus]
    if fits or not sizes:
        return fits
    # "2x 8GB" on a board with two chips makes 16; "Ventus 2X 8G" does not.
    products = [size.gb * size.times for size in sizes if size.times > 1 and not size.system]
    fits = [gb for gb in products if gb in made.skus]
    return fits or [size.gb for size in sizes if size.system and size.gb in made.skus]

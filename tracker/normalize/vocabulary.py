"""Every way to write every model: spellings are derived from the catalog's names by a table of rules."""

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tracker.catalog import Alias, aliases, catalog, names, other_sizes

DATA = Path(__file__).with_name("data")
#: How much a spelling says on its own, weakest last.
STRENGTHS = ("sure", "likely", "number", "short", "maker")
_MAKER = re.compile(r"^(?:nvidia|amd|intel|ati) ")
#: One card, two memory types: the type is told apart by the SKU, not by the model's name.
_MEMORY_EDITION = " GDDR6X"
_GAPS = re.compile(r"[-_ ]+")


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model and the sizes that it is sold with, in GB; there is one of each, which is equal to itself alone."""

    name: str
    known: bool
    mobile: bool = False
    mac: bool = False
    integrated: bool = False
    #: Size to slugs: the two RTX 3060 Ti 8GB share a size.
    skus: dict[float, tuple[str, ...]] = field(default_factory=dict)
    modified: frozenset[float] = frozenset()
    #: Sizes of the catalog model that belong to a laptop chip or another form.
    other_forms: dict[float, str] = field(default_factory=dict)

    @property
    def made_sizes(self) -> tuple[float, ...]:
        """The sizes that the maker sold as a desktop card."""
        return tuple(size for size in self.skus if size not in self.modified)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a spelling can mean, and how much it says on its own."""

    models: tuple[Model, ...]
    strength: str


def squeeze(text: str) -> str:
    """Return a name without the gaps between its parts: ``rtx 3080-ti`` gives ``rtx3080ti``."""
    return _GAPS.sub("", text)


@cache
def models() -> dict[str, Model]:
    """Return every model that listings may name, by its name in lower case."""
    found: dict[str, Model] = {}
    others: dict[str, dict[float, str]] = {}
    for other in other_sizes():
        others.setdefault(other.model.lower(), {})[other.vram_gb] = other.form
    for gpu in catalog():
        name = gpu.model.removesuffix(_MEMORY_EDITION)
        key = name.lower()
        old = found.get(key)
        skus = dict(old.skus) if old else {}
        skus[gpu.vram_gb] = (*skus.get(gpu.vram_gb, ()), gpu.slug)
        modified = (old.modified if old else frozenset()) | ({gpu.vram_gb} if gpu.modified else frozenset())
        found[key] = Model(name, True, skus=skus, modified=modified, other_forms=others.get(key, {}))
    for card in names():
        found.setdefault(
            card.model.lower(),
            Model(
                card.model,
                False,
                mobile=card.kind == "mobile",
                mac=card.kind == "mac",
                integrated=card.kind == "integrated",
                skus=dict.fromkeys(card.vram_gb, ()),
            ),
        )
    return found


def _rules() -> list[tuple[re.Pattern[str], str, str]]:
    with (DATA / "name_forms.csv").open(encoding="utf-8", newline="") as file:
        return [(re.compile(row["pattern"]), row["form"], row["strength"]) for row in csv.DictReader(file)]


def _variants(form: str) -> list[str]:
    """Return ``form`` with the short ways to write its suffix: 4070 ti super, 4070 tis, 4070s."""
    if form.endswith(" ti super"):
        stem = form.removesuffix(" ti super")
        return [form, f"{stem} tis", f"{stem} ti s", f"{stem} super ti"]
    if form.endswith(" super"):
        return [form, form.removesuffix(" super") + "s", form.removesuffix("super") + "sup"]
    return [form]


def spellings_of(model: str) -> list[tuple[str, str]]:
    """Return the spellings that the rules give for ``model``, each with its strength."""
    name = _MAKER.sub("", model.lower())
    found: dict[str, str] = {}
    for pattern, form, strength in _RULES:
        match = pattern.fullmatch(name)
        if match:
            for variant in _variants(" ".join(match.expand(form).split())):
                found.setdefault(variant, strength)
    if not found or not name[-1:].isdigit() or " " in name:
        found.setdefault(name, "sure")
    return list(found.items())


_RULES = _rules()


@cache
def spellings() -> dict[str, Spelling]:
    """Return all spellings, without gaps, and what each can mean."""
    return {squeeze(form): spelling for form, spelling in forms().items()}


@cache
def forms() -> dict[str, Spelling]:
    """Return all spellings with blanks where a gap may be."""
    pairs = [(form, model, strength) for model in models().values() for form, strength in spellings_of(model.name)]
    for alias in aliases():
        model = models().get(alias.model.removesuffix(_MEMORY_EDITION).lower())
        if model:
            pairs.append((" ".join(alias.alias.lower().split()), model, _alias_strength(alias)))
    ruled = _ruled()
    meant: dict[str, dict[str, Model]] = {}
    strength: dict[str, str] = {}
    written: dict[str, str] = {}
    for form, model, sure in pairs:
        key = squeeze(form)
        written.setdefault(form, key)
        meant.setdefault(key, {}).update({one.name: one for one in _kinds(model)})
        # A rule knows better than an alias, which only knows weak from strong.
        strength[key] = max(strength.get(key, sure), sure, key=STRENGTHS.index) if key not in ruled else ruled[key]
    return {form: Spelling(_preferred(tuple(meant[key].values())), strength[key]) for form, key in written.items()}


def _ruled() -> dict[str, str]:
    """Return what the rules say of every spelling that they give; the weakest where two models share it."""
    found: dict[str, str] = {}
    for model in models().values():
        for form, strength in spellings_of(model.name):
            key = squeeze(form)
            found[key] = max(found.get(key, strength), strength, key=STRENGTHS.index)
    return found


def _alias_strength(alias: Alias) -> str:
    """A bare number or word that is no rule's says something only right after the maker's name."""
    if not alias.weak:
        return "sure"
    text = squeeze(alias.alias.lower())
    if text.isalpha() or text.isdigit():
        return "maker"
    return "short" if _LETTER_AND_NUMBER.fullmatch(text) else "likely"


_LETTER_AND_NUMBER = re.compile(r"[a-z]\d\d?\d?")


def _kinds(model: Model) -> tuple[Model, ...]:
    """Return the catalog cards that a neutral name stands for: A100 for the PCIe and the SXM card."""
    if model.known:
        return (model,)
    kinds = tuple(other for other in models().values() if other.known and other.name.startswith(model.name + " "))
    return kinds if model.name in _NEUTRAL and kinds else (model,)


_NEUTRAL = frozenset(("A100", "H100", "H200", "Tesla V100", "Tesla P100"))


def _preferred(candidates: tuple[Model, ...]) -> tuple[Model, ...]:
    """Drop old name-only cards where a catalog card bears the same number: a bare 5700 is the RX 5700."""
    known = tuple(model for model in candidates if model.known)
    return known or candidates

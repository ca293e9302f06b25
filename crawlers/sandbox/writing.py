"""How sellers call a card and title a listing: habits, abbreviations and tails from data/phrases.toml."""

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.sandbox.model import DATA, Card

TITLE_LENGTH = 80  # characters, eBay's limit
_EARLY_MAKERS = {"EVGA"}  # stopped making cards before the 40 series
_NO_FOUNDERS = {"3060", "4060", "4070 Ti", "4070 Ti Super", "5070 Ti", "1650", "1660", "1660 Super", "1660 Ti"}


@cache
def phrases() -> dict[str, Any]:
    """Return the phrase tables."""
    with (DATA / "phrases.toml").open("rb") as file:
        return tomllib.load(file)


@dataclass(frozen=True, slots=True)
class Habit:
    """How one seller writes."""

    number: int
    case: str
    glued: bool
    size_form: str
    says_maker: bool
    says_family: bool
    feedback: int
    body: str
    pays: str

    @classmethod
    def of(cls, seed: int, number: int) -> "Habit":
        """Return the habits of seller ``number``; the same person always writes alike."""
        rng = random.Random(f"{seed}:seller:{number}")
        return cls(
            number=number,
            case=rng.choices(("plain", "upper", "lower"), (86, 9, 5))[0],
            glued=rng.random() < 0.07,
            size_form=rng.choices(("{}GB", "{} GB", "{}G", "{}gb"), (72, 14, 9, 5))[0],
            says_maker=rng.random() < 0.6,
            says_family=rng.random() < 0.65,
            feedback=int(10 ** rng.uniform(0.5, 4.3)),
            body=rng.choices(("prose", "bullets", "table", "plain"), (40, 30, 15, 15))[0],
            pays=rng.choice(phrases()["reddit"]["payments"]),
        )

    def size(self, vram_gb: int) -> str:
        """Return a memory size as this seller writes it."""
        return self.size_form.format(vram_gb)


def call_card(rng: random.Random, habit: Habit, card: Card, *, short: bool = False, series: bool = True) -> str:
    """Return the bare name of ``card``; ``short`` allows to leave the series out ("3080 Ti")."""
    suffix = _suffix(rng, card, habit)
    if card.series in ("Tesla", "NVIDIA", "Instinct", "Titan", "Radeon", "Arc", "R9", "Quadro", "Quadro RTX"):
        text = f"{card.series} {card.name}{suffix}"
        if card.series in ("Titan", "Arc") and rng.random() < 0.2:
            text = text.upper()
        return text
    if card.series == "RTX" and card.name.startswith("A"):
        return f"RTX {card.name}" if series or rng.random() < 0.7 else card.name
    if short and not series and card.name.isdigit() and len(card.name) == 4:
        return f"{card.name}{suffix}"
    return f"{card.series}{'' if habit.glued else ' '}{card.name}{suffix}"


def _suffix(rng: random.Random, card: Card, habit: Habit) -> str:
    if not card.suffix:
        return ""
    form = card.suffix
    if form in ("Ti", "XT", "XTX") and (habit.glued or rng.random() < 0.05):
        return rng.choice((form, form.upper()))
    if form == "Super" and rng.random() < 0.08 and card.name in ("2060", "2070", "2080", "4070", "4080"):
        return "S"
    if form.startswith(("Ti", "Super")) and rng.random() < 0.2:
        form = form.upper()
    return f" {form}"


@dataclass(frozen=True, slots=True)
class Naming:
    """A card as it is written in one place, and whether its size is in the text."""

    text: str
    brand: str
    line: str
    size_stated: bool


def name_card(rng: random.Random, habit: Habit, card: Card, *, formal: bool) -> Naming:
    """Return the name of ``card`` with brand, line and size as a seller would write it."""
    brand, line = _brand(rng, card)
    stated = card.size == "must" or rng.random() < (0.88 if card.twin else 0.8)
    series = formal or rng.random() < 0.75
    parts = [brand] if brand and rng.random() < 0.8 else []
    if formal and habit.says_maker and card.series not in ("NVIDIA",) and card.maker != "intel":
        parts.insert(0, {"nvidia": "NVIDIA", "amd": "AMD"}[card.maker])
    if formal and habit.says_family and card.model.startswith(("GeForce", "Radeon RX")):
        parts.append(card.model.split()[0])
    parts.append(call_card(rng, habit, card, short=True, series=series))
    if line and rng.random() < 0.7:
        parts.append(line)
    if stated:
        parts.append(habit.size(card.vram_gb))
    if card.segment == "modified":
        parts.append(rng.choice(("Modded", "Modified", "VRAM Mod")))
    if parts[:2] == ["NVIDIA", "NVIDIA"]:
        del parts[0]
    return Naming(" ".join(parts), brand, line, stated)


def _brand(rng: random.Random, card: Card) -> tuple[str, str]:
    if card.segment in ("server", "pro"):
        return (rng.choice(("", "", "HP", "Dell", "PNY", "Lenovo")) if card.maker == "nvidia" else "", "")
    if card.segment == "modified":
        return "", ""
    brands = [b for b in phrases()["brands"][card.maker] if not (b in _EARLY_MAKERS and card.name[:1] in "45")]
    founders = not card.size and card.maker == "nvidia" and card.segment == "gaming" and card.name.isdigit()
    founders = founders and f"{card.name} {card.suffix}".strip() not in _NO_FOUNDERS
    if not founders and "NVIDIA" in brands:
        brands.remove("NVIDIA")
    if card.series == "Arc":
        brands = ["Intel", "Sparkle", "ASRock"]
    brand = rng.choice(brands)
    return brand, rng.choice(phrases()["lines"][brand])


def ebay_title(rng: random.Random, habit: Habit, card: Card, *, broken: bool = False) -> tuple[str, bool]:
    """Return the title of an eBay listing and whether it states the size; at most 80 characters."""
    table = phrases()["ebay"]
    named = name_card(rng, habit, card, formal=True)
    parts = [named.text]
    if named.size_stated and rng.random() < 0.6:
        parts.append(card.memory)
    tail = rng.choice(table["server_tails"] if card.segment == "server" else table["tails"])
    more = [tail]
    if broken:
        more.insert(0, rng.choice(table["parts"]))
    else:
        more += rng.sample(table["praise"], k=rng.choice((0, 0, 1, 1, 2)))
        if card.segment in ("gaming", "old") and rng.random() < 0.25:
            more.append(rng.choice(table["extras"] if card.maker == "nvidia" else table["extras"][:5]))
    return _fit(habit, parts, more), named.size_stated


def _fit(habit: Habit, parts: list[str], more: list[str]) -> str:
    text = " ".join(parts)
    for part in more:
        if part and len(text) + 1 + len(part) <= TITLE_LENGTH:
            text += f" {part}"
    text = text[:TITLE_LENGTH].rstrip()
    return text.upper() if habit.case == "upper" else text

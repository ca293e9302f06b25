"""The card that a person types: exactly one, or a question back."""

import re

from db.errors import GpudealsError
from tracker.catalog.catalog import Catalog, catalog
from tracker.catalog.gpu import Gpu

_SIZE = re.compile(r"[\s-]*\b(\d{1,3}(?:\.\d+)?)\s?gb\b", re.IGNORECASE)
_BRANDS = (
    "",
    "GeForce RTX",
    "GeForce GTX",
    "GeForce",
    "RTX",
    "Radeon RX",
    "Radeon",
    "Tesla",
    "Quadro",
    "NVIDIA",
    "Arc",
)


def chosen(text: str, cards: Catalog | None = None) -> Gpu:
    """Return the card that ``text`` names: a SKU, or a name typed loosely ("3090", "rtx 3080 12gb").

    A name that the catalog has in several sizes is asked back, for the sizes have prices of their
    own. Raises GpudealsError that lists what may have been meant.
    """
    cards = cards or catalog()
    if found := cards.by_slug(text.strip().lower()):
        return found
    size = _SIZE.search(text)
    vram = float(size[1]) if size else None
    name = " ".join(_SIZE.sub("", text, count=1).replace("-", " ").split())
    if name:
        for brand in _BRANDS:
            sizes = _sizes(cards, f"{brand} {name}".strip())
            if sizes:
                return _one(text, sizes, vram)
    near = cards.near(text)
    known = f"did you mean {', '.join(near)}?" if near else "`gpudeals catalog list` shows the cards"
    raise GpudealsError(f"the catalog has no card {text!r}; {known}")


def _sizes(cards: Catalog, name: str) -> list[Gpu]:
    """Return the sizes of the model called ``name``, whether its words are written apart or together."""
    exact = cards.by_model(name)
    if exact:
        return list(exact)
    joined = _joined(name)
    return [gpu for gpu in cards if _joined(gpu.model) == joined]


def _joined(name: str) -> str:
    return re.sub(r"[\s-]+", "", name).casefold()


def _one(text: str, sizes: list[Gpu], vram_gb: float | None) -> Gpu:
    fitting = [gpu for gpu in sizes if vram_gb is None or abs(gpu.vram_gb - vram_gb) < 0.01]
    if vram_gb is None and len(made := [gpu for gpu in sizes if not gpu.modified]) == 1:
        return made[0]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise GpudealsError(f"{text!r}: the catalog has {', '.join(gpu.slug for gpu in sizes)}")
    raise GpudealsError(f"{text!r} is more than one card: which of {', '.join(gpu.slug for gpu in fitting)}?")

"""Looking a card up: by slug, by model, by model and size."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from tracker.catalog.gpu import Gpu, read_gpus

_MAKER = re.compile(r"^(?:nvidia|amd|intel|ati)\s+", re.IGNORECASE)
_SIZE = re.compile(r"\s*\b(\d{1,3}(?:\.\d+)?)\s?gb\b", re.IGNORECASE)
_NOISE = re.compile(r"[^a-z0-9]")
_SIZE_TOLERANCE_GB = 0.01


def model_key(model: str) -> str:
    """Return ``model`` without maker, letter case and superfluous blanks, to compare names with."""
    return " ".join(_MAKER.sub("", model.strip()).casefold().split())


class Catalog:
    """All cards, in the order of the file."""

    def __init__(self, gpus: Iterable[Gpu]) -> None:
        self.gpus = tuple(gpus)
        self._by_slug = {gpu.slug: gpu for gpu in self.gpus}
        by_model: defaultdict[str, list[Gpu]] = defaultdict(list)
        for gpu in self.gpus:
            by_model[model_key(gpu.model)].append(gpu)
        self._by_model = {key: tuple(found) for key, found in by_model.items()}

    def __iter__(self) -> Iterator[Gpu]:
        return iter(self.gpus)

    def __len__(self) -> int:
        return len(self.gpus)

    @property
    def models(self) -> tuple[str, ...]:
        """Every model once, in the order of the file."""
        return tuple(dict.fromkeys(gpu.model for gpu in self.gpus))

    def by_slug(self, slug: str) -> Gpu | None:
        """Return the card called ``slug``, else None."""
        return self._by_slug.get(slug)

    def by_model(self, model: str) -> tuple[Gpu, ...]:
        """Return the sizes of ``model``, modified ones too; empty where the catalog lacks it."""
        return self._by_model.get(model_key(model), ())

    def find(self, model: str, vram_gb: float | None = None) -> Gpu | None:
        """Return the one card that ``model`` with ``vram_gb`` names, else None.

        Without a size only a model that was made in one size is found, and never a modified card:
        the two RTX 3080 stay open.
        """
        sizes = self.by_model(model)
        if vram_gb is None:
            made = [gpu for gpu in sizes if not gpu.modified]
            return made[0] if len(made) == 1 else None
        return next((gpu for gpu in sizes if abs(gpu.vram_gb - vram_gb) <= _SIZE_TOLERANCE_GB), None)

    def named(self, text: str) -> Gpu | None:
        """Return the card that a person means by a slug or by a name with its size, else None."""
        found = self.by_slug(text.strip().lower())
        if found:
            return found
        size = _SIZE.search(text)
        model = _SIZE.sub("", text, count=1).replace("(modified)", "")
        vram = float(size[1]) if size else None
        candidates = dict.fromkeys([model, f"GeForce {model}", f"Radeon {model}", *_models_called(model)])
        found_by_name = {gpu.slug: gpu for name in candidates if (gpu := self.find(name, vram))}
        return next(iter(found_by_name.values())) if len(found_by_name) == 1 else None

    def near(self, text: str, n: int = 5) -> list[str]:
        """Return up to ``n`` slugs that look like ``text``, for "did you mean"."""
        from difflib import get_close_matches

        wanted = _NOISE.sub("", text.lower())
        within = [slug for slug in self._by_slug if wanted and wanted in _NOISE.sub("", slug)]
        spelled = get_close_matches(text.lower().replace(" ", "-"), self._by_slug, n=n, cutoff=0.5)
        return list(dict.fromkeys([*within, *spelled]))[:n]


def _models_called(text: str) -> list[str]:
    """Return the models of which ``text`` is an alias."""
    from tracker.catalog.names import aliases

    wanted = _NOISE.sub("", model_key(text))
    return [
        alias.model for alias in aliases() if alias.vram_gb is None and _NOISE.sub("", alias.alias.casefold()) == wanted
    ]


@cache
def catalog() -> Catalog:
    """Return the catalog that the package ships; read once a process."""
    return Catalog(read_gpus())

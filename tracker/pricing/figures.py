"""What the catalog says of cards, as the model of fair value wants it: figures for the prior, labels for groups."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from db.ids import stable_id
from tracker.catalog import Gpu, catalog


def figures_of(cards: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return cards x figures for the hedonic prior: ln of VRAM, bandwidth and TFLOPS, and the year of release."""
    figures = np.full((len(cards), 4), np.nan)
    for place, gpu in enumerate(_known(cards)):
        if gpu is None:
            continue
        tflops = gpu.fp16_tensor_tflops or gpu.fp32_tflops
        figures[place, :3] = [math.log(gpu.vram_gb), math.log(gpu.bandwidth_gb_s), math.log(tflops)]
        if gpu.release_date is not None:
            figures[place, 3] = gpu.release_date.year
    return figures


def _use(gpu: Gpu) -> str:
    """Return what a card is for: the server, the workstation or the player, of each maker."""
    if not gpu.display_outputs:
        return f"{gpu.vendor} server"
    return f"{gpu.vendor} {gpu.model.split()[0]}"


def _size(gpu: Gpu) -> str:
    """Return whether a card is small, middling or large: models that people run want 24 GB, or 12 at least."""
    return "small" if gpu.vram_gb < 12 else "middling" if gpu.vram_gb < 20 else "large"


#: Ways to part the cards; the model takes the one that explains their prices, or none.
_PARTITIONS: tuple[Callable[[Gpu], str], ...] = (lambda gpu: gpu.architecture, _use, _size)


def labels_of(cards: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return partitions x cards: the number of each card's group, -1 for a card that the catalog does not know."""
    known = _known(cards)
    labels = np.full((len(_PARTITIONS), len(cards)), -1, np.int64)
    for row, name_of in zip(labels, _PARTITIONS, strict=True):
        names = [None if gpu is None else name_of(gpu) for gpu in known]
        number = {name: place for place, name in enumerate(sorted({name for name in names if name is not None}))}
        row[:] = [-1 if name is None else number[name] for name in names]
    return labels


def _known(cards: Sequence[int]) -> list[Gpu | None]:
    gpus = {stable_id("gpu", gpu.slug): gpu for gpu in catalog()}
    return [gpus.get(gpu_id) for gpu_id in cards]

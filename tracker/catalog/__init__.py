"""The cards: one row per model and VRAM size, with sources, and the names of all the others."""

from tracker.catalog.catalog import Catalog, catalog
from tracker.catalog.gpu import Gpu
from tracker.catalog.names import (
    Alias,
    CardName,
    OtherSize,
    PartNumber,
    aliases,
    look_alikes,
    names,
    other_sizes,
    part_numbers,
)

__all__ = [
    "Alias",
    "CardName",
    "Catalog",
    "Gpu",
    "OtherSize",
    "PartNumber",
    "aliases",
    "catalog",
    "look_alikes",
    "names",
    "other_sizes",
    "part_numbers",
]

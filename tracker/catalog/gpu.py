"""One card of the catalog, and how its row in ``gpus.csv`` is read."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

GPUS_CSV = Path(__file__).with_name("gpus.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One model with one VRAM size; None where the maker gave no figure or none was found.

    Rates are those of the reference card. Boards with several chips (``gpus`` > 1) carry board
    totals. ``fp16_tensor_tflops`` is dense with FP32 accumulate and None where the card has no
    usable tensor cores. ``modified`` marks a card that somebody fitted with other memory.
    ``sources`` reads ``field=source+source | …``; ``unsourced_fields`` lists what rests on none.
    """

    slug: str
    model: str
    vram_gb: float
    vendor: str
    architecture: str
    memory_type: str
    memory_bus_bits: int
    memory_rate_gbps: float
    bandwidth_gb_s: float
    cores: int
    issue_width: int
    boost_mhz: int
    fp32_tflops: float
    fp16_tensor_tflops: float | None
    fp16_tensor_fp16acc_tflops: float | None
    fp16_vector_tflops: float | None
    int8_tops: float | None
    int8_path: str | None
    tdp_w: int
    pcie_gen: int
    pcie_lanes: int
    nvlink_gb_s: float | None
    slots: float | None
    length_mm: int | None
    aib_length_mm: str | None
    power_connectors: str | None
    cooling: str
    display_outputs: bool
    form_factor: str
    modified: bool
    gpus: int
    release_date: date | None
    launch_msrp_usd: int | None
    compute_capability: str | None
    sources: str
    single_source_fields: str | None
    unsourced_fields: str | None
    notes: str | None

    @property
    def name(self) -> str:
        """The name with its size, as people say it: ``GeForce RTX 3080 10GB``."""
        return f"{self.model} {self.vram_gb:g}GB" + (" (modified)" if self.modified else "")

    @property
    def vram_per_gpu_gb(self) -> float:
        """VRAM that one chip sees, in GB: a Tesla K80 has 24 GB on the board and 12 for each chip."""
        return self.vram_gb / self.gpus


def _text(cell: str) -> str | None:
    return cell or None


def _float(cell: str) -> float | None:
    return float(cell) if cell else None


def _int(cell: str) -> int | None:
    return int(cell) if cell else None


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _yes(cell: str) -> bool:
    return cell == "yes"


_BY_TYPE: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _yes,
    str | None: _text,
    float | None: _float,
    int | None: _int,
    date | None: _date,
}
_READ: dict[str, Callable[[str], Any]] = {field.name: _BY_TYPE[field.type] for field in fields(Gpu)}


def read_gpu(row: Mapping[str, str]) -> Gpu:
    """Return the card of one row of ``gpus.csv``; ValueError or KeyError where the row is no such row."""
    return Gpu(**{name: read(row[name]) for name, read in _READ.items()})


def read_gpus(path: Path = GPUS_CSV) -> tuple[Gpu, ...]:
    """Return the cards of ``path`` in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(read_gpu(row) for row in csv.DictReader(file))

"""A card as a specification sheet: one line a figure, with its unit and where it comes from."""

import csv
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tracker.catalog.gpu import Gpu


class Line(NamedTuple):
    """One line of the sheet: which field, what it is called, its unit and its key in ``sources``."""

    field: str
    label: str
    unit: str = ""
    source: str = ""


LINES = (
    Line("slug", "SKU"),
    Line("vendor", "maker of the chip"),
    Line("architecture", "architecture"),
    Line("vram_gb", "VRAM", "GB", "vram"),
    Line("memory_type", "memory type", "", "memtype"),
    Line("memory_bus_bits", "memory bus", "bit", "bus"),
    Line("memory_rate_gbps", "memory rate", "Gb/s per pin"),
    Line("bandwidth_gb_s", "memory bandwidth", "GB/s", "bandwidth"),
    Line("cores", "shader cores", "", "cores"),
    Line("issue_width", "FP32 operations counted per core and clock", "× 2"),
    Line("boost_mhz", "boost clock", "MHz"),
    Line("fp32_tflops", "FP32", "TFLOPS", "fp32"),
    Line("fp16_tensor_tflops", "FP16 tensor, dense, FP32 accumulate", "TFLOPS", "fp16_tensor"),
    Line("fp16_tensor_fp16acc_tflops", "FP16 tensor, dense, FP16 accumulate", "TFLOPS", "fp16_acc16"),
    Line("fp16_vector_tflops", "FP16 in the shaders", "TFLOPS"),
    Line("int8_tops", "INT8, dense", "TOPS", "int8"),
    Line("int8_path", "INT8 is reached by"),
    Line("compute_capability", "CUDA compute capability", "", "cc"),
    Line("gpus", "GPUs on the board"),
    Line("tdp_w", "board power", "W", "tdp"),
    Line("power_connectors", "power connectors"),
    Line("pcie_gen", "PCIe generation", "", "pcie_gen"),
    Line("pcie_lanes", "PCIe lanes", "", "lanes"),
    Line("nvlink_gb_s", "NVLink", "GB/s", "nvlink"),
    Line("form_factor", "form factor"),
    Line("slots", "slots", "", "slots"),
    Line("length_mm", "length of the reference card", "mm", "length"),
    Line("aib_length_mm", "length of partner cards", "mm"),
    Line("cooling", "cooling"),
    Line("display_outputs", "display outputs", "", "display"),
    Line("modified", "modified by somebody"),
    Line("release_date", "first sold", "", "release"),
    Line("launch_msrp_usd", "launch list price", "US$", "msrp"),
)


def sources_of(gpu: Gpu) -> dict[str, str]:
    """Return the sources of a card's figures by the short name of the field."""
    parts = (part.partition("=") for part in gpu.sources.split(" | "))
    return {key.strip(): source.strip() for key, _, source in parts if source}


@cache
def source_names() -> dict[str, str]:
    """Return what the short names of sources stand for; a document in square brackets names itself."""
    with Path(__file__).with_name("sources.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["what"] for row in csv.DictReader(file)}


def sources_used(gpu: Gpu) -> dict[str, str]:
    """Return the sources that ``gpu`` rests on, short name and meaning."""
    return {name: what for name, what in source_names().items() if name in gpu.sources}


def sheet(gpu: Gpu) -> list[dict[str, Any]]:
    """Return the lines of ``gpu`` that hold something: field, value with unit, source."""
    sources, alone, unsourced = (
        sources_of(gpu),
        (gpu.single_source_fields or "").split(),
        (gpu.unsourced_fields or "").split(),
    )
    rows = []
    for line in LINES:
        value = getattr(gpu, line.field)
        if value is None:
            continue
        remark = sources.get(line.source, "").replace("+", ", ")
        if line.source and line.source in alone:
            remark += " (one source only)"
        if line.source and line.source in unsourced:
            remark = "no published source"
        rows.append({"field": line.label, "value": f"{_show(value)} {line.unit}".strip(), "source": remark or None})
    return rows


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_record(gpu: Gpu) -> dict[str, Any]:
    """Return every field of ``gpu`` for JSON and CSV, dates as ISO text."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(gpu).items()}

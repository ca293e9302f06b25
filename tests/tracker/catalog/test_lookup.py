"""Looking cards up: forgiving about spelling, never about size."""

import subprocess
import sys

import pytest

from tracker.catalog import catalog


@pytest.mark.parametrize(
    ("model", "vram_gb", "slug"),
    [
        ("GeForce RTX 3080", 10, "rtx-3080-10gb"),
        ("GeForce RTX 3080", 12.0, "rtx-3080-12gb"),
        ("GeForce RTX 3080", 20, "rtx-3080-20gb"),
        ("GeForce RTX 3080", None, None),  # two sizes were sold: stays open
        ("GeForce RTX 3080", 16, None),  # a laptop chip
        ("GeForce RTX 4090", None, "rtx-4090-24gb"),  # the 48 GB card is never meant unless said
        ("GeForce RTX 3060 Ti", 8, "rtx-3060-ti-8gb"),
        ("GeForce RTX 3060 Ti GDDR6X", 8, "rtx-3060-ti-gddr6x-8gb"),
        ("NVIDIA GeForce RTX 4070 SUPER", 12, "rtx-4070-super-12gb"),
        ("  geforce  rtx 4070 super ", 12, "rtx-4070-super-12gb"),
        ("AMD Radeon RX 7900 XTX", None, "rx-7900-xtx-24gb"),
        ("Tesla P100 PCIe", 16, "tesla-p100-pcie-16gb"),
        ("Tesla P100", 16, None),  # form not said
        ("GeForce RTX 6090", None, None),
    ],
)
def test_find_takes_model_and_size(model: str, vram_gb: float | None, slug: str | None) -> None:
    found = catalog().find(model, vram_gb)
    assert (found.slug if found else None) == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("rtx-3080-10gb", "rtx-3080-10gb"),
        ("RTX-3080-10GB", "rtx-3080-10gb"),
        ("GeForce RTX 3080 12GB", "rtx-3080-12gb"),
        ("rtx 3080 12 gb", "rtx-3080-12gb"),
        ("rtx4090", "rtx-4090-24gb"),
        ("p40", "tesla-p40-24gb"),
        ("4070 super", "rtx-4070-super-12gb"),
        ("m40 24gb", "tesla-m40-24gb"),
        ("GeForce RTX 2080 Ti 22GB (modified)", "rtx-2080-ti-22gb"),
        ("3080", None),
        ("titan x", None),  # Maxwell or Pascal
        ("", None),
    ],
)
def test_named_understands_what_people_type(text: str, slug: str | None) -> None:
    found = catalog().named(text)
    assert (found.slug if found else None) == slug


def test_every_name_leads_back_to_its_card() -> None:
    for gpu in catalog():
        assert catalog().by_slug(gpu.slug) is gpu
        assert catalog().find(gpu.model, gpu.vram_gb) is gpu
        assert catalog().named(gpu.name) is gpu


def test_by_model_gives_all_sizes_and_nothing_for_a_stranger() -> None:
    assert [gpu.vram_gb for gpu in catalog().by_model("geforce rtx 3080")] == [10, 12, 20]
    assert catalog().by_model("Voodoo 3") == ()


def test_near_names_the_twins_first() -> None:
    assert catalog().near("rtx 3080")[:2] == ["rtx-3080-10gb", "rtx-3080-12gb"]
    assert catalog().near("§§§") == []


def test_loading_is_quick_and_needs_no_heavy_package() -> None:
    """Its own process: the budget of the command line is 15 ms for the catalog, with room for a busy machine."""
    program = (
        "import sys, time\n"
        "from tracker.catalog import catalog\n"
        "times = []\n"
        "for _ in range(5):\n"
        "    catalog.cache_clear(); start = time.perf_counter(); catalog(); times.append(time.perf_counter() - start)\n"
        "print(min(times))\n"
        "print([name for name in ('pandas', 'numpy', 'sqlalchemy', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    seconds, heavy = done.stdout.split("\n")[:2]
    assert float(seconds) < 0.03
    assert heavy == "[]"

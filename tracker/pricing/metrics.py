"""Price per unit of what a card is bought for; None where the card lacks the unit."""

from typing import Protocol


class Figures(Protocol):
    """The figures of a card that prices are divided by."""

    @property
    def vram_gb(self) -> float:
        """VRAM in GB."""

    @property
    def bandwidth_gb_s(self) -> float | None:
        """Memory bandwidth in GB/s."""

    @property
    def fp32_tflops(self) -> float | None:
        """FP32 TFLOPS."""

    @property
    def fp16_tensor_tflops(self) -> float | None:
        """FP16 tensor TFLOPS, dense, FP32 accumulate; None without usable tensor cores."""


def metrics(price: float | None, card: Figures) -> dict[str, float | None]:
    """Return dollars per GB of VRAM, per TFLOP (FP16 tensor dense, FP32) and per GB/s for a price in dollars.

    Dense rates with FP32 accumulate (facts: NVIDIA and AMD data sheets, see the catalog's sources): a
    card without usable tensor cores has no FP16 rate at all rather than a huge price for it.
    """
    units = {
        "usd_per_gb": card.vram_gb,
        "usd_per_tflop_fp16": card.fp16_tensor_tflops,
        "usd_per_tflop_fp32": card.fp32_tflops,
        "usd_per_gbps": card.bandwidth_gb_s,
    }
    return {name: per(price, unit) for name, unit in units.items()}


def per(price: float | None, unit: float | None) -> float | None:
    """Return ``price / unit`` to the cent, None where either is missing."""
    return round(price / unit, 2) if price is not None and unit else None

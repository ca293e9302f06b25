"""The card that a person types."""

import pytest

from db.errors import GpudealsError
from tracker.catalog.chosen import chosen


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("rtx-3090-24gb", "rtx-3090-24gb"),
        ("RTX-3090-24GB", "rtx-3090-24gb"),
        ("3090", "rtx-3090-24gb"),
        ("rtx 3090", "rtx-3090-24gb"),
        ("rtx3090", "rtx-3090-24gb"),
        ("RTX-3090", "rtx-3090-24gb"),
        ("GeForce RTX 3090", "rtx-3090-24gb"),
        ("NVIDIA GeForce RTX 3090 24GB", "rtx-3090-24gb"),
        ("3090 ti", "rtx-3090-ti-24gb"),
        ("3090ti", "rtx-3090-ti-24gb"),
        ("3080 12gb", "rtx-3080-12gb"),
        ("3080-12gb", "rtx-3080-12gb"),
        ("rtx 3080 10 GB", "rtx-3080-10gb"),
        ("1080 ti", "gtx-1080-ti-11gb"),
        ("7900 xtx", "rx-7900-xtx-24gb"),
        ("7900xtx", "rx-7900-xtx-24gb"),
        ("p40", "tesla-p40-24gb"),
        ("tesla p40", "tesla-p40-24gb"),
        ("a6000", "rtx-a6000-48gb"),
        ("4090", "rtx-4090-24gb"),
    ],
)
def test_names_as_people_type_them(text: str, slug: str) -> None:
    assert chosen(text).slug == slug


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3080", "which of rtx-3080-10gb, rtx-3080-12gb"),
        ("4060 ti", "which of rtx-4060-ti-8gb, rtx-4060-ti-16gb"),
        ("3080 11gb", "the catalog has rtx-3080-10gb"),
        ("rtx 30900", "did you mean .*rtx-3090"),
        ("a100", "did you mean .*a100-pcie-40gb"),
        ("toaster", "gpudeals catalog list"),
        ("", "gpudeals catalog list"),
        ("24gb", "no card"),
    ],
)
def test_what_names_no_card_or_several_is_asked_back(text: str, said: str) -> None:
    with pytest.raises(GpudealsError, match=said):
        chosen(text)

"""What the catalog tells the model of fair value about cards."""

import numpy as np

from db.ids import stable_id
from tracker.catalog import catalog
from tracker.pricing.figures import figures_of, labels_of

GPUS = {f"{gpu.model} {gpu.vram_gb:g}": stable_id("gpu", gpu.slug) for gpu in catalog()}


def test_cards_of_one_architecture_use_or_size_are_together() -> None:
    cards = [GPUS[name] for name in ("Tesla P40 24", "Tesla P100 PCIe 16", "GeForce GTX 1080 8", "Radeon RX 580 8")]
    architecture, use, size = labels_of(cards)
    assert architecture[0] == architecture[1] == architecture[2] != architecture[3]
    assert use[0] == use[1] != use[2] != use[3]
    assert len({size[0], size[1], size[2]}) == 3
    assert size[2] == size[3]


def test_a_card_that_the_catalog_does_not_know_is_in_no_group_and_has_no_figures() -> None:
    assert (labels_of([-5]) == -1).all()
    assert np.isnan(figures_of([-5])).all()

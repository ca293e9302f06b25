"""Server cards named by a letter and a number alone."""

import pytest

from tracker.normalize.posts.naming import mentions_of
from tracker.normalize.posts.text import read_text


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("Tesla M40, K80", ["Tesla M40", "Tesla K80"]),
        ("A100 40GB, A40, T4s", ["A100", "A40", "Tesla T4"]),
        ("RTX A4000 and two P40s", ["RTX A4000", "Tesla P40"]),
        ("Tesla P100, Corsair M60 mouse", ["Tesla P100"]),
        ("GTX 970, M60 mouse", ["GeForce GTX 970"]),
        ("Tesla P100, A10-7850K", ["Tesla P100"]),
        ("K80 keyboard", []),
    ],
)
def test_another_server_card_says_what_is_meant(text: str, models: list[str]) -> None:
    found = [mention.model for mention in mentions_of(read_text(text), context=True)]
    assert [model.removesuffix(" PCIe") for model in found] == models

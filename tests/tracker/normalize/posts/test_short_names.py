"""Server and workstation cards named by a letter and a number alone."""

import pytest

from tracker.normalize.posts.cards.naming import mentions_of
from tracker.normalize.posts.markup.text import read_text


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
        ("Quadro P2000, P620", ["Quadro P2000", "Quadro P620"]),
        ("P2200 and two P400s", ["Quadro P2200", "Quadro P400"]),
        ("T600, T400, RTX A2000 12GB", ["T600", "T400", "RTX A2000"]),
        ("Quadros: K620, K2200", ["Quadro K620", "Quadro K2200"]),
        ("P620 w/ low profile bracket, P1000", ["Quadro P620", "Quadro P1000"]),
        ("ThinkStation P620 and a P2200", ["Quadro P2200"]),
        ("P620 with an RTX A4000", ["RTX A4000"]),
        ("ThinkPad T400, Quadro K2000", ["Quadro K2000"]),
        ("Quadro P2000, P400 case", ["Quadro P2000"]),
        ("Quadro P2000, Phanteks P400A", ["Quadro P2000"]),
        ("GTX 970, P620", ["GeForce GTX 970"]),
        ("P400 case and a GTX 1060 6GB", ["GeForce GTX 1060"]),
    ],
)
def test_another_such_card_says_what_is_meant(text: str, models: list[str]) -> None:
    found = [mention.model for mention in mentions_of(read_text(text), context=True)]
    assert [model.removesuffix(" PCIe") for model in found] == models

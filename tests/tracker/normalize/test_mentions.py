"""Mentions: which cards a text names, at which place, with which memory."""

import pytest

from tracker.normalize.clean import clean_text
from tracker.normalize.memory import find_sizes
from tracker.normalize.mentions import find_mentions
from tracker.normalize.part_numbers import find_parts


def _named(text: str, **options):
    return [(m.model, m.vram_gb) for m in find_mentions(text, **options)]


def test_a_mention_stands_at_its_place_in_the_original():
    text = "Selling my **RTX™ 3080 Ti** &amp; a ＲＸ ６８００ XT"
    for mention in find_mentions(text):
        assert text[mention.start : mention.end] == mention.text
    assert [m.text for m in find_mentions(text)] == ["RTX™ 3080 Ti", "ＲＸ ６８００ XT"]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "＊ full ｗｉｄｔｈ",
        "&amp; &#39; &nbsp; &#x1F525;",
        "emoji 🔥✅",
        "ﬁ ½ ㎇ İ ß",
        "a\tb\r\nc\x00d",
        "**b** `c` ~~d~~",
    ],
)
def test_clean_text_keeps_every_position(text):
    assert len(clean_text(text)) == len(text)


def test_addresses_are_not_read():
    assert _named("pics https://imgur.com/a/4090FE-24GB and www.site.com/rtx3080") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "3070 8GB $200\n3080 10GB $350\n3090 $600",
            [("GeForce RTX 3070", 8), ("GeForce RTX 3080", 10), ("GeForce RTX 3090", 24)],
        ),
        ("8GB RTX 3060, 12GB RTX 3060", [("GeForce RTX 3060", 8), ("GeForce RTX 3060", 12)]),
        ("RTX 3060 (12GB), RTX 3050 (6GB)", [("GeForce RTX 3060", 12), ("GeForce RTX 3050", 6)]),
        ("RTX 3080\n16GB DDR4 kit", [("GeForce RTX 3080", None)]),
        ("A4000 16GB and A2000 12GB GPUs", [("RTX A4000", 16), ("RTX A2000", 12)]),
        ("RX 580s and 1060s", [("Radeon RX 580", None), ("GeForce GTX 1060", None)]),
    ],
)
def test_sizes_go_to_the_card_they_stand_with(text, expected):
    assert _named(text, context=True) == expected


@pytest.mark.parametrize(
    ("text", "gb", "system"),
    [
        ("16GB", 16, False),
        ("16 gb", 16, False),
        ("-O24G-", 24, False),
        ("08G-P4", 8, False),
        ("16GD", 16, False),
        ("512MB", 0.5, False),
        ("640 MB", 0.625, False),
        ("24GBGDDR6X", 24, False),
        ("16Go", 16, False),
        ("32GB DDR4", 32, True),
        ("DDR5 64GB", 64, True),
        ("16GB RAM", 16, True),
    ],
)
def test_a_size_is_read_in_gb(text, gb, system):
    (size,) = find_sizes(clean_text(text))
    assert (size.gb, size.system) == (gb, system)


@pytest.mark.parametrize(
    "text",
    ["16Gbps", "936 GB/s", "10G SFP+ switch ssd", "512GB SSD", "1.5 GHz", "x16", "11323-01-40G", "4K 60", "500GB NVMe"],
)
def test_what_is_no_memory_size(text):
    assert [size for size in find_sizes(clean_text(text)) if not size.system] == [] or text.startswith("10G")


def test_several_chips_on_one_board_add_up():
    assert _named("NVIDIA Tesla M60 2x 8GB") == [("Tesla M60", 16)]


def test_a_bare_number_needs_a_witness():
    (mention,) = find_mentions("3090 for sale")
    assert not mention.witnessed
    (mention,) = find_mentions("3090 for sale", context=True)
    assert mention.witnessed
    (mention,) = find_mentions("EVGA 3090 for sale")
    assert mention.witnessed


@pytest.mark.parametrize(
    "text",
    [
        "NF-A10",
        "A10 bionic",
        "L4 bracket",
        "T4 screw",
        "P4 2.4GHz",
        "A2 paper",
        "M40 helicopter",
        "K80 amplifier",
        "A40 road",
    ],
)
def test_a_short_name_needs_maker_or_size(text):
    assert find_mentions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Case: CM 690 (the first one)",
        "Cooler Master 690 II, window cut",
        "HAF 932 full tower",
        "Antec 900 v2",
        "Carbide 330R",
        "Samsung 830 256",
        "Seasonic 650 gold",
        "Logitech G 930 headset",
    ],
)
def test_a_bare_number_behind_a_maker_of_other_things_is_theirs(text):
    assert find_mentions(text, context=True) == []


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("RTX 3080", ("rtx-3080-10gb", "rtx-3080-12gb")),
        ("RTX 3080 FE", ("rtx-3080-10gb",)),
        ("RTX 3060 Ti GDDR6X", ("rtx-3060-ti-gddr6x-8gb",)),
        ("RTX 3060 Ti", ("rtx-3060-ti-8gb",)),
        ("2080 Ti 22GB", ("rtx-2080-ti-22gb",)),
        ("RTX 4090 laptop", ()),
    ],
)
def test_the_skus_a_mention_can_be(text, skus):
    assert find_mentions(text)[0].skus == skus


def test_a_stated_size_that_does_not_exist_is_a_contradiction():
    (mention,) = find_mentions("RTX 5080 32GB")
    assert (mention.contradiction, mention.vram_gb, mention.stated_gb) == (True, None, 32)


@pytest.mark.parametrize(
    ("text", "model", "vram_gb"),
    [
        ("asus tuf-rtx4070tis-016g-gaming", "GeForce RTX 4070 Ti Super", 16),
        ("asus tuf-rx7900xt-o20g-gaming", "Radeon RX 7900 XT", 20),
        ("dual-rx580-o4g", "Radeon RX 580", 4),
        ("zotac zt-p10600a-10l", "GeForce GTX 1060", 6),
        ("xfx rx-590p8dfd6", "Radeon RX 590", 8),
        ("evga bracket 820178-001", None, None),
    ],
)
def test_a_part_number_in_a_text_settles_the_card(text, model, vram_gb):
    assert [(part.model, part.vram_gb) for part in find_parts(text)] == [(model, vram_gb)]


@pytest.mark.parametrize("text", ["rx 580 8gb", "rx580-series", "an rx-580 8gb", "rtx3080ti"])
def test_a_plain_name_is_no_part_number(text):
    assert find_parts(text) == []

"""Names are unambiguous, aliases lead to a model, part numbers settle a card and nothing else."""

import re
import time
from collections import defaultdict

import pytest

from tracker.catalog import aliases, catalog, look_alikes, names, other_sizes, part_numbers
from tracker.catalog.catalog import model_key
from tracker.catalog.names import PartNumber

MODELS = set(catalog().models)
NAMED = {name.model for name in names()}
#: Spellings that really mean several cards; what else a listing says has to decide.
OPEN_ALIASES = {
    *("titan x", "k40", "rtx 4000", "rtx 5000", "rtx 6000"),
    *("fx 5500", "fx 5600", "fx 5800"),
    *("460", "470", "480", "560", "570", "580", "590"),
    *("260m", "680m", "780m", "6450m", "6550m", "6650m", "radeon 6450m", "radeon 6550m", "radeon 6650m"),
}


def test_no_name_stands_for_two_cards() -> None:
    keys = [model_key(model) for model in [*MODELS, *(name.model for name in names())]]
    assert sorted(key for key in keys if keys.count(key) > 1) == []


def test_aliases_lead_to_known_models_and_only_the_listed_ones_are_open() -> None:
    meant = defaultdict(set)
    for alias in aliases():
        assert alias.model in MODELS | NAMED
        meant[alias.alias.casefold()].add(alias.model)
    canonical = {model.casefold(): model for model in MODELS | NAMED}
    clashes = {text for text, found in meant.items() if len(found) > 1}
    clashes |= {text for text, found in meant.items() if text in canonical and found != {canonical[text]}}
    assert clashes == OPEN_ALIASES


@pytest.mark.parametrize("short", ["a2", "a10", "a30", "a40", "l4", "t4", "p4", "m40", "k80", "p40", "580", "1080"])
def test_short_names_need_a_second_witness(short: str) -> None:
    found = [alias for alias in aliases() if alias.alias.casefold() == short]
    assert all(alias.weak for alias in found)


@pytest.mark.parametrize("strong", ["rtx 3080", "4070 ti super", "4070S", "1080 Ti", "RX 580", "6900 XT", "HD 6850"])
def test_names_with_series_or_suffix_stand_alone(strong: str) -> None:
    (found,) = [alias for alias in aliases() if alias.alias.casefold() == strong.casefold()]
    assert not found.weak


def test_other_sizes_belong_to_catalog_models_and_are_no_skus() -> None:
    for other in other_sizes():
        assert catalog().by_model(other.model), other
        assert catalog().find(other.model, other.vram_gb) is None, other


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("GeForce 8800 GTS", "desktop"),
        ("GeForce GT 1030", "desktop"),
        ("GeForce GTX 1650 Super", "desktop"),
        ("GeForce GTX 970", "desktop"),
        ("GeForce GTX 560M", "mobile"),
        ("GeForce RTX 3050 Ti", "mobile"),
        ("GeForce RTX 4050", "mobile"),
        ("Radeon HD 4870", "desktop"),
        ("Radeon HD 7970 GHz Edition", "desktop"),
        ("Radeon R9 290X", "desktop"),
        ("Radeon Pro Duo", "desktop"),
        ("Radeon RX 580 2048SP", "desktop"),
        ("Radeon RX 590 GME", "desktop"),
        ("Radeon Pro 580X", "mac"),
        ("Mobility Radeon 9600", "mobile"),
        ("Quadro FX 5800", "pro"),
        ("Quadro K1200", "pro"),
        ("T1000", "pro"),
        ("NVS 310", "pro"),
        ("FirePro W9100", "pro"),
        ("Radeon Pro WX 7100", "pro"),
        ("RTX A5000 Mobile", "mobile"),
        ("A10G", "server"),
        ("A800", "server"),
        ("P106-100", "mining"),
        ("CMP 30HX", "mining"),
        ("Arc A310", "desktop"),
        ("Arc A770M", "mobile"),
        ("Iris Xe Graphics", "integrated"),
    ],
)
def test_other_cards_are_named_as_what_they_are(model: str, kind: str) -> None:
    assert [name.kind for name in names() if name.model == model] == [kind]
    assert catalog().by_model(model) == ()


def settle(token: str) -> tuple[PartNumber, float | None] | None:
    """Return the longest match for ``token`` and its size: how a reader of titles uses the table."""
    best: tuple[int, PartNumber, float | None] | None = None
    for part in part_numbers():
        for start in (m.start() for m in re.finditer(rf"(?<![A-Z0-9]){re.escape(part.prefix)}", token)):
            match = part.match(token[start:])
            if match and (best is None or len(match[0]) > best[0]):
                said = match.groupdict().get("vram")
                best = (len(match[0]), part, part.vram_gb or (float(said) if said else None))
    return best[1:] if best else None


@pytest.mark.parametrize(
    ("token", "model", "vram_gb"),
    [
        ("699-2H400-0201-530", "Tesla P100 PCIe", 16),
        ("699-2H400-0202-520", "Tesla P100 PCIe", 12),
        ("900-2G503-0010-000", "Tesla V100 SXM2", None),  # printed on both sizes
        ("699-2G503-0204-200", "Tesla V100 SXM2", 32),
        ("900-2G133-0020-000", "A10", 24),
        ("900-2G133-0180-030", "L40S", 48),
        ("900-21001-0040-000", "A30", 24),
        ("QN20-E5-A1", "RTX A5000", 16),
        ("DUAL-RTX4070-O12G", "GeForce RTX 4070", 12),
        ("TUF-RTX4070TIS-016G-GAMING", "GeForce RTX 4070 Ti Super", 16),
        ("ROG-STRIX-RTX3060TI-O8G-V2-GAMING", "GeForce RTX 3060 Ti", 8),
        ("TUF-RX7900XT-O20G-GAMING", "Radeon RX 7900 XT", 20),
        ("GV-N4080GAMING OC-16GD", "GeForce RTX 4080", 16),
        ("GV-N407SWF3OC-12GD", "GeForce RTX 4070 Super", 12),
        ("GV-N308TEAGLE OC-12GD", "GeForce RTX 3080 Ti", 12),
        ("GV-R79XTXGAMING OC-24GD", "Radeon RX 7900 XTX", 24),
        ("GV-R76XTGAMING", "Radeon RX 7600 XT", 16),
        ("10G-P5-3897-KR", "GeForce RTX 3080", 10),
        ("12G-P5-4877-KL", "GeForce RTX 3080", 12),
        ("08G-P5-3667-KL", "GeForce RTX 3060 Ti", 8),
        ("ZT-P10600A-10L", "GeForce GTX 1060", 6),
        ("ZT-A30900J-10P", "GeForce RTX 3090", 24),
        ("ZT-T20710A-10B", "GeForce RTX 2070 Super", 8),
        ("VCG4070TS16TFXPB1-O", "GeForce RTX 4070 Ti Super", 16),
        ("VCG509032TFXXPB1-O", "GeForce RTX 5090", 32),
        ("VCG30608TDFMPB", "GeForce RTX 3060 Ti", 8),
        ("VCG306012DFXPPB", "GeForce RTX 3060", 12),
        ("VCGGTX1050T4PB", "GeForce GTX 1050 Ti", 4),
        ("VCQK4200-T", "Quadro K4200", 4),
        ("VCNRTXA2000-PB", "RTX A2000", 6),
        ("VCNRTXA2000-12GB-PB", "RTX A2000", 12),
        ("VCNRTX4000ADALP-PB", "RTX 4000 SFF Ada", 20),
        ("RX-590P8DFD6", "Radeon RX 590", 8),
        ("RX-79TMERCU9", "Radeon RX 7900 XT", 20),
        ("11330-02-20G", "Radeon RX 7800 XT", 16),  # 20G is no memory size
        ("100-300000069", "Radeon RX 7900 XTX", 24),
        ("31P06HB0BA", "Arc B580", 12),
        ("AXRX 6700XT 12GBD6-3DHE", "Radeon RX 6700 XT", 12),
        ("820178-001", None, None),  # a bracket
        ("030-0571-000", None, None),  # a cable
    ],
)
def test_part_numbers_settle_the_card(token: str, model: str | None, vram_gb: float | None) -> None:
    found = settle(token)
    assert found is not None
    assert (found[0].model, found[1]) == (model, vram_gb)


@pytest.mark.parametrize("token", ["RTX 3080", "DDR5-6000", "Z690", "7800X3D", "HL-4090", "970 EVO", "RM850", "X570"])
def test_plain_words_are_no_part_numbers(token: str) -> None:
    assert settle(token) is None


def test_part_numbers_name_known_models_and_begin_with_their_prefix() -> None:
    for part in part_numbers():
        assert part.model is None or part.model in MODELS | NAMED
        assert len(part.prefix) > 2, "a shorter prefix begins too many words"
        re.compile(part.pattern)
        if part.vram_gb and part.model in MODELS and part.form != "mobile":
            sizes = {gpu.vram_gb for gpu in catalog().by_model(part.model)}
            sizes |= {other.vram_gb for other in other_sizes() if other.model == part.model}
            assert part.vram_gb in sizes, part


@pytest.mark.parametrize("filler", ["A", "A-", "AA ", "-", "1", "X1-"])
def test_no_part_number_pattern_blows_up(filler: str) -> None:
    for prefix in ("GV-N3080", "GV-R79XTX", "VCG3080", "RTX3080TI-", "ZT-A30900", "900-2G133-0020", "AXRX 6700XT "):
        text = prefix + filler * (100_000 // len(filler))
        start = time.process_time()
        for part in part_numbers():
            if text.startswith(part.prefix):
                part.match(text)
        assert time.process_time() - start < 0.25


def test_look_alikes_are_words_about_known_cards() -> None:
    told = [gpu.slug for gpu in catalog() if look_alikes(gpu.slug)]
    assert len(told) > 180
    assert "12GB" in (look_alikes("rtx-3080-10gb") or "")
    assert look_alikes("voodoo-3") is None

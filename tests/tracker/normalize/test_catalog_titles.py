"""Every desktop card of the catalog, as its board partners name it, in any order of maker, line and size."""

import random

import pytest

from tracker.catalog import catalog
from tracker.normalize import ListingText, read_listing

GEFORCE = {
    "MSI": ("Gaming X Trio", "Ventus 2X OC", "Ventus 3X", "Suprim X", "Armor", "Mech 2X", "Aero ITX", "Duke"),
    "EVGA": ("FTW3 Ultra", "XC3 Ultra Gaming", "XC Black", "SC Ultra", "KO Ultra", "Hydro Copper", "SSC ACX 3.0"),
    "Gigabyte": ("Gaming OC", "Windforce OC", "Eagle OC", "Aorus Master", "G1 Gaming", "Xtreme", "Mini ITX"),
    "ASUS": ("TUF Gaming OC", "ROG Strix", "Dual OC", "Phoenix", "Turbo", "ProArt", "Noctua", "STRIX-GAMING"),
    "Zotac": ("Twin Edge OC", "Trinity", "AMP Extreme", "Mini", "AMP Holo", "Twin Fan", "Solid", "X-Gaming"),
    "PNY": ("XLR8 Revel Epic-X", "Verto", "Uprising", "Blower", "OC Triple Fan"),
    "Inno3D": ("iChill X3", "Twin X2", "X3 OC", "iChill Frostbite"),
    "Palit": ("GameRock OC", "StormX", "JetStream"),
}  # fmt: skip
RADEON = {
    "Sapphire": ("Pulse", "Nitro+", "Pure", "Toxic", "Dual-X", "Pulse ITX"),
    "XFX": ("Speedster MERC 319", "SWFT 210", "QICK 308", "GTS XXX", "THICC III Ultra", "Mercury"),
    "PowerColor": ("Red Devil", "Hellhound", "Fighter", "Red Dragon", "Reaper", "Hellhound Spectral White"),
    "ASRock": ("Challenger D", "Phantom Gaming D", "Taichi", "Steel Legend"),
    "Gigabyte": ("Gaming OC", "Eagle", "Aorus Elite"),
    "ASUS": ("TUF Gaming OC", "ROG Strix", "Dual"),
}
REMARKS = (
    *("graphics card", "GPU tested working", "GDDR6 PCIe 4.0 x16", "3 fan", "G-Sync", "1440p 4K gaming", "RGB white"),
    *("8 pin", "LHR", "BNIB sealed", "no box", "repasted, PTM7950", "free shipping", "HDMI DP", "2 slot", "read"),
)
ORDERS = (
    "{maker} {name} {line} {size} {remark}",
    "{maker} {line} {name} {size} {remark}",
    "{name} {maker} {line} {size} {remark}",
    "{name} {size} {maker} {line} {remark}",
    "{size} {maker} {name} {line} {remark}",
    "{remark} {maker} {name} {line} {size}",
)
CARDS = [gpu for gpu in catalog() if gpu.model.startswith(("GeForce", "Radeon RX")) and "GDDR6X" not in gpu.model]


@pytest.mark.parametrize("gpu", CARDS, ids=lambda gpu: gpu.slug)
def test_a_card_is_read_in_any_order_of_its_words(gpu) -> None:
    chance = random.Random(gpu.slug)
    lines = GEFORCE if gpu.model.startswith("GeForce") else RADEON
    short = gpu.model.removeprefix("GeForce ").removeprefix("Radeon ")
    read = {}
    for order in ORDERS:
        maker = chance.choice(sorted(lines))
        size = chance.choice(("{:g}GB", "{:g} GB", "{:g}G")).format(gpu.vram_gb)
        name = chance.choice((gpu.model, short, short.replace(" ", "")))
        line, remark = chance.choice(lines[maker]), chance.choice(REMARKS)
        title = order.format(maker=maker, name=name, line=line, size=size, remark=remark)
        offers = read_listing(ListingText(id="1", source="ebay", title=title)).offers
        read[title] = [(offer.model, offer.vram_gb, offer.quantity) for offer in offers]

    assert {title: found for title, found in read.items() if found != [(gpu.model, gpu.vram_gb, 1)]} == {}

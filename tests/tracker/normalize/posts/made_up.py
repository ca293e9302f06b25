"""What made-up posts are put together from: cards with prices, makers and lines, remarks, other goods."""

import random

# With prices that end in a five, which no card's number does.
CARDS = {
    "GeForce GTX 1080 Ti": 140, "GeForce GTX 1660 Super": 90, "GeForce RTX 2070 Super": 160, "GeForce RTX 2080 Ti": 240,
    "GeForce RTX 3060 Ti": 180, "GeForce RTX 3070": 210, "GeForce RTX 3080 Ti": 430, "GeForce RTX 3090": 690,
    "GeForce RTX 4070": 420, "GeForce RTX 4070 Super": 490, "GeForce RTX 4080": 820, "GeForce RTX 4090": 1750,
    "GeForce RTX 5070": 500, "GeForce RTX 5070 Ti": 740, "GeForce RTX 5080": 1090, "Radeon RX 5700 XT": 120,
    "Radeon RX 6600 XT": 140, "Radeon RX 6700 XT": 200, "Radeon RX 6800 XT": 330, "Radeon RX 6900 XT": 400,
    "Radeon RX 7800 XT": 400, "Radeon RX 7900 GRE": 470, "Radeon RX 7900 XTX": 760, "Radeon RX 9070 XT": 620,
    "RTX A5000": 1150, "Tesla P40": 190,
}  # fmt: skip
LINES = {
    "EVGA": ("FTW3", "XC3", "XC Ultra"), "MSI": ("Gaming X Trio", "Ventus 2X", "Suprim X"), "PNY": ("XLR8", "Verto"),
    "ASUS": ("TUF", "Strix", "Dual"), "Gigabyte": ("Gaming OC", "Eagle", "Aorus Master"), "Dell": ("OEM",),
    "Zotac": ("Trinity", "Twin Edge", "AMP Holo"), "Sapphire": ("Pulse", "Nitro+"), "XFX": ("Merc 319", "Qick 308"),
    "PowerColor": ("Red Devil", "Hellhound", "Fighter"), "ASRock": ("Challenger", "Phantom Gaming", "Taichi"),
}  # fmt: skip
MAKERS = {
    "GeForce": ("EVGA", "MSI", "ASUS", "Gigabyte", "Zotac", "PNY"),
    "Radeon": ("Sapphire", "XFX", "PowerColor", "ASRock"),
}
OTHERS = ("Ryzen 5 5600X", "Corsair RM850x", "32GB DDR4 3600 G.Skill", "MSI B550 Tomahawk", "Noctua NH-D15")
REMARKS = (
    *("no box", "great temps", "light coil whine", "repasted last month", "used in my kid's PC", "works perfectly"),
    *("3 slot", "bought from a friend in 2023", "has a small scratch on the backplate", "never mined"),
)
FOR_ALL = {
    "": "unknown", "Shipping is included.": "included", "Prices include shipping.": "included",
    "Plus shipping from 97201.": "extra", "Buyer pays shipping.": "extra",
}  # fmt: skip


def name_of(chance: random.Random, model: str) -> str:
    """A card as a seller may write it: with a maker and a line, the maker in front or behind."""
    short = model.removeprefix("GeForce ").removeprefix("Radeon ")
    family = model.split()[0]
    if family not in MAKERS:
        return short
    maker = chance.choice(MAKERS[family])
    line, bare = chance.choice(LINES[maker]), short.partition(" ")[2]
    number = chance.choice((short, bare))
    return chance.choice((f"{maker} {number} {line}", f"{maker} {line} {number}", f"{number} {maker} {line}"))

"""Lists of cards in every combination of marks, separators, prices, counts, states and remarks, each with what is true.

The posts are made up anew by number, so that a kind of list that is misread shows as soon as its parts meet.
"""

import random
from dataclasses import dataclass, field

import pytest

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 800
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
MARKS = ("* ", "- ", "• ", "", "", "{n}. ")
SEPARATORS = (" - ", ": ", " – ", " — ", ", ", " = ", " | ", " @ ", " -> ", " ... ")
MONEY = ("${p}", "${p}", "${p}", "{p}$", "${p}.00", "$ {p}", "{p} USD", "{p}")
CARRIAGE = {"": None, " shipped": "included", " obo": None, " shipped obo": "included", " + shipping": "extra"}
TWO_FORMS = (" shipped, ${low} local", "/${low} local")
COUNTS = ("{c}x {name}", "{name} x{c}", "({c}) {name}", "{name} (x{c})", "{c} x {name}", "{name} ({c} available)")
SOLD = (
    "{line} - SOLD",
    "{line} **SOLD**",
    "{line} (SOLD)",
    "SOLD - {line}",
    "~~{line}~~",
    "{line} - sold to u/somebody",
)
PENDING = ("{line} [pending]", "{line} (pending)")
FOR_ALL = {
    "": "unknown", "Shipping is included.": "included", "Prices include shipping.": "included",
    "Plus shipping from 97201.": "extra", "Buyer pays shipping.": "extra",
}  # fmt: skip


@dataclass
class Made:
    """A post, and by model the price, the state, the count and the carriage that are true of it."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    true: dict[str, tuple[int, str, int, str]] = field(default_factory=dict)


def _name(chance: random.Random, model: str) -> str:
    short = model.removeprefix("GeForce ").removeprefix("Radeon ")
    family = model.split()[0]
    if family not in MAKERS:
        return short
    maker = chance.choice(MAKERS[family])
    line, bare = chance.choice(LINES[maker]), short.partition(" ")[2]
    number = chance.choice((short, bare))
    return chance.choice((f"{maker} {number} {line}", f"{maker} {line} {number}", f"{number} {maker} {line}"))


def _made(number: int) -> Made:
    chance, made = random.Random(number), Made()
    mark, separator, remarks = (
        chance.choice(MARKS),
        chance.choice(SEPARATORS),
        chance.choice(("", "", "behind", "below")),
    )
    count_form, state_form = chance.choice(COUNTS), chance.choice((*SOLD, *PENDING))
    carriage = chance.choice((*CARRIAGE, *CARRIAGE, *TWO_FORMS))
    for_all = chance.choice(list(FOR_ALL))
    names = []
    for place, model in enumerate(chance.sample(sorted(CARDS), chance.randint(1, 4)), start=1):
        name, price = _name(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
        count = chance.choice((1, 1, 2, 3, 4))
        stated = chance.random() < 0.3 and not ("available" in count_form and count > 1)
        state = ("pending" if "pending" in state_form else "sold") if stated else "available"
        figure = chance.choice(MONEY).format(p=f"{price:,}" if chance.random() < 0.3 else price)
        behind = carriage.format(low=price - 10) if count == 1 else " each" + (carriage if carriage in CARRIAGE else "")
        line = (name if count == 1 else count_form.format(c=count, name=name)) + separator + figure + behind
        if remarks == "behind":
            line += chance.choice((", ", ". ", " - ")) + chance.choice(REMARKS)
        line = mark.format(n=place) + (state_form.format(line=line) if stated else line)
        said = CARRIAGE.get(carriage) or ("included" if carriage == TWO_FORMS[0] and count == 1 else FOR_ALL[for_all])
        made.true[model] = (price, state, count, said)
        made.lines += [line, chance.choice(REMARKS).capitalize() + "."] if remarks == "below" else [line]
        made.lines += [mark.format(n=0) * ("{" not in mark) + f"{chance.choice(OTHERS)}{separator}$60"] * (
            not place % 3
        )
        made.lines += [""] * chance.randint(0, 1)
        names.append(name)
    made.lines += ["", for_all]
    made.title = f"[USA-OR] [H] {chance.choice((', '.join(names), names[0] + ' and more', 'GPUs'))} [W] PayPal"
    return made


@pytest.mark.parametrize("number", range(POSTS))
def test_a_list_is_read_whatever_its_parts(number: int) -> None:
    made = _made(number)
    listing = ListingText(id="1", source="hardwareswap", title=made.title, body="\n".join(made.lines))

    offers = read_post(listing, explain=False).offers

    read = {offer.model: (offer.price, offer.status, offer.quantity, offer.shipping) for offer in offers}
    assert read == made.true, "\n".join([made.title, *made.lines])

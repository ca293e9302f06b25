"""Prices that only the title states, and cards among the parts of a machine, each with what is true."""

import random

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, FOR_ALL, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 250
FORMS = (
    "{x} ${p}", "{x} - ${p}", "{x} (${p})", "${p} {x}", "{x} for ${p}", "{x}: ${p}", "{x} [${p}]", "{x} @ ${p}",
    "{x} = ${p}", "{x} {p}$",
)  # fmt: skip
IN_TITLE = {
    "Prices are in the title, shipped.": "included", "Prices in title + shipping.": "extra",
    "Prices in title include shipping.": "included", "Prices in title, plus shipping from 97201.": "extra",
    "Title has the prices. Shipping is on me.": "included", "See title for prices, shipping not included.": "extra",
}  # fmt: skip
PARTS = {
    "CPU": ("Ryzen 7 5800X3D", 240), "Mobo": ("MSI B550 Tomahawk", 90), "RAM": ("32GB G.Skill 3600", 65),
    "PSU": ("Corsair RM850x", 80), "Case": ("NZXT H510", 45), "SSD": ("Samsung 980 Pro 1TB", 70),
    "Cooler": ("Noctua NH-D15", 55),
}  # fmt: skip
BUILDS = (
    "Gaming PC part out - {x}, 5800X3D, B550",
    "Parting out my PC",
    "PC part out: {x} and more",
    "{x}, 5800X3D, 32GB DDR4",
)
WHOLE = ("", "Everything for $900 local.", "Take it all for $850.", "Whole PC: $950 local only", "Or $925 for the lot.")
CARRIAGE = {"": "", " shipped": "included", " + shipping": "extra", " obo": ""}

True_ = dict[str, list[object]]
"""By model the price, the state and the carriage."""


def _in_title(number: int) -> tuple[str, str, True_]:
    chance, true, named = random.Random(number), True_(), []
    form, (for_all, carriage) = chance.choice(FORMS), chance.choice(list(IN_TITLE.items()))
    models = chance.sample(sorted(CARDS), chance.randint(1, 3))
    for model in models:
        price = CARDS[model] + chance.choice((-5, 5, 15, 25))
        named.append(form.format(x=name_of(chance, model), p=price))
        true[model] = [price, "available", carriage]
    if chance.random() < 0.3:
        named.append(chance.choice(("5600X", "32GB DDR4", "B550 Tomahawk")))
    body = f"https://imgur.com/a/x\n\n{for_all} {chance.choice(REMARKS).capitalize()}."
    if len(models) > 1 and chance.random() < 0.4:
        gone = chance.choice(models)
        true[gone][1] = "sold"
        body += f"\n\nEDIT: {gone.removeprefix('GeForce ').removeprefix('Radeon ')} sold"
    return f"[USA-OR] [H] {', '.join(named)} [W] PayPal", body, true


def _among_parts(number: int) -> tuple[str, str, True_]:
    chance = random.Random(number)
    model = chance.choice(sorted(CARDS))
    name, price = name_of(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
    labels = [*chance.sample(sorted(PARTS), chance.randint(3, 6)), "GPU"]
    chance.shuffle(labels)
    label = chance.choice(("{part}: ", "{part} - ", "{part} -- ", "", ""))
    separator, mark = chance.choice((" - ", ": ", ", ", " = ")), chance.choice(("", "* ", "- "))
    whole, behind = chance.choice(WHOLE), chance.choice(list(CARRIAGE))
    for_all = "" if whole or CARRIAGE[behind] else chance.choice(list(FOR_ALL))
    lines = []
    for part in labels:
        thing, cost = PARTS.get(part, (name, price))
        lines.append(f"{mark}{label.format(part=part)}{thing}{separator}${cost}{behind}")
    body = "\n".join(("Timestamp https://imgur.com/a/x", "", *lines, *[""] * chance.randint(0, 1), whole, "", for_all))
    title = f"[USA-OR] [H] {chance.choice(BUILDS).format(x=name)} [W] PayPal, Local Cash"
    return title, body, {model: [price, "available", CARRIAGE[behind] or FOR_ALL[for_all]]}


def _read(title: str, body: str) -> tuple[int, True_]:
    listing = ListingText(id="1", source="hardwareswap", title=title, body=body)
    offers = read_post(listing, explain=False).offers
    return len(offers), {offer.model: [offer.price, offer.status, offer.shipping] for offer in offers}


@pytest.mark.parametrize("number", range(POSTS))
def test_prices_of_a_title_are_read_whatever_their_form(number: int) -> None:
    title, body, true = _in_title(number)

    assert _read(title, body) == (len(true), true), f"{title}\n{body}"


@pytest.mark.parametrize("number", range(POSTS))
def test_a_card_among_the_parts_of_a_machine_has_its_own_price(number: int) -> None:
    title, body, true = _among_parts(number)

    assert _read(title, body) == (1, true), f"{title}\n{body}"

"""Several cards of one model: how many, each or together for how much, and how many are left, with what is true."""

import random

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText
from tracker.normalize.vocabulary import models

POSTS = 500
WORDS = {3: "three", 4: "four", 5: "five", 6: "six", 8: "eight"}
TITLES = (
    "{c}x {x}", "{x} ({c})", "Lot of {c} {x}", "{x} x{c}", "({c}) {x}", "{w} {x}s", "{c} {x}s", "{x} (x{c})",
    "{c} x {x}", "{x}s",
)  # fmt: skip
COUNTED = (
    "I have {w} of these.", "{c} available.", "There are {c} of them.", "Quantity: {c}.", "Qty {c}.", "Have {c}.",
    "I've got {w} {s}s.", "Selling {c}x {x}.", "{c}x {x}", "{w} {s}s up for sale.", "Selling {w} {x}s.",
)  # fmt: skip
EACH = (
    "${p} each shipped.", "${p} shipped each.", "Asking ${p} each, shipped.", "${p}/ea shipped.",
    "${p} per card shipped.",
    "${p} shipped per card.", "Looking for ${p} each shipped.", "${p} a piece, shipped.", "${p} shipped apiece.",
    "Price: ${p} each shipped", "{p} each shipped.",
)  # fmt: skip
TOGETHER = (
    "${t} for all {w}, shipped.", "${t} shipped for the lot.", "Asking ${t} for all of them shipped.",
    "${t} takes all {w}, shipped.",
    "All {w} for ${t} shipped.", "${t} for the whole lot, shipped.",
)  # fmt: skip
LEFT = {
    "EDIT: {l} left": 1, "Edit: {g} sold, {l} left": 1, "UPDATE: sold {gw}, {lw} left": 1, "11/24: only {l} left": 1,
    "EDIT: {g} of {c} sold": 1, "Edit: {gw} sold": 1, "Update: {l} remaining": 1, "EDIT: down to {l}": 1,
    "11/24: {gw} gone, {lw} left": 1, "{l} still available": 1, "Edit: sold {g}": 1, "EDIT: qty now {l}": 1,
    "Only {lw} left.": 1, "Edit 2: {l} remain": 1, "UPDATE: {g} sold, {l} still available": 1,
    "EDIT: {gw} of them sold": 1,
}  # fmt: skip
ENDED = {
    "EDIT: all sold": "sold",
    "Edit: SOLD": "sold",
    "UPDATE: all {w} sold, thanks!": "sold",
    "EDIT: all pending": "pending",
}

True_ = tuple[str, int | None, int | None, int, str]
"""The model, the price of one, that of the lot, the count and the state."""


def _made(number: int) -> tuple[str, str, True_]:
    chance, known = random.Random(number), models()
    # ``Two 4080s`` may be two 4080 Supers.
    model = chance.choice([card for card in sorted(CARDS) if f"{card} super".lower() not in known])
    name, price, count = (
        name_of(chance, model),
        CARDS[model] + chance.choice((-5, 5, 15, 25)),
        chance.choice(list(WORDS)),
    )
    short = model.removeprefix("GeForce ").removeprefix("Radeon ")
    words = {"x": name, "s": short, "c": count, "w": WORDS[count], "p": price, "t": count * price - 45}
    plural = name.endswith(short.rpartition(" ")[2])
    title = chance.choice([form for form in TITLES if plural or not form.endswith("{x}s")])
    counted = title == "{x}s" or chance.random() < 0.5
    form = chance.choice(("each", "each", "together", "both"))
    asks = [chance.choice(EACH)] * (form != "together") + [chance.choice(TOGETHER)] * (form != "each")
    left, state, added = count, "available", ""
    if chance.random() < 0.5 and form != "together":
        left = chance.randint(1, count - 1)
        gone = count - left
        words |= {
            "l": left,
            "g": gone,
            "lw": WORDS.get(left, "two" if left == 2 else "one"),
            "gw": WORDS.get(gone, "two" if gone == 2 else "one"),
        }
        added = chance.choice(list(LEFT))
        if left == 7 or gone == 7:
            left, added = count, ""
    elif chance.random() < 0.3:
        added, state = chance.choice(list(ENDED.items()))
    told = [chance.choice(COUNTED) if counted else f"{name}.", *asks, f"{chance.choice(REMARKS).capitalize()}."]
    gap = chance.choice((" ", "\n", "\n\n"))
    body = f"https://imgur.com/a/x\n\n{gap.join(told)}\n\n{added}".format(**words)
    lot = words["t"] if form == "together" else None
    true = (model, None if lot else price, lot, left, state)
    return f"[USA-OR] [H] {title.format(**words)} [W] PayPal", body, true


def _read(title: str, body: str) -> list[True_]:
    listing = ListingText(id="1", source="hardwareswap", title=title, body=body)
    offers = read_post(listing, explain=False).offers
    return [(offer.model, offer.price, offer.lot_price, offer.quantity, offer.status) for offer in offers]


@pytest.mark.parametrize("number", range(POSTS))
def test_several_cards_of_a_model_are_counted_and_priced(number: int) -> None:
    title, body, true = _made(number)

    assert _read(title, body) == [true], f"{title}\n{body}"

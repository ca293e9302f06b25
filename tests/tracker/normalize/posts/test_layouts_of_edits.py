"""What was added to a list of cards later, in every combination of labels, wordings and places, with what is true."""

import random
from dataclasses import dataclass, field

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, OTHERS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 600
LABELS = (
    "EDIT: ",
    "Edit - ",
    "**EDIT:** ",
    "UPDATE: ",
    "Update 11/24: ",
    "11/24: ",
    "11/24 - ",
    "*Edit 2:* ",
    "Edit: ",
)
SOLD = (
    "{x} sold", "{x} is sold", "{x} SOLD!", "{x} has been sold", "{x} sold to u/somebody", "sold the {x}",
    "{x} is gone", "{x} sold locally", "the {x} is sold", "{x} sold, thanks everyone", "the {x} found a new home",
    "{x} sold for ${any}",
)  # fmt: skip
PENDING = ("{x} pending", "{x} is pending", "{x} pending to u/somebody", "{x} sale pending", "the {x} is on hold")
LOWER = (
    "{x} now ${p}", "{x} down to ${p}", "{x} lowered to ${p}", "dropped the {x} to ${p}", "{x} is now ${p} shipped",
    "price drop on the {x}, now ${p}", "{x} reduced to ${p}", "{x}: ${old} -> ${p}", "{x} price drop: ${p}",
    "{x} price lowered from ${old} to ${p}",
)  # fmt: skip
SEPARATORS = (": ", " - ", ", ", " = ", " for ")


@dataclass
class Made:
    """A post, and by model the price and the state that are true of it."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    true: dict[str, list[object]] = field(default_factory=dict)


def _told(chance: random.Random, made: Made, model: str, short: str) -> str:
    """What an edit tells of one card."""
    old = made.true[model][0]
    assert isinstance(old, int)
    kind = chance.choice(("sold", "sold", "pending", "lower"))
    if kind == "lower":
        new = old - chance.choice((10, 20, 30))
        made.true[model][0] = new
        return chance.choice(LOWER).format(x=short, p=new, old=old)
    made.true[model][1] = kind
    return chance.choice(SOLD if kind == "sold" else PENDING).format(x=short, any=old - 5)


def _made(number: int) -> Made:
    chance, made = random.Random(number), Made()
    separator, mark = chance.choice(SEPARATORS), chance.choice(("- ", "* ", ""))
    names, told = [], []
    for model in chance.sample(sorted(CARDS), chance.randint(2, 4)):
        name, price = name_of(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
        made.true[model] = [price, "available"]
        remark = chance.choice(("", "", f", {chance.choice(REMARKS)}"))
        made.lines += [f"{mark}{name}{separator}${price} shipped{remark}", *[""] * (mark == "")]
        names.append(name)
        short = model.removeprefix("GeForce ").removeprefix("Radeon ")
        told.append((model, chance.choice((name, short, short.removeprefix("RTX ").removeprefix("RX ")))))
    if chance.random() < 0.4:
        made.lines.append(f"{mark}{chance.choice(OTHERS)}{separator}$60 shipped")
    edits = [_told(chance, made, model, short) for model, short in told if chance.random() < 0.5]
    chance.shuffle(edits)
    label, joint = chance.choice(LABELS), chance.choice((". ", "; ", ", ", "\n", "\n\n"))
    if "\n" in joint:
        added = [*joint.join(f"{label}{one}" for one in edits).split("\n")]
    else:
        added = [label + joint.join(edits)] if edits else []
    made.lines = [*added, "", *made.lines] if chance.random() < 0.3 else [*made.lines, "", *added]
    made.title = f"[USA-OR] [H] {', '.join(names)} [W] PayPal"
    return made


@pytest.mark.parametrize("number", range(POSTS))
def test_an_edit_is_read_whatever_its_words(number: int) -> None:
    made = _made(number)
    listing = ListingText(id="1", source="hardwareswap", title=made.title, body="\n".join(made.lines))

    offers = read_post(listing, explain=False).offers

    read = {offer.model: [offer.price, offer.status] for offer in offers}
    assert len(offers) == len(made.true)
    assert read == made.true, "\n".join([made.title, *made.lines])

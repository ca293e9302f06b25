"""What was added to a list of cards later, in every combination of labels, wordings and places, with what is true."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, OTHERS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 400
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
ASKS = (
    "Asking ${p} shipped.", "${p} shipped", "Price: ${p} shipped", "Looking for ${p} shipped.", "${p} OBO shipped",
    "I'm asking ${p}, shipping included.", "{p} shipped",
)  # fmt: skip
DROPS = (
    "Price drop: ${p}", "Price drop to ${p}", "Dropped to ${p} shipped", "Now ${p} shipped", "Now asking ${p}",
    "${p} shipped", "New price ${p}", "Price lowered to ${p}", "lowered to ${p} shipped", "Dropping to ${p}",
    "Down to ${p}", "price is now ${p} shipped", "reduced to ${p}", "{p} shipped", "${p}",
    "Price reduced, ${p} shipped", "Let's do ${p} shipped", "${p} and it's yours", "Will take ${p} shipped",
    "Last drop, ${p} shipped", "Final price ${p}", "Price cut to ${p} before eBay", "Need it gone, ${p}",
    "${old} -> ${p}", "~~${old}~~ ${p}", "asking ${p} now", "now {p}", "knocked it down to ${p}", "how about ${p}?",
    "Make it ${p} shipped", "price change: ${p}", "Going to ${p} shipped", "{p} OBO", "bumping down to ${p}",
    "I'd do ${p} shipped", "dropped price to ${p} shipped", "drop to ${p} OBO", "-> ${p} shipped", "${p} obo",
    "${p} firm",
)  # fmt: skip
DATES = (
    "EDIT: ", "Edit: ", "UPDATE: ", "Update: ", "**EDIT:** ", "Edit 2: ", "11/24: ", "11/24 - ", "EDIT 11/24: ",
    "Edit - ", "*Edit:* ", "edit: ", "11/24 update: ", "Nov 24: ", "EDIT1: ", "**Update 11/24:** ", "[EDIT] ",
    "(edit) ", "ETA: ", "Nov 24 - ", "Price drop 11/24: ", "PRICE DROP: ", "*11/24*: ", "- 11/24: ", "24 Nov: ",
    "Monday: ",
)  # fmt: skip
ENDS = {
    "sold": "sold", "SOLD": "sold", "Sold!": "sold",
    "Sold to u/somebody": "sold", "pending": "pending", "Pending to u/somebody": "pending",
    "Sale pending": "pending", "SOLD locally": "sold", "sold, thanks all": "sold",
    "gone": "sold", "on hold": "pending", "card is sold": "sold",
    "it's sold": "sold", "Sold for asking": "sold",
}  # fmt: skip
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


def _falling(number: int) -> Made:
    """One card whose price falls once or twice, and which may go."""
    chance, made = random.Random(number), Made()
    model = chance.choice(sorted(CARDS))
    name, price = name_of(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
    remark = chance.choice(REMARKS)
    head = chance.choice((f"{name}, {remark}.", f"Selling my {name}. {remark.capitalize()}.", name))
    listed = ["https://imgur.com/a/x", "", head, *[""] * chance.randint(0, 1), chance.choice(ASKS).format(p=price)]
    label, added, state = chance.choice(DATES), [], "available"
    for _ in range(chance.choice((1, 1, 2))):
        old, price = price, price - chance.choice((10, 15, 20, 25))
        added.append(label + chance.choice(DROPS).format(p=price, old=old))
    if chance.random() < 0.25:
        words, state = chance.choice(list(ENDS.items()))
        added.append(label + words)
    added = chance.choice(("\n", "\n\n")).join(added).split("\n")
    made.lines = [*listed, "", *added] if chance.random() < 0.75 else [*added, "", *listed]
    made.title, made.true = f"[USA-OR] [H] {name} [W] PayPal", {model: [price, state]}
    return made


@pytest.mark.parametrize("make", (_made, _falling), ids=("several cards", "a falling price"))
@pytest.mark.parametrize("number", range(POSTS))
def test_an_edit_is_read_whatever_its_words(make: Callable[[int], Made], number: int) -> None:
    made = make(number)
    listing = ListingText(id="1", source="hardwareswap", title=made.title, body="\n".join(made.lines))

    offers = read_post(listing, explain=False).offers

    read = {offer.model: [offer.price, offer.status] for offer in offers}
    assert len(offers) == len(made.true)
    assert read == made.true, "\n".join([made.title, *made.lines])

"""Lists of cards in every combination of marks, separators, prices, counts, states and remarks, each with what is true.

The posts are made up anew by number, so that a kind of list that is misread shows as soon as its parts meet.
"""

import random
from dataclasses import dataclass, field

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, FOR_ALL, OTHERS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 800
MARKS = (
    "* ", "- ", "• ", "", "", "{n}. ", "+ ", "1) ", "{n}) ", "#{n} ", "~ ", "> ", "– ", "— ", "** ", "· ", "o ", "-",
    "*", "▪ ", "✅ ", "🔥 ", "→ ",
)  # fmt: skip
SEPARATORS = (
    " - ", ": ", " – ", " — ", ", ", " = ", " | ", " @ ", " -> ", " ... ", " :: ", " // ", " => ", " asking ", " for ",
    " at ", " is ", ": asking ", " - asking ", " ~ ", " -- ", "  ->  ", ": now ", " -> asking ", " - Price: ",
    " @",
)  # fmt: skip
MONEY = (
    "${p}", "${p}", "${p}", "{p}$", "${p}.00", "$ {p}", "{p} USD", "{p}", "asking ${p}", "{p} bucks", "${p} firm",
    "US${p}", "USD {p}", "{p}USD", "$ {p}.00", "~${p}", "{p} dollars", "**${p}**", "{p} $",
)  # fmt: skip
CARRIAGE = {
    "": None, " shipped": "included", " obo": None, " shipped obo": "included", " + shipping": "extra",
    " + ship": "extra", " plus shipping": "extra", " shipped conus": "included", " OBO + shipping": "extra",
    " shipped to lower 48": "included", " delivered": "included", " (shipped)": "included", " + s&h": "extra",
    ", shipping included": "included", " shipped OBO": "included", " + actual shipping": "extra",
    " incl shipping": "included", " + shipping OBO": "extra", " shipped firm": "included", " before shipping": "extra",
    " shipped/insured": "included",
}  # fmt: skip
TWO_FORMS = (" shipped, ${low} local", "/${low} local")
COUNTS = (
    "{c}x {name}", "{name} x{c}", "({c}) {name}", "{name} (x{c})", "{c} x {name}", "{name} ({c} available)",
    "{name}, {c} available", "{name} - {c} available", "{name} [{c}]", "{name} - qty {c}", "{name} (qty {c})",
    "Qty {c}: {name}", "{name}, qty: {c}", "[{c}] {name}", "{c}× {name}", "{name} ({c})", "{name} (have {c})",
    "{name} ({c} of them)", "{name}, I have {c}", "{name} ×{c}", "x{c} {name}",
)  # fmt: skip
SOLD = (
    "{line} - SOLD", "{line} **SOLD**", "{line} (SOLD)", "SOLD - {line}", "~~{line}~~", "{line} - sold to u/somebody",
    "{line} - sold", "{line} SOLD!!", "**SOLD** {line}", "[SOLD] {line}", "{line} <- sold", "{line} - gone",
    "{line} - claimed", "{line} - SOLD for asking", "{line} - SOLD LOCALLY", "{line} - traded", "(sold) {line}",
    "{line} SOLD TO u/somebody", "{line} - Sold 11/24", "sold: {line}", "{line} // sold", "{line} ***SOLD***",
    "{line} - no longer available",
)  # fmt: skip
PENDING = (
    "{line} [pending]", "{line} (pending)", "{line} - pending", "PENDING - {line}", "[PENDING] {line}",
    "{line} - on hold", "{line} (on hold)", "{line} - sale pending", "{line} - pending payment", "{line} - reserved",
    "{line} - pending u/somebody", "(pending) {line}", "{line} **PENDING**", "{line} - spoken for",
)  # fmt: skip


@dataclass
class Made:
    """A post, and by model the price, the state, the count and the carriage that are true of it."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    true: dict[str, tuple[int, str, int, str]] = field(default_factory=dict)


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
        name, price = name_of(chance, model), CARDS[model] + chance.choice((-5, 5, 15, 25))
        count = chance.choice((1, 1, 2, 3, 4))
        stated = chance.random() < 0.3 and not ("available" in count_form and count > 1)
        state = ("pending" if state_form in PENDING else "sold") if stated else "available"
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
    assert len(offers) == len(made.true)
    assert read == made.true, "\n".join([made.title, *made.lines])

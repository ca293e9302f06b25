"""Tables with columns in any order and under any heading, and cards in blocks of lines, each with what is true."""

import random

import pytest

from tests.tracker.normalize.posts.made_up import CARDS, FOR_ALL, OTHERS, REMARKS, name_of
from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText

POSTS = 300
HEADINGS = {
    "item": (
        "Item", "Card", "GPU", "Model", "What", "Description", "Product", "Part", "Thing", "GPU model", "Name", "Title",
        "Card / model", "Hardware", "Graphics card",
    ),
    "price": (
        "Price", "Asking", "Price (USD)", "Cost", "Each", "Ask", "Price each", "$", "How much", "USD", "Price ($)",
        "Asking price", "Price OBO", "$ each", "Price per card", "ea", "Price/ea", "$/ea",
    ),
    "shipped": (
        "Price shipped", "Shipped", "Shipped price", "how much shipped", "Ea. shipped", "Price (shipped)", "$ shipped",
        "Shipped CONUS", "Shipped (US)", "shipped to you", "Price incl. shipping", "Posted", "Delivered",
    ),
    "local": ("Local", "Local price", "Price local", "Pickup", "Local cash", "Picked up", "Local pickup", "In person"),
    "count": (
        "Qty", "Quantity", "Count", "Have", "QTY", "How many", "Count left", "# left", "Left", "In stock", "Remaining",
        "Units", "Pcs", "# available", "Qty left", "Qty avail",
    ),
    "state": ("Status", "State", "Sold?", "Available?", "Avail?", "Still here?"),
    "remark": ("Notes", "Condition", "Comments", "Details", "Extras", "Info", "Remarks", "History", "Warranty"),
}  # fmt: skip
SOLD, PENDING = ("SOLD", "Sold", "sold to u/somebody", "**SOLD**"), ("Pending", "pending", "PENDING")
NOTED = {
    "sold": ("SOLD", "sold", "Sold to a friend", "SOLD, thanks", "box included, SOLD"),
    "pending": ("pending", "on hold until Friday", "PENDING", "pending payment", "no box, pending"),
}
"""States in a column of remarks, where no column is for them."""
BLOCK_HEADS = (
    "**{name}**", "## {name}", "{name}:", "{name}", "**{name}:**", "# {name}", "__{name}__", "**{name}**:",
    "- **{name}**", "* {name}", "### {name}", "**GPU: {name}**", "GPU - {name}", "{name} -", "~ {name} ~",
    "--- {name} ---", "[{name}](https://imgur.com/a/x)", "**[{name}](https://imgur.com/a/x)**", "*{name}*",
    "**{name}** (great condition)", "{name} (see pics)", "1) {name}", "Item: {name}", "For sale: {name}",
    "***{name}***", "> {name}", "{name} // boxed", "**Card 1: {name}**", "📦 {name}", "__**{name}**__",
    "Up first: {name}", "Selling: {name}",
)  # fmt: skip
BLOCK_PRICES = {
    "${p} shipped": "included", "Price: ${p} shipped": "included", "Asking ${p} shipped": "included",
    "{p} shipped": "included", "**${p} shipped**": "included", "~~${high}~~ ${p} shipped": "included",
    "${high} -> ${p} shipped": "included", "Asking {p} shipped": "included",
    "$ {p} shipped or ${low} local": "included", "${p} + shipping": "extra", "Asking ${p} plus shipping": "extra",
    "Price: ${p}": "", "${p}": "", "Price - ${p}": "", "${p} obo": "", "Price: ${p}/shipped": "included",
    "- ${p} shipped": "included", "* Price: ${p} shipped": "included", "Price - ${p} shipped CONUS": "included",
    "**Price:** ${p} shipped": "included", "**Asking:** ${p} shipped": "included", "Asking: {p} shipped": "included",
    "= ${p} shipped": "included", "Shipped: ${p}": "included", "Price shipped: ${p}": "included",
    "Local: ${low} / Shipped: ${p}": "included", "${low} local / ${p} shipped": "included",
    "${p} shipped, ${low} local": "included", "Price: ~~${high}~~ **${p}** shipped": "included",
    "Was ${high} - now ${p} shipped": "included", "I'm asking ${p} shipped": "included", "$${p} shipped": "included",
    "${p}, shipped": "included", "(${p} shipped)": "included", "Looking to get ${p} shipped": "included",
    "Price is ${p}": "", "Price ${p} OBO": "", "Asking price: ${p}": "", "${p} firm": "", "${p}.": "",
    "💰 ${p} shipped": "included", "$ {p}": "", "SHIPPED PRICE: ${p}": "included", "Sale price: ${p}": "",
    "My price: ${p}": "", "Price: {p}": "", "price: {p}$": "", "Price = {p}": "", "Cost: ${p}": "", "Ask: ${p}": "",
    "Price (shipped): ${p}": "included", "Price w/ shipping: ${p}": "included", "${p} + ship": "extra",
    "${p} plus actual shipping": "extra", "${p} before shipping": "extra", "Price: ${p} + shipping": "extra",
    "{p} OBO + ship": "extra",
}  # fmt: skip
EDITS = {
    "EDIT: {card} sold": "sold", "Edit: {card} has been sold, thanks!": "sold", "UPDATE: the {card} is gone": "sold",
    "Sold: {card}": "sold", "EDIT: {card} pending": "pending", "EDIT: {card} now ${lower}": "lower",
    "Update: dropped the {card} to ${lower}": "lower", "EDIT: {card} is gone": "sold", "{card} SOLD": "sold",
    "**{card} SOLD**": "sold", "EDIT 2: {card} sold to u/somebody": "sold", "edit- {card} sold locally": "sold",
    "{card} - pending": "pending", "EDIT: {card} on hold for someone": "pending",
    "EDIT: {card} dropped to ${lower}": "lower", "Price drop: {card} ${lower}": "lower",
    "EDIT: price drop, {card} now ${lower}": "lower", "11/24 update: {card} -> ${lower}": "lower",
    "EDIT: lowered {card} to ${lower}": "lower", "{card} has sold": "sold", "{card} claimed": "sold",
    "UPDATE - {card} no longer available": "sold", "EDIT: {card} still available": "available",
    "{card} is still here": "available", "Bump, {card} still available": "available",
    "Edit: {card} back up, buyer flaked": "available",
    "Edit: sale of {card} fell through, available again": "available",
}  # fmt: skip

True_ = dict[str, tuple[int, str, int, str]]
"""By model the price, the state, the count and the carriage."""


def _cells(chance: random.Random, model: str, price: int, heading_of_state: str) -> tuple[dict[str, str], str]:
    state = chance.choice(("available", "available", "sold", "pending"))
    figure = chance.choice(("${p}", "{p}", "${p}.00")).format(p=f"{price:,}" if chance.random() < 0.3 else price)
    told = {"sold": chance.choice(SOLD), "pending": chance.choice(PENDING)}.get(state, "")
    if state == "available" and heading_of_state.endswith("?"):
        told = "No" if heading_of_state == "Sold?" else "Yes"
    cells = {
        "item": name_of(chance, model), "price": figure, "shipped": f"${price}", "local": f"${price - 10}",
        "count": str(chance.choice((1, 1, 2, 3, 5))), "state": told, "remark": chance.choice(REMARKS),
    }  # fmt: skip
    return cells, state


def _table(number: int) -> tuple[str, True_]:
    chance, true, rows = random.Random(number), True_(), []
    columns = ["item", *chance.choice((("price",), ("shipped", "local")))]
    columns += [column for column in ("count", "state", "remark") if chance.random() < 0.5]
    chance.shuffle(columns)
    header = {column: chance.choice(HEADINGS[column]) for column in columns}
    for_all = "" if "shipped" in columns else chance.choice(list(FOR_ALL))
    for model in chance.sample(sorted(CARDS), chance.randint(2, 5)):
        price = CARDS[model] + chance.choice((-5, 5, 15, 25))
        cells, state = _cells(chance, model, price, header.get("state", ""))
        if "state" not in columns and "remark" in columns and (told := NOTED.get(state)) and chance.random() < 0.5:
            columns_state = "remark"
            cells["remark"] = chance.choice(told)
        else:
            columns_state = "state"
        rows.append([cells[column] for column in columns])
        count = int(cells["count"]) if "count" in columns else 1
        carriage = "included" if "shipped" in columns else FOR_ALL[for_all]
        true[model] = (price, state if columns_state in columns else "available", count, carriage)
        other = cells | {"item": chance.choice(OTHERS), "price": "$60", "shipped": "$60", "local": "$55", "count": "1"}
        rows += [[other[column] for column in columns]] * (chance.random() < 0.25)
    rule = chance.choice((":--", "---", ":-", ":-:", "--"))
    edge = chance.choice(("|", "|", ""))
    table = [f"{edge}{'|'.join(row)}{edge}" for row in (list(header.values()), [rule] * len(columns), *rows)]
    return "\n".join(["https://imgur.com/a/aBcDe", "", *table, "", for_all]), true


def _blocks(number: int) -> tuple[str, True_]:
    chance, true, lines = random.Random(number), True_(), ["https://imgur.com/a/aBcDe", ""]
    head, (form, said) = chance.choice(BLOCK_HEADS), chance.choice(list(BLOCK_PRICES.items()))
    for_all = "" if said else chance.choice(list(FOR_ALL))
    remarks = chance.choice(("none", "above", "below"))
    for model in chance.sample(sorted(CARDS), chance.randint(1, 4)):
        price, remark = CARDS[model] + chance.choice((-5, 5, 15, 25)), chance.choice(REMARKS).capitalize() + "."
        sold = chance.random() < 0.2
        lines.append(head.format(name=name_of(chance, model)) + (chance.choice((" - SOLD", " (SOLD)")) if sold else ""))
        lines += [remark] * (remarks == "above") + [form.format(p=price, low=price - 10, high=price + 40)]
        lines += [remark] * (remarks == "below") + [""]
        true[model] = (price, "sold" if sold else "available", 1, said or FOR_ALL[for_all])
    lines.append(for_all)
    model = chance.choice(list(true))
    price, state, count, carriage = true[model]
    if len(true) > 1 and state == "available":
        words, change = chance.choice(list(EDITS.items()))
        lines += ["", words.format(card=model.partition(" ")[2], lower=price - 20)]
        true[model] = (price - 20, state, count, carriage) if change == "lower" else (price, change, count, carriage)
    return "\n".join(lines), true


@pytest.mark.parametrize("made", (_table, _blocks), ids=("table", "blocks"))
@pytest.mark.parametrize("number", range(POSTS))
def test_it_is_read_whatever_its_parts(made, number: int) -> None:
    body, true = made(number)
    listing = ListingText(id="1", source="hardwareswap", title="[USA-OR] [H] GPUs [W] PayPal", body=body)

    offers = read_post(listing, explain=False).offers

    assert len(offers) == len(true)
    assert {offer.model: (offer.price, offer.status, offer.quantity, offer.shipping) for offer in offers} == true, body

"""The small steps: markup, lines, tables, counts, states, carriage, and how a card is spoken of."""

import pytest

from tracker.normalize.posts.clues.context import accessory_after, role_of
from tracker.normalize.posts.clues.goods import MENTION_BLANK, is_bundled, names_system, parts_out
from tracker.normalize.posts.clues.quantity import count_behind_price, left_over, quantity_around
from tracker.normalize.posts.clues.status import closes_all, says_broken, status_in
from tracker.normalize.posts.markup.lines import read_lines
from tracker.normalize.posts.markup.sections import sections_of
from tracker.normalize.posts.markup.tables import find_tables
from tracker.normalize.posts.markup.text import read_text
from tracker.normalize.posts.money.shipping import shipping_of_post, shipping_of_title


@pytest.mark.parametrize(
    "raw",
    [
        "**RTX 3080** - [pics](https://imgur.com/a/3080) &amp; more",
        "~~$500~~ $450 → NOW",
        "３０８０ × 2 – “mint” 😅",
        "see www.example.com/4090 and u/gpu4090, r/hardwareswap",
        "İstanbul ß ﬁ",
    ],
)
def test_no_character_moves(raw: str) -> None:
    assert len(read_text(raw).text) == len(raw)


@pytest.mark.parametrize("raw", ["[pics](https://imgur.com/a/3080)", "https://a.b/3080", "u/rtx3080", "imgur.com/3080"])
def test_digits_of_addresses_and_people_are_never_read(raw: str) -> None:
    assert "3080" not in read_text(raw).text


@pytest.mark.parametrize("raw", ["$500²", "② $500", "$500³ shipped"])
def test_a_footnote_is_no_digit(raw: str) -> None:
    assert [digits for digits in read_text(raw).text.split() if digits.strip("$").isdigit()] == ["$500"]


def test_strikes_do_not_reach_over_an_empty_line() -> None:
    post = read_text("~~old~~ new ~~broken\n\nmark~~ here")
    assert [post.raw[start:end] for start, end in post.struck] == ["old"]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("* a card", "bullet"),
        ("- a card", "bullet"),
        ("1. a card", "number"),
        ("2) a card", "number"),
        ("## a card", "heading"),
        ("a card", "text"),
        ("", "blank"),
    ],
)
def test_kinds_of_lines(raw: str, kind: str) -> None:
    assert read_lines(read_text(raw))[0].kind == kind


def test_headings_open_sections() -> None:
    post = read_text("For sale:\n- a\n\nLooking for:\n- b\n\nSold:\n- c")
    assert [section for section in sections_of(post, read_lines(post)) if section] == [
        "have", "have", "have", "want", "want", "want", "sold", "sold",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "roles"),
    [
        ("|Item|Price|\n|-|-|\n|a|$1|", ["item", "price"]),
        ("Price | Item | Status\n-|-|-\n$1|a|sold", ["price", "item", "status"]),
        ("|Item|Shipped|Local (12345)|\n|:-|:-|:-|\n|a|$2|$1|", ["item", "price", "local"]),
        ("|Qty|Card|Each|MSRP|\n|-|-|-|-|\n|2|a|$1|$9|", ["quantity", "item", "price", "ignored"]),
        ("| | |\n|-|-|\n|a|$1|", ["unknown", "unknown"]),
    ],
)
def test_columns_are_known_by_their_headings(table: str, roles: list[str]) -> None:
    rows = find_tables(read_text(table))[0].rows
    assert [cell.role for cell in rows[0][1]] == roles


def test_shop_prices_mark_a_retail_table() -> None:
    table = "|Item|Price|\n|-|-|\n|a|$1 @ Amazon|\n|b|$2 @ Newegg|"
    assert find_tables(read_text(table))[0].retail


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("2x evga ", "", 2),
        ("selling two msi twin frozr ", "", 2),
        ("pair of ", "", 2),
        ("lot of 6 ", "", 6),
        ("(3) ", "", 3),
        ("", " x2", 2),
        ("", " ftw3 (x2)", 2),
        ("", " - 2 of them", 2),
        ("", " 8gb ventus 2x", None),
        ("", " pcie x16", None),
        ("", " 3x fans", None),
        ("i have a two month old ", "", None),
        ("asus dual ", "", None),
        ("ryzen 5 ", "", None),
    ],
)
def test_counts_around_a_name(before: str, after: str, count: int | None) -> None:
    assert quantity_around(before, after) == count


@pytest.mark.parametrize(
    ("after", "count"), [(": €475 each (2x)", 2), (" $110 x3", 3), (" - 60 eur (2 pcs)", 2), (" $110", None)]
)
def test_counts_behind_a_price(after: str, count: int | None) -> None:
    assert count_behind_price(after) == count


@pytest.mark.parametrize(
    ("text", "had", "left"),
    [
        ("one sold, two left", 3, 2),
        ("2 sold", 3, 1),
        ("only one left", 4, 1),
        ("4 p40 left", 6, 4),
        ("sold", 2, None),
        ("both sold", 2, None),
    ],
)
def test_how_many_are_left(text: str, had: int, left: int | None) -> None:
    assert left_over(text, had) == left


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("rtx 3080 - sold to u/x", "sold"),
        ("sale pending", "pending"),
        ("sold pending payment", "pending"),
        ("gone", "sold"),
        ("still available", "available"),
        ("will not be sold separately", None),
        ("ebay sold comps are higher", None),
        ("has never been sold", "sold"),
        ("$450 shipped", None),
    ],
)
def test_states(text: str, status: str | None) -> None:
    assert status_in(text) == status


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sold", "sold"),
        ("sold, thank you", "sold"),
        ("everything is sold, thanks", "sold"),
        ("edit: both are now sold", "sold"),
        ("they've been sold.", "sold"),
        ("sale pending", "pending"),
        ("sold logitech mouse - $60", None),
        ("not sold yet", None),
        ("sold separately", None),
    ],
)
def test_lines_that_close_a_post(line: str, said: str | None) -> None:
    assert closes_all(line) == said


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("no display output", True),
        ("for parts", True),
        ("artifacts after a minute", True),
        ("no artifacts", False),
        ("never any artifacts", False),
        ("works great", False),
    ],
)
def test_defects(text: str, broken: bool) -> None:
    assert bool(says_broken(text)) == broken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prices include shipping", "included"),
        ("all prices shipped conus", "included"),
        ("all prices include rmsd", "included"),
        ("prices do not include shipping", "extra"),
        ("shipping is extra", "extra"),
        ("postage £6 on each", "extra"),
        ("plus shipping from 90210", "extra"),
        ("buyer pays shipping", "extra"),
        ("add $15 per item for shipping", "extra"),
        ("excl. verzending", "extra"),
        ("local pickup only", "local"),
        ("i will not ship", "local"),
        ("conus only", None),
    ],
)
def test_who_pays_for_carriage(text: str, said: str | None) -> None:
    found = shipping_of_post(text)
    assert (found[0] if found else None) == said


@pytest.mark.parametrize(
    ("want", "said"), [("local cash", "local"), ("local cash, zelle", None), ("paypal or local", None), ("cash", None)]
)
def test_a_title_that_takes_local_payment_only(want: str, said: str | None) -> None:
    assert shipping_of_title(want) == said


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("upgraded to a 3080", "context"),
        ("upgraded to an evga ftw3 3080", "context"),
        ("faster than a 3080", "context"),
        ("same as a 3080", "context"),
        ("pulled from a 3080", "context"),
        ("looking for a 3080", "context"),
        ("trade for a 3080", "context"),
        ("paired with my 3080", "context"),
        ("the 3080 is not for sale", "context"),
        ("3080 performance", "context"),
        ("selling my 3080", "offered"),
        ("also found a 3080", "offered"),
        ("3080 - works great", "plain"),
        ("3080 or something for trade", "doubtful"),
    ],
)
def test_how_a_card_is_spoken_of(text: str, role: str) -> None:
    start = text.index("3080")
    assert role_of(text, start, start + 4)[0] == role


@pytest.mark.parametrize(
    ("after", "is_part"),
    [
        (" waterblock", True),
        (" ftw3 backplate", True),
        (" fe box", True),
        (" nvlink bridge", True),
        (" with box", False),
        (" box included", False),
    ],
)
def test_parts_named_after_a_card(after: str, is_part: bool) -> None:
    assert bool(accessory_after("3080" + after, 4)) == is_part


@pytest.mark.parametrize(
    ("text", "bundled"),
    [
        ("5800x3d + 3080", True),
        ("3080 with 5800x and b550", True),
        ("3080 + box", False),
        ("3080 w/ backplate", False),
        ("3080", False),
    ],
)
def test_other_hardware_under_one_price(text: str, bundled: bool) -> None:
    assert is_bundled(text.replace("3080", MENTION_BLANK * 4)) == bundled


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("parting out my pc", True),
        ("not parting out", False),
        ("will consider parting out", True),
        ("willing to part out later", False),
        ("if need be i will part out the keyboard", False),
        ("a pc", False),
    ],
)
def test_machines_that_are_parted_out(text: str, out: bool) -> None:
    assert parts_out(text) == out


@pytest.mark.parametrize(
    ("text", "is_machine"), [("gaming pc", True), ("razer blade 15", True), ("r740xd", True), ("rtx 3080", False)]
)
def test_machines(text: str, is_machine: bool) -> None:
    assert names_system(text) == is_machine

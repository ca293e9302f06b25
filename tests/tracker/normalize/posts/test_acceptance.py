"""How a body speaks of a card: at the head of an item, in passing, or for a part."""

import pytest

from tracker.normalize.posts.cards.acceptance import _is_structural
from tracker.normalize.posts.markup.lines import read_lines
from tracker.normalize.posts.markup.text import read_text


@pytest.mark.parametrize(
    ("body", "heads"),
    [
        ("3080 FE - $330", True),
        ("* EVGA 3080 - $330", True),
        ("$330 - 3080", True),
        ("$1,250.00 shipped, EVGA 3080", True),
        ("1.2k, for sale, 3080", True),
        ("(2x) 3080", True),
        ("i upgraded from a 3080", False),
        ("runs cooler than my 3080", False),
    ],
)
def test_a_name_heads_its_item(body: str, heads: bool) -> None:
    post = read_text(body)
    assert _is_structural(read_lines(post)[0], post.text, post.text.index("3080")) == heads

"""``explain``: which rules fired on a post, and where."""

from tracker.normalize.posts import read_post
from tracker.normalize.types import ListingText, Reading

TITLE = "[USA-TX] [H] RTX 3080 FE, RTX 3070 [W] PayPal"
BODY = """All prices shipped. Upgraded to a 5090.

3080 FE - ~~$350~~ $330
3070 - $200

EDIT: 3070 sold
"""


def _reading(explain: bool) -> Reading:
    return read_post(ListingText(id="x", source="hardwareswap", title=TITLE, body=BODY), explain=explain)


def test_nothing_is_traced_unless_asked() -> None:
    assert _reading(explain=False).trace == ()


def test_tracing_changes_no_reading() -> None:
    assert _reading(explain=True).offers == _reading(explain=False).offers


def test_each_step_points_at_its_words() -> None:
    said = {
        (step.rule, (TITLE if step.where == "title" else BODY)[step.start : step.end].strip())
        for step in _reading(explain=True).trace
        if step.start is not None
    }
    assert {
        ("price", "$330"),
        ("price", "$200"),
        ("card", "3080"),
        ("card", "3070"),
        ("not_offered", "5090"),
        ("edit", "EDIT: 3070 sold"),
        ("carriage", "All prices shipped"),
    } <= said


def test_the_intent_comes_first() -> None:
    assert _reading(explain=True).trace[0].rule == "intent"

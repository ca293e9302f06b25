"""Server cards named by a letter and a number, where another such card of the text says what is meant."""

import re
from collections.abc import Callable
from dataclasses import replace

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.text import PostText

__all__ = ["with_short_names"]

_SHORT = re.compile(r"[aklmpt](?<![\w./#-][aklmpt])(?:80|60|40|30|16|10|4|2)(?:'?s)?(?![\w/]|[.-]\w)")
_NAMES = frozenset(("k80", "k40", "m60", "m40", "m10", "p40", "p4", "t4", "l4", "a2", "a10", "a16", "a30", "a40"))
_OTHER_MAKER = re.compile(r"(?:corsair|logitech|sony|huawei|audi|galaxy|thinkpad|lenovo|athlon|fractal|razer) $")
_SERVER = ("Tesla", "RTX A", "A100", "A40", "A10", "A30", "A16", "L4", "L40", "Radeon Instinct")


def with_short_names(post: PostText, found: list[Mention], model_of: Callable[[str], Mention | None]) -> list[Mention]:
    """``found`` with the short names beside it: the ``K80`` of ``Tesla M40, K80``."""
    if not ("tesla" in post.text or any(mention.model.startswith(_SERVER) for mention in found)):
        return found
    more: list[Mention] = []
    for match in _SHORT.finditer(post.text):
        name = match.group().rstrip("s").rstrip("'")
        if _OTHER_MAKER.search(post.text, max(0, match.start() - 12), match.start()):
            continue
        if name not in _NAMES or any(other.start < match.end() and match.start() < other.end for other in found):
            continue
        known = model_of(f"nvidia {name}")
        if known is not None:
            text = post.raw[match.start() : match.end()]
            more.append(replace(known, start=match.start(), end=match.end(), text=text, strength="likely"))
    return sorted([*found, *more], key=lambda mention: mention.start) if more else found

"""Server and workstation cards named by a letter and a number, where another such card says what is meant."""

import re
from collections.abc import Callable
from dataclasses import replace

from tracker.normalize.mentions import Mention
from tracker.normalize.posts.markup.text import PostText

__all__ = ["with_short_names"]

_SHORT = re.compile(
    r"[aklmpt](?<![\w./#-][aklmpt])(?:1000|6[02]0|4[02]0|80|60|40|30|16|10|4|2)(?:'?s)?(?![\w/]|[.-]\w)"
)
_NAMES = frozenset(("k80", "k40", "m60", "m40", "m10", "p40", "p4", "t4", "l4", "a2", "a10", "a16", "a30", "a40"))
_WORKSTATION_NAMES = frozenset(("p400", "p600", "p620", "k420", "k600", "k620", "t400", "t600", "t1000"))
"""Cases, storage controllers, ThinkPads and ThinkStations are called so too."""
_OTHER_MAKER = re.compile(
    r"(?:corsair|logitech|sony|huawei|audi|galaxy|thinkpad|lenovo|athlon|fractal|razer|phanteks|eclipse|thinkstation|"
    r"array|enthoo) $"
)
_OTHER_THING = re.compile(
    r"a\b|s?[ ](?:case|raid|controller|hba|tower|workstation|laptop|chassis)\b|"
    r"[ ](?:with|w/)[ ](?:an? |the )?(?:rtx|quadro|a\d{4}|threadripper|\d{4}wx|\d+ ?gb)\b"
)
_SERVER = ("Tesla", "RTX A", "A100", "A40", "A10", "A30", "A16", "L4", "L40", "Radeon Instinct")
_WORKSTATION = ("Quadro", "RTX A", "T1000", "T600", "T400", "NVS", "Radeon PRO WX", "FirePro")


def with_short_names(post: PostText, found: list[Mention], model_of: Callable[[str], Mention | None]) -> list[Mention]:
    """``found`` with the short names beside it: the ``K80`` of ``Tesla M40, K80``."""
    server, workstation = "tesla" in post.text, "quadro" in post.text
    for mention in found:
        server = server or mention.model.startswith(_SERVER)
        workstation = workstation or mention.model.startswith(_WORKSTATION)
    if not (server or workstation):
        return found
    names = (_NAMES if server else frozenset()) | (_WORKSTATION_NAMES if workstation else frozenset())
    more: list[Mention] = []
    for match in _SHORT.finditer(post.text):
        name = match.group().rstrip("s").rstrip("'")
        if _OTHER_MAKER.search(post.text, max(0, match.start() - 16), match.start()):
            continue
        if (
            name not in names
            or _OTHER_THING.match(post.text, match.end())
            or any(other.start < match.end() and match.start() < other.end for other in found)
        ):
            continue
        known = model_of(f"nvidia {name}") or model_of(f"quadro {name}")
        if known is not None:
            text = post.raw[match.start() : match.end()]
            more.append(replace(known, start=match.start(), end=match.end(), text=text, strength="likely"))
    return sorted([*found, *more], key=lambda mention: mention.start) if more else found

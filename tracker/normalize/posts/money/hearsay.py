"""Amounts that tell of a market and not of an ask: what others want, what rumours say, ``$2k+``."""

import re

from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.wording.words import anchored_before

__all__ = ["is_hearsay"]

_WINDOW = 48
_BEFORE = anchored_before("money.hearsay_before")
_OPEN_END = re.compile(
    r"\+(?=[.,;)]| (?:now|nowadays|today|these|those|soon|everywhere|new|used|on|in|at|by|for|with|and|but|so|when|"
    r"after|because|cards?|msrp)\b)"
)


def is_hearsay(post: PostText, start: int, end: int) -> bool:
    """Whether an amount is open at its upper end, or stands behind words of what others ask."""
    if post.text[end : end + 1] == "+" and _OPEN_END.match(post.text, end) is not None:
        return True
    return _BEFORE.search(post.text[max(0, start - _WINDOW) : start].rpartition("\n")[2]) is not None

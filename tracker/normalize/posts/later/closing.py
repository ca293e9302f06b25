"""Posts that are over: by flair, by title, by a line that stands for all of it."""

import re

from tracker.normalize.posts.cards.on_offer import Cards
from tracker.normalize.posts.clues.goods import names_goods
from tracker.normalize.posts.clues.status import closes_all, status_in
from tracker.normalize.posts.layout import Layout
from tracker.normalize.posts.post import Post
from tracker.normalize.posts.wording.guards import Guarded

__all__ = ["close_post"]

_CLOSED_FLAIR = ("closed", "sold", "complete", "traded", "gone", "fulfilled")
_SOLD_TITLE = Guarded(r"^\W{0,3}(?:sold|closed)\b|[\[(](?:sold|closed)[\])]|\bsold\W{0,3}$")


def close_post(post: Post, layout: Layout, cards: Cards) -> None:
    """Everything is sold where flair, title or a line of its own says so."""
    flair = (post.listing.flair or "").lower()
    said: str | None = None
    if flair and any(word in flair for word in _CLOSED_FLAIR):
        said = "sold"
        post.trace.add("closed", f"flair {post.listing.flair}", where="title")
    elif _SOLD_TITLE.search(post.title_post.text) is not None:
        said = "sold"
        post.trace.add("closed", "title says sold", where="title")
    if said:
        for item in cards.items:
            item.status = "sold"
        return
    for number, line in enumerate(layout.lines):
        if line.kind == "blank" or number in layout.rows or number in layout.edits or cards.named.get(number):
            continue
        if layout.sections[number] in ("sold", "pending", "past") or layout.post.is_struck(line.start, line.end):
            continue
        if len(line.text) <= 120:
            closed = closes_all(line.text)
            if not closed or names_goods(line.text) or _taken_back(layout, number):
                continue
            if _stands_for_all(layout, cards, number):
                for item in cards.items:
                    item.status = item.status if item.status == "sold" else closed
                post.trace.add("closed", line.text[:60], line.start, line.end, "body")


def _taken_back(layout: Layout, number: int) -> bool:
    """Whether a later edit puts the goods back on the market."""
    return any(later > number and status_in(layout.lines[later].text) == "available" for later in layout.edits)


def _stands_for_all(layout: Layout, cards: Cards, number: int) -> bool:
    """A bare ``SOLD`` closes the post at its top or its end, or where only one card is on offer."""
    line = layout.lines[number]
    if re.search(r"\b(?:all|everything|both|thread|post|closed|lot)\b", line.text) or len(cards.items) == 1:
        return True
    if not cards.named and len(line.text) < 40:
        return True
    return number in layout.outer_lines[:1]

"""A post under reading: its parts, what is known of it so far, and the trace."""

from dataclasses import dataclass
from decimal import Decimal

from tracker.normalize.posts.intents.title import Title
from tracker.normalize.posts.markup.text import PostText
from tracker.normalize.posts.trace import Tracer
from tracker.normalize.types import Intent, ListingText, Shipping

__all__ = ["Post"]


@dataclass(slots=True)
class Post:
    """``other_goods``: the title offers more than its cards, so that a price may be that of something else.

    ``carriage`` and ``stated_currency`` are what the post says once for all of its prices; from the price ``free_from``
    on the seller pays for carriage.
    """

    listing: ListingText
    title_post: PostText
    title: Title
    body: PostText
    intent: Intent
    trace: Tracer
    other_goods: bool = False
    carriage: Shipping | None = None
    free_from: Decimal | None = None
    stated_currency: str | None = None

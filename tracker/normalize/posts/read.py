"""Reads one swap post from title to offers."""

import re

from tracker.normalize.posts.cards.dates import settle_by_day
from tracker.normalize.posts.cards.items import Item
from tracker.normalize.posts.cards.naming import mentions_of
from tracker.normalize.posts.cards.on_offer import Cards, find_cards, title_items
from tracker.normalize.posts.cards.only_card import read_only_card
from tracker.normalize.posts.cards.processors import without_processors
from tracker.normalize.posts.cards.titled_numbers import bare_numbers
from tracker.normalize.posts.intents.intent import read_intent
from tracker.normalize.posts.intents.title import read_title
from tracker.normalize.posts.later.closing import close_post
from tracker.normalize.posts.later.edits import apply_edits
from tracker.normalize.posts.later.numbered import price_by_number, reprice_by_number
from tracker.normalize.posts.layout import Layout, lay_out
from tracker.normalize.posts.markup.text import read_text
from tracker.normalize.posts.offers import offers_of
from tracker.normalize.posts.post import Post
from tracker.normalize.posts.prices.falling import take_last_of_falling
from tracker.normalize.posts.prices.maker_rows import split_by_rows
from tracker.normalize.posts.prices.makers import split_by_fate
from tracker.normalize.posts.prices.ordinals import split_by_ordinals
from tracker.normalize.posts.prices.others import drop_prices_of_others
from tracker.normalize.posts.prices.systems import mark_systems
from tracker.normalize.posts.prices.titled import break_listed, offers_other_goods, read_title_facts, tie_title_prices
from tracker.normalize.posts.prices.told_apart import split_by_words
from tracker.normalize.posts.prices.turns import split_by_labels
from tracker.normalize.posts.prices.unnamed import (
    bundle_combos,
    drop_combos,
    price_per_piece,
    split_singles,
    tie_unnamed,
)
from tracker.normalize.posts.prices.walk import walk
from tracker.normalize.posts.trace import Tracer
from tracker.normalize.posts.wording.guards import Guarded
from tracker.normalize.types import ListingText, Offer, Reading

__all__ = ["read_post"]

_WITHDRAWN = Guarded(
    r"(?:backing out of selling|no longer selling|decided (?:not to sell|to keep)|not selling) "
    r"(?:my |the |both |these |all |of )*(?:graphics |video )?(?:cards|gpus)\b(?! (?:until|separate|individual|alone))"
)
_BARE_TAG = re.compile(r"(?<!\w)[hw](?= ?:)")
"""``6850 W: $`` wants money and names no 6850 watts."""


def read_post(listing: ListingText, explain: bool = False) -> Reading:
    """Intent and offers of a post; ``trace`` is filled where ``explain`` asks for it."""
    trace = Tracer(explain)
    title_post, body = read_text(listing.title), read_text(_text(listing.body))
    title = read_title(title_post)
    intent, rule = read_intent(title, title_post, body, listing.flair)
    trace.add("intent", f"{intent}: {rule}", where="title")
    post = Post(listing, title_post, title, body, intent, trace)
    if intent == "buy":
        return Reading(intent=intent, reject="wanted", trace=trace.steps)
    if intent == "other" and rule != "given away":
        return Reading(intent=intent, reject="not_an_offer", trace=trace.steps)
    offers = _offers(post)
    reject = None if offers else "no_card"
    return Reading(intent=intent, reject=reject, offers=tuple(offers), trace=trace.steps)


def _text(body: str | None) -> str:
    return "" if body is None or body.strip().lower() in ("[deleted]", "[removed]", "none") else body


def _spoken_of_first(items: list[Item]) -> list[Item]:
    """The cards that amounts before the first name speak of, where the title offers nothing else."""
    if len(items) == 1 and items[0].titled:
        return items
    from_title = [item for item in items if item.where == "title"]
    return from_title if len(from_title) == len(items) else []


def _split_counted(layout: Layout, cards: Cards, title: str) -> None:
    """Make several cards of one that is counted, where the post tells them apart."""
    if all(item.quantity is None or item.quantity < 2 for item in cards.items):
        return
    split_by_ordinals(layout, cards)
    split_by_words(layout, cards)
    split_by_fate(layout, cards, title)
    split_singles(cards)


def _offers(post: Post) -> list[Offer]:
    titled_text = post.title_post.text
    if ":" in titled_text:
        titled_text = _BARE_TAG.sub(",", titled_text)
    mentions = mentions_of(post.title_post.with_text(titled_text), context=True)
    mentions = without_processors(mentions, post.title_post, post.body)
    titled, wanted = title_items(post.title_post, post.title, mentions)
    read_title_facts(post, titled)
    named = mentions_of(post.body, context=True) if post.body.text else []
    named = without_processors(named, post.body, post.title_post)
    if not titled and not named:
        return []
    if titled and post.body.text:
        named = bare_numbers(post.body, post.title_post, [item.mention for item in titled], named)
    layout = lay_out(post.body, named)
    cards = find_cards(layout, titled, wanted, post.title.have_text)
    if not cards.items or _WITHDRAWN.search(post.body.text):
        return []
    drop_prices_of_others(layout, cards)
    other_goods = post.other_goods = offers_other_goods(post, mentions)
    split_by_rows(layout, cards)
    if not other_goods:
        split_by_labels(layout, cards, post.title.have_text)
    walk(layout, cards, [] if other_goods else _spoken_of_first(cards.items))
    break_listed(post, layout, cards)
    tie_unnamed(layout, cards, other_goods)
    tie_title_prices(post, titled, cards)
    price_per_piece(layout, cards)
    mark_systems(post, layout, cards)
    bundle_combos(layout, cards, other_goods)
    drop_combos(cards)
    _split_counted(layout, cards, post.title.have_text)
    read_only_card(layout, cards.items)
    price_by_number(layout, cards)
    take_last_of_falling(layout, cards)
    apply_edits(layout, cards, other_goods, post.trace)
    reprice_by_number(layout, cards)
    for mention, spoken in cards.talked:
        post.trace.add("not_offered", f"{mention.model}: {spoken}", mention.start, mention.end, "body")
    close_post(post, layout, cards)
    settle_by_day(cards.items, post.listing.written_by, post.body)
    return offers_of(post, layout, cards.items)

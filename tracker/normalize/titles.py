"""Reads a marketplace title: what is sold, which card, how many; or why nothing enters the history."""

import re
from collections.abc import Sequence

from tracker.normalize.accessories import find_accessory
from tracker.normalize.clean import CleanText, clean
from tracker.normalize.condition import condition_of
from tracker.normalize.machines import find_machine
from tracker.normalize.mentions import Mention, find_mentions
from tracker.normalize.part_numbers import Part, find_parts
from tracker.normalize.parts_and_words import settle
from tracker.normalize.quantity import Quantity, find_quantity
from tracker.normalize.same_card import distinct, names_another
from tracker.normalize.types import Condition, ListingText, Offer, Reading, TraceStep
from tracker.normalize.words import Hit, Said, find_words

_EACH = re.compile(r"\b(?:each|ea|per (?:card|gpu|unit|piece|pc)|a piece|le pezzo|stückpreis|pro stück)\b")
#: Each with the strings of which one must stand in the title at all.
_TITLE_CONDITION: tuple[tuple[tuple[str, ...], re.Pattern[str], Condition], ...] = (
    (("refurb", "rene", "recond"), re.compile(r"\b(?:refurb\w*|renewed|reconditioned)\b"), "refurbished"),
    (("open",), re.compile(r"\b(?:open[ -]?box|opened box)\b"), "open_box"),
    (("used", "owned", "second"), re.compile(r"\b(?:used|pre-?owned|second hand)\b"), "used"),
    (
        ("new", "sealed", "nib"),
        re.compile(r"\b(?:brand new|new|sealed|bnib|nib)\b(?! (?:thermal|paste|pads?|fans?|cooler))"),
        "new",
    ),
)


#: No market has longer titles; what comes after is not read.
_MOST_READ = 1000
#: Currencies in which the bounds for boxes and brackets, written in dollars, hold well enough.
_NEAR_THE_DOLLAR = frozenset(("USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SGD"))
_SPEAKS_OF_CARDS = frozenset(("card", "gpu"))


class _Trace:
    """Collects what fired; nothing is kept unless somebody asked."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.steps: list[TraceStep] = []

    def add(self, rule: str, detail: str, start: int | None = None, end: int | None = None) -> None:
        if self.wanted:
            self.steps.append(TraceStep(rule, detail, start, end))


_SILENT = _Trace(False)


def read_title(listing: ListingText, explain: bool = False) -> Reading:
    """Return how the title of ``listing`` reads: one offer, or one reject code."""
    trace = _Trace(True) if explain else _SILENT
    cleaned = clean(listing.title[:_MOST_READ])
    said = find_words(cleaned.text)
    if explain:
        for hit in said.hits:
            lists = sorted(hit.tags) or [hit.goods.name if hit.goods else ""]
            trace.add("word", ", ".join(lists), hit.start, hit.end)
    mentions = _mentions(cleaned, trace)
    code, mention = _what(cleaned.text, listing, said, mentions, trace)
    if code or mention is None:
        trace.add("reject", code or "no_card")
        return Reading(intent="sell", reject=code or "no_card", trace=tuple(trace.steps))
    quantity = find_quantity(cleaned.text, mentions, said.tags)
    if quantity.open:
        trace.add("reject", "open_lot", quantity.start, quantity.end)
        return Reading(intent="sell", reject="open_lot", trace=tuple(trace.steps))
    if quantity.cards > 1:
        trace.add("quantity", str(quantity.cards), quantity.start, quantity.end)
    offer = _offer(cleaned.text, listing, mention, quantity, said, trace)
    return Reading("sell", None, (offer,), tuple(trace.steps) if explain else ())


def _mentions(cleaned: CleanText, trace: _Trace) -> list[Mention]:
    mentions = find_mentions(cleaned)
    parts: list[Part] = []
    if len(mentions) != 1 or _is_open(mentions[0]):
        parts = find_parts(cleaned.text)
        if parts:
            mentions = settle(cleaned, mentions, parts)
    if trace.wanted:
        for part in parts:
            trace.add("part number", part.model or "no card", part.start, part.end)
        for mention in mentions:
            size = "" if mention.vram_gb is None else f" {mention.vram_gb:g}GB"
            trace.add(
                "mention",
                f"{mention.model}{size}" + ("" if mention.witnessed else " (unconfirmed)"),
                mention.start,
                mention.end,
            )
    return mentions


def _is_open(mention: Mention) -> bool:
    """Tell whether a part number could add something: a size, a form, or that a laptop's board is meant."""
    if mention.vram_gb is None or len(mention.skus) != 1 or mention.form != "desktop":
        return True
    return mention.stated_gb is None and not mention.model.startswith(("GeForce", "Radeon RX"))


def _what(
    text: str, listing: ListingText, said: Said, mentions: list[Mention], trace: _Trace
) -> tuple[str | None, Mention | None]:
    """Return the reject code, or the one card that is sold."""
    tags = said.tags
    if not mentions and tags.isdisjoint(_SPEAKS_OF_CARDS):
        return "no_card", None
    price = listing.price if listing.currency in _NEAR_THE_DOLLAR else None
    accessory = find_accessory(text, said, mentions, price)
    if accessory:
        name = accessory.goods.name if accessory.goods else "no card"
        trace.add("accessory", name, accessory.start, accessory.end)
        return "accessory", None
    if listing.variation:
        trace.add("variation", "one listing for several goods")
        return "menu", None
    if "wanted" in tags:
        return "wanted", None
    if not mentions:
        return "unknown_model", None
    cards = distinct(text, mentions, said.hits)
    if not cards:
        return "unconfirmed_model", None
    machine = find_machine(text, said.hits, tags, cards)
    if machine:
        code, word = machine
        trace.add(code, word.text if word else "processor", word.start if word else None, word.end if word else None)
        return code, None
    if len(cards) > 1 and len({card.model for card in cards}) > 1:
        return ("mixed_lot" if find_quantity(text, cards, tags).cards > 1 else "menu"), None
    card = cards[0]
    if "/" in text and any(names_another(text, named) for named in mentions):
        return "menu", None
    if "menu" in tags and card.vram_gb is None and len(card.skus) > 1:
        return "menu", None
    if card.contradiction:
        trace.add("contradiction", f"{card.model} with {card.stated_gb:g}GB", card.start, card.end)
        return "contradiction", None
    return None, card


def _offer(text: str, listing: ListingText, card: Mention, quantity: Quantity, said: Said, trace: _Trace) -> Offer:
    tags = said.tags
    condition = condition_of(listing.condition_id, listing.condition)
    broken = condition == "parts" or ("broken" in tags and not _only_without_outputs(text, said.hits))
    if broken:
        trace.add("broken", next((hit.text for hit in said.hits if "broken" in hit.tags), "condition"))
        condition = "parts"
    if condition is None:
        condition = _condition_in(text)
    flags = () if tags.isdisjoint(_FLAGS) else tuple([name for name in _FLAGS if name in tags])
    form = card.form
    if form == "desktop" and "laptop" in tags and "not_laptop" not in tags:
        form = "mobile"
    if "mac" in tags and form == "desktop":
        form = "mpx"
    has_sku = form in ("desktop", "sxm")
    settled = len(card.skus) == 1
    each = quantity.cards == 1 or _EACH.search(text) is not None
    price = listing.price if listing.price is not None and listing.price > 0 else None
    # By place, in the order of the fields, which takes a third of the time: there is one of these for every title.
    return Offer(
        card.model,
        card.vram_gb,
        card.skus[0] if settled and has_sku else None,
        card.skus if has_sku and not settled else (),
        form,
        quantity.cards,
        price if each else None,
        None if each else price,
        None if price is None else "each" if each else "lot",
        listing.currency if price is not None else None,
        "unknown",  # shipping and its cost
        None,
        "available",
        condition,
        broken,
        False,  # in a system
        _confidence(card, flags),
        flags,
    )


def _condition_in(text: str) -> Condition | None:
    """Return the condition that the title itself states."""
    for needles, pattern, kind in _TITLE_CONDITION:
        for needle in needles:
            if needle in text:
                if pattern.search(text):
                    return kind
                break
    return None


def _only_without_outputs(text: str, hits: Sequence[Hit]) -> bool:
    """Tell whether all that sounds broken is that a mining card has no display outputs."""
    words = [hit.text for hit in hits if "broken" in hit.tags]
    return "mining" in text and all(word.startswith(("no display", "no video", "no output")) for word in words)


_FLAGS = ("noise", "no_cooler", "modified")
_SURE = {"sure": 0.99, "likely": 0.95, "number": 0.85, "short": 0.95, "maker": 0.85}


def _confidence(card: Mention, flags: tuple[str, ...]) -> float:
    sure = _SURE[card.strength]
    if card.vram_gb is None:
        sure -= 0.05
    return round(sure - 0.15, 2) if "noise" in flags else sure

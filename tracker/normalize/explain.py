"""How a listing was read, for people: mentions, rules, prices, and the reject code with its meaning."""

import csv
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from tracker.normalize.jsonl import offer_row, reading_row
from tracker.normalize.read import read_listing
from tracker.normalize.types import ListingText, Reading, TraceStep
from tracker.normalize.vocabulary import DATA

#: Rules whose place in the text is a name of a card.
MENTION_RULES = frozenset(("mention", "card"))


class RejectCode(NamedTuple):
    """One reason why a listing enters no statistics."""

    code: str
    meaning: str
    example: str
    given_by: str


@cache
def reject_codes() -> dict[str, RejectCode]:
    """Return every reject code, in the order of the data file."""
    with (DATA / "reject_codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: RejectCode(**row) for row in csv.DictReader(file)}


def explain(listing: ListingText) -> dict[str, Any]:
    """Return how ``listing`` reads and why, as a JSON object; positions count in title and body as given."""
    reading = read_listing(listing, explain=True)
    code = reject_codes().get(reading.reject or "")
    return {
        **reading_row(listing.id, reading),
        "source": listing.source,
        "title": listing.title,
        "body": listing.body,
        "reject_meaning": code.meaning if code else None,
        "rules": [_step_row(listing, step) for step in reading.trace],
        "offers": [offer_row(offer) for offer in reading.offers],
    }


def _step_row(listing: ListingText, step: TraceStep) -> dict[str, Any]:
    text = (listing.title if step.where == "title" else listing.body) or ""
    on = text[step.start : step.end] if step.start is not None and step.end is not None else None
    return {
        "rule": step.rule,
        "detail": step.detail,
        "where": step.where,
        "start": step.start,
        "end": step.end,
        "text": on,
    }


def marked(trace: Sequence[TraceStep], where: str) -> list[tuple[int, int, str]]:
    """Return the places in ``where`` (title or body) that a rule fired on: start, end, rule; names of cards last."""
    places = [
        (step.start, step.end, step.rule)
        for step in trace
        if step.where == where and step.start is not None and step.end is not None and step.end > step.start
    ]
    return sorted(places, key=lambda place: (place[2] in MENTION_RULES, place[0]))


def summary(reading: Reading) -> list[str]:
    """Return one line for each offer: the card, how many, the price and what it stands for."""
    lines = []
    for offer in reading.offers:
        size = "" if offer.vram_gb is None else f" {offer.vram_gb:g}GB"
        amount = offer.price if offer.price is not None else offer.lot_price
        price = (
            "no price"
            if amount is None
            else f"{amount:,.2f} {offer.currency or '(currency unknown)'} {offer.basis or ''}"
        )
        words = [
            f"{offer.quantity} × {offer.model}{size}",
            price.strip(),
            offer.status,
            f"shipping {offer.shipping}",
            offer.form,
            *(["broken"] if offer.broken else []),
            *(["in a system"] if offer.in_system else []),
            f"SKU {offer.sku}"
            if offer.sku
            else "SKU open" + (f": {', '.join(offer.candidates)}" if offer.candidates else ""),
            f"confidence {offer.confidence:.2f}",
            *offer.flags,
        ]
        lines.append(", ".join(words))
    return lines

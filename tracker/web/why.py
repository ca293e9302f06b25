"""How a listing was read, for the page: its text in pieces with the cards marked, and the rules that fired."""

from typing import Any

from tracker.normalize import ListingText, read_listing
from tracker.normalize.explain import MENTION_RULES, marked, reject_codes, summary


def pieces(text: str, places: list[tuple[int, int, str]]) -> list[tuple[str, bool]]:
    """Return ``text`` cut into (part, is marked); marks that overlap become one."""
    flags = bytearray(len(text))
    for start, end, _ in places:
        flags[start:end] = b"\x01" * (min(end, len(text)) - start)
    found: list[tuple[str, bool]] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or flags[place] != flags[begin]:
            found.append((text[begin:place], bool(flags[begin])))
            begin = place
    return found


def reading_of(listing: ListingText) -> dict[str, Any]:
    """Return what the template ``why.html`` shows of ``listing``."""
    reading = read_listing(listing, explain=True)
    code = reject_codes().get(reading.reject or "")
    body = listing.body or ""

    def cards(where: str) -> list[tuple[int, int, str]]:
        return [place for place in marked(reading.trace, where) if place[2] in MENTION_RULES]

    return {
        "title": pieces(listing.title, cards("title")),
        "body": pieces(body, cards("body")),
        "intent": reading.intent,
        "rules": [(step.rule, step.detail) for step in reading.trace],
        "offers": summary(reading),
        "reject": reading.reject,
        "reject_meaning": code.meaning if code else None,
    }

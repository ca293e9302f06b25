"""Reasons to look twice at an offer, each from a sign of its own; hints to a buyer, never an accusation."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

#: Under this share of fair value an offer is more likely bait than luck: where prices spread by 0.12, an
#: honest one lies there once in three million, by 0.25 once in 120 (docs/fair-value.md).
BAIT_BELOW = 0.55

_NEW_LISTING = timedelta(hours=24)
_FEW_SALES = {"0", "1-9"}
_PLACEHOLDERS = re.compile(r"0*(?:1|12|123|1234|12345|123456|1{2,6}|9{4,6}|69|420|6969)")


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of an offer beside its goods. None is unknown and never counts against anybody."""

    text: str
    price: float  # as quoted, in major units
    ratio: float | None  # to fair value
    post: bool  # of a swap sub, whose rules ask for a picture with name and date
    created_at: datetime | None
    seen_at: datetime
    facts: Mapping[str, Any]


def is_placeholder(price: float) -> bool:
    """Return whether ``price`` is a number typed because the form wanted one, such as 1, 1234 or 9999."""
    whole = f"{price:.2f}".removesuffix(".00")
    return "." not in whole and _PLACEHOLDERS.fullmatch(whole) is not None


def risks(signs: Signs) -> tuple[str, ...]:
    """Return the reasons to look twice, each as ``code: what was seen``."""
    return tuple(_risks(signs))


def _risks(signs: Signs) -> Iterator[str]:
    words, proof = _words()
    if is_placeholder(signs.price):
        yield f"placeholder: {signs.price:g} looks typed to fill a form"
    if signs.ratio is not None and signs.ratio < BAIT_BELOW:
        yield f"far_too_cheap: {signs.ratio * 100:.0f} % of fair value"
    score, trades = signs.facts.get("seller_score"), signs.facts.get("trades")
    if score == "0" or trades == 0:
        yield "zero_feedback: the seller has no rated sale" if score == "0" else "zero_feedback: no confirmed trade"
    elif signs.facts.get("seller_percent") == "under 95":
        yield "poor_feedback: less than 95 % positive"
    new = signs.created_at is not None and signs.seen_at - signs.created_at <= _NEW_LISTING
    if new and (score in _FEW_SALES or trades == 0):
        yield "new_listing: less than a day old, by a seller with few or no sales"
    if signs.post and not proof.search(signs.text):
        yield "no_proof: no link to pictures with name and date"
    for code, meaning, pattern in words:
        found = pattern.search(signs.text)
        if found:
            yield f"{code}: {meaning} ({' '.join(found[0].split())})"


@cache
def _words() -> tuple[tuple[tuple[str, str, re.Pattern[str]], ...], re.Pattern[str]]:
    data = tomllib.loads((files("tracker.pricing") / "risk_words.toml").read_text(encoding="utf-8"))
    rows = tuple((row["code"], row["meaning"], re.compile(row["pattern"], re.IGNORECASE)) for row in data["risk"])
    return rows, re.compile(data["proof"]["pattern"], re.IGNORECASE)

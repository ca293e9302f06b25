"""The swap subs that are read: their names, the currency of a bare ``$`` there, and where their sellers are."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Sub:
    """A swap sub; ``country`` is None where its sellers are in many."""

    name: str
    country: str | None
    currency: str | None


@cache
def known_subs() -> Mapping[str, Sub]:
    """Return the subs of data/swap_subs.csv, by name in lower case."""
    text = (files("crawlers") / "data" / "swap_subs.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {r["name"].lower(): Sub(r["name"], r["country"] or None, r["currency"] or None) for r in rows}


def configured_subs() -> Mapping[str, Sub]:
    """Return the subs of ``[reddit] subs``, by name in lower case, with what the settings say of them."""
    from crawlers.settings import reddit_settings

    settings = reddit_settings()
    known = known_subs()
    countries = {k.lower(): v for k, v in settings.countries.items()}
    currencies = {k.lower(): v for k, v in settings.currencies.items()}
    found = {}
    for name in settings.subs:
        sub = known.get(name.lower(), Sub(name, None, None))
        low = name.lower()
        found[low] = Sub(sub.name, countries.get(low, sub.country), currencies.get(low, sub.currency))
    return found

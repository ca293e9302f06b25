"""Raw listings as rows of the store: amounts in minor units, texts that every database can hold.

PostgreSQL stores no NUL (the store puts its picture there; SQLite keeps it), and neither database
stores half a surrogate pair (it becomes U+FFFD). ``facts["unstorable"]`` keeps which it was and where:
``{"title": [[7, 0]]}`` is a NUL at position 7. ``restored`` puts it back, so nothing is lost.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from crawlers.amounts import currency_digits, known_currency
from crawlers.listing import RawListing
from db.store.rows import RevisionRow

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_TEXTS = ("title", "body", "price_text", "condition", "flair", "url")


def minor_units(amount: Decimal | None, currency: str | None) -> int | None:
    """Return ``amount`` of ``currency`` in its minor unit (cents; whole yen), None where either is unknown.

    Converted amounts come with more decimals than their currency has ("KRW1,711.13"): they are rounded.
    """
    if amount is None or currency is None or not known_currency(currency):
        return None
    return int(amount.scaleb(currency_digits(currency)).to_integral_value(ROUND_HALF_EVEN))


def revision_row(listing: RawListing, observed_at: datetime | None = None) -> RevisionRow:
    """Return ``listing`` as a row; ``observed_at`` is when it was seen, where the listing does not say so itself.

    Raises ValueError where neither does.
    """
    seen = listing.observed_at or observed_at
    if seen is None:
        raise ValueError(f"{listing.source}:{listing.external_id}: nothing says when it was observed")
    texts, unstorable = _storable({name: getattr(listing, name) for name in _TEXTS})
    facts = _clean(dict(listing.facts))
    if unstorable:
        facts["unstorable"] = unstorable
    currency = listing.currency
    return RevisionRow(
        source=listing.source,
        external_id=listing.external_id,
        observed_at=seen,
        seen_as=listing.seen_as,
        title=texts["title"] or "",
        kind=listing.kind,
        url=texts["url"],
        body=texts["body"],
        state=listing.state,
        price_text=texts["price_text"],
        price_minor=minor_units(listing.price, currency),
        price_max_minor=minor_units(listing.price_max, currency),
        buy_now_minor=minor_units(listing.buy_now, currency),
        currency=currency,
        converted=listing.converted,
        fuzzy=listing.fuzzy,
        shipping_minor=minor_units(listing.shipping, currency),
        condition=texts["condition"],
        condition_id=listing.condition_id,
        variation=listing.variation,
        flair=texts["flair"],
        country=listing.country,
        quantity_sold=listing.quantity_sold,
        created_at=listing.created_at,
        ended_at=listing.ended_at,
        facts=facts,
    )


def restored(text: str, field: str, facts: Mapping[str, Any]) -> str:
    """Return ``text`` of column ``field`` as the market sent it, from what ``facts`` remember of it."""
    characters = list(text)
    for position, code in facts.get("unstorable", {}).get(field, ()):
        characters[position] = chr(code)
    return "".join(characters)


def _storable(texts: Mapping[str, str | None]) -> tuple[dict[str, str | None], dict[str, list[list[int]]]]:
    clean: dict[str, str | None] = {}
    kept: dict[str, list[list[int]]] = {}
    for name, text in texts.items():
        found = [[m.start(), ord(m.group())] for m in _UNSTORABLE.finditer(text)] if text else []
        clean[name] = _HALF_PAIR.sub("\ufffd", text) if found and text else text
        if found:
            kept[name] = found
    return clean, kept


def _clean(value: Any) -> Any:
    """Return a fact without characters that cannot be stored; what stands in facts is not verbatim anyway."""
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_clean(k): _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return value

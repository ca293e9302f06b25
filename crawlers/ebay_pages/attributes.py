"""What the rows of a card say beside its price: bids, shipping, how it is sold, how many were."""

import re
from decimal import Decimal
from typing import Any

from crawlers.amounts import AmountError, Money, Point, read_money, read_number
from crawlers.ebay_pages import words
from crawlers.ebay_pages.document import Document

#: An amount within a text: a sign or code of up to four characters, the number, a sign behind it.
_AMOUNT = re.compile(
    r"(?:[^\s\d+]{1,4}\s?\$?\s?)?(?:\d{1,3}(?: \d{3})+|\d)[\d.,'\u00a0\u202f]*"
    r"(?:\s?(?:円|원|zł|€|[A-Z]{3}\b|kr\.?|лв|₽))?"
)
_COUNT = re.compile(r"\d[\d.,\u00a0 ]*")


def bids_of(row: str) -> int | None:
    """Return the number of bids that ``row`` tells ("13 bids", "0 ofertas de subasta", "입찰 3건"), else None."""
    folded = row.casefold()
    some = "|".join(sorted(map(re.escape, words.words("bids")), key=len, reverse=True))
    lead = re.match(rf"(\d[\d.,]*)\s*(?:件の|건의|件|건|次)?\s*(?:{some})(?![a-zà-ÿа-я])", folded)
    trail = re.match(r"(?:入札|입찰)(?:件数|\s*수)?\s*[:：]?\s*(\d+)", folded)
    found = lead or trail
    return int(re.sub(r"\D", "", found.group(1))[:9]) if found else None


def offer_accepted(rows: list[str]) -> bool:
    """Return whether a best offer was accepted: then the price that is shown was not paid."""
    return any(words.has_part("best_offer", r) and words.has_part("accepted", r) for r in rows)


def quantity_sold(rows: list[str]) -> int | None:
    """Return how many pieces of the listing were sold ("11 sold", "63+ sold"), None where no row says so."""
    for row in rows:
        number = _COUNT.match(row) or re.search(r"(?:販売|판매)\D{0,6}(\d[\d.,]*)", row)
        if number and len(row) < 30 and words.says("sold", row) and "%" not in row:
            digits = re.sub(r"\D", "", number.group())
            return int(digits[:9]) if digits else None
    return None


def read_rows(
    rows: list[str], page: Document, point: Point, price: Money | None
) -> tuple[Decimal | None, dict[str, Any]]:
    """Return what the card's further rows say: the shipping cost, and facts."""
    facts: dict[str, Any] = {}
    if page.site:
        facts["site"] = f"ebay.{page.site}"
    shipping: Decimal | None = None
    for row in rows:
        if (bids := bids_of(row)) is not None:
            facts["bids"] = bids
        elif words.has_part("best_offer", row):
            facts["best_offer"] = True
        elif words.has_part("pickup", row):
            facts["local_pickup"] = True
        elif shipping is None and is_shipping(row):
            shipping, estimated = shipping_of(row, page, point, price.currency if price else None)
            if estimated is not None:
                facts["shipping_estimate"] = str(estimated)
    return shipping, facts


def is_shipping(row: str) -> bool:
    """Return whether ``row`` tells the cost of shipping."""
    if words.has_part("not_shipping", row):
        return False
    return row.startswith("+") or words.has_part("shipping", row)


def shipping_of(row: str, page: Document, point: Point, currency: str | None) -> tuple[Decimal | None, Decimal | None]:
    """Return the shipping cost of ``row`` and, apart from it, an estimate; free is 0, unknown is None.

    A cost in another currency than the price is unknown, for it cannot be added.
    """
    amounts = _AMOUNT.findall(row)
    for text in amounts:
        try:
            money = read_money(text.strip().rstrip(".,"), point, page.dollar)
        except AmountError:
            if not re.search(r"[1-9]", text) and re.search(r"\d", text) and not words.has_part("estimate", row):
                try:
                    read_number(re.sub(r"[^\d.,]", "", text).rstrip(".,"), point)
                except AmountError:
                    continue
                return Decimal(0), None
            continue
        if money.currency is None or money.currency != currency:
            continue
        return (None, money.low) if words.has_part("estimate", row) else (money.low, None)
    if words.says("free", row) and not amounts_with_sign(row):
        return Decimal(0), None
    return None, None


def amounts_with_sign(row: str) -> bool:
    """Return whether ``row`` names an amount of money, as in "Free delivery from $50"."""
    return re.search(r"[$€£¥₩]\s?\d|\b[A-Z]{3}\s?\d|\d\s?(?:円|원|zł|€)", row) is not None

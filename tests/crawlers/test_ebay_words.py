"""The small texts of result pages, as they are written in each language."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crawlers.amounts import Point
from crawlers.ebay_pages.attributes import bids_of, is_shipping, offer_accepted, quantity_sold, shipping_of
from crawlers.ebay_pages.cards import is_worded, without_unit
from crawlers.ebay_pages.document import Document, served_at
from crawlers.ebay_pages.words import condition_of, country_of, day_of


@pytest.mark.parametrize(
    ("subtitle", "condition"),
    [
        ("Pre-Owned", ("Pre-Owned", "3000")),
        ("Brand New · Velocity · 8 GB", ("Brand New", "1000")),
        ("Neu | Gewerblich", ("Neu", "1000")),
        ("Gebraucht | Privat", ("Gebraucht", "3000")),
        ("Totalmente nuevo · Velocity", ("Totalmente nuevo", "1000")),
        ("Nuevo (otro)", ("Nuevo (otro)", "1500")),
        ("Para repuestos solamente", ("Para repuestos solamente", "7000")),
        ("새 상품(기타)", ("새 상품(기타)", "1500")),
        ("사전 소유 상품", ("사전 소유 상품", "3000")),
        ("真新しい新品", ("真新しい新品", "1000")),
        ("開封済み", ("開封済み", "1500")),
        ("Excellent - Refurbished", ("Excellent - Refurbished", "2010")),
        ("Parts Only", ("Parts Only", "7000")),
        ("New and improved by hand", None),
        ("We ship on the same day!", None),
        ("", None),
    ],
)
def test_conditions(subtitle: str, condition: tuple[str, str] | None) -> None:
    assert condition_of(subtitle) == condition


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Sold  Sep 28, 2025", (2025, 9, 28)),
        ("Sold Jul 30, 2026", (2026, 7, 30)),
        ("Sold 28 Sep 2026", (2026, 9, 28)),
        ("Ended  Jul 20, 2026", (2026, 7, 20)),
        ("Verkauft  28. Sep 2025", (2025, 9, 28)),
        ("Verkauft 3. Mär 2025", (2025, 3, 3)),
        ("Verkauft 5. Dez. 2025", (2025, 12, 5)),
        ("Vendido  28 sep 2025", (2025, 9, 28)),
        ("Vendido 2 ene 2025", (2025, 1, 2)),
        ("Vendu le 28 août 2025", (2025, 8, 28)),
        ("Venduto 7 giu 2025", (2025, 6, 7)),
        ("売り切れ 2025年9月28日", (2025, 9, 28)),
        ("판매됨 2025년 9월 28일", (2025, 9, 28)),
        ("Sold 09/10/2025", None),
        ("Sold Feb 31, 2025", None),
        ("HOT AUCTION", None),
    ],
)
def test_days(text: str, day: tuple[int, int, int] | None) -> None:
    assert day_of(text) == (datetime(*day, tzinfo=UTC) if day else None)


@pytest.mark.parametrize(
    ("row", "country"),
    [
        ("Located in United States", "US"),
        ("from Singapore", "SG"),
        ("From United Kingdom", "GB"),
        ("aus Großbritannien", "GB"),
        ("aus China", "CN"),
        ("de Estados Unidos", "US"),
        ("de Alemania", "DE"),
        ("da Germania", "DE"),
        ("Free returns", None),
        ("from the heart", None),
    ],
)
def test_countries(row: str, country: str | None) -> None:
    assert country_of(row) == country


@pytest.mark.parametrize(
    ("row", "bids"),
    [
        ("13 bids", 13),
        ("1 bid · Time left 6m", 1),
        ("0 ofertas de subasta", 0),
        ("3 Gebote", 3),
        ("2 pujas", 2),
        ("4 enchères", 4),
        ("7 offerte", 7),
        ("입찰 3건", 3),
        ("3건의 입찰", 3),
        ("入札 12", 12),
        ("4 入札", 4),
        ("or Best Offer", None),
        ("o Mejor oferta", None),
        ("12 watchers", None),
        ("5 sold", None),
        ("Offerta migliore", None),
    ],
)
def test_bids(row: str, bids: int | None) -> None:
    assert bids_of(row) == bids


@pytest.mark.parametrize(
    ("rows", "sold"),
    [
        (["11 sold"], 11),
        (["63+ sold"], 63),
        (["1,204 sold"], 1204),
        (["8+ verkauft"], 8),
        (["4 vendidos"], 4),
        (["9 vendus"], 9),
        (["12 watchers"], None),
        (["30% off, 5 sold"], None),
        ([], None),
    ],
)
def test_pieces_sold(rows: list[str], sold: int | None) -> None:
    assert quantity_sold(rows) == sold


@pytest.mark.parametrize("row", ["Best offer accepted", "Preisvorschlag angenommen", "Mejor oferta aceptada"])
def test_an_accepted_offer(row: str) -> None:
    assert offer_accepted(["Free delivery", row])


def test_an_offer_that_may_be_made_is_not_accepted() -> None:
    assert not offer_accepted(["or Best Offer", "Free delivery"])


SHIPPING = [
    ("Free delivery", "USD", ".", "0", None),
    ("Free delivery in 2-4 days", "USD", ".", "0", None),
    ("Free International Shipping", "USD", ".", "0", None),
    ("+$7.90 delivery", "USD", ".", "7.90", None),
    ("+$9.99 delivery in 2-4 days", "USD", ".", "9.99", None),
    ("+$1,020.00 delivery", "USD", ".", "1020.00", None),
    ("+$18.91 shipping estimate", "USD", ".", None, "18.91"),
    ("+ £23.91 postage estimate", "GBP", ".", None, "23.91"),
    ("Postage not specified", "GBP", ".", None, None),
    ("Shipping not specified", "USD", ".", None, None),
    ("+US $12.00 shipping", "USD", ".", "12.00", None),
    ("+C $15.50 shipping", "CAD", ".", "15.50", None),
    ("+AU $12.00 postage", "AUD", ".", "12.00", None),
    ("+S$ 10.00 shipping", "SGD", ".", "10.00", None),
    ("+USD34.47 por el envío", "USD", ".", "34.47", None),
    ("+EUR 10,24 Lieferung", "EUR", ",", "10.24", None),
    ("+ ca. EUR 10,24 Versand", "EUR", ",", None, "10.24"),
    ("Kostenloser Versand", "EUR", ",", "0", None),
    ("EUR 0,00 Versand", "EUR", ",", "0", None),
    ("+9,99 EUR de envío", "EUR", ",", "9.99", None),
    ("+1 299,00 EUR de livraison", "EUR", ",", "1299.00", None),
    ("+1\u00a0299,00 EUR de livraison", "EUR", ",", "1299.00", None),
    ("+EUR 18,44 di spese di spedizione stimate", "EUR", ",", None, "18.44"),
    ("+2,700 円 送料", "JPY", ".", "2700.00", None),
    ("送料無料", "JPY", ".", "0", None),
    ("무료 배송", "KRW", ".", "0", None),
    ("+KRW13,200.00 배송비", "KRW", ".", "13200.00", None),
    ("+$7.90 delivery", "GBP", ".", None, None),
    ("+$NaN delivery", "USD", ".", None, None),
]


@pytest.mark.parametrize(("row", "currency", "point", "cost", "estimate"), SHIPPING)
def test_shipping_is_known_free_estimated_or_unknown(
    row: str, currency: str, point: Point, cost: str | None, estimate: str | None
) -> None:
    page = Document(None, "", "com", "en", "", None)
    meant = tuple(None if text is None else Decimal(text) for text in (cost, estimate))
    assert is_shipping(row)
    assert shipping_of(row, page, point, currency) == meant


@pytest.mark.parametrize("row", ["Free returns", "Kostenlose Rückgabe", "Located in Japan", "or Best Offer"])
def test_what_is_not_about_shipping(row: str) -> None:
    assert not is_shipping(row)


def test_a_price_behind_words_is_unknown_and_no_error() -> None:
    assert is_worded("See price")
    assert not any(map(is_worded, ["NaN", "∞", "", "$", "$5.00", "null"]))


@pytest.mark.parametrize("text", ["US $12.00/ea", "US $12.00 / ea", "US $12.00"])
def test_a_unit_behind_a_price_is_dropped(text: str) -> None:
    assert without_unit(text) == "US $12.00"


def test_the_newest_server_comment_dates_a_page() -> None:
    header, own = "RlogId t6diiebin%60abc-19973020163-0x260b", "RlogId t6pwvit%60abc-19993121b23-0x603"
    assert served_at(f"<!-- {header} --> <!-- RcmdId x,{own} -->") == datetime(2025, 9, 29, 1, 24, 21, tzinfo=UTC)
    assert served_at("no comment") is None

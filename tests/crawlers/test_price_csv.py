"""Price CSV: what each row says, and that a broken row spoils no other."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crawlers.listing import RawListing, RowProblem
from crawlers.price_csv import COLUMNS, header_of, read_rows

HEADER = ",".join(COLUMNS)
ROW = "2026-01-02T03:04:05+00:00,GeForce RTX 3090,24,700.50,USD,sold,used,ledger,r1"


def rows(*lines: str, latest: datetime | None = None) -> list[RawListing | RowProblem]:
    return [row for _, row in read_rows([f"{line}\n".encode() for line in lines], latest)]


def one(line: str) -> RawListing:
    (found,) = rows(HEADER, line)
    assert isinstance(found, RawListing), found
    return found


def test_a_row_is_a_listing() -> None:
    found = one(ROW)
    assert (found.source, found.external_id, found.seen_as) == ("ledger", "r1", "csv")
    assert (found.title, found.facts) == ("GeForce RTX 3090", {"model": "GeForce RTX 3090", "vram_gb": 24.0})
    assert (found.price, found.currency, found.kind, found.state) == (Decimal("700.50"), "USD", "sold", "sold")
    assert (found.condition, found.condition_id) == ("used", "3000")
    assert found.observed_at == found.ended_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "state"), [("ask", "live"), ("bid", "live"), ("sold", "sold"), ("closed", "ended")])
def test_the_four_kinds_of_price(kind: str, state: str) -> None:
    found = one(ROW.replace("sold", kind))
    assert (found.kind, found.state) == (kind, state)


def test_columns_come_in_any_order_and_others_are_passed_over() -> None:
    header = "note," + ",".join(reversed(COLUMNS))
    (found,) = rows(header, "hello," + ",".join(reversed(ROW.split(","))))
    assert isinstance(found, RawListing)
    assert found.price == Decimal("700.50")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators(delimiter: str) -> None:
    (found,) = rows(HEADER.replace(",", delimiter), ROW.replace(",", delimiter))
    assert isinstance(found, RawListing)


def test_quotes_and_a_byte_order_mark() -> None:
    (found,) = rows("\ufeff" + HEADER, ROW.replace("GeForce RTX 3090", '"GeForce ""RTX"", 3090"'))
    assert isinstance(found, RawListing)
    assert found.title == 'GeForce "RTX", 3090'


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026-01-02 03:04", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+05:00", datetime(2026, 1, 1, 22, 4, 5, tzinfo=UTC)),
    ],
)
def test_times(time: str, read: datetime) -> None:
    assert one(ROW.replace("2026-01-02T03:04:05+00:00", time)).observed_at == read


def test_what_may_be_left_open() -> None:
    found = one("2026-01-02,Tesla P40,,150,USD,ask,,,")
    assert (found.condition, found.source, found.facts) == (None, "csv", {"model": "Tesla P40"})
    assert found.external_id == one("2026-01-02,Tesla P40,,150,USD,ask,,,").external_id
    assert found.external_id != one("2026-01-03,Tesla P40,,150,USD,ask,,,").external_id


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("700.50", "1.2e400", "is not an amount"),
        ("700.50", "-5", "is not an amount"),
        ("700.50", "NaN", "is not an amount"),
        ("700.50", "inf", "is not an amount"),
        ("700.50", "", "is not an amount"),
        ("700.50", "$700", "is not an amount"),
        ("700.50", "0", "not more than zero"),
        ("700.50", "7000000000", "more than a billion"),
        ("700.50", "700.505", "more decimals"),
        ("USD", "XQZ", "not an ISO 4217 code"),
        ("USD", "JPY", "more decimals"),
        ("sold", "stolen", "is none of ask, bid, sold, closed"),
        ("used", "mint", "is none of new, open_box"),
        ("GeForce RTX 3090", "", "no model"),
        ("24", "lots", "no size in GB"),
        ("24", "-8", "no size in GB"),
        ("24", "NaN", "no size in GB"),
        ("2026-01-02T03:04:05+00:00", "yesterday", "no ISO 8601 time"),
        ("2026-01-02T03:04:05+00:00", "2026-13-02", "no ISO 8601 time"),
        ("2026-01-02T03:04:05+00:00", "2099-01-02", "in the future"),
        (",r1", "", "8 columns, and the header has 9"),
        ("GeForce RTX 3090", '"GeForce', "unexpected end of data"),
        ("GeForce", "x" * 20_000, "longer than"),
    ],
)
def test_a_broken_row_is_named_and_the_next_one_read(old: str, new: str, reason: str) -> None:
    latest = datetime(2026, 6, 1, tzinfo=UTC)
    broken, whole = rows(HEADER, ROW.replace(old, new), ROW, latest=latest)
    assert isinstance(broken, RowProblem)
    assert broken.row == "row 2"
    assert reason in broken.reason
    assert isinstance(whole, RawListing)


def test_a_row_that_is_not_utf_8_is_named() -> None:
    found = [row for _, row in read_rows([HEADER.encode(), ROW.encode().replace(b"GeForce", b"\xff\xfe")])]
    assert found == [RowProblem("row 2", "not UTF-8 at byte 26")]


def test_a_header_that_lacks_columns_says_which() -> None:
    with pytest.raises(ValueError, match="lacks kind, condition"):
        header_of("observed_at,model,vram_gb,price,currency,source,external_id")
    with pytest.raises(ValueError, match="names price twice"):
        header_of(HEADER + ",price")


@pytest.mark.parametrize("line", ["a,b,c", "", "model", "x" * 50_000, "{}", '"<html>', '"a"b,observed_at'])
def test_what_is_no_header(line: str) -> None:
    assert header_of(line) is None

"""Price CSV: prices that somebody kept in a table, row by row as raw listings.

Columns ``observed_at, model, vram_gb, price, currency, kind, condition, source, external_id`` in any
order; further columns are passed over. Times without a zone are UTC, a day alone is its 00:00 UTC.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import cast

from crawlers.amounts import AmountError, currency_digits, known_currency, plain_decimal
from crawlers.listing import Kind, RawListing, RowProblem, State

COLUMNS = ("observed_at", "model", "vram_gb", "price", "currency", "kind", "condition", "source", "external_id")
#: A first line with these is meant as a price CSV, whatever else is wrong with it.
TELLING = frozenset({"observed_at", "model", "price"})
KINDS: Mapping[str, State] = {"ask": "live", "bid": "live", "sold": "sold", "closed": "ended"}
#: eBay's numbers, so that a condition means the same whatever it came from.
CONDITIONS = {"new": "1000", "open_box": "1500", "refurbished": "2500", "used": "3000", "parts": "7000"}
_LONGEST_LINE = 10_000


def header_of(line: str) -> list[str] | None:
    """Return the columns that ``line`` names, or None where it is no header of a price CSV. Raises ValueError, saying
    what is wrong with it, where it is meant as one and columns are missing or named twice.
    """
    line = line.removeprefix("\ufeff").rstrip("\r\n")
    if len(line) > _LONGEST_LINE:
        return None
    try:
        names = [n.strip().lower() for n in _fields(line, delimiter_of(line))]
    except csv.Error:
        return None
    if len(TELLING & set(names)) < 2:
        return None
    missing = [c for c in COLUMNS if c not in names]
    if missing:
        raise ValueError(f"the header lacks {', '.join(missing)} (a price CSV has {', '.join(COLUMNS)})")
    twice = next((n for n in COLUMNS if names.count(n) > 1), None)
    if twice:
        raise ValueError(f"the header names {twice} twice")
    return names


def delimiter_of(line: str) -> str:
    """Return what separates the columns of a header: comma, semicolon or tab."""
    return max(",;\t", key=line.count)


def read_rows(
    lines: Iterable[bytes], latest: datetime | None = None, encoding: str = "utf-8"
) -> Iterator[tuple[int, RawListing | RowProblem]]:
    """Yield (line number, listing or problem) for each row behind the header; blank lines yield nothing.

    Each line is a row of its own: a stray quote spoils one row and not the rest of the file.
    ``latest`` refuses times after it. Raises ValueError where the header is wrong.
    """
    stream = iter(lines)
    first = next(stream, b"").decode(encoding, "replace")
    names = header_of(first)
    if names is None:
        raise ValueError("the first line is no header of a price CSV")
    delimiter = delimiter_of(first)
    at = {name: names.index(name) for name in COLUMNS}
    for number, raw in enumerate(stream, 2):
        if not raw.strip():
            continue
        try:
            yield number, _row(raw, names, at, delimiter, latest, encoding)
        except (ValueError, csv.Error) as error:
            yield number, RowProblem(f"row {number}", str(error))


def _row(
    raw: bytes, names: list[str], at: Mapping[str, int], delimiter: str, latest: datetime | None, encoding: str
) -> RawListing:
    if len(raw) > _LONGEST_LINE:
        raise ValueError(f"longer than {_LONGEST_LINE:,} bytes")
    try:
        line = raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"not {encoding.upper()} at byte {error.start}") from error
    values = _fields(line, delimiter)
    if len(values) != len(names):
        raise ValueError(f"{len(values)} columns, and the header has {len(names)}")
    row = {name: values[index].strip() for name, index in at.items()}
    observed_at = _time(row["observed_at"])
    if latest is not None and observed_at > latest:
        raise ValueError(f"observed_at {row['observed_at']} lies in the future")
    currency, kind, condition = row["currency"].upper(), row["kind"].lower(), row["condition"].lower()
    if not known_currency(currency):
        raise ValueError(f"currency {row['currency'][:20]!r} is not an ISO 4217 code that is known")
    if kind not in KINDS:
        raise ValueError(f"kind {row['kind'][:20]!r} is none of {', '.join(KINDS)}")
    if condition and condition not in CONDITIONS:
        raise ValueError(f"condition {row['condition'][:20]!r} is none of {', '.join(CONDITIONS)}")
    if not row["model"]:
        raise ValueError("no model")
    facts = {"model": row["model"], "vram_gb": _vram(row["vram_gb"])}
    return RawListing(
        source=row["source"] or "csv",
        external_id=row["external_id"] or _id_of(row),
        seen_as="csv",
        title=row["model"],
        observed_at=observed_at,
        kind=cast(Kind, kind),
        state=KINDS[kind],
        price_text=f"{currency} {row['price']}",
        price=_price(row["price"], currency),
        currency=currency,
        condition=condition or None,
        condition_id=CONDITIONS.get(condition),
        ended_at=observed_at if kind in ("sold", "closed") else None,
        facts={k: v for k, v in facts.items() if v is not None},
    )


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])


def _price(text: str, currency: str) -> Decimal:
    try:
        return plain_decimal(text, currency_digits(currency))
    except AmountError as error:
        raise ValueError(f"price {error}") from error


@lru_cache(maxsize=4096)
def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"observed_at {text[:40]!r} is no ISO 8601 time") from None


@lru_cache(maxsize=256)
def _vram(text: str) -> float | None:
    if not text:
        return None
    try:
        size = Decimal(text)
    except InvalidOperation:
        size = Decimal(0)
    if not size.is_finite() or not 0 < size <= 4096:
        raise ValueError(f"vram_gb {text[:20]!r} is no size in GB")
    return float(size)


def _id_of(row: Mapping[str, str]) -> str:
    """Return an id for a row that has none: the same row gives the same id, so importing twice adds nothing."""
    digest = blake2b("\x1f".join(row[c] for c in COLUMNS).encode("utf-8", "surrogatepass"), digest_size=8)
    return f"row-{digest.hexdigest()}"

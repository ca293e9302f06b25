"""Money as pages write it: which currency a sign means, where the decimals begin, and what is no amount at all.

One currency prefix goes with either decimal convention ("EUR 3,500.00" on an English page,
"EUR 164,00" on a German one), so the currency never decides about separators. The page does, by what
most of its amounts show; an amount that goes against its page lost a digit, and is refused.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Literal

Point = Literal[".", ","]

#: No card, and no lot of cards, costs this much in any currency; above it an amount is a mistake.
LARGEST = Decimal(10) ** 9

_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"\d(?:[\d.,]|['\u2019 \u00a0\u2007\u2009\u202f](?=\d))*")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_GROUP_SPACE = re.compile(r"['\u2019 \u00a0\u2007\u2009\u202f]")

#: What stands between the ends of a range: en, de, ko/ja, es/it, fr, nl, pl, pt, ru, and dashes.
_BETWEEN = {"to", "bis", "~", "～", "a", "à", "tot", "do", "até", "до", "-", "–", "—"}
#: What may stand before a range or a starting price.
_BEFORE = {"from", "ab", "von", "de", "da", "dal", "desde", "od", "van", "от", "à partir de", "a partir de", "vanaf"}
#: So many more amounts of a page have to show one decimal point than the other.
_PROOF = 3


class AmountError(ValueError):
    """A text that should be an amount and is none; its message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units (more than zero) or a range of amounts, with its ISO 4217 currency if it shows one."""

    low: Decimal
    high: Decimal | None = None
    currency: str | None = None


@cache
def _currencies() -> tuple[dict[str, int], dict[str, str]]:
    digits: dict[str, int] = {}
    signs: dict[str, str] = {}
    text = (files("crawlers") / "data" / "currencies.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        digits[row["code"]] = int(row["digits"])
        signs[row["code"].casefold()] = row["code"]
        for sign in filter(None, row["signs"].split("|")):
            signs[sign.casefold()] = row["code"]
    return digits, signs


def currency_digits(code: str) -> int:
    """Return how many decimals the minor unit of ``code`` has (ISO 4217); KeyError where it is not known."""
    return _currencies()[0][code]


def known_currency(code: str) -> bool:
    """Return whether ``code`` is an ISO 4217 code that prices are kept in."""
    return code in _currencies()[0]


def currency_of(sign: str, dollar: str | None = None, crown: str | None = None) -> str | None:
    """Return the currency that ``sign`` means; a bare ``$`` is ``dollar``, ``kr`` is ``crown``."""
    wanted = _SPACES.sub(" ", sign).strip().casefold()
    if wanted == "$":
        return dollar
    if wanted in ("kr", "kr."):
        return crown
    signs = _currencies()[1]
    return signs.get(wanted) or signs.get(wanted.replace(" ", ""))


def plain_decimal(text: str, digits: int = 2) -> Decimal:
    """Return a machine-written amount such as ``"1500.00"``, in major units with ``digits`` decimals.

    Raises AmountError for exponents, NaN, signs, zero, more decimals than the currency has, and
    amounts over a billion: all of them have been seen in broken files, none of them is a price.
    """
    shown = text.strip()[:40]
    if not _PLAIN.fullmatch(text.strip()):
        raise AmountError(f"{shown!r} is not an amount")
    return _checked(Decimal(text.strip()) if len(text) < 40 else LARGEST + 1, digits, shown)


def _checked(value: Decimal, digits: int, shown: str) -> Decimal:
    if value <= 0:
        raise AmountError(f"{shown!r} is not more than zero")
    if value > LARGEST:
        raise AmountError(f"{shown!r} is more than a billion")
    exact = value.quantize(Decimal(1).scaleb(-digits))
    if exact != value:
        raise AmountError(f"{shown!r} has more decimals than its currency")
    return exact


def read_number(text: str, point: Point) -> Decimal:
    """Return the number that ``text`` writes where ``point`` stands before decimals.

    Decimals are two or none, groups are of three. With a full stop "1,169.90" and "2 332.00" are
    numbers; "1,16" is one with a digit lost, and "1.234" could be two numbers. Raises AmountError.
    """
    text = text.strip()
    whole, mark, decimals = text.rpartition(point) if point in text else (text, "", "")
    if mark and not (len(decimals) == 2 and decimals.isascii() and decimals.isdecimal()):
        raise AmountError(f"{text[:40]!r} does not have two decimals")
    if point in whole:
        raise AmountError(f"{text[:40]!r} has its separators mixed up")
    return _joined(whole, decimals, text)


def _joined(whole: str, decimals: str, text: str) -> Decimal:
    groups = re.split(r"[.,'\u2019 \u00a0\u2007\u2009\u202f]", whole)
    if not all(g.isascii() and g.isdecimal() for g in groups):
        raise AmountError(f"{text[:40]!r} is not a number")
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])):
        raise AmountError(f"{text[:40]!r} has its digits grouped wrongly")
    if len("".join(groups)) > 10:
        raise AmountError(f"{text[:20]!r}… is more than a billion")
    try:
        return Decimal("".join(groups) + ("." + decimals if decimals else ""))
    except InvalidOperation as error:
        raise AmountError(f"{text[:40]!r} is not a number") from error


def read_money(text: str, point: Point, dollar: str | None = None, crown: str | None = None) -> Money:
    """Return the amount or range that ``text`` is, all of it: words that are no part of a price are refused.

    Raises AmountError for an unknown currency sign, a range whose ends differ in currency or order,
    zero, a minus, and numbers that no price has.
    """
    shown = _SPACES.sub(" ", text).strip()
    numbers = list(_NUMBER.finditer(shown))
    if not 1 <= len(numbers) <= 2:
        raise AmountError(f"{shown[:60]!r} holds {'no' if not numbers else 'more than two'} amounts")
    values = [read_number(n.group().rstrip(" .,"), point) for n in numbers]
    edges = [0, *(e for n in numbers for e in (n.start(), n.start() + len(n.group().rstrip(" .,")))), len(shown)]
    pieces = [shown[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    signs = {currency_of(s, dollar, crown) or s for s in _signs(pieces, shown)}
    unknown = [s for s in signs if not known_currency(s)]
    if unknown:
        raise AmountError(f"{shown[:60]!r}: {sorted(unknown)[0][:20]!r} is no known currency")
    if len(signs) > 1:
        raise AmountError(f"{shown[:60]!r} is in two currencies")
    currency = next(iter(signs), None)
    # Pages show won and yen with decimals when they are converted ("KRW1,711.13"): keep two.
    digits = max(2, currency_digits(currency)) if currency else 2
    low, *rest = (_checked(v, digits, shown[:40]) for v in values)
    if rest and rest[0] < low:
        raise AmountError(f"{shown[:60]!r} is a range from more to less")
    return Money(low, rest[0] if rest else None, currency)


def _signs(pieces: list[str], shown: str) -> Iterable[str]:
    """Yield the currency signs around the numbers of ``shown``; AmountError where something else stands there."""
    before, *between, after = (p.strip() for p in pieces)
    if before.casefold() in _BEFORE:
        before = ""
    for word in sorted(_BEFORE, key=len, reverse=True):
        if before.casefold().startswith(word + " "):
            before = before[len(word) :].strip()
            break
    yield from filter(None, (before, after))
    for piece in between:
        words = piece.split()
        at = [i for i, w in enumerate(words) if w.casefold() in _BETWEEN]
        if not at:
            # "~EUR 5": the range mark and the sign without a space between them.
            mark = next((m for m in "~～–—-" if m in piece), None)
            if mark is None:
                raise AmountError(f"{shown[:60]!r} is neither one amount nor a range")
            yield from filter(None, (p.strip() for p in piece.split(mark, 1)))
            continue
        yield from filter(None, (" ".join(words[: at[0]]), " ".join(words[at[0] + 1 :])))


def point_of(texts: Iterable[str], otherwise: Point) -> Point:
    """Return the decimal point that the amounts of a page show by their shape, else ``otherwise``.

    Two digits behind the last separator are decimals in every convention, three are a group. One or
    two amounts prove nothing: they may be what is broken.
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        for found in re.finditer(r"([.,])(\d{2,3})(?![\d.,])", text):
            mark, tail = found.groups()
            if len(tail) == 2:
                votes[mark] += 1
            else:
                votes["." if mark == "," else ","] += 1
    if abs(votes["."] - votes[","]) < _PROOF:
        return otherwise
    return "." if votes["."] > votes[","] else ","

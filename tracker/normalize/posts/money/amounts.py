"""An amount of money, and what is known of it."""

from decimal import Decimal
from typing import Literal, NamedTuple

__all__ = ["Amount", "currency_of", "parse_number"]

_CURRENCIES = (
    ("ca", "CAD"), ("cdn", "CAD"), ("c$", "CAD"), ("c $", "CAD"), ("au", "AUD"), ("a$", "AUD"), ("nz", "NZD"),
    ("£", "GBP"), ("gbp", "GBP"), ("pound", "GBP"), ("quid", "GBP"), ("€", "EUR"), ("eur", "EUR"), ("us", "USD"),
)  # fmt: skip


class Amount(NamedTuple):
    """Money in a text. ``kind`` is asking, other, shipping, old or range; ``currency`` None where no sign says it.

    ``weak``: its sentence tells how the card was bought, or what others ask for one, so that any other amount is
    rather the price.
    """

    start: int
    end: int
    value: Decimal
    currency: str | None
    signed: bool
    kind: str = "asking"
    each: bool = False
    lot: bool = False
    bundle: bool = False
    fitted: bool = False
    shipping: str | None = None
    stroke: int | None = None
    newest: bool = False
    cue: bool = False
    why: str = ""
    weak: bool = False
    where: Literal["title", "body"] = "body"

    @property
    def struck(self) -> bool:
        """Whether the amount was struck through; ``stroke`` is where the stroke begins."""
        return self.stroke is not None


def parse_number(number: str, thousand: bool = False) -> Decimal:
    """The value of a number as people write it: ``1,299.00``, ``1.234,56``, ``4.200``, ``1 234``, ``1'299``."""
    if number.isdigit():
        return Decimal(number) * 1000 if thousand else Decimal(number)
    digits = number.replace(" ", "").replace("'", "")
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0 and len(digits) - last - 1 == 3:
        digits = digits.replace(",", "").replace(".", "")
    elif last >= 0:
        digits = digits[:last].replace(",", "").replace(".", "") + "." + digits[last + 1 :]
    value = Decimal(digits)
    return value * 1000 if thousand else value


def currency_of(before: str, after: str) -> str | None:
    """The currency of the signs or words around a number; None where they say none, or a bare dollar."""
    said = f"{before}{after}".strip()
    if said in ("", "$"):
        return None
    return next((code for sign, code in _CURRENCIES if sign in said), None)

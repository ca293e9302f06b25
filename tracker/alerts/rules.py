"""What a watch asks for, and which offers answer it: pure functions over rows of `deals`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tracker.pricing.risk import BAIT_BELOW


class Rule(BaseModel):
    """The conditions of one watch; all that are set have to hold. Amounts are US dollars, landed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    sku: str | None = None  # a catalog slug
    family: str | None = None  # a model without its size, such as "GeForce RTX 3080"
    min_vram: float | None = Field(default=None, gt=0)
    max_price: float | None = Field(default=None, gt=0)
    max_usd_per_gb: float | None = Field(default=None, gt=0)
    max_usd_per_tflop: float | None = Field(default=None, gt=0)
    max_usd_per_gbps: float | None = Field(default=None, gt=0)
    below_fair: float | None = Field(default=None, gt=0, lt=100)  # percent
    lowest_in: int | None = Field(default=None, ge=2, le=730)  # days
    min_quantity: int | None = Field(default=None, ge=1)
    condition: Literal["new", "open_box", "refurbished", "used"] | None = None
    region: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}$")
    source: str | None = None
    shipping_known: bool = False

    @model_validator(mode="after")
    def _asks_something(self) -> "Rule":
        if not self.model_dump(exclude_none=True, exclude={"shipping_known", "condition", "region", "source"}):
            raise ValueError("a watch needs a card, a size or a limit: with none it would match every listing")
        return self

    def words(self) -> str:
        """Return the rule as a person would say it."""
        return "; ".join(
            text.format(value)
            for name, text in _WORDS.items()
            if (value := getattr(self, name)) is not None and value is not False
        )


_WORDS = {
    "sku": "{}",
    "family": "{}, any size",
    "min_vram": "{:g} GB or more",
    "max_price": "at most ${:,.2f}",
    "max_usd_per_gb": "under ${:,.2f} a GB",
    "max_usd_per_tflop": "under ${:,.2f} a TFLOP",
    "max_usd_per_gbps": "under ${:,.2f} a GB/s",
    "below_fair": "{:g} % or more under fair value",
    "lowest_in": "the lowest in {} days",
    "min_quantity": "{} or more at once",
    "condition": "{}",
    "region": "from {}",
    "source": "on {}",
    "shipping_known": "shipping known",
}


#: What a limit of a rule is compared with, and how a person is told: at most, or at least.
_AT_MOST = {
    "max_price": ("landed", "${:,.2f} is at most ${:,.2f}"),
    "max_usd_per_gb": ("usd_per_gb", "${:,.2f} a GB is under ${:,.2f}"),
    "max_usd_per_tflop": ("usd_per_tflop_fp16", "${:,.2f} a TFLOP is under ${:,.2f}"),
    "max_usd_per_gbps": ("usd_per_gbps", "${:,.2f} a GB/s is under ${:,.2f}"),
}
_AT_LEAST = {
    "below_fair": ("discount_percent", "{:.0f} % under fair value, you asked for {:g} %"),
    "lowest_in": ("lowest_in_days", "the lowest in {:.0f} days, you asked for {:g}"),
    "min_vram": ("vram_gb", "{:g} GB, you asked for {:g}"),
    "min_quantity": ("quantity", "{:.0f} at once, you asked for {:g}"),
}
_SAME = {"sku": "sku", "family": "model", "condition": "condition", "region": "country", "source": "source"}
_NUMBERS = ("shipping_usd", *(column for column, _ in (*_AT_MOST.values(), *_AT_LEAST.values())))


class OfferColumns:
    """Live offers as columns, so that a thousand watches over ten thousand offers stay one pass each.

    ``offers`` are mappings with the fields of :class:`tracker.pricing.offers.LiveOffer`; what is
    not known is NaN in a column and so satisfies no condition.
    """

    def __init__(self, offers: Sequence[Mapping[str, Any]]) -> None:
        self.offers = offers
        self.numbers = {
            name: np.array([np.nan if offer[name] is None else offer[name] for offer in offers], dtype=float)
            for name in _NUMBERS
        }
        self.words = {name: _Words([offer[name] for offer in offers]) for name in _SAME.values()}

    def matching(self, rule: Rule) -> list[int]:
        """Return the positions of the offers that answer ``rule``."""
        mask = np.ones(len(self.offers), dtype=bool)
        for field, name in _SAME.items():
            wanted = getattr(rule, field)
            if wanted is not None:
                mask &= self.words[name].are(wanted)
        for field, (name, _) in _AT_MOST.items():
            limit = getattr(rule, field)
            if limit is not None:
                mask &= self.numbers[name] <= limit
        for field, (name, _) in _AT_LEAST.items():
            limit = getattr(rule, field)
            if limit is not None:
                mask &= self.numbers[name] >= limit
        # What is too cheap to be true is likelier bait than luck; nobody is mailed a scam.
        mask &= ~(self.numbers["discount_percent"] > 100 * (1 - BAIT_BELOW))
        if rule.shipping_known:
            mask &= ~np.isnan(self.numbers["shipping_usd"])
        return [int(position) for position in np.flatnonzero(mask)]


class _Words:
    """A column of words as numbers, which compare a hundred times faster; letter case does not matter."""

    def __init__(self, words: Sequence[str | None]) -> None:
        self._number: dict[str, int] = {}
        numbers = self._number
        self._column = np.array(
            [-1 if word is None else numbers.setdefault(word.lower(), len(numbers)) for word in words], dtype=np.int64
        )

    def are(self, word: str) -> npt.NDArray[np.bool_]:
        """Return where the column holds ``word``."""
        found: npt.NDArray[np.bool_] = self._column == self._number.get(word.lower(), -2)
        return found


def reasons(rule: Rule, offer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return in words why ``offer`` answers ``rule``."""
    said = [
        words.format(offer[name], limit)
        for field, (name, words) in (_AT_MOST | _AT_LEAST).items()
        if (limit := getattr(rule, field)) is not None
    ]
    return tuple(said) or (rule.words(),)


def in_quiet_hours(quiet: str | None, now: datetime) -> bool:
    """Return whether ``now`` (UTC) lies in quiet hours such as ``22-07``; the end is no longer quiet."""
    if not quiet:
        return False
    start, end = (time(int(part)) for part in quiet.split("-"))
    moment = now.timetz().replace(tzinfo=None)
    return start <= moment < end if start <= end else moment >= start or moment < end

"""Whether an amount can be the price of one card at all, by what the card cost when it was new."""

import csv
import re
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tracker.catalog import catalog

__all__ = ["is_for_one", "is_plausible"]


class _Range(NamedTuple):
    """The least and the most that one card of a model is believed to be offered for; ``new`` is its price at launch."""

    least: Decimal
    most: Decimal
    new: Decimal


class _Share(NamedTuple):
    models: re.Pattern[str]
    since: int
    least: Decimal
    most: Decimal


_NUMBER = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_LIKE_ITS_NAME = Decimal("1.5")
"""Above this share of the price at launch, an amount that is the model's number is its name: ``$3080``."""


@cache
def _shares() -> tuple[_Share, ...]:
    """The table, first row first: shares of the price at launch, for models of which name and since when."""
    text = files("tracker.normalize").joinpath("data/plausible_prices.csv").read_text(encoding="utf-8")
    return tuple(
        _Share(re.compile(row["model"]), int(row["since"] or 0), Decimal(row["least"]), Decimal(row["most"]))
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _ranges() -> dict[str, _Range]:
    """The range of each model whose price at launch is known; sizes of one model share it."""
    found: dict[str, _Range] = {}
    for gpu in catalog():
        if gpu.launch_msrp_usd is None or gpu.modified:
            continue
        year = gpu.release_date.year if gpu.release_date else 0
        share = next(share for share in _shares() if share.models.match(gpu.model) and year >= share.since)
        new = Decimal(gpu.launch_msrp_usd)
        least, most = new * share.least, new * share.most
        other = found.get(gpu.model, _Range(least, most, new))
        found[gpu.model] = _Range(min(least, other.least), max(most, other.most), max(new, other.new))
    return found


def is_for_one(model: str, value: Decimal, count: int) -> bool:
    """Whether an amount beside a count of cards can only be that of one of them: shared out it were too little."""
    known = _ranges().get(model)
    if known is None:
        return False
    return value / count < known.least * _TOO_LITTLE and known.least <= value <= known.new


_TOO_LITTLE = 2
"""Times the least that is believed: cards sold together are cheap, not as good as given away."""


def is_plausible(model: str, value: Decimal) -> bool:
    """Whether ``value`` can be the price of one ``model``, in any currency; always where nothing is known of it."""
    known = _ranges().get(model)
    if known is None:
        return True
    if value > known.new * _LIKE_ITS_NAME and _NUMBER.findall(model) == [f"{value.normalize():f}"]:
        return False
    return known.least <= value <= known.most

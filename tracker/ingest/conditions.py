"""The five conditions, from what a market calls them."""

from typing import get_args

from tracker.normalize.condition import condition_by_id
from tracker.normalize.types import Condition

_BY_NAME: dict[str, Condition] = {name: name for name in get_args(Condition)}


def condition_of(condition_id: str | None, condition: str | None) -> Condition:
    """Return the condition that a market states; used where it states none, for these are used markets."""
    if by_id := condition_by_id(condition_id):
        return by_id
    name = (condition or "").strip().casefold().replace(" ", "_").replace("-", "_")
    return _BY_NAME.get(name, "used")

"""What a card costs: observations, roll-up, fair value, market, deals, history.

The functions here return pandas frames; nothing is imported before one is called. A function's
module has another name than the function, or importing the module would hide it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.pricing.frames import deals as deals
    from tracker.pricing.frames import fair_value as fair_value
    from tracker.pricing.frames import gaps as gaps
    from tracker.pricing.frames import market as market
    from tracker.pricing.price_history import history as history

#: Where each function lives.
_HOMES = {
    "deals": "tracker.pricing.frames",
    "fair_value": "tracker.pricing.frames",
    "gaps": "tracker.pricing.frames",
    "history": "tracker.pricing.price_history",
    "market": "tracker.pricing.frames",
}

__all__ = ["deals", "fair_value", "gaps", "history", "market"]


def __getattr__(name: str) -> Any:
    """Return the function ``name`` from the module where it lives."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

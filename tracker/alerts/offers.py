"""The live offers that watches are matched against, as plain values that an alert can keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from tracker.pricing import offers as priced
from tracker.pricing.risk import BAIT_BELOW


def live_offers(engine: Engine, now: datetime, conn: Connection | None = None) -> list[dict[str, Any]]:
    """Return the live offers of ``tracker.pricing.offers`` as mappings.

    With ``conn`` they are read in its transaction, by fair values that are stored already. What is so far
    under fair value that it is likelier bait than luck is left out: nobody should be mailed a scam.
    """
    return [priced.as_row(offer) for offer in priced.live_offers(engine, now, conn) if not is_bait(offer)]


def is_bait(offer: priced.LiveOffer) -> bool:
    """Return whether an offer is too cheap to be true."""
    return offer.discount is not None and offer.discount > 1 - BAIT_BELOW

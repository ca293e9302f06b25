"""The live offers that watches are matched against, as plain values that an alert can keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from tracker.pricing import offers as priced


def live_offers(engine: Engine, now: datetime, conn: Connection | None = None) -> list[dict[str, Any]]:
    """Return the live offers of ``tracker.pricing.offers`` as mappings.

    With ``conn`` they are read in its transaction, by fair values that are stored already.
    """
    return [priced.as_row(offer) for offer in priced.live_offers(engine, now, conn)]

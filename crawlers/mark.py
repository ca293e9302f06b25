"""How far a sub was read without a gap, and the moving on of that mark when a run counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from crawlers.listing import RawListing
from db.crawls import get_cursor, settle_searches
from db.store import set_cursor

PREFIX = "mark "  # of the cursor, before the name of the sub


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest creation time that was met, and the posts met from there down to the overlap."""

    created: datetime
    ids: frozenset[str]

    def covers(self, post: RawListing, overlap: timedelta) -> bool:
        """Return whether ``post`` was met by an earlier complete reading, or is older than one has to look."""
        return post.external_id in self.ids or (
            post.created_at is not None and post.created_at < self.created - overlap
        )

    def as_text(self) -> str:
        """Return it as a cursor's value."""
        return json.dumps({"created": self.created.isoformat(), "ids": sorted(self.ids)})

    @classmethod
    def from_text(cls, text: str | None) -> "Mark | None":
        """Return it from a cursor's value, None where there is none."""
        if not text:
            return None
        kept = json.loads(text)
        return cls(datetime.fromisoformat(kept["created"]).astimezone(UTC), frozenset(kept["ids"]))


def settle(
    connection: Connection, source: str, counters: Mapping[str, Any], made_at: datetime, now: datetime, *, counts: bool
) -> None:
    """Note what a finished run read: its searches were made; where it ``counts``, its marks move on, never back."""
    found = {int(plan): int(n) for plan, n in (counters.get("found") or {}).items()}
    settle_searches(connection, found, made_at, counts=counts)
    if not counts:
        return
    for name, text in (counters.get("marks") or {}).items():
        new, old = Mark.from_text(text), Mark.from_text(get_cursor(connection, source, name))
        if new is not None and (old is None or new.created >= old.created):
            set_cursor(connection, source, name, text, now=now)

"""The rig planner's feed as it is served: with a tag and a date that change only when its content does."""

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from tracker.web.answers import Ready, ready
from tracker.web.snapshot import Snapshot, Snapshots


@dataclass(frozen=True, slots=True)
class Served:
    """The feed as text, its ETag, and since when it is so."""

    text: Ready
    tag: str
    since: datetime

    @property
    def last_modified(self) -> str:
        """``since`` as an HTTP date."""
        return format_datetime(self.since, usegmt=True)

    def is_known(self, none_match: str | None, modified_since: str | None) -> bool:
        """Return whether the client has it already; a tag that is given decides alone (RFC 9110, 13.2.2)."""
        if none_match is not None:
            tags = [part.strip().removeprefix("W/") for part in none_match.split(",")]
            return self.tag in tags or tags == ["*"]
        try:
            return modified_since is not None and self.since <= parsedate_to_datetime(modified_since)
        except (ValueError, TypeError, OverflowError):
            return False


class FeedServer:
    """Keeps the feed that was served last."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._lock = threading.Lock()
        self._last: Served | None = None

    def now(self) -> Served:
        """Return the feed of the present snapshot."""
        return self._snapshots.answer(("feed",), self._make)

    def _make(self, snapshot: Snapshot) -> Served:
        from tracker.feed import feed_of

        text = json.dumps(feed_of(snapshot.rows, snapshot.offers, snapshot.at)).encode()
        tag = f'"{sha256(text).hexdigest()[:32]}"'
        with self._lock:
            if self._last is None or self._last.tag != tag:
                self._last = Served(ready(text), tag, datetime.now(UTC).replace(microsecond=0))
            return self._last

"""Manners: what a market asks of a client, and how this one names itself."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from crawlers.settings import crawl_settings

LONGEST_HOLD = timedelta(hours=24)  # a market that asks for more is asked again after a day
PAST_HOLD = timedelta(minutes=1)  # for a moment that has passed already
UNREADABLE_HOLD = timedelta(minutes=15)  # "too many requests" without a moment that can be read

BODY_CAP = 10 * 1024 * 1024  # bytes of one answer after decompression


def retry_at(header: str | None, now: datetime) -> datetime:
    """Return the moment before which nothing may be asked again, at most 24 hours from ``now``.

    ``header`` is Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3); anything else is a quarter of an hour.
    """
    wait = _wait(header, now)
    if wait is None:
        return now + UNREADABLE_HOLD
    return now + min(max(wait, PAST_HOLD) if wait <= timedelta(0) else wait, LONGEST_HOLD)


def _wait(header: str | None, now: datetime) -> timedelta | None:
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,18}(\.\d{1,9})?", text):
        return timedelta(seconds=min(float(text), LONGEST_HOLD.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except OverflowError:
        return None


def user_agent() -> str:
    """Return who asks: name, version, and where to complain (``[crawl] contact``)."""
    contact = _contact()
    return f"gpudeals/{version('gpudeals')}" + (f" (+{contact})" if contact else "")


def reddit_user_agent(username: str | None) -> str:
    """Return the user agent in the form that Reddit asks for: ``platform:app:version (by /u/name)``."""
    contact = _contact()
    by = f" (by /u/{username})" if username else f" (+{contact})" if contact else ""
    return f"python:gpudeals:{version('gpudeals')}{by}"


def _contact() -> str:
    return re.sub(r"[^\x21-\x7e]", "", crawl_settings().contact or "")

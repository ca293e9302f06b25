"""Signed tokens for one-click unsubscribing (RFC 8058): they name watches of one address and do one thing."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256


def _mac(secret: str, numbers: str, email: str) -> str:
    digest = hmac.new(secret.encode(), f"unsubscribe\0{numbers}\0{email.lower()}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def unsubscribe_token(secret: str, watch_ids: Sequence[int], email: str) -> str:
    """Return an opaque token that ends these watches of ``email`` and nothing else.

    It does not run out: a mail found again after years has to unsubscribe as well.
    """
    numbers = "-".join(f"{number:x}" for number in sorted(set(watch_ids)))
    return f"{numbers}.{_mac(secret, numbers, email)}"


def watches_of_token(secret: str, token: str, email_of: Mapping[int, str]) -> list[int]:
    """Return the watches that ``token`` ends, none for a forged one. ``email_of`` maps watches to addresses."""
    numbers, _, given = token.partition(".")
    try:
        ids = [int(number, 16) for number in numbers.split("-")]
    except ValueError:
        return []
    emails = {email_of[number].lower() for number in ids if number in email_of}
    if len(emails) != 1 or not given.isascii() or not hmac.compare_digest(given, _mac(secret, numbers, emails.pop())):
        return []
    return [number for number in ids if number in email_of]

"""Header values and addresses, cleaned before ``email`` sees them.

``email`` lets line breaks through into headers in patch releases that are still in use
(CVE-2024-6923, CVE-2026-1299), so nothing with a control character ever reaches it.
"""

import re

from db.errors import GpudealsError
from tracker.cli.output import plain

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_NAMED = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<(?P<address>[^<>]*)>\s*')
_LONGEST, _LONGEST_LOCAL = 254, 64


def header(text: object, limit: int = 200) -> str:
    """Return ``text`` as one clean line for a header, at most ``limit`` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def address(text: str) -> str:
    """Return ``text`` where it is a bare mail address, its domain in small letters. Raises GpudealsError otherwise."""
    local, _, domain = text.rpartition("@")
    if len(text) > _LONGEST or len(local) > _LONGEST_LOCAL or not _ADDRESS.fullmatch(text):
        raise GpudealsError(f"{plain(text)[:80]!r} is no mail address")
    return f"{local}@{domain.lower()}"


def named_address(text: str) -> tuple[str, str]:
    """Return name and address of a sender, ``Name <me@example.org>`` or the address alone. Raises GpudealsError."""
    found = _NAMED.fullmatch(text) if text.isprintable() else None
    if found is None:
        return "", address(text)
    return header(found["name"], 60), address(found["address"])

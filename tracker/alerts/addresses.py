"""Header values and addresses, cleaned before ``email`` sees them.

``email`` lets line breaks through into headers in patch releases that are still in use
(CVE-2024-6923, CVE-2026-1299), so nothing with a control character ever reaches it.
"""

import re

from db.errors import GpudealsError
from tracker.cli.output import plain

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}"
)


def header(text: object, limit: int = 200) -> str:
    """Return ``text`` as one clean line for a header, at most ``limit`` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def address(text: str) -> str:
    """Return ``text`` where it is a bare mail address. Raises GpudealsError where it is not."""
    if len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise GpudealsError(f"{plain(text)[:80]!r} is no mail address")
    return text

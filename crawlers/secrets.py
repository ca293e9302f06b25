"""Keeps keys and tokens out of everything that is written down."""

import base64
import logging
import re
from urllib.parse import quote

_MASK = "[secret]"
_known: set[str] = set()

#: What looks like a credential, whoever's it is.
_SHAPES = re.compile(r"(?i)\b(basic|bearer)(\s+|%20)[A-Za-z0-9+/=_.\-^#%~]{8,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")


def keep_secret(*values: str | None) -> None:
    """Make ``values`` unprintable from now on: in logs, messages and tracebacks, in the forms a header or URL gives."""
    for value in values:
        if value and len(value) >= 4:
            _known.update((value, quote(value, safe=""), base64.b64encode(value.encode()).decode()))


def keep_pair_secret(user: str, password: str) -> None:
    """Make a pair of HTTP basic authentication unprintable."""
    keep_secret(user, password, f"{user}:{password}")


def redacted(text: str) -> str:
    """Return ``text`` without any secret."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, _MASK)
    return _SHAPES.sub(lambda match: f"{match[1]} {_MASK}" if match[1] else _MASK, text)


class RedactingFormatter(logging.Formatter):
    """A log line, traceback included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line."""
        return redacted(super().format(record))

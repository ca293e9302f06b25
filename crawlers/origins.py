"""What a credential is valid for: one scheme, one host, one port."""

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port. Raises ValueError for what is no plain http address."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username or parts.password:
        raise ValueError(f"not a plain https:// address: {url[:100]}")
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]

"""Text as a database can hold it. Control characters stay as they came; two things cannot."""

from typing import Any

#: PostgreSQL holds no NUL, in text or in JSON; there it becomes its picture.
NUL_PICTURE = "\u2400"


def is_plain(value: Any) -> bool:
    """Return whether ``value`` surely needs no cleaning."""
    if isinstance(value, str):
        return value.isascii() and "\x00" not in value
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return not isinstance(value, list | tuple) or all(map(is_plain, value))


def clean(value: Any, nul: str = NUL_PICTURE) -> Any:
    """Return text, or JSON with its text, without half surrogate pairs (U+FFFD instead) and with ``nul`` for NUL."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\x00", nul)
    if isinstance(value, dict):
        return {clean(key, nul): clean(item, nul) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, nul) for item in value]
    return value

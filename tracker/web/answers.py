"""Answers that are made once and kept: texts of pages and of the API, ready to be sent, and what they are made of."""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.responses import Response

T = TypeVar("T")
S = TypeVar("S")

_MOST = 128
#: So long an answer that somebody asked for is made ahead for the next ones who may.
_LATELY_SECONDS = 60.0
#: A shorter text is not worth compressing.
MINIMUM_SIZE, COMPRESS_LEVEL = 1000, 5


@dataclass(slots=True)
class _Answer(Generic[S]):
    """An answer that is made once, while others who want it wait."""

    make: Callable[[S], Any]
    ahead: bool
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: bool = False
    asked: float = float("-inf")
    value: Any = None

    def get(self, source: S) -> Any:
        with self.lock:
            if not self.made:
                self.value, self.made = self.make(source), True
            return self.value


class Answers(Generic[S]):
    """The answers that were given last, made of one source that does not change.

    The source is handed in each time: it holds its answers, and a ring of both would outlive its use.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], _Answer[S]] = OrderedDict()

    def get(self, source: S, key: tuple[Any, ...], make: Callable[[S], T], *, ahead: bool = True) -> T:
        """Return what ``make`` makes of ``source``, made once for ``key``.

        With ``ahead`` whoever follows this source may make it before it is asked for, as long as people ask.
        """
        entry = self._entry(key, make, ahead)
        entry.asked = time.monotonic()
        found: T = entry.get(source)
        return found

    def _entry(self, key: tuple[Any, ...], make: Callable[[S], Any], ahead: bool) -> _Answer[S]:
        with self._lock:
            entry = self._kept.setdefault(key, _Answer(make, ahead))
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return entry

    def follow(self, source: S, before: "Answers[S]", seconds: float) -> None:
        """Make what was asked for lately ``before`` ready for ``source``, the latest first and for so long at most.

        What cannot be made is left to whoever asks for it, who then hears why.
        """
        now = time.monotonic()
        with before._lock:
            lately = [item for item in before._kept.items() if item[1].ahead and now - item[1].asked < _LATELY_SECONDS]
        for key, old in sorted(lately, key=lambda item: -item[1].asked):
            if time.monotonic() > now + seconds:
                return
            entry = self._entry(key, old.make, ahead=True)
            entry.asked = old.asked
            with suppress(Exception):
                entry.get(source)


@dataclass(frozen=True, slots=True)
class Ready:
    """A text as it is sent, and compressed where that is worth it."""

    plain: bytes
    packed: bytes | None


def ready(text: str | bytes) -> Ready:
    """Return ``text`` ready to be sent."""
    plain = text.encode() if isinstance(text, str) else text
    packed = gzip.compress(plain, COMPRESS_LEVEL, mtime=0) if len(plain) >= MINIMUM_SIZE else None
    return Ready(plain, packed)


def sent(
    request: Request,
    found: Ready,
    media_type: str = "text/html; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the response with a text that is ready, compressed for who can read that."""
    given = dict(headers or {})
    if found.packed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.plain, headers=given, media_type=media_type)
    given |= {"content-encoding": "gzip", "vary": ", ".join(filter(None, (given.get("vary"), "Accept-Encoding")))}
    return Response(found.packed, headers=given, media_type=media_type)

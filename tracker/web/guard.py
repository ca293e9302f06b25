"""What lies around every answer: security headers, CORS for reading, HEAD, a limit for bodies, faults in one shape."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from math import ceil

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.web.errors import answer
from tracker.web.security import RateLimit

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, last-modified, retry-after",
}
PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "accept, content-type, if-none-match, if-modified-since",
    "access-control-max-age": "86400",
}
#: No form of ours is longer.
MOST_BYTES = 65_536

_log = logging.getLogger(__name__)


class TooLongError(Exception):
    """A body that no form of ours has."""


class Guard:
    """The outermost layer, so that errors carry the same headers as everything else."""

    def __init__(self, app: ASGIApp, limit: RateLimit) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}
        if scope["path"].startswith("/watches"):
            # What is secret and what is given must not be compressed together (BREACH).
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        if not scope["path"].startswith("/api/"):
            scope = {**scope, "query_string": _asked(scope["query_string"])}
        laid = _Laid(send, scope["path"], head)
        if scope["method"] == "OPTIONS" and scope["path"].startswith("/api/"):
            await laid.send({"type": "http.response.start", "status": 204, "headers": _raw(PREFLIGHT.items())})
            await laid.send({"type": "http.response.body"})
            return
        wait = self.limit.spend((scope.get("client") or ("",))[0]) if scope["path"].startswith("/api/") else 0
        if wait:
            after = {"retry-after": str(ceil(wait))}
            await answer(Request(scope), 429, f"too many requests: come back in {ceil(wait)} s", headers=after)(
                scope, receive, laid.send
            )
            return
        try:
            await self.app(scope, _bounded(receive), laid.send)
        except Exception as error:
            if laid.started:
                raise
            await _fault(scope, error)(scope, receive, laid.send)


def _asked(query: bytes) -> bytes:
    """Return the query of a page without the empty fields of its form, which ask nothing."""
    return b"&".join(part for part in query.split(b"&") if not part.endswith(b"="))


def _fault(scope: Scope, error: Exception) -> ASGIApp:
    """Return the answer to a fault; what it was goes into the log and not to the reader."""
    request = Request(scope)
    if isinstance(error, TooLongError):
        return answer(request, 413, f"a body of more than {MOST_BYTES} bytes is not read")
    if isinstance(error, DBAPIError):
        _log.error("the database did not answer: %s", error.orig)
        return answer(request, 503, "the database does not answer; try again", headers={"retry-after": "5"})
    _log.error("a fault in %s", scope["path"], exc_info=error)
    return answer(request, 500, "a fault of the program; its log says more")


class _Laid:
    """Sends an answer with the headers laid over it, and without its body to HEAD."""

    def __init__(self, send: Send, path: str, head: bool) -> None:
        self._send = send
        self._head = head
        self.started = False
        self._extra = {**HEADERS, **(CORS if path.startswith("/api/") else {})}
        self._caching = "no-store" if path.startswith(("/watches", "/unsubscribe")) else "no-cache"

    async def send(self, message: Message) -> None:
        """Send one part."""
        if message["type"] == "http.response.start":
            self.started = True
            given = list(message.get("headers", []))
            extra = dict(self._extra)
            if not any(name == b"cache-control" for name, _ in given):
                extra["cache-control"] = self._caching
            message = {**message, "headers": [*given, *_raw(extra.items())]}
        elif self._head:
            message = {**message, "body": b""}
        await self._send(message)


def _raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return ``receive``, which fails once a body is longer than any of ours."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MOST_BYTES:
            raise TooLongError
        return message

    return counted

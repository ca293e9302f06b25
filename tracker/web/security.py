"""What every change has to prove, and how much one client may ask: session, CSRF, rate limit."""

import hmac
import secrets
import time
from collections import OrderedDict
from hashlib import sha256

from fastapi import Request

SESSION_COOKIE = "gpudeals_session"
SESSION_SECONDS = 12 * 3600


class RateLimit:
    """A bucket of requests per client that refills evenly; remembers the last 10,000 clients."""

    def __init__(self, per_minute: int) -> None:
        self.capacity = float(per_minute)
        self.per_second = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, client: str, now: float | None = None) -> float:
        """Take one request of ``client``; return 0, or the seconds to wait where none is left."""
        now = time.monotonic() if now is None else now
        left, since = self._buckets.pop(client, (self.capacity, now))
        left = min(self.capacity, left + (now - since) * self.per_second)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        if len(self._buckets) > 10_000:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.per_second


class Sessions:
    """Signed session cookies for the one token of the settings; nothing is kept on the server.

    A session is ``expiry.nonce.signature``; the CSRF token of a session is another signature over
    the same, so a page of another origin can know neither. A new token in the settings ends all.
    """

    def __init__(self, token: str | None) -> None:
        self.token = token

    def _sign(self, purpose: str, text: str) -> str:
        key = (self.token or secrets.token_hex()).encode()
        return hmac.new(key, f"{purpose}:{text}".encode(), sha256).hexdigest()

    def open(self, given: str, now: float | None = None) -> str | None:
        """Return a new session for the right token, else None."""
        if not self.token or not hmac.compare_digest(given.encode(), self.token.encode()):
            return None
        text = f"{int((now or time.time()) + SESSION_SECONDS)}.{secrets.token_hex(8)}"
        return f"{text}.{self._sign('session', text)}"

    def valid(self, session: str | None, now: float | None = None) -> bool:
        """Return whether ``session`` was opened here and has not run out."""
        if not self.token or not session or not session.isascii():
            return False
        text, _, signature = session.rpartition(".")
        expiry = text.partition(".")[0]
        return (
            hmac.compare_digest(signature, self._sign("session", text))
            and expiry.isdigit()
            and int(expiry) > (now or time.time())
        )

    def csrf(self, session: str) -> str:
        """Return the token that a form of this session has to carry."""
        return self._sign("csrf", session)

    def may_change(self, request: Request, given: str) -> bool:
        """Return whether ``request`` comes from a form of its own valid session."""
        session = request.cookies.get(SESSION_COOKIE)
        if not self.valid(session) or session is None:
            return False
        return given.isascii() and hmac.compare_digest(given, self.csrf(session))

    def sealed(self, text: str) -> str:
        """Return what proves that ``text`` was written here, so that a link cannot put words on a page."""
        return self._sign("said", text)[:32]

    def is_sealed(self, text: str, seal: str) -> bool:
        """Return whether ``seal`` is that of ``text``."""
        return seal.isascii() and hmac.compare_digest(seal, self.sealed(text))

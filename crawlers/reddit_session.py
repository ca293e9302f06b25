"""The HTTP session under PRAW: through the gate, to Reddit only, no answer above the cap, Retry-After heeded.

PRAW 8.0.3 with prawcore 4.0.0 retries 5xx itself, does not retry 429, and stumbles over a rate header
that is no whole number (measured).
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from urllib3.exceptions import DecodeError, HTTPError

from crawlers.gate import Gate
from crawlers.origins import origin
from crawlers.politeness import BODY_CAP
from crawlers.stopping import CrawlError

_RATE = ("x-ratelimit-used", "x-ratelimit-remaining", "x-ratelimit-reset")
_CHUNK = 64 * 1024


class PoliteSession(requests.Session):
    """A session that asks only ``origins``; raises CrawlError where the market wants to be left alone."""

    def __init__(
        self,
        gate: Gate,
        origins: tuple[str, ...],
        *,
        now: Callable[[], Any],
        timeout: float,
        longest_wait: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self._gate = gate
        self._origins = {origin(url) for url in origins}
        self._now = now
        self._timeout = timeout
        self._longest_wait = longest_wait
        self._sleep = sleep
        self.auth = _as_it_is  # a netrc file may not put another key in the place of ours

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer, read whole; redirects are never followed."""
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": self._timeout}
        for waits in range(3):
            response = self._once(method, str(url), *args, **kwargs)
            until = self._asked_to_wait(response)
            if until is None:
                return response
            seconds = (until - self._now()).total_seconds()
            if seconds > self._longest_wait or waits == 2:
                raise self._gate.stopped(until)
            self._sleep(max(seconds, 0.0) + 0.05)
        raise AssertionError("unreachable")

    def _once(self, method: Any, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        if origin(url) not in self._origins:
            raise CrawlError("layout_changed", "Reddit's API led to another host, which is not asked")
        wait = self._gate.reserve()
        if wait > 0:
            self._sleep(wait)
        response = super().request(method, url, *args, **kwargs)
        self._read(response)
        return response

    def _read(self, response: requests.Response) -> None:
        """Read the body up to the cap, after decompression, and not longer than four time-outs."""
        deadline = time.monotonic() + 4 * self._timeout
        body = bytearray()
        try:
            while part := response.raw.read1(_CHUNK, decode_content=True):
                body += part
                if len(body) > BODY_CAP:
                    raise CrawlError(
                        "layout_changed", f"an answer of more than {BODY_CAP // 2**20} MB, which is not read"
                    )
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout("the answer does not end")
        except DecodeError as error:
            raise requests.exceptions.ContentDecodingError(error) from None
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from None
        finally:
            response.close()
        response._content = bytes(body)

    def _asked_to_wait(self, response: requests.Response) -> Any:
        """Return the moment before which Reddit wants to hear nothing, None where it may be asked on."""
        header = response.headers.get("Retry-After")
        if response.status_code == 429 or (response.status_code == 503 and header):
            return self._gate.hold(header or response.headers.get("x-ratelimit-reset"))
        self._heed_rates(response)
        return None

    def _heed_rates(self, response: requests.Response) -> None:
        """Make the rate headers ones that prawcore can read; where nothing is left for long, the gate shuts.

        Prawcore would sleep until the rate is renewed, ten minutes at worst; the crawl ends instead.
        """
        rates = [_number(response.headers.get(name)) for name in _RATE]
        _, remaining, reset = rates
        spent = remaining is not None and remaining <= 0 and reset is not None and reset > self._longest_wait
        if spent:
            self._gate.hold(str(reset))  # this answer still counts; the next call finds the gate shut
        for name, rate in zip(_RATE, rates, strict=True):
            if spent or None in rates:
                response.headers.pop(name, None)
            else:
                response.headers[name] = str(rate)


def _as_it_is(request: Any) -> Any:
    return request


def _number(text: str | None) -> int | None:
    """Return a rate header as a whole number, whether it came as ``1`` or ``1.0``."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return int(value) if 0 <= value < timedelta(days=1).total_seconds() * 10 else None

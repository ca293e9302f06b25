"""Scrapy middlewares: nothing leaves for another origin, every call goes through the gate, robots.txt counts."""

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.origins import origin
from crawlers.stopping import CrawlError

if TYPE_CHECKING:
    from crawlers.spider import PoliteSpider


class OtherOrigin(IgnoreRequest):
    """A request that would have left for another scheme, host or port."""


class _Middleware:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> "PoliteSpider":
        return self.crawler.spider  # type: ignore[return-value]

    def count(self, key: str) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(key)


class OneOrigin(_Middleware):
    """Lets a request pass only to the origins of its spider; a redirect elsewhere is dropped, key and all."""

    def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for any other scheme, host or port."""
        try:
            known = origin(request.url) in {origin(allowed) for allowed in self.spider.origins}
        except ValueError:
            known = False
        if not known:
            self.count("politeness/other_origin")
            raise OtherOrigin(f"the market led to {urlsplit(request.url).netloc[:100]}, which is not asked")


class Robots(_Middleware):
    """Obeys robots.txt where pages are fetched: 5xx or no answer means that nothing is fetched (RFC 9309, 2.3.1).

    Of an API, which is used with a key under a licence of its own, robots.txt says nothing: a spider names the
    origins of APIs in ``api_origins``, and these are not asked for one.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[tuple[str, str, int], asyncio.Task[Protego | None]] = {}

    async def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest where robots.txt forbids the request or cannot be read."""
        if request.meta.get("robots"):
            return
        key = origin(request.url)
        if key in {origin(api) for api in self.spider.api_origins}:
            return
        if key not in self._rules:
            self._rules[key] = asyncio.ensure_future(self._load(request.url))
        rules = await self._rules[key]
        agent = self.crawler.settings["USER_AGENT"]
        if rules is None or not rules.can_fetch(request.url, agent):
            self.count("politeness/robots_forbidden")
            raise IgnoreRequest("robots.txt forbids it" if rules else "robots.txt could not be read, so nothing is")
        delay = rules.crawl_delay(agent)
        if delay:
            await asyncio.sleep(min(float(delay), 60.0))

    async def _load(self, url: str) -> Protego | None:
        parts = urlsplit(url)
        request = Request(
            f"{parts.scheme}://{parts.netloc}/robots.txt", meta={"robots": True}, callback=NO_CALLBACK, dont_filter=True
        )
        if self.crawler.engine is None:
            return None
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception:
            self.count("politeness/robots_unknown")
            return None
        if 200 <= response.status < 300:
            return Protego.parse(response.body.decode("utf-8", "replace"))
        if 400 <= response.status < 500 and response.status != 429:
            return Protego.parse("")  # there is none: everything is allowed
        self.count("politeness/robots_unknown")
        return None


class Manners(_Middleware):
    """Takes every call through the gate, and heeds Retry-After on 429 and 503."""

    async def process_request(self, request: Request) -> None:
        """Wait for the call's turn. Raises IgnoreRequest, and ends the spider, where there is none today."""
        spider = self.spider
        if spider.stopped is not None:
            raise IgnoreRequest("the crawl is ending")
        try:
            wait = spider.gate.reserve(request.meta.get("allowance"), reserved=request.meta.get("reserved", False))
        except CrawlError as stopped:
            spider.stop(stopped)
            raise IgnoreRequest(stopped.message) from None
        wait += request.meta.get("retry_times", 0) * spider.retry_pause
        if wait > 0:
            await asyncio.sleep(wait)
            if spider.stopped is not None:
                raise IgnoreRequest("the crawl ended while this waited for its turn")

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Sit out a short wait and ask once more; for a long one remember it and end the spider."""
        header = _text(response.headers.get("Retry-After"))
        if response.status != 429 and not (response.status == 503 and header):
            return response
        self.count(f"politeness/asked_to_wait/{response.status}")
        spider = self.spider
        until = spider.gate.hold(header)
        seconds = (until - spider.now()).total_seconds()
        waits = request.meta.get("waits", 0)
        if seconds > spider.longest_wait or waits >= 2:
            stopped = spider.gate.stopped(until)
            spider.stop(stopped)
            raise IgnoreRequest(stopped.message)
        await asyncio.sleep(max(seconds, 0.0) + 0.05)
        return request.replace(meta={**request.meta, "waits": waits + 1}, dont_filter=True)


def _text(value: Any) -> str | None:
    return value.decode("latin-1") if isinstance(value, bytes) else value

"""What all spiders share: their origins, the gate, and an end that is told."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler

from crawlers.gate import Gate
from crawlers.running import Run
from crawlers.settings import crawl_settings
from crawlers.stopping import CrawlError

logger = logging.getLogger(__name__)


class PoliteSpider(scrapy.Spider):
    """A spider that asks only ``origins``, through ``gate``; ``stopped`` says why it ended early."""

    def __init__(self, run: Run, gate: Gate, *, origins: tuple[str, ...], api_origins: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.run = run
        self.gate = gate
        self.origins = origins
        self.api_origins = api_origins
        self.now: Callable[[], datetime] = run.now
        manners = crawl_settings()
        self.longest_wait = manners.longest_wait
        self.retry_pause = manners.retry_pause
        self.stopped: CrawlError | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider, with its faults connected to its end."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.failed, signal=signals.spider_error)
        return spider

    def failed(self, failure: Any) -> None:
        """End the crawl: a callback raised, and going on could store half a page's worth of nonsense."""
        if isinstance(failure.value, CrawlError):
            self.stop(failure.value)
        else:
            self.stop(CrawlError("error", f"{type(failure.value).__name__}: {failure.value}"))

    def stop(self, stopped: CrawlError) -> None:
        """End the crawl for the first reason given."""
        if self.stopped is not None:
            return
        self.stopped = stopped
        logger.info("ending: %s", stopped.message)
        if self.crawler.engine is not None:
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=stopped.end))

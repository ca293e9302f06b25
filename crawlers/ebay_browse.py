"""The Scrapy spider over eBay's Browse API: the searches of the plan, then what became of known items.

Facts about the API are those of its OpenAPI text, version 1.19.7.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from crawlers.ebay_items import ItemError, error_of, read_item, read_search
from crawlers.ebay_token import Tokens
from crawlers.ebay_work import Search, Work, allowances, plan_work
from crawlers.gate import Gate
from crawlers.listing import Found, LayoutChanged, NothingFound
from crawlers.middlewares import OtherOrigin
from crawlers.no_json import no_json
from crawlers.politeness import BODY_CAP
from crawlers.running import Run
from crawlers.scrapy_settings import scrapy_settings
from crawlers.settings import EbaySection, ebay_settings
from crawlers.source import Source
from crawlers.spider import PoliteSpider
from crawlers.stopping import CrawlError
from db.store import RevisionRow

logger = logging.getLogger(__name__)

PAGE = 200  # items, the most that a page may have
SEARCH = "/buy/browse/v1/item_summary/search"
ITEM = "/buy/browse/v1/item/"
FAILURES = 3  # answers in a row that are no answers, after which a crawl ends
_CURRENCIES = {
    "EBAY_US": "USD",
    "EBAY_GB": "GBP",
    "EBAY_CA": "CAD",
    "EBAY_AU": "AUD",
    "EBAY_DE": "EUR",
    "EBAY_FR": "EUR",
    "EBAY_IT": "EUR",
    "EBAY_ES": "EUR",
}
_GONE = ("11001", "11004")  # item not found, not available
_TOKEN = ("1001", "1002")  # token invalid, missing


def crawl(run: Run, source: Source) -> None:
    """Crawl once in this process. Raises CrawlError where it did not come to its end."""
    process = AsyncCrawlerProcess(scrapy_settings())
    task = asyncio.get_event_loop().create_task(crawl_in_loop(process, run, source))
    task.add_done_callback(lambda _: process._stop_reactor())
    process.start(stop_after_crawl=False)
    task.result()


async def crawl_in_loop(process: AsyncCrawlerProcess, run: Run, source: Source) -> None:
    """Crawl once where a reactor runs already; may be repeated. Raises CrawlError like ``crawl``."""
    settings = ebay_settings()
    crawler = process.create_crawler(EbayBrowse)
    await process.crawl(crawler, run=run, settings=settings, work=plan_work(run, source, settings))
    spider = crawler.spider
    if not isinstance(spider, EbayBrowse):
        raise CrawlError("error", "the spider could not be started")
    run.tally.calls = spider.gate.calls
    if spider.stopped is not None:
        raise spider.stopped


class EbayBrowse(PoliteSpider):
    """Searches page by page, then asks after items that no search shows any more."""

    name = "ebay_browse"

    def __init__(self, run: Run, settings: EbaySection, work: Work) -> None:
        gate = Gate(
            run.engine, self.name, urlsplit(settings.api_url).netloc, per_minute=settings.per_minute, now=run.now
        )
        super().__init__(run, gate, origins=(settings.api_url,), api_origins=(settings.api_url,))
        self.settings_ = settings
        self.work = work
        self.left = work.calls
        self.failures = 0
        self.browse, self.token_calls = allowances(settings)
        self.tokens: Tokens | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for each known item to ask after and for the first page of each search."""
        until = self.gate.held_until()
        if until is not None:
            self.stop(self.gate.stopped(until))
            return
        self.tokens = self._tokens()
        try:
            token = await self.tokens.get()
        except CrawlError as stopped:
            self.stop(stopped)
            return
        except Exception as error:
            self.stop(self.stopped or CrawlError("network", f"eBay gave no token: {error}"))
            return
        for item in self.work.items:
            if self._take():
                yield self._item_request(item, token)
        for search in self.work.searches:
            if not self._take():
                return
            yield self._search_request(search, 0, await self.tokens.get())

    def _tokens(self) -> Tokens:
        settings = self.settings_
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        return Tokens(
            self.crawler,
            api_url=settings.api_url,
            client_id=settings.client_id or "",
            client_secret=secret,
            allowance=self.token_calls,
            now=self.now,
        )

    def _take(self) -> bool:
        """Take one of the calls of this run, and return whether there was one left."""
        if self.left <= 0 or self.stopped is not None:
            return False
        self.left -= 1
        return True

    def _search_request(self, search: Search, offset: int, token: str) -> Request:
        settings = self.settings_
        query = {
            "q": search.query,
            "category_ids": settings.category,
            "filter": f"buyingOptions:{{{'|'.join(settings.buying_options)}}}",
            "limit": PAGE,
            "offset": offset,
            "sort": "newlyListed",
        }
        return self._request(
            f"{settings.api_url}{SEARCH}?{urlencode(query)}",
            token,
            search.market,
            callback=self.parse_search,
            cb_kwargs={"search": search, "offset": offset},
        )

    def _item_request(self, item: RevisionRow, token: str) -> Request:
        number, _, variation = item.external_id.partition(":")
        markets = self.settings_.marketplaces
        market = next((name for name in markets if _CURRENCIES.get(name) == item.currency), markets[0])
        return self._request(
            self.settings_.api_url + ITEM + quote(f"v1|{number}|{variation or 0}", safe=""),
            token,
            market,
            callback=self.parse_item,
            cb_kwargs={"known": item},
            reserved=True,
        )

    def _request(self, url: str, token: str, market: str, *, reserved: bool = False, **kwargs: Any) -> Request:
        return Request(
            url,
            headers={
                "Accept": "application/json",
                "Authorization": f"Bearer {token}",
                "X-EBAY-C-MARKETPLACE-ID": market,
            },
            meta={"allowance": self.browse, "reserved": reserved},
            errback=self.unanswered,
            dont_filter=True,
            **kwargs,
        )

    async def parse_search(self, response: Response, search: Search, offset: int) -> AsyncIterator[Request]:
        """Store a page of a search and yield the request for the next one."""
        data = self._data(response)
        if data is None or self.tokens is None:
            return
        told = error_of(data)
        if told or response.status != 200:
            for request in await self._again(response, told or f"status {response.status}"):
                yield request
            return
        self.failures = 0
        outcome = read_search(data)
        if isinstance(outcome, LayoutChanged):
            raise CrawlError("layout_changed", f"search '{search.query}': {outcome.field}: {outcome.reason}")
        following = self._keep_page(search, offset, outcome)
        if following is None:
            self._searched(search, empty=isinstance(outcome, NothingFound) and offset == 0)
        elif self._take():
            yield self._search_request(search, following, await self.tokens.get())

    def _keep_page(self, search: Search, offset: int, outcome: Any) -> int | None:
        """Store the listings of a page, and return the offset of the next one, None at the end."""
        if not isinstance(outcome, Found):
            return None
        warned = next((problem.reason for problem in outcome.problems if problem.row == "warnings"), None)
        if warned:
            raise CrawlError("warned", f"search '{search.query}': {warned}")
        self.run.tally.trouble(outcome.problems)
        search.ids.update(listing.external_id for listing in outcome.listings)
        self.run.keep(outcome.listings)
        if outcome.next_url is None:
            return None
        following = next_offset(outcome.next_url, offset)
        if following is None:
            raise CrawlError("layout_changed", f"search '{search.query}': next: its offset does not lead on")
        if following > 9_999:
            self.run.tally.truncated.append(f"{search.market} {search.query}")
            return None
        return following

    def _searched(self, search: Search, *, empty: bool) -> None:
        tally = self.run.tally
        tally.searches += 1
        tally.proved_empty += empty
        tally.found[search.plan_id] = len(search.ids)
        if search.before is not None:
            tally.expecting += 1
            tally.expected += search.before
            tally.answered += len(search.ids)

    async def parse_item(self, response: Response, known: RevisionRow) -> AsyncIterator[Request]:
        """Store what became of an item: still there, at another price, out of stock, ended, or not known any more."""
        data = self._data(response)
        if data is None:
            return
        told = error_of(data)
        if told and told.split()[0] in _GONE:
            self.run.tally.rechecked += 1
            self.run.miss(known.source, known.external_id)
            return
        if told and told.startswith("11006"):
            self.run.tally.dropped["group"] += 1  # became a group of variations: its members are found by search
            return
        if told or response.status != 200:
            for request in await self._again(response, told or f"status {response.status}"):
                yield request
            return
        self.failures = 0
        try:
            item = read_item(data, self.now())
        except ItemError as error:
            self.run.tally.unread[error.field] += 1
            return
        self.run.tally.rechecked += 1
        if item.external_id != known.external_id:
            self.run.tally.dropped["other_item"] += 1
            return
        self.run.keep_known(known, item)

    def _data(self, response: Response) -> Any:
        """Return the JSON of an answer, None where it is none; too many of these end the crawl."""
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError):
            refusal = no_json("eBay", response.body, response.url)
            if refusal.end == "blocked" and response.status < 500:
                raise refusal from None
            self._fail(f"{refusal.message} (status {response.status})", response.status)
            return None

    async def _again(self, response: Response, told: str) -> list[Request]:
        """Return the request once more where only its token was refused; anything else counts as a failure."""
        if response.status in (401, 403) or told.split()[0] in _TOKEN:
            return [await self._renewed(response, told)]
        self._fail(f"eBay answered: {told}", response.status)
        return []

    async def _renewed(self, response: Response, told: str) -> Request:
        """Return the request with a new token. Raises CrawlError where eBay refuses the key and not the token's age."""
        request = response.request
        if request is None or self.tokens is None or response.status != 401 or request.meta.get("renewed"):
            raise CrawlError("refused", f"eBay refuses the key: {told}")
        refused = (request.headers.get("Authorization") or b"").decode().removeprefix("Bearer ")
        token = await self.tokens.get(refused)
        renewed = request.replace(meta={**request.meta, "renewed": True}, dont_filter=True)
        renewed.headers["Authorization"] = f"Bearer {token}"
        return renewed

    def unanswered(self, failure: Any) -> None:
        """Count a request that got no answer."""
        if self.stopped is not None:
            return
        text = f"{failure.type.__name__}: {failure.getErrorMessage()[:200]}"
        if failure.check(OtherOrigin):
            self.stop(CrawlError("blocked", text.removeprefix("OtherOrigin: ")))
        elif failure.check(DownloadCancelledError) or "MAXSIZE" in failure.getErrorMessage():
            self._fail(f"an answer of more than {BODY_CAP // 2**20} MB, which is not read", 200)
        else:
            self._fail(text, 0)

    def _fail(self, text: str, status: int) -> None:
        self.failures += 1
        self.run.tally.dropped["unanswered"] += 1
        logger.warning("%s", text)
        if self.failures >= FAILURES or 300 <= status < 400:
            kind = "network" if status == 0 or status >= 500 else "layout_changed"
            self.stop(CrawlError(kind, f"{self.failures} failures in a row, the last one: {text}"))


def next_offset(url: str, offset: int) -> int | None:
    """Return the offset that ``next`` leads to, None where it does not lead on.

    Only the number is taken from the address: the key goes nowhere but to the address in the settings.
    """
    found = parse_qs(urlsplit(url).query).get("offset", [""])[0]
    if not found.isascii() or not found.isdigit() or not offset < int(found) <= 1_000_000:
        return None
    return int(found)

"""robots.txt, origins and secrets, without a crawl."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse

from crawlers.middlewares import Manners, OneOrigin, OtherOrigin, Robots
from crawlers.origins import origin
from crawlers.scrapy_settings import scrapy_settings
from crawlers.secrets import RedactingFormatter, keep_pair_secret, keep_secret, redacted
from crawlers.stopping import CrawlError

SITE = "https://shop.example"


def crawler(answer: Any = None, api: tuple[str, ...] = ()) -> Any:
    asked: list[str] = []

    async def download_async(request: Request) -> Any:
        asked.append(request.url)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return TextResponse(request.url, status=status, body=body)

    return SimpleNamespace(
        engine=SimpleNamespace(download_async=download_async),
        spider=SimpleNamespace(origins=(SITE, *api), api_origins=api),
        settings={"USER_AGENT": "gpudeals/0.1.0"},
        stats=None,
        asked=asked,
    )


def allowed(answer: Any, path: str, api: tuple[str, ...] = ()) -> bool:
    robots = Robots(crawler(answer, api))
    try:
        asyncio.run(robots.process_request(Request(SITE + path)))
    except IgnoreRequest:
        return False
    return True


@pytest.mark.parametrize(
    ("answer", "path", "may"),
    [
        ((200, b"User-agent: *\nDisallow: /sch/\n"), "/sch/i.html", False),
        ((200, b"User-agent: *\nDisallow: /sch/\n"), "/about", True),
        ((200, b"User-agent: gpudeals\nDisallow: /\n"), "/about", False),
        ((200, b"User-agent: *\nDisallow: /x\n" + b"#" * 10**6), "/x", False),
        ((404, b""), "/sch/", True),
        ((410, b""), "/sch/", True),
        ((500, b""), "/about", False),
        ((503, b""), "/about", False),
        ((429, b""), "/about", False),
        (ConnectionError("no answer"), "/about", False),
    ],
)
def test_robots_txt_is_obeyed_and_unknown_means_no(answer: Any, path: str, may: bool) -> None:
    assert allowed(answer, path) is may


@pytest.mark.parametrize("ends", [True, False])
def test_a_call_that_waits_for_its_turn_does_not_leave_once_the_crawl_has_ended(ends: bool) -> None:
    gate = SimpleNamespace(reserve=lambda allowance, *, reserved: 0.05)
    spider = SimpleNamespace(gate=gate, stopped=None, retry_pause=0.05)
    manners = Manners(SimpleNamespace(spider=spider, stats=None))  # type: ignore[arg-type]

    async def crawl() -> None:
        call = asyncio.ensure_future(manners.process_request(Request(SITE, meta={"retry_times": 1})))
        await asyncio.sleep(0.02)
        assert not call.done()
        if ends:
            spider.stopped = CrawlError("network", "3 failures in a row")
        await call

    if ends:
        with pytest.raises(IgnoreRequest, match="the crawl ended"):
            asyncio.run(crawl())
    else:
        asyncio.run(crawl())


def test_robots_txt_is_asked_for_once_and_not_of_an_api() -> None:
    told = crawler((200, b""))
    robots = Robots(told)

    async def many() -> None:
        await asyncio.gather(*(robots.process_request(Request(f"{SITE}/{i}")) for i in range(5)))

    asyncio.run(many())
    assert told.asked == [f"{SITE}/robots.txt"]
    told = crawler((500, b""), api=(SITE,))
    asyncio.run(Robots(told).process_request(Request(f"{SITE}/buy")))
    assert told.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://shop.example:8443/",
        "https://shop.example.evil.example/",
        "https://evil.example/?https://shop.example",
        "https://shop.example@evil.example/",
        "https://user:pw@shop.example/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "s3://bucket/key",
    ],
)
def test_nothing_leaves_for_another_scheme_host_or_port(url: str) -> None:
    with pytest.raises(OtherOrigin):
        OneOrigin(crawler()).process_request(Request(url))


def test_the_own_origin_may_be_asked_with_and_without_its_port() -> None:
    OneOrigin(crawler()).process_request(Request(SITE + "/x"))
    assert origin(SITE) == origin(SITE + ":443/path")


def test_what_scrapy_leaves_open_is_closed() -> None:
    settings = scrapy_settings()
    assert settings["REMOTE_CONTROL_ENABLED"] is False
    assert settings["TELNETCONSOLE_ENABLED"] is False
    assert settings["COOKIES_ENABLED"] is False
    assert settings["DOWNLOAD_MAXSIZE"] == 10 * 2**20
    assert settings["DOWNLOAD_TIMEOUT"] <= 30
    assert settings["USER_AGENT"].startswith("gpudeals/")


def test_a_secret_is_unprintable_in_every_form_and_in_tracebacks() -> None:
    keep_pair_secret("canary-user-1", "canary/pass+1=")
    keep_secret("canary-token-77")
    lines = [
        "Authorization: Basic Y2FuYXJ5LXVzZXItMTpjYW5hcnkvcGFzcysxPQ==",
        "password=canary%2Fpass%2B1%3D",
        "token canary-token-77 and bearer abcdefghijklmnop",
        "postgresql://me:hunter2@host/db",
    ]
    for line in lines:
        shown = redacted(line)
        for secret in ("canary", "Y2FuYXJ5", "abcdefghijklmnop", "hunter2"):
            assert secret not in shown
    formatter = RedactingFormatter("%(message)s")
    try:
        raise ValueError("canary-token-77")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "with %s", ("canary-token-77",), told)
    text = formatter.format(record)
    assert "ValueError" in text
    assert "canary-token-77" not in text

"""``python -m crawlers.rounds SOURCE``: many crawls in one process, each at a time that it is told.

For a simulated clock: a time is read from standard input a line, a crawl is made as if it were then, and its
outcome is printed as a line of JSON. Real crawls are a process each (``crawlers.run``).
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from crawlers.run import Crawled, begin, crawl_once, finish
from crawlers.source import Source, sources
from crawlers.stopping import CrawlError
from db.engine import open_engine
from db.settings import database_url


def main(arguments: list[str] | None = None) -> int:
    """Crawl once for each time on standard input. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.rounds", description=__doc__)
    parser.add_argument("source", choices=sorted(sources()))
    source = sources()[parser.parse_args(arguments).source]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    engine = open_engine(database_url())
    try:
        if source.name == "ebay_browse":
            _scrapy_rounds(engine, source)
        else:
            for line in sys.stdin:
                _tell(crawl_once(engine, source, now=_clock(line)))
    finally:
        engine.dispose()
    return 0


def _clock(line: str) -> Callable[[], datetime]:
    moment = datetime.fromisoformat(line.strip())
    return lambda: moment


def _tell(crawled: Crawled) -> None:
    print(json.dumps({"run": crawled.run_id, "end": crawled.end, "message": crawled.message}), flush=True)


def _scrapy_rounds(engine: Engine, source: Source) -> None:
    """Crawl in one reactor, which cannot be started twice in a process."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.ebay_browse import crawl_in_loop
    from crawlers.scrapy_settings import scrapy_settings

    process = AsyncCrawlerProcess(scrapy_settings())

    async def rounds() -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            try:
                run = begin(engine, source, _clock(line))
            except CrawlError as error:
                _tell(Crawled(None, error.end, error.message))
                continue
            try:
                await crawl_in_loop(process, run, source)
            except CrawlError as error:
                _tell(finish(run, error.end, error.message))
            else:
                _tell(finish(run, "finished", ""))

    task = asyncio.get_event_loop().create_task(rounds())
    task.add_done_callback(lambda _: process._stop_reactor())
    process.start(stop_after_crawl=False)
    task.result()


if __name__ == "__main__":
    sys.exit(main())

"""The application token of eBay's API: asked for once, kept over restarts, in a file that only its owner reads.

It is a secret and therefore not in the database.
"""

import asyncio
import json
import logging
import os
import tempfile
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlencode

from platformdirs import user_cache_path
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.ebay_items import error_of
from crawlers.quota import Allowance
from crawlers.secrets import keep_pair_secret, keep_secret, redacted
from crawlers.stopping import CrawlError

logger = logging.getLogger(__name__)

SCOPE = "https://api.ebay.com/oauth/api_scope"
PATH = "/identity/v1/oauth2/token"
EARLY = timedelta(minutes=5)  # a token is renewed before it ends


class Tokens:
    """Gives the token to whoever needs it; however many ask at once, eBay is asked once."""

    def __init__(
        self,
        crawler: Crawler,
        *,
        api_url: str,
        client_id: str,
        client_secret: str,
        allowance: Allowance,
        now: Callable[[], datetime],
        folder: Path | None = None,
    ) -> None:
        keep_pair_secret(client_id, client_secret)
        self._crawler = crawler
        self._url = api_url + PATH
        self._pair = f"{client_id}:{client_secret}"
        self._allowance = allowance
        self._now = now
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._ends: datetime | None = None
        owner = blake2b(f"{api_url} {self._pair}".encode(), digest_size=8).hexdigest()
        self._file = (folder or user_cache_path("gpudeals")) / f"ebay-token-{owner}.json"

    async def get(self, refused: str | None = None) -> str:
        """Return a token that is valid now; ``refused`` is one that eBay no longer takes.

        Raises CrawlError where eBay gives none.
        """
        async with self._lock:
            if self._token is None:
                self._read()
            if self._token in (None, refused) or self._ends is None or self._ends - EARLY <= self._now():
                await self._ask()
            if self._token is None:
                raise CrawlError("refused", "eBay gave no token")
            return self._token

    async def _ask(self) -> None:
        request = Request(
            self._url,
            method="POST",
            body=urlencode({"grant_type": "client_credentials", "scope": SCOPE}),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": "Basic " + b64encode(self._pair.encode()).decode(),
            },
            meta={"allowance": self._allowance, "reserved": True, "dont_redirect": True},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        if self._crawler.engine is None:
            raise CrawlError("error", "the crawler has no engine")
        self._take(await self._crawler.engine.download_async(request))
        self._write()

    def _take(self, response: Response) -> None:
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = None
        told = error_of(answer)
        if response.status in (400, 401, 403):
            raise CrawlError(
                "refused",
                f"eBay does not accept the key ({response.status} {redacted(told or '')}): check [ebay] client_id and "
                "client_secret, and that the keyset has production access",
            )
        token = answer.get("access_token") if isinstance(answer, dict) else None
        lasts = answer.get("expires_in") if isinstance(answer, dict) else None
        if response.status != 200 or not isinstance(token, str) or not isinstance(lasts, int):
            end = "network" if response.status >= 500 else "layout_changed"
            raise CrawlError(end, f"eBay's token answer ({response.status}) has no access_token and expires_in")
        keep_secret(token)
        self._token = token
        self._ends = self._now() + timedelta(seconds=lasts)

    def _read(self) -> None:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            ends = datetime.fromisoformat(kept["ends"])
            token = str(kept["token"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        if ends.tzinfo is not None and ends <= self._now() + timedelta(days=1):
            keep_secret(token)
            self._token, self._ends = token, ends

    def _write(self) -> None:
        """Keep the token; a cache that cannot be written costs one call more next time."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".ebay-token-")  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"token": self._token, "ends": self._ends.isoformat() if self._ends else None}, file)
            Path(name).replace(self._file)
        except OSError as error:
            logger.info("the token is not kept: %s", error.strerror)

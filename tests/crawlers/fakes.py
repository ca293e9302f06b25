"""Small stand-ins for the two APIs, on loopback: what they are asked is recorded, how they answer can be scripted."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "canary-token-5f2c9d"


@dataclass(frozen=True)
class Asked:
    at: float  # monotonic
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Rule = Callable[[Asked], Answer | None]


class FakeServer:
    """Answers by the first rule of ``script`` that answers, else by ``answer``; keeps every request in ``asked``."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: list[Rule] = []
        market = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                asked = Asked(
                    time.monotonic(),
                    self.command,
                    unquote(parts.path),
                    parse_qs(parts.query),
                    {k.lower(): v for k, v in self.headers.items()},
                    self.rfile.read(length),
                )
                market.asked.append(asked)
                answer = next((found for rule in list(market.script) if (found := rule(asked))), None)
                answer = answer or market.answer(asked)
                body = answer.encoded()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "Content-Type" not in answer.headers:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if self.close_connection:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _do

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *args: Any) -> None:
                pass  # a killed client

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, asked: Asked) -> Answer:
        return Answer(404, {})

    def once(self, rule: Rule, times: int = 1) -> None:
        """Let ``rule`` answer so many times, before anything else."""
        left = [times]

        def limited(asked: Asked) -> Answer | None:
            if not left[0]:
                return None
            found = rule(asked)
            left[0] -= found is not None
            return found

        self.script.insert(0, limited)

    def paths(self, prefix: str = "") -> list[str]:
        return [asked.path for asked in self.asked if asked.path.startswith(prefix)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def ebay_item(
    number: int, title: str = "NVIDIA GeForce RTX 3090 24GB", price: str | None = None, **more: Any
) -> dict[str, Any]:
    legacy = str(100_000_000_000 + number)
    item = {
        "itemId": f"v1|{legacy}|0",
        "legacyItemId": legacy,
        "title": title,
        "price": {"value": price or f"{650 + number * 7 % 101}.00", "currency": "USD"},
        "conditionId": "3000",
        "condition": "Used",
        "buyingOptions": ["FIXED_PRICE"],
        "itemLocation": {"country": "US"},
        "shippingOptions": [{"shippingCostType": "FIXED", "shippingCost": {"value": "12.00", "currency": "USD"}}],
        "listingMarketplaceId": "EBAY_US",
        "itemCreationDate": "2026-11-01T10:00:00.000Z",
        "seller": {"username": "canary-seller", "feedbackScore": 120, "feedbackPercentage": "99.5"},
    }
    return {**item, **more}


class FakeEbay(FakeServer):
    """Token, search by words of the title, getItem."""

    def __init__(self, items: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.items = items or []
        self.token = TOKEN

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/identity/v1/oauth2/token":
            return Answer(
                200, {"access_token": self.token, "expires_in": 7200, "token_type": "Application Access Token"}
            )
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, {"errors": [{"errorId": 1001, "message": "Invalid access token"}]})
        if asked.path == "/buy/browse/v1/item_summary/search":
            return self.search(asked)
        if asked.path.startswith("/buy/browse/v1/item/"):
            wanted = asked.path.removeprefix("/buy/browse/v1/item/")
            found = next((item for item in self.items if item["itemId"] == wanted), None)
            return (
                Answer(200, found) if found else Answer(404, {"errors": [{"errorId": 11001, "message": "not found"}]})
            )
        return Answer(404, {"errors": [{"errorId": 2002, "message": "Resource not found"}]})

    def search(self, asked: Asked) -> Answer:
        words = asked.query["q"][0].lower().split()
        limit, offset = int(asked.query["limit"][0]), int(asked.query["offset"][0])
        if offset % limit:
            return Answer(400, {"errors": [{"errorId": 12515, "message": "offset is no multiple of limit"}]})
        found = [item for item in self.items if set(words) <= set(item["title"].lower().split())]
        page = found[offset : offset + limit]
        body: dict[str, Any] = {"href": self.url, "total": len(found), "limit": limit, "offset": offset}
        if page:
            body["itemSummaries"] = page
        if offset + limit < len(found):
            body["next"] = f"{self.url}{asked.path}?q={'+'.join(words)}&limit={limit}&offset={offset + limit}"
        return Answer(200, body)


def reddit_post(number: int, created: float, sub: str = "hardwareswap", **more: Any) -> dict[str, Any]:
    key = base36(number)
    post = {
        "id": key,
        "name": f"t3_{key}",
        "subreddit": sub,
        "title": f"[USA-TX] [H] RTX 3090 [W] PayPal {number}",
        "selftext": f"RTX 3090, ${650 + number * 7 % 101} shipped. [Timestamps](https://example.org/{key})",
        "author": "canary-author",
        "author_flair_text": "Trades: 10",
        "link_flair_text": "SELLING",
        "created_utc": created,
        "edited": False,
        "removed_by_category": None,
        "stickied": False,
        "distinguished": None,
        "is_self": True,
        "permalink": f"/r/{sub}/comments/{key}/",
        "url": f"https://www.reddit.com/r/{sub}/comments/{key}/",
    }
    return {**post, **more}


def base36(number: int) -> str:
    digits = ""
    number += 36**5
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


class FakeReddit(FakeServer):
    """Token, ``new`` with its cap of 1,000, ``/api/info``; ``posts`` in the order in which ``new`` shows them."""

    def __init__(self, posts: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.posts = posts or []
        self.hidden: set[str] = set()  # gone from ``new``
        self.rates = {"x-ratelimit-used": "1.0", "x-ratelimit-remaining": "995.0", "x-ratelimit-reset": "400"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return Answer(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "bearer", "scope": "*"})
        if asked.headers.get("authorization") != f"bearer {TOKEN}":
            return Answer(401, {"message": "Unauthorized", "error": 401})
        if asked.path.endswith("/new"):
            return self.listing(self.new(asked.path.split("/")[-2], asked), asked)
        if asked.path.strip("/") == "api/info":
            names = asked.query["id"][0].split(",")
            return Answer(200, envelope([p for p in self.posts if p["name"] in names], None), dict(self.rates))
        return Answer(404, {"message": "Not Found", "error": 404})

    def new(self, sub: str, asked: Asked) -> list[dict[str, Any]]:
        return [p for p in self.posts if p["subreddit"] == sub and p["name"] not in self.hidden][:1000]

    def listing(self, shown: list[dict[str, Any]], asked: Asked) -> Answer:
        limit = min(int(asked.query.get("limit", ["25"])[0]), 100)
        after = asked.query.get("after", [None])[0]
        start = 0
        if after is not None:
            names = [post["name"] for post in shown]
            if after not in names:
                return Answer(200, envelope([], None), dict(self.rates))  # the anchor was deleted
            start = names.index(after) + 1
        page = shown[start : start + limit]
        more = page[-1]["name"] if page and start + limit < len(shown) else None
        return Answer(200, envelope(page, more), dict(self.rates))


def envelope(posts: list[dict[str, Any]], after: str | None) -> dict[str, Any]:
    children = [{"kind": "t3", "data": post} for post in posts]
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(posts), "children": children}}


def stamp(moment: datetime) -> float:
    """A moment as Reddit writes it."""
    return moment.timestamp()


def posts_at(count: int, newest: float, step: float = 270.0, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Return posts numbered upwards with time, newest first."""
    return [reddit_post(first + count - 1 - i, newest - i * step, **more) for i in range(count)]


def gzipped(size: int, byte: bytes = b"0") -> bytes:
    return gzip.compress(byte * size, 9)


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    try:
        yield server
    finally:
        server.close()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

"""Misbehaviour by name: how an answer of the market is spoilt."""

import csv
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

from crawlers.sandbox.ebay_api import EbayApi, error_answer, error_body
from crawlers.sandbox.ebay_html import challenge
from crawlers.sandbox.market import Market
from crawlers.sandbox.messages import Answer, Request, html_answer, json_answer
from crawlers.sandbox.model import DATA

OTHER_HOST = "http://127.0.0.2:9"
_TOKENS = ("/identity/v1/oauth2/token", "/api/v1/access_token")
_LOGIN = "https://signin.ebay.com/ws/eBayISAPI.dll?SignIn"
_EDGE = (
    "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You have no permission to access this "
    "server.<P>Reference&#32;&#35;18&#46;simulated<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;simulated</BODY></HTML>"
)


@cache
def fault_names() -> dict[str, str]:
    """Return the names of all faults and what each does."""
    with (DATA / "faults.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["meaning"] for row in csv.DictReader(file)}


@dataclass(slots=True)
class Fault:
    """A fault that is switched on: ``skip`` answers go well first, ``count`` are spoilt (None: all)."""

    name: str
    count: int | None = None
    skip: int = 0
    path: str = ""
    every: int = 1
    seen: int = 0

    def strikes(self, request: Request) -> bool:
        """Return whether this request is to be spoilt, and count it."""
        is_token = request.path in _TOKENS
        if is_token != (self.name == "token-refused") or self.path not in request.path or self.count == 0:
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.seen - self.skip - 1) % self.every:
            return False
        if self.count is not None:
            self.count -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults that are on, applied one after the other."""

    market: Market
    ebay: EbayApi
    on: list[Fault] = field(default_factory=list)
    hang_seconds: float = 5.0
    _first_page: dict[str, bytes] = field(default_factory=dict)
    _deleted: set[str] = field(default_factory=set)

    def switch_on(self, name: str, **options: Any) -> Fault:
        """Switch a fault on. ValueError for a name that there is none of."""
        if name not in fault_names():
            raise ValueError(f"no fault is called {name!r}; there are: {', '.join(fault_names())}")
        if name == "token-expired":
            options.setdefault("count", 1)  # the next token is good again
        fault = Fault(name, **options)
        self.on.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        self.on.clear()

    def before(self, request: Request) -> Answer | None:
        """Return an answer in place of the market's, or None where the market may answer."""
        for fault in self.on:
            if fault.name in _INSTEAD and fault.strikes(request):
                return _INSTEAD[fault.name](self, request)
        return None

    def after(self, request: Request, answer: Answer) -> Answer:
        """Return the market's answer, spoilt where a fault strikes it."""
        for fault in self.on:
            if fault.name in _SPOIL and fault.strikes(request):
                answer = _SPOIL[fault.name](self, request, answer)
        return answer


def _is_reddit(request: Request) -> bool:
    return request.path.startswith(("/r/", "/api/info", "/comments/"))


def _wait(header: str | None) -> Callable[[Faults, Request], Answer]:
    def answer(faults: Faults, request: Request) -> Answer:
        told = _retry_after(header) if header is not None else None
        headers = {"Retry_After": told} if told is not None else {}
        if _is_reddit(request):
            return json_answer({"message": "Too Many Requests", "error": 429}, 429, **headers)
        return error_answer(2001, 429, **headers)

    return answer


def _retry_after(header: str) -> str:
    offsets = {"date": 2, "past": -3600}
    if header in offsets:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=offsets[header]), usegmt=True)
    return header


def _unavailable(faults: Faults, request: Request) -> Answer:
    answer = html_answer("<h1>Service Unavailable</h1>", 503)
    answer.headers["Retry-After"] = "2"
    return answer


def _server_error(faults: Faults, request: Request) -> Answer:
    if _is_reddit(request):
        return json_answer({"message": "Internal Server Error", "error": 500}, 500)
    return error_answer(12000)


def _redirect(target: str) -> Callable[[Faults, Request], Answer]:
    return lambda faults, request: Answer(302, b"", {"Location": target})


def _trick(name: str) -> Callable[[Faults, Request], Answer]:
    return lambda faults, request: Answer(200, b"", {"Content-Type": "application/json"}, trick=name)


def _deep(faults: Faults, request: Request) -> Answer:
    return json_answer("[" * 100_000 + "]" * 100_000)


def _huge(faults: Faults, request: Request) -> Answer:
    return json_answer('{"itemSummaries":[{"title":"' + "x" * 40_000_000 + '"}]}')


def _refuse_token(faults: Faults, request: Request) -> Answer:
    if request.path == "/api/v1/access_token":
        return json_answer({"message": "Unauthorized", "error": 401}, 401)
    return json_answer({"error": "invalid_client", "error_description": "client authentication failed"}, 401)


def _expire(faults: Faults, request: Request) -> Answer:
    token = request.headers.get("authorization", "").partition(" ")[2]
    faults.ebay.tokens.pop(token, None)
    if _is_reddit(request):
        return json_answer(
            {"message": "Unauthorized", "error": 401}, 401, WWW_Authenticate='Bearer error="invalid_token"'
        )
    return error_answer(1001)


def _forbid(faults: Faults, request: Request) -> Answer:
    if _is_reddit(request):
        return json_answer({"message": "Forbidden", "error": 403}, 403)
    return error_answer(1100)


def _quota(faults: Faults, request: Request) -> Answer:
    return error_answer(2001, 429, Retry_After=str(faults.ebay.seconds_to_reset()))


def _nothing(faults: Faults, request: Request) -> Answer:
    if _is_reddit(request):
        return json_answer({"kind": "Listing", "data": {"after": None, "dist": 0, "children": [], "before": None}})
    return json_answer({"href": request.target, "total": 0, "limit": 200, "offset": 0})


_INSTEAD: dict[str, Callable[[Faults, Request], Answer]] = {
    "too-many-requests": _wait(None),
    "retry-after-seconds": _wait("2"),
    "retry-after-date": _wait("date"),
    "retry-after-past": _wait("past"),
    "retry-after-garbage": _wait("soon, perhaps"),
    "retry-after-negative": _wait("-5"),
    "retry-after-years": _wait("315360000"),
    "unavailable": _unavailable,
    "server-error": _server_error,
    "bad-gateway": lambda faults, request: html_answer("<h1>Bad Gateway</h1>", 502),
    "timeout": _trick("timeout"),
    "reset": _trick("reset"),
    "empty-body": lambda faults, request: Answer(200, b"", {"Content-Type": "application/json"}),
    "not-json": lambda faults, request: html_answer("<html><body><h1>We will be back soon</h1></body></html>"),
    "deep-nesting": _deep,
    "huge-text": _huge,
    "gzip-bomb": _trick("gzip-bomb"),
    "deflate-bomb": _trick("deflate-bomb"),
    "endless": _trick("endless"),
    "redirect-other-host": _redirect(f"{OTHER_HOST}/buy/browse/v1/item_summary/search?q=gpu"),
    "redirect-scheme": lambda faults, request: Answer(302, b"", {"Location": f"https://127.0.0.1:9{request.target}"}),
    "redirect-file": _redirect("file:///etc/passwd"),
    "redirect-data": _redirect("data:application/json,{}"),
    "redirect-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect-loop": lambda faults, request: Answer(302, b"", {"Location": request.target}),
    "challenge": lambda faults, request: html_answer(challenge()),
    "captcha": lambda faults, request: html_answer(
        "<html><head><title>Security Measure | eBay</title></head><body>Please verify yourself to continue</body></html>"
    ),
    "login": _redirect(_LOGIN),
    "edge-error": lambda faults, request: html_answer(_EDGE, 403),
    "forbidden": _forbid,
    "token-expired": _expire,
    "token-refused": _refuse_token,
    "quota-spent": _quota,
    "error-200": lambda faults, request: json_answer({"errors": [error_body(12000)]}),
    "empty-results": _nothing,
    "silent-empty": lambda faults, request: json_answer(
        {"href": request.target, "total": 4711, "limit": 200, "offset": 0}
    ),
}


# Faults that spoil what the market answered


def _changed(answer: Answer, data: Any) -> Answer:
    return Answer(answer.status, json.dumps(data, separators=(",", ":")).encode(), answer.headers)


def _with_rows(change: Callable[[list[Any]], list[Any]]) -> Callable[[Faults, Request, Answer], Answer]:
    """Return a fault that changes the rows of a listing, of either market."""

    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        data = json.loads(answer.body) if answer.is_json else None
        if not isinstance(data, dict):
            return answer
        if "itemSummaries" in data:
            data["itemSummaries"] = change(data["itemSummaries"])
        elif data.get("kind") == "Listing":
            data["data"]["children"] = change(data["data"]["children"])
        return _changed(answer, data)

    return spoil


def _with_prices(change: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[Faults, Request, Answer], Answer]:
    def change_row(row: dict[str, Any]) -> dict[str, Any]:
        return {k: change(v) if k in ("price", "currentBidPrice") else v for k, v in row.items()}

    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        data = json.loads(answer.body) if answer.is_json else None
        if not isinstance(data, dict):
            return answer
        if "itemSummaries" in data:
            data["itemSummaries"] = [change_row(row) for row in data["itemSummaries"]]
        elif "itemId" in data:
            data = change_row(data)
        return _changed(answer, data)

    return spoil


def _times(factor: float) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda price: {**price, "value": f"{float(price['value']) * factor:.2f}"}


def _next(target: Callable[[Request, str], str]) -> Callable[[Faults, Request, Answer], Answer]:
    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        data = json.loads(answer.body) if answer.is_json else None
        if not isinstance(data, dict) or "next" not in data:
            return answer
        return _changed(answer, {**data, "next": target(request, data["next"])})

    return spoil


def _warn(faults: Faults, request: Request, answer: Answer) -> Answer:
    data = json.loads(answer.body) if answer.is_json else None
    if not isinstance(data, dict) or "total" not in data:
        return answer
    return _changed(answer, {**data, "warnings": [error_body(12002)]})


def _repeat(faults: Faults, request: Request, answer: Answer) -> Answer:
    key = request.path
    later = int(request.query.get("offset", "0") or 0) > 0 or "after" in request.query
    if not later:
        faults._first_page[key] = answer.body
        return answer
    data, first = json.loads(answer.body), json.loads(faults._first_page.get(key, b"{}"))
    if "itemSummaries" in data and "itemSummaries" in first:
        data["itemSummaries"] = [*first["itemSummaries"][:50], *data["itemSummaries"][50:], *data["itemSummaries"][:50]]
    elif data.get("kind") == "Listing" and first:
        data["data"]["children"] = [*first["data"]["children"][-20:], *data["data"]["children"]]
    return _changed(answer, data)


def _delete_last(faults: Faults, request: Request, answer: Answer) -> Answer:
    data = json.loads(answer.body) if answer.is_json else {}
    after = data.get("data", {}).get("after") if isinstance(data, dict) else None
    if after and after not in faults._deleted:
        faults._deleted.add(after)
        faults.market.take_away(faults.market.posts[after.removeprefix("t3_")], by="deleted")
    return answer


def _stale(faults: Faults, request: Request, answer: Answer) -> Answer:
    data = json.loads(answer.body) if answer.is_json else None
    if not isinstance(data, dict) or data.get("kind") != "Listing" or not request.path.endswith("/new"):
        return answer
    children = data["data"]["children"]
    data["data"]["children"] = children[-10:] + children[:-10]
    return _changed(answer, data)


def _rates(change: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[Faults, Request, Answer], Answer]:
    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        answer.headers = change(answer.headers)
        return answer

    return spoil


def _tricked(name: str) -> Callable[[Faults, Request, Answer], Answer]:
    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        answer.trick = name
        return answer

    return spoil


def _cut(faults: Faults, request: Request, answer: Answer) -> Answer:
    answer.body = answer.body[: len(answer.body) * 2 // 3]
    return answer


def _garble(faults: Faults, request: Request, answer: Answer) -> Answer:
    middle = len(answer.body) // 2
    answer.body = answer.body[:middle] + b"\xff\xfe\x80" + answer.body[middle:]
    return answer


_SPOIL: dict[str, Callable[[Faults, Request, Answer], Answer]] = {
    "half-body": _tricked("half-body"),
    "drip": _tricked("drip"),
    "truncated-json": _cut,
    "bad-encoding": _garble,
    "warnings": _warn,
    "half-results": _with_rows(lambda rows: rows[::2]),
    "reordered": _with_rows(lambda rows: random.Random(7).sample(rows, len(rows))),
    "repeated": _repeat,
    "prices-x100": _with_prices(_times(100)),
    "price-jump": _with_prices(_times(1.6)),
    "prices-equal": _with_prices(lambda price: {**price, "value": "399.00"}),
    "currency-swap": _with_prices(lambda price: {**price, "currency": "EUR" if price["currency"] != "EUR" else "USD"}),
    "next-loop": _next(lambda request, url: url[: url.index("/buy")] + request.target),
    "next-elsewhere": _next(lambda request, url: OTHER_HOST + url[url.index("/buy") :]),
    "deleted-anchor": _delete_last,
    "stale-posts": _stale,
    "no-rate-headers": _rates(lambda h: {k: v for k, v in h.items() if not k.lower().startswith("x-ratelimit")}),
    "float-rate-headers": _rates(
        lambda h: {k: f"{float(v)}" if k.lower().startswith("x-ratelimit") else v for k, v in h.items()}
    ),
}

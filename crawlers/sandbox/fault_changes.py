"""Faults that spoil what the market answered."""

import json
import random
from collections.abc import Callable
from typing import Any

from crawlers.sandbox.ebay_api import error_body
from crawlers.sandbox.fault_answers import OTHER_HOST
from crawlers.sandbox.faults import Faults
from crawlers.sandbox.messages import Answer, Request

Spoil = Callable[[Faults, Request, Answer], Answer]


def _changed(answer: Answer, data: Any) -> Answer:
    return Answer(answer.status, json.dumps(data, separators=(",", ":")).encode(), answer.headers)


def _with_rows(change: Callable[[list[Any]], list[Any]]) -> Spoil:
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


def _with_prices(change: Callable[[dict[str, str]], dict[str, str]]) -> Spoil:
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


def _next(target: Callable[[Request, str], str]) -> Spoil:
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
        faults.first_page[key] = answer.body
        return answer
    data, first = json.loads(answer.body), json.loads(faults.first_page.get(key, b"{}"))
    if "itemSummaries" in data and "itemSummaries" in first:
        data["itemSummaries"] = [*first["itemSummaries"][:50], *data["itemSummaries"][50:], *data["itemSummaries"][:50]]
    elif data.get("kind") == "Listing" and first:
        data["data"]["children"] = [*first["data"]["children"][-20:], *data["data"]["children"]]
    return _changed(answer, data)


def _delete_last(faults: Faults, request: Request, answer: Answer) -> Answer:
    data = json.loads(answer.body) if answer.is_json else {}
    after = data.get("data", {}).get("after") if isinstance(data, dict) else None
    if after and after not in faults.deleted:
        faults.deleted.add(after)
        faults.market.take_away(faults.market.posts[after.removeprefix("t3_")], by="deleted")
    return answer


def _stale(faults: Faults, request: Request, answer: Answer) -> Answer:
    data = json.loads(answer.body) if answer.is_json else None
    if not isinstance(data, dict) or data.get("kind") != "Listing" or not request.path.endswith("/new"):
        return answer
    children = data["data"]["children"]
    data["data"]["children"] = children[-10:] + children[:-10]
    return _changed(answer, data)


def _rates(change: Callable[[dict[str, str]], dict[str, str]]) -> Spoil:
    def spoil(faults: Faults, request: Request, answer: Answer) -> Answer:
        answer.headers = change(answer.headers)
        return answer

    return spoil


def _tricked(name: str) -> Spoil:
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


CHANGES: dict[str, Spoil] = {
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

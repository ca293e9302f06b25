"""The simulated eBay API: token, search, items; with the rules and error bodies of the Browse API 1.19."""

import base64
import csv
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo

from crawlers.sandbox.ebay_filters import read_filters
from crawlers.sandbox.ebay_items import full, summary
from crawlers.sandbox.market import EBAY_PER_DAY, KNOWN_AFTER_END, Market
from crawlers.sandbox.messages import Answer, Request, json_answer
from crawlers.sandbox.model import DATA, Item
from crawlers.sandbox.words import read_query

SCOPE = "https://api.ebay.com/oauth/api_scope"
TOKEN_SECONDS = 7200
DAILY_CALLS = 5_000
DAILY_TOKENS = 1_000
MOST_RESULTS = 10_000
_PACIFIC = ZoneInfo("America/Los_Angeles")
_TOP_LEVEL = {"58058", "293", "1"}
#: Sellers abroad who ship to the United States appear there, at converted prices.
_SHIPS_ABROAD = 5  # one in so many


class EbayError(Exception):
    """An error of the API by its id."""

    def __init__(self, number: int, status: int | None = None, **headers: str) -> None:
        super().__init__(str(number))
        self.number, self.status, self.headers = number, status, headers


@cache
def _errors() -> dict[int, dict[str, str]]:
    with (DATA / "ebay_errors.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["id"]): row for row in csv.DictReader(file)}


def error_body(number: int) -> dict[str, object]:
    """Return one entry of ``errors`` or ``warnings``."""
    row = _errors()[number]
    return {
        "errorId": number,
        "domain": row["domain"],
        "category": row["category"],
        "message": row["message"],
        "longMessage": row["message"],
    }


def error_answer(number: int, status: int | None = None, **headers: str) -> Answer:
    """Return an error as the API answers it."""
    return json_answer({"errors": [error_body(number)]}, status or int(_errors()[number]["status"]), **headers)


class EbayApi:
    """Answers requests for eBay's API from the market."""

    def __init__(self, market: Market, *, daily_calls: int = DAILY_CALLS, daily_tokens: int = DAILY_TOKENS) -> None:
        self.market = market
        self.daily_calls = daily_calls
        self.daily_tokens = daily_tokens
        self.base = "http://127.0.0.1"
        self.tokens: dict[str, datetime] = {}
        self.spent: dict[tuple[str, str], int] = {}
        self._random = random.Random(f"{market.seed}:tokens")

    def answer(self, request: Request) -> Answer | None:
        """Return the answer, or None where the path is not of this API."""
        path = request.path
        try:
            if path == "/identity/v1/oauth2/token":
                return self._token(request)
            if not path.startswith("/buy/browse/v1/"):
                return None
            market = self._admit(request)
            if path == "/buy/browse/v1/item_summary/search":
                return self._search(request, market)
            if path == "/buy/browse/v1/item/get_item_by_legacy_id":
                return self._legacy(request)
            if path.startswith("/buy/browse/v1/item/"):
                return self._item(unquote(path.rsplit("/", 1)[1]))
            return error_answer(11001)
        except EbayError as error:
            return error_answer(error.number, error.status, **error.headers)

    # Access

    def _token(self, request: Request) -> Answer:
        if request.method != "POST":
            return json_answer({"error": "invalid_request", "error_description": "request is not a POST"}, 405)
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        try:
            client, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except ValueError:
            client = secret = ""
        if scheme.lower() != "basic" or not client or not secret or "wrong" in (client, secret):
            return json_answer({"error": "invalid_client", "error_description": "client authentication failed"}, 401)
        form = request.form
        if form.get("grant_type") != "client_credentials":
            return json_answer(
                {"error": "unsupported_grant_type", "error_description": "grant type is not supported"}, 400
            )
        if form.get("scope", SCOPE) != SCOPE:
            return json_answer({"error": "invalid_scope", "error_description": "The requested scope is invalid"}, 400)
        if not self._spend("token", self.daily_tokens):
            return json_answer({"error": "too_many_requests", "error_description": "token limit reached"}, 429)
        token = f"v^1.1#simulated#{self._random.getrandbits(96):024x}"
        self.tokens[token] = self.market.now + timedelta(seconds=TOKEN_SECONDS)
        return json_answer(
            {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Application Access Token"}
        )

    def _admit(self, request: Request) -> str:
        """Return the marketplace of a request that may be answered."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            raise EbayError(1002)
        ends = self.tokens.get(token)
        if scheme.lower() != "bearer" or ends is None or ends <= self.market.now:
            raise EbayError(1001)
        if not self._spend("browse", self.daily_calls):
            raise EbayError(2001, Retry_After=str(self.seconds_to_reset()))
        market = request.headers.get("x-ebay-c-marketplace-id", "EBAY_US")
        if market not in EBAY_PER_DAY:
            raise EbayError(12019)
        return market

    def _spend(self, what: str, limit: int) -> bool:
        key = (what, self.market.now.astimezone(_PACIFIC).date().isoformat())
        self.spent[key] = self.spent.get(key, 0) + 1
        return self.spent[key] <= limit

    def seconds_to_reset(self) -> int:
        """Return the seconds until midnight Pacific, when the day's calls start anew."""
        local = self.market.now.astimezone(_PACIFIC)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(1, int((midnight - local).total_seconds()))

    # Search

    def _search(self, request: Request, market: str) -> Answer:
        query = request.query
        text, category = query.get("q", "").strip(), query.get("category_ids", "").strip()
        if not text and not category:
            raise EbayError(12001)
        limit, offset = _paging(query)
        filters = read_filters(query.get("filter", ""))
        warnings = list(dict.fromkeys(filters.warnings))
        if category and not category.isdigit():
            warnings.append(12009)
            category = ""
        if category in _TOP_LEVEL and not text:
            raise EbayError(12013)
        sort = query.get("sort", "")
        if sort and sort not in _SORTS:
            warnings.append(12008)
        found = self._found(market, text)
        found = [
            item
            for item in found
            if (not category or item.category == category or category in _TOP_LEVEL)
            and all(test(item) for test in filters.tests)
        ]
        found.sort(key=_SORTS.get(sort, _best_match))
        return self._page(request, market, found, limit, offset, warnings)

    def _found(self, market: str, text: str) -> list[Item]:
        """Return live items of the marketplace that match, and of those abroad which ship there."""
        query = read_query(text)
        found = self.market.matching(market, query.all_of, query.any_of, query.none_of)
        if market == "EBAY_US":
            for abroad in EBAY_PER_DAY:
                if abroad != market:
                    others = self.market.matching(abroad, query.all_of, query.any_of, query.none_of)
                    found += [item for item in others if int(item.id) % _SHIPS_ABROAD == 0]
        return found

    def _page(
        self, request: Request, market: str, found: list[Item], limit: int, offset: int, warnings: list[int]
    ) -> Answer:
        total = len(found)
        rows = ",".join(self._summary(item, market) for item in found[offset : min(offset + limit, MOST_RESULTS)])
        envelope: dict[str, object] = {"href": self._link(request, limit, offset), "total": total}
        if offset + limit < min(total, MOST_RESULTS):
            envelope["next"] = self._link(request, limit, offset + limit)
        if offset:
            envelope["prev"] = self._link(request, limit, max(0, offset - limit))
        envelope |= {"limit": limit, "offset": offset}
        if warnings:
            envelope["warnings"] = [error_body(number) for number in warnings]
        head = json.dumps(envelope, separators=(",", ":"))
        return json_answer(f'{head[:-1]},"itemSummaries":[{rows}]}}' if rows else head)

    def _link(self, request: Request, limit: int, offset: int) -> str:
        query = {**request.query, "limit": str(limit), "offset": str(offset)}
        return f"{self.base}{request.path}?{urlencode(query, quote_via=quote)}"

    def _summary(self, item: Item, market: str) -> str:
        if item.market != market:
            return json.dumps(summary(item, self.base, to=EBAY_PER_DAY[market][0]), separators=(",", ":"))
        version, text = item.cached
        if version != item.version:
            text = json.dumps(summary(item, self.base), separators=(",", ":"))
            item.cached = (item.version, text)
        return text

    # Items

    def _legacy(self, request: Request) -> Answer:
        number = request.query.get("legacy_item_id", "")
        item = self.market.items.get(number)
        if item is None:
            raise EbayError(11003)
        if item.variation and not request.query.get("legacy_variation_id"):
            raise EbayError(11006)
        return self._item(f"v1|{number}|{item.variation or 0}")

    def _item(self, text: str) -> Answer:
        parts = text.split("|")
        item = self.market.items.get(parts[1]) if len(parts) == 3 and parts[0] == "v1" else None
        if item is None or parts[2] != (item.variation or "0") or item.state == "removed":
            raise EbayError(11001)
        if item.ended and self.market.now - item.ended > KNOWN_AFTER_END:
            raise EbayError(11001)
        return json_answer(full(item, self.base, self.market.now))


def _paging(query: dict[str, str]) -> tuple[int, int]:
    try:
        limit = int(query.get("limit", "50"))
    except ValueError:
        raise EbayError(12007) from None
    try:
        offset = int(query.get("offset", "0"))
    except ValueError:
        raise EbayError(12005) from None
    if not 1 <= limit <= 200:
        raise EbayError(12006)
    if offset < 0:
        raise EbayError(12004)
    if offset >= MOST_RESULTS:
        raise EbayError(12029)
    if offset % limit:
        raise EbayError(12515)
    return limit, offset


def _asked(item: Item) -> int:
    return item.price or item.lines[0].lot_price or 0


def _best_match(item: Item) -> tuple[float, ...]:
    return (int(item.id) * 2654435761 % 2**32,)  # any order will do that is always the same


_SORTS: dict[str, Callable[[Item], tuple[float, ...]]] = {
    "newlyListed": lambda item: (-int(item.id),),
    "price": lambda item: (_asked(item),),
    "-price": lambda item: (-_asked(item),),
    "endingSoonest": lambda item: (item.ends.timestamp() if item.ends else 9e12, int(item.id)),
}

"""Misbehaviour by name: how an answer of the market is spoilt."""

import csv
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crawlers.sandbox.ebay_api import EbayApi
from crawlers.sandbox.market import Market
from crawlers.sandbox.messages import Answer, Request
from crawlers.sandbox.model import DATA

_TOKENS = ("/identity/v1/oauth2/token", "/api/v1/access_token")


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
    first_page: dict[str, bytes] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

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
        from crawlers.sandbox.fault_answers import INSTEAD

        for fault in self.on:
            if fault.name in INSTEAD and fault.strikes(request):
                return INSTEAD[fault.name](self, request)
        return None

    def after(self, request: Request, answer: Answer) -> Answer:
        """Return the market's answer, spoilt where a fault strikes it."""
        from crawlers.sandbox.fault_changes import CHANGES

        for fault in self.on:
            if fault.name in CHANGES and fault.strikes(request):
                answer = CHANGES[fault.name](self, request, answer)
        return answer


def is_reddit(request: Request) -> bool:
    """Return whether a request is for Reddit's API."""
    return request.path.startswith(("/r/", "/api/info", "/comments/"))

"""Redesigns from data/redesigns.toml: how an answer looks after the market changed its layout overnight."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.sandbox.messages import Answer, Request
from crawlers.sandbox.model import DATA


@dataclass(frozen=True, slots=True)
class Redesign:
    """One change; ``field`` is the part of a raw listing that a reader of the old layout loses."""

    name: str
    where: str
    field: str
    op: str
    path: str
    to: str = ""
    value: str = ""

    def touches(self, request: Request) -> bool:
        """Return whether an answer to ``request`` has the changed layout."""
        path = request.path
        return {
            "search": path.endswith("/item_summary/search"),
            "item": path.startswith("/buy/browse/v1/item/"),
            "reddit": path.startswith(("/r/", "/api/info", "/comments/")),
            "page": path.startswith(("/sch/", "/itm/")),
        }[self.where]

    def apply(self, answer: Answer) -> Answer:
        """Return the answer in the new layout; errors stay as they are."""
        if answer.status != 200:
            return answer
        if self.op == "replace":
            return Answer(
                200, re.sub(self.path, self.value, answer.body.decode()).encode(), answer.headers, answer.trick
            )
        if not answer.is_json:
            return answer
        data = json.loads(answer.body)
        for holder in self._holders(data):
            for path in self.path.removeprefix("/").split(","):
                self._change(holder, path.split("."))
        return Answer(200, json.dumps(data, separators=(",", ":")).encode(), answer.headers, answer.trick)

    def _holders(self, data: Any) -> Iterator[dict[str, Any]]:
        """Yield the objects that the path begins at: the envelope for ``/``, else every listing."""
        if self.path.startswith("/") or self.where == "item":
            yield data
        elif self.where == "search":
            yield from data.get("itemSummaries", ())
        else:
            listings = data if isinstance(data, list) else [data]
            for listing in listings:
                yield from (child["data"] for child in listing["data"]["children"])

    def _change(self, holder: dict[str, Any], path: list[str]) -> None:
        *above, name = path
        for step in above:
            holder = holder.get(step, {})
        if name not in holder:
            return
        value = holder.pop(name)
        if self.op == "rename":
            holder[self.to] = value
        elif self.op == "move":
            holder.setdefault(self.to, {})[name] = value
        elif self.op == "set":
            holder[name] = self.value
        elif self.op == "wrap":
            holder[name] = {self.to: value}
        elif self.op == "text":
            holder[name] = f"{value['currency']} {value['value']}" if isinstance(value, dict) else str(value)


@cache
def redesigns() -> dict[str, Redesign]:
    """Return all redesigns by name."""
    with (DATA / "redesigns.toml").open("rb") as file:
        return {entry["name"]: Redesign(**entry) for entry in tomllib.load(file)["redesign"]}

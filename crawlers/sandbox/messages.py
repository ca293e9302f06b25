"""A request and an answer, apart from sockets, so that the APIs can be asked without a server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SIMULATED = "gpudeals sandbox; everything here is invented"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters; of one given twice the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Answer:
    """What the market answers; ``trick`` asks the server to misbehave while it sends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    trick: str | None = None

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON."""
        return "json" in self.headers.get("Content-Type", "")


def json_answer(data: Any, status: int = 200, **headers: str) -> Answer:
    """Return ``data`` as a JSON answer."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body.encode(), {"Content-Type": "application/json;charset=UTF-8", **named})


def html_answer(text: str, status: int = 200) -> Answer:
    """Return ``text`` as a page."""
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

"""The sandbox as a server on loopback: eBay's and Reddit's protocols, a control panel, and a log of arrivals."""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from crawlers.sandbox.ebay_api import EbayApi
from crawlers.sandbox.ebay_html import EbayPages
from crawlers.sandbox.faults import Faults, fault_names
from crawlers.sandbox.market import START, Market
from crawlers.sandbox.messages import SIMULATED, Answer, Request, json_answer
from crawlers.sandbox.reddit_api import RedditApi
from crawlers.sandbox.redesigns import redesigns
from crawlers.sandbox.tricks import send

LOG_SIZE = 200_000
LARGEST_BODY = 1 << 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it arrived: real time in seconds, simulated time, what was asked, what was answered."""

    at: float
    simulated: datetime
    method: str
    path: str
    query: dict[str, str]
    status: int
    user_agent: str
    authorized: bool


class Sandbox:
    """A simulated market behind HTTP. Use as a context manager, or call ``start`` and ``stop``.

    ``rate`` is how many simulated seconds pass in a real one; with 0 time stands still until
    ``advance`` is called. ``url`` is where both APIs are served once it was started.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        start: datetime = START,
        days: float = 0,
        scale: float = 1.0,
        keep_days: float | None = None,
        rate: float = 0.0,
        port: int = 0,
        ebay_daily_calls: int = 5_000,
        reddit_calls: int = 1_000,
    ) -> None:
        self.market = Market(seed, start, scale=scale, keep_days=keep_days)
        self.market.advance(timedelta(days=days))
        self.ebay = EbayApi(self.market, daily_calls=ebay_daily_calls)
        self.reddit = RedditApi(self.market, calls=reddit_calls)
        self.pages = EbayPages(self.market)
        self.faults = Faults(self.market, self.ebay)
        self.redesign: set[str] = set()
        self.log: deque[Arrival] = deque(maxlen=LOG_SIZE)
        self._rate = rate
        self._began = time.monotonic(), self.market.now
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self.url = ""

    # Life

    def start(self) -> Self:
        """Listen on loopback and answer in the background."""
        server = _Server(("127.0.0.1", self._port), _Handler)
        server.sandbox = self
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.ebay.base = self.reddit.base = self.url
        self._began = time.monotonic(), self.market.now
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The clock

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self.market.now

    def advance(self, **span: float) -> datetime:
        """Let simulated time pass (``days``, ``hours``, ``seconds`` as for timedelta) and return the new time."""
        with self.market.lock:
            return self.market.advance(timedelta(**span))

    def _tick(self) -> None:
        if self._rate:
            real, simulated = self._began
            self.market.advance_to(simulated + timedelta(seconds=(time.monotonic() - real) * self._rate))

    # Answers

    def answer(self, request: Request) -> Answer:
        """Return the answer to ``request``, with faults and redesigns; usable without a socket."""
        arrived = time.monotonic()
        with self.market.lock:
            self._tick()
            if request.path.startswith("/_sandbox/"):
                return self._control(request)
            answer = self.faults.before(request) or self._route(request)
            answer = self.faults.after(request, answer)
            for name in self.redesign:
                change = redesigns()[name]
                if change.touches(request):
                    answer = change.apply(answer)
            self._remember(arrived, request, answer)
            return answer

    def _route(self, request: Request) -> Answer:
        for part in (self.ebay, self.reddit, self.pages):
            answer = part.answer(request)
            if answer is not None:
                return answer
        return json_answer({"message": "Not Found", "error": 404}, 404)

    def _remember(self, arrived: float, request: Request, answer: Answer) -> None:
        self.log.append(
            Arrival(
                arrived,
                self.market.now,
                request.method,
                request.path,
                request.query,
                answer.status,
                request.headers.get("user-agent", ""),
                "authorization" in request.headers,
            )
        )

    # The control panel

    def _control(self, request: Request) -> Answer:
        name = request.path.removeprefix("/_sandbox/")
        try:
            wanted = json.loads(request.body or b"{}")
            if request.method == "POST" and name in ("advance", "fault", "redesign", "posts"):
                return json_answer({"simulated": True, **getattr(self, f"_set_{name}")(wanted)})
        except (ValueError, KeyError, TypeError) as error:
            return json_answer({"simulated": True, "error": str(error)}, 400)
        if request.method == "DELETE" and name in ("fault", "redesign"):
            self.faults.clear() if name == "fault" else self.redesign.clear()
            return json_answer({"simulated": True, "on": []})
        shown: dict[str, Any] = {
            "clock": lambda: {"now": self.now.isoformat(), "start": self.market.start.isoformat()},
            "truth": self.market.truth,
            "log": lambda: {"arrivals": [asdict(a) | {"simulated": a.simulated.isoformat()} for a in self.log]},
            "faults": lambda: {"faults": fault_names(), "on": [fault.name for fault in self.faults.on]},
            "redesigns": lambda: {
                "redesigns": {k: r.field for k, r in redesigns().items()},
                "on": sorted(self.redesign),
            },
        }
        if name not in shown:
            return json_answer({"simulated": True, "error": f"there is {', '.join(shown)}"}, 404)
        return json_answer({"simulated": True, **shown[name]()})

    def _set_advance(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        if "to" in wanted:
            moment = datetime.fromisoformat(wanted["to"])
            self.market.advance_to(moment)
        else:
            self.advance(**{unit: float(value) for unit, value in wanted.items()})
        self._began = time.monotonic(), self.market.now
        return {"now": self.now.isoformat()}

    def _set_fault(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        self.faults.hang_seconds = float(wanted.get("hang_seconds", self.faults.hang_seconds))
        self.faults.switch_on(wanted["name"], **{k: v for k, v in wanted.items() if k not in ("name", "hang_seconds")})
        return {"on": [fault.name for fault in self.faults.on]}

    def _set_redesign(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        if wanted["name"] not in redesigns():
            raise ValueError(f"no redesign is called {wanted['name']!r}")
        self.redesign.add(wanted["name"])
        return {"on": sorted(self.redesign)}

    def _set_posts(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        made = self.market.post_many(wanted["sub"], int(wanted["number"]), seconds=float(wanted.get("seconds", 0)))
        return {"ids": [post.id for post in made]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    sandbox: Sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away are part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    timeout = 60

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(size, LARGEST_BODY)) if size else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.sandbox.answer(Request(self.command, self.path, headers, body))
        if answer.trick:
            self.close_connection = True
            send(
                self.connection,
                answer,
                lambda extra: self._head(answer, extra),
                self.server.sandbox.faults.hang_seconds,
            )
            return
        data = answer.body if self.command != "HEAD" else b""
        self.wfile.write(self._head(answer, {"Content-Length": str(len(answer.body))}) + data)

    def _head(self, answer: Answer, extra: Mapping[str, str]) -> bytes:
        phrase = HTTPStatus(answer.status).phrase
        headers = {"Server": "gpudeals-sandbox", "X-Simulated": SIMULATED, **answer.headers, **extra}
        if self.close_connection:
            headers["Connection"] = "close"  # else a client asks the next question into a closing connection
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: arrivals are kept by the sandbox."""

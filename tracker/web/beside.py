"""A process beside the server that reads the market: valuing and judging would hold up every page for seconds.

    python -m tracker.web.beside      asked by lines of JSON on its standard input, answers in pickles

It ends with its standard input, so it never outlives the server.
"""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import islice
from typing import IO, Any

from sqlalchemy import Engine

from tracker.pricing.offers import live_offers
from tracker.pricing.ranking import market_rows

#: Rows in one pickle: unpickling holds the interpreter lock, and a page may wait for no more than that.
_PART = 250
_SIZE = 8


def read(engine: Engine, asked: dict[str, Any]) -> Iterator[Any]:
    """Yield what is ``asked``: rows of the market, and with ``"offers": true`` every live offer as well."""
    now = datetime.now(UTC)
    as_of = asked.get("as_of")
    yield from market_rows(
        engine,
        as_of=date.fromisoformat(as_of) if as_of else None,
        condition=asked["condition"],
        currency=asked["currency"],
        now=now,
    )
    if asked.get("offers"):
        yield from live_offers(engine, now)


class Beside:
    """The other process, as the server sees it. It is started when first asked, and again after it died."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, asked: dict[str, Any]) -> list[Any]:
        """Return what :func:`read` yields there. Raises RuntimeError where the process failed."""
        with self._lock:
            process = self._running()
            try:
                found = list(self._exchange(process, asked))
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                self._end()
                raise RuntimeError(f"the process that reads the market ended: {error}") from None
        if found and isinstance(found[-1], Exception):
            raise found[-1]
        return found

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            command = [sys.executable, "-m", "tracker.web.beside"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            _send_line(self._process.stdin, {"url": self.url})
        return self._process

    def _exchange(self, process: "subprocess.Popen[bytes]", asked: dict[str, Any]) -> Iterator[Any]:
        _send_line(process.stdin, asked)
        while part := _receive(process.stdout):
            yield from pickle.loads(part)  # noqa: S301  (of our own process)

    def _end(self) -> None:
        self.close()
        self._process = None

    def close(self) -> None:
        """End the process; who waits for an answer of it gets none."""
        if self._process is not None:
            _end_process(self._process)


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not written yet
                pipe.close()


def _send_line(pipe: IO[bytes] | None, message: dict[str, Any]) -> None:
    assert pipe is not None
    pipe.write(json.dumps(message).encode() + b"\n")
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> bytes:
    assert pipe is not None
    size = pipe.read(_SIZE)
    if len(size) < _SIZE:
        raise EOFError("no answer")
    return pipe.read(int.from_bytes(size))


def _answer(engine: Engine, asked: dict[str, Any], out: IO[bytes]) -> None:
    rows = read(engine, asked)
    while True:
        try:
            part: list[Any] = list(islice(rows, _PART))
        except Exception as error:  # whatever it is belongs to whoever asked
            part = [error]
        data = pickle.dumps(part) if part else b""
        out.write(len(data).to_bytes(_SIZE) + data)
        out.flush()
        if not part:
            return


def main() -> None:
    """Answer until the standard input ends."""
    from db.engine import open_engine

    os.nice(5)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the server, which ends this
    out, lines = sys.stdout.buffer, sys.stdin.buffer
    engine = open_engine(json.loads(lines.readline())["url"], read_only=True)
    for line in lines:
        try:
            _answer(engine, json.loads(line), out)
        except BrokenPipeError:
            os._exit(0)  # the server has ended; a normal end would try to write once more


if __name__ == "__main__":
    main()

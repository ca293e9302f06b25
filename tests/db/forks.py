"""Processes of their own that start warm: forked from the test, so that ten kills cost no ten start-ups."""

import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import TextIO

from db.engine import open_engine
from db.store import RevisionRow, begin_run, store_page
from tests.db.rows import hour, sighting

PAGE = 20


class Child:
    """A process that does ``work``, which may say things line by line; it shares nothing but its arguments."""

    def __init__(self, work: Callable[[TextIO], None]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.close(reading)
                with os.fdopen(writing, "w", buffering=1) as say:
                    work(say)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(writing)
        self._said = os.fdopen(reading)

    def lines(self) -> Iterator[str]:
        """What it says, as it says it."""
        for line in self._said:
            yield line.strip()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Return its exit status, negative for the signal that ended it."""
        self._said.read()
        self._said.close()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def rows_of(listings: int) -> list[RevisionRow]:
    """Four sightings of each listing with two contents, in an order of their own."""
    rows = [
        sighting(str(key), at, content)
        for key in range(listings)
        for at, content in ((1, "A"), (2, "A"), (3, "B"), (4, "A"))
    ]
    random.Random(7).shuffle(rows)
    return rows


def importing(url: str, listings: int, part: int = 0, of: int = 1) -> Callable[[TextIO], None]:
    """Work that imports a slice, one transaction a page, and says after each commit how many are safe.

    Slices overlap by half, so that processes meet the same listings at the same time.
    """
    rows = rows_of(listings)
    mine = rows if of == 1 else [row for n, row in enumerate(rows) if n % of in (part, (part + 1) % of)]
    random.Random(part).shuffle(mine)

    def work(say: TextIO) -> None:
        engine = open_engine(url)
        with engine.begin() as conn:
            run = begin_run(conn, "ebay", "import", hour(0))
        for number, at in enumerate(range(0, len(mine), PAGE), 1):
            cursor = ("ebay", f"page{part}", str(number))
            with engine.begin() as conn:
                store_page(conn, run, mine[at : at + PAGE], cursor=cursor, now=hour(1))
            print(number, file=say)

    return work

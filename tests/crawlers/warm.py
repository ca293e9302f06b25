"""A process that has everything imported and forks a child for each crawl: real crawls without their start-up time."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Crawl:
    """A crawl under way in a child of the warm process."""

    pid: int
    out: Path
    warm: "Warm"
    status: int | None = None

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it ended by itself just now
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = 40) -> dict[str, Any]:
        """Return what the crawl told, with its exit status; one that was killed tells nothing."""
        try:
            self.status = self.warm.line(seconds)["status"]
        except TimeoutError:
            self.kill()
            self.warm.line(10)
            raise
        told = json.loads(self.out.read_text() or "{}")
        return {**told, "status": self.status}


@dataclass
class Warm:
    """The warm process; one crawl at a time."""

    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crawlers.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.line(120)  # it is warm

    def line(self, seconds: float) -> dict[str, Any]:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if not ready:
            raise TimeoutError(f"no word from the crawl for {seconds} s")
        value: dict[str, Any] = json.loads(self.process.stdout.readline() or '{"status": -1}')
        return value

    def start(self, source: str, url: str, folder: Path, now: datetime | None = None, **env: str) -> Crawl:
        """Start a crawl of ``source`` into the database at ``url``, at the time ``now`` where one is given."""
        out = folder / f"crawl-{time.monotonic_ns()}.json"
        home = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        order = {
            "source": source,
            "url": url,
            "out": str(out),
            "now": now.isoformat() if now else None,
            "env": {"PATH": os.environ["PATH"], "HOME": str(folder), **home, "GPUDEALS_LOGS": str(folder), **env},
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return Crawl(self.line(30)["pid"], out, self)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def _child(order: dict[str, Any]) -> int:
    import resource

    from crawlers.gate import utc_now
    from crawlers.run import EXIT_STATUS, crawl_once, log_to_file
    from crawlers.secrets import redacted
    from crawlers.source import sources
    from db.engine import open_engine

    os.environ.clear()
    os.environ.update(order["env"])
    moment = datetime.fromisoformat(order["now"]) if order["now"] else None
    now = utc_now if moment is None else lambda: moment
    log_to_file(order["source"], now())
    engine = open_engine(order["url"])
    try:
        crawled = crawl_once(engine, sources()[order["source"]], now=now)
        told = {"run": crawled.run_id, "end": crawled.end, "message": crawled.message}
    except Exception as error:
        told = {"run": None, "end": "error", "message": redacted(f"{type(error).__name__}: {error}")}
    told["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(order["out"]).write_text(json.dumps(told))
    return EXIT_STATUS[str(told["end"])]


def main() -> None:
    import crawlers.ebay_browse
    import crawlers.hardwareswap
    import crawlers.run  # noqa: F401

    print("{}", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        Path(order["out"]).write_text("")
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = _child(order)
            finally:
                os._exit(status)
        print(json.dumps({"pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()

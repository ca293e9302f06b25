"""The web page and the API under load: readers while an import is writing.

    python -m tests.bench.bench_web [--rows 1000000] [--readers 20] [--seconds 60]
                                    [--database sqlite|postgresql|both|URL] [--keep FILE]

Goals with a million observations over 300 SKUs and 20 readers of one request a second each: every page
and route answers with p95 under 100 ms (streams: the first byte) and none fails; the first page with all
its assets is under 120 kB compressed. The catalog has fewer SKUs, so the others have no page of their own.
"""

import argparse
import gzip
import http.client
import itertools
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from db.engine import open_engine
from db.store import RevisionRow
from db.store.rollup import rebuild_daily
from tests.bench.databases import database, kinds_of, seconds
from tests.bench.live_offers import add_live_offers
from tests.bench.observations import LAST, SLUGS, fill
from tracker.catalog import catalog
from tracker.normalize import RULES_VERSION
from tracker.pricing.fairvalue import update_fair_values

CARD = "rtx-3090-24gb"
PATHS = (
    "/", "/?min_vram=24", "/?min_vram=24&max_price=900&sort=usd_per_gbps", "/market.csv?min_vram=16",
    f"/gpus/{CARD}", "/gpus/tesla-p40-24gb", "/deals", "/deals?every=true&min_vram=24", "/watches", "/health",
    "/healthz", "/api/v1/market", "/api/v1/market?min_vram=24&limit=20", "/api/v1/deals",
    "/api/v1/deals?all=true&limit=100", "/api/v1/gpus?limit=20", f"/api/v1/gpus/{CARD}",
    f"/api/v1/gpus/{CARD}/history",
    f"/api/v1/gpus/{CARD}/history?by=week", "/api/v1/catalog", "/api/v1/observations?limit=5000",
    f"/api/v1/observations?sku={CARD}&limit=5000", "/why/{why}",
)  # fmt: skip
LIMIT_MS, LIMIT_KB = 100, 120


def prepare(engine: Engine, rows: int) -> None:
    """Fill the database: observations with their listings, live offers, roll-up and fair values."""
    cards = [gpu.slug for gpu in catalog()]
    SLUGS[: len(cards)] = cards
    fill(engine, rows)
    with engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO raw_listing (id, source, external_id, state, first_seen, last_seen, missed, rules_version)"
                " SELECT DISTINCT listing_id, 'ebay', 'x' || listing_id, 'ended', observed_at, observed_at, 0, :rules"
                " FROM observation"
            ),
            {"rules": RULES_VERSION},
        )
    add_live_offers(engine, datetime.now(UTC))
    rebuild_daily(engine)
    with engine.begin() as conn:
        conn.execute(text("ANALYZE"))
    update_fair_values(engine)


def fill_once(url: str, rows: int) -> None:
    """Fill the database unless an earlier call did."""
    engine = open_engine(url)
    with engine.connect() as conn:
        filled = conn.execute(text("SELECT 1 FROM observation LIMIT 1")).first() is not None
    if not filled:
        print(f"filled in {seconds(lambda: prepare(engine, rows)):.0f} s ({LAST})")
    print(engine.dialect.name, flush=True)
    engine.dispose()


def _listing(external_id: str, model: str, price: int, now: datetime) -> RevisionRow:
    return RevisionRow(
        source="ebay", external_id=external_id, observed_at=now, seen_as="page", kind="ask", price_minor=price,
        title=f"{model} graphics card tested", currency="USD", shipping_minor=0, condition="used",
    )  # fmt: skip


def write_for_ever(url: str) -> None:
    """An import that does not end: pages of listings stored, read and priced as the service does it."""
    from tests.tracker.prices import store
    from tracker.ingest import ingest

    engine, source = open_engine(url), random.Random(1)
    models = [gpu.name for gpu in catalog()]
    for page in itertools.count():
        now = datetime.now(UTC) - timedelta(minutes=1)
        store(engine, [_listing(f"w{page}-{k}", source.choice(models), source.randrange(10_000, 200_000), now)
                       for k in range(200)])  # fmt: skip
        ingest(engine)
        update_fair_values(engine)
        print(page, flush=True)


class Readers:
    """Readers of one request a second each, and how long they waited."""

    def __init__(self, port: int, count: int, length: float, paths: list[str]) -> None:
        self.port, self.count, self.length, self.paths = port, count, length, paths
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []
        self._end = 0.0

    def run(self) -> None:
        self._end = time.monotonic() + self.length
        threads = [threading.Thread(target=self._read, args=(n,)) for n in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self, number: int) -> None:
        mine = random.Random(number)
        due = time.monotonic() + mine.random()
        while due < self._end:
            time.sleep(max(0.0, due - time.monotonic()))
            path = mine.choice(self.paths)
            try:
                status, wait, _ = ask(self.port, path)
                self.waits[path].append(1000 * wait)
                if status != 200:
                    self.failed.append(f"{status} {path}")
            except OSError as error:
                self.failed.append(f"{error} {path}")
            due += 1


def ask(port: int, path: str) -> tuple[int, float, bytes]:
    """Return status, seconds (of a stream until its first byte, else until its last) and the body as it was sent."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"accept-encoding": "gzip"})
    answer = connection.getresponse()
    if path.startswith("/api/v1/observations"):
        first = answer.read(1)
        wait = time.perf_counter() - began
        body = first + answer.read()
    else:
        body = answer.read()
        wait = time.perf_counter() - began
    connection.close()
    return answer.status, wait, body


def serve(url: str, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start ``gpudeals web`` and wait until it has read the market."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GPUDEALS_DB": url, "GPUDEALS_WEB_REQUESTS_PER_MINUTE": "1000000", "GPUDEALS_CONFIG": str(folder / "none.toml"),
    }  # fmt: skip
    (folder / "none.toml").touch()
    command = [sys.executable, "-c", "from tracker.cli.main import main; main()", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with suppress(OSError):
            if ask(port, "/")[0] == 200:
                return process, port
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("the page did not come up")


def first_page_kb(port: int) -> float:
    """Compressed size of the market page with everything that it loads."""
    _, _, body = ask(port, "/")
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(body).decode()))
    return (len(body) + sum(len(ask(port, asset)[2]) for asset in assets)) / 1000


def measure(url: str, readers: int, length: float, folder: Path) -> None:
    """Print what the readers waited."""
    server, port = serve(url, folder)
    writer = subprocess.Popen([sys.executable, "-m", "tests.bench.bench_web", "--write", url], stdout=subprocess.PIPE)
    try:
        size = first_page_kb(port)
        (found,) = re.findall(r'hx-get="/why/([^"]+)"', _plain(port, "/deals?every=true"))[:1] or ("ebay:none",)
        load = Readers(port, readers, length, [path.replace("{why}", found) for path in PATHS])
        before = cpu_seconds(server.pid)
        load.run()
        busy = cpu_seconds(server.pid) - before
    finally:
        writer.kill()
        server.terminate()
        pages = writer.stdout.read().count(b"\n") if writer.stdout else 0
        server.wait(20)
    _report(load, size, pages)
    print(f"the server was busy for {100 * busy / length:.0f} % of the time")


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, its start included; 0 where /proc does not say."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return 0.0
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plain(port: int, path: str) -> str:
    return gzip.decompress(ask(port, path)[2]).decode()


def _report(load: Readers, size: float, pages: int) -> None:
    for path, waits in sorted(load.waits.items(), key=lambda item: -p95(item[1])):
        print(f"{path:64} n={len(waits):4} median {statistics.median(waits):6.1f} ms  p95 {p95(waits):6.1f} ms")
    every = [wait for waits in load.waits.values() for wait in waits]
    print(
        f"{len(every)} requests, p95 {p95(every):.1f} ms (goal {LIMIT_MS}), "
        f"{len(load.failed)} failed {load.failed[:3]}; "
        f"{pages} pages of 200 listings were written; first page {size:.0f} kB (goal {LIMIT_KB})"
    )


def p95(waits: list[float]) -> float:
    """The wait that 19 of 20 do not exceed."""
    return sorted(waits)[min(len(waits) - 1, int(0.95 * len(waits)))]


def main() -> None:
    """Fill a database, serve it, read it, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--keep", type=Path, help="a SQLite file; filled where it is not yet, and kept")
    parser.add_argument("--write", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write_for_ever(options.write)
        return
    with tempfile.TemporaryDirectory(prefix="gpudeals-bench-", dir="/tmp") as folder:
        if options.keep:
            options.database = f"sqlite:///{options.keep.resolve()}"
        for kind in kinds_of(options.database):
            with database(kind, Path(folder)) as url:
                fill_once(url, options.rows)
                measure(url, options.readers, options.seconds, Path(folder))


if __name__ == "__main__":
    main()

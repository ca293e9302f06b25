"""``python -m crawlers.sandbox``: serves the simulated market to anyone on this machine."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from crawlers.sandbox.faults import fault_names
from crawlers.sandbox.redesigns import redesigns
from crawlers.sandbox.server import Sandbox


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(prog="python -m crawlers.sandbox", description=__doc__)
    made.add_argument("--port", type=int, default=8765, help="port on 127.0.0.1 (0: any free one)")
    made.add_argument("--seed", type=int, default=1, help="the same seed gives the same market")
    made.add_argument("--days", type=float, default=60, help="days of history before now")
    made.add_argument("--scale", type=float, default=1.0, help="size of the market")
    made.add_argument("--start", type=datetime.fromisoformat, help="first day (default: --days before now)")
    made.add_argument("--rate", type=float, default=1.0, help="simulated seconds in a real one (0: the clock stands)")
    made.add_argument("--fault", action="append", default=[], metavar="NAME", help="misbehave; --list names the faults")
    made.add_argument("--redesign", action="append", default=[], metavar="NAME", help="answer in a changed layout")
    made.add_argument("--list", action="store_true", help="list faults and redesigns, and end")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted. Return the exit status."""
    options = parser().parse_args(arguments)
    if options.list:
        print("faults:", *(f"  {name}: {meaning}" for name, meaning in fault_names().items()), sep="\n")
        print("redesigns:", *(f"  {name}: loses {change.field}" for name, change in redesigns().items()), sep="\n")
        return 0
    wrong = [name for name in options.redesign if name not in redesigns()]
    wrong += [name for name in options.fault if name not in fault_names()]
    if wrong:
        print(f"no fault or redesign is called {', '.join(wrong)}; --list names them", file=sys.stderr)
        return 2
    start = options.start or datetime.now(UTC).replace(microsecond=0) - timedelta(days=options.days)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    sandbox = Sandbox(
        options.seed, start=start, days=options.days, scale=options.scale, rate=options.rate, port=options.port
    )
    for name in options.fault:
        sandbox.faults.switch_on(name)
    sandbox.redesign.update(options.redesign)
    try:
        sandbox.start()
    except OSError as error:
        print(f"cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(
        f"simulated market (invented sellers and prices) at {sandbox.url}, seed {options.seed}, {sandbox.now:%Y-%m-%d}"
    )
    print(f"  GPUDEALS_EBAY_API_URL={sandbox.url}  GPUDEALS_REDDIT_URL={sandbox.url}", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

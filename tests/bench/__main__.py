"""``make bench``: every benchmark in turn, each in a process of its own.

    python -m tests.bench [NAME …]     such as normalize, history; all without a name

Figures are printed side by side within one run, with ratios; nothing here asserts. The last ones
stand in docs/figures.md with date and machine.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the benchmarks named on the command line, or all; return the worst exit status."""
    known = {path.stem.removeprefix("bench_"): f"tests.bench.{path.stem}" for path in sorted(HERE.glob("bench_*.py"))}
    names = sys.argv[1:] or list(known)
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {_processor()}")
    worst = 0
    surroundings = {"OPENBLAS_NUM_THREADS": "1", **os.environ}  # as the command line sets it
    for name in names:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", known[name]]
        worst = max(worst, subprocess.run(command, check=False, env=surroundings).returncode)
    return worst


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.processor()


if __name__ == "__main__":
    sys.exit(main())

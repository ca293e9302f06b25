"""The command reference of ``docs/commands.md``, made from the commands themselves.

``python -m tests.reference`` rewrites it; a test fails while it is out of date.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
INTRODUCTION = """# Commands

Made from `--help` by `python -m tests.reference`; a test keeps it true. `--db URL` or `GPUDEALS_DB` chooses the
database for every command; the settings are in `gpudeals.toml` (`gpudeals init` writes one). Commands that print
rows take `--format table|json|jsonl|csv`. Errors are one line on standard error and exit status 1, 2 for wrong usage.
"""


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command with its help, in the order of the program."""
    os.environ["TERMINAL_WIDTH"] = "100"
    from typer.main import get_command

    from tracker.cli.main import app

    yield from _walk(get_command(app), "gpudeals")


def _walk(command: Any, name: str) -> Iterator[tuple[str, str]]:
    context = command.make_context(name, [], resilient_parsing=True, terminal_width=100, max_content_width=100)
    context.info_name = name
    text = command.get_help(context)
    yield name, "\n".join(line.rstrip() for line in text.strip().splitlines())
    for sub in getattr(command, "commands", {}).values():
        yield from _walk(sub, f"{name} {sub.name}")


def reference() -> str:
    """Return the whole reference."""
    parts = [f"\n## {name}\n\n```\n{text}\n```\n" for name, text in commands()]
    return INTRODUCTION + "".join(parts)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{REFERENCE.name} written\n")

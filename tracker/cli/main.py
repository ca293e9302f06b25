"""``gpudeals``: puts the commands together and turns errors into one line.

Nothing heavy is imported here or at the top of a command module: ``gpudeals --help`` has to answer
at once, so pandas, SQLAlchemy, Scrapy and FastAPI are imported inside the commands that need them.
"""

import importlib
import os
import sys
from typing import Annotated

import typer

from db.errors import GpudealsError
from tracker.cli.output import plain

COMMAND_MODULES = (
    "demo",
    "init",
    "crawl",
    "importing",
    "normalize",
    "review",
    "market",
    "history",
    "watch",
    "web",
    "service",
    "catalog",
    "database",
)

app = typer.Typer(
    name="gpudeals",
    help="Tracks what used GPUs cost: reads listings to exact cards, remembers every price, finds deals.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _options(
    db: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Database, such as sqlite:///file.db or postgresql://host/name."),
    ] = None,
) -> None:
    if db:
        os.environ["GPUDEALS_DB"] = db


for _name in COMMAND_MODULES:
    importlib.import_module(f"tracker.cli.{_name}").register(app)


def _database_trouble(error: BaseException) -> str | None:
    """Return one line for what a database refuses (read-only, full disk, no server), else None."""
    exc = sys.modules.get("sqlalchemy.exc")
    if exc is None or not isinstance(error, exc.DBAPIError):
        return None
    return f"the database refused: {str(error.orig).strip().splitlines()[0]}"


def main() -> None:
    """Run the command line; exit status 0, 1 for an error of data or surroundings, 2 for wrong usage."""
    # Matrices here are small, and threads would only wait for each other; heeded when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except GpudealsError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))
    except Exception as error:
        line = _database_trouble(error)
        if line is None:
            raise
        _fail(line)


def _fail(line: str) -> None:
    print(f"gpudeals: {plain(line)}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()

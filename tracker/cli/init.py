"""``gpudeals init``: the settings file, commented, with every source's terms; and what is still missing."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from db.errors import GpudealsError
from db.settings import FILE_NAME
from tracker.cli.output import plain


def register(app: typer.Typer) -> None:
    """Add ``init``."""
    app.command("init")(init)


def init(
    path: Annotated[
        Path | None, typer.Argument(help=f"Where to; $GPUDEALS_CONFIG, else {FILE_NAME} in the working directory.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented gpudeals.toml and say which credentials are missing and how to get them."""
    from tracker.settings_file import settings_text

    target = path or Path(os.environ.get("GPUDEALS_CONFIG") or FILE_NAME)
    write(target, settings_text(secrets.token_urlsafe(24)), force=force)
    print(f"wrote {plain(target)}; every source in it is switched off")
    from crawlers.source import sources

    for source in sources().values():
        missing = source.missing()
        if missing:
            print(plain(f"- {missing}"))
    print("Without any key: save pages by hand and `gpudeals import` them, or try `gpudeals demo`.")


def write(target: Path, text: str, *, force: bool) -> None:
    """Write the file so that only its owner reads it. Raises GpudealsError where one is there and ``force`` is not."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        handle = os.open(target, flags, 0o600)
    except FileExistsError:
        raise GpudealsError(f"{target} is there already; --force overwrites it") from None
    except (IsADirectoryError, NotADirectoryError, FileNotFoundError, PermissionError) as error:
        raise GpudealsError(f"{target} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if sys.platform != "win32":
        target.chmod(0o600)

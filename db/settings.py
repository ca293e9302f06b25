"""The one settings file ``gpudeals.toml``: where it is, and how a house reads its part of it.

Every setting can be given in the environment too: ``[mail] from`` is ``GPUDEALS_MAIL_FROM``.
The environment wins over the file.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, ValidationError

from db.errors import GpudealsError

FILE_NAME = "gpudeals.toml"
PREFIX = "GPUDEALS_"


class Section(BaseModel):
    """A part of the settings file; a key that it does not know is an error, for it is a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


T = TypeVar("T", bound=BaseModel)


def settings_file() -> Path | None:
    """Return the settings file in use: ``GPUDEALS_CONFIG``, the working directory's, the user's, or None.

    Raises GpudealsError where ``GPUDEALS_CONFIG`` names a file that is not there.
    """
    named = os.environ.get("GPUDEALS_CONFIG")
    if named:
        if not Path(named).is_file():
            raise GpudealsError(f"GPUDEALS_CONFIG names {named}, and there is no such file")
        return Path(named)
    for path in (Path(FILE_NAME), user_config_path("gpudeals") / FILE_NAME):
        if path.is_file():
            return path
    return None


@cache
def _read(path: Path | None, _mtime: int) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GpudealsError(f"{path}: cannot be read as settings: {error}") from error


def raw_settings() -> dict[str, Any]:
    """Return the whole settings file as a mapping, empty where there is none."""
    path = settings_file()
    return _read(path, path.stat().st_mtime_ns if path else 0)


def section(name: str, model: type[T], environ: Mapping[str, str] | None = None) -> T:
    """Return section ``[name]`` as ``model``, with ``GPUDEALS_<NAME>_<KEY>`` laid over it.

    A dotted name (``sources.ebay``) goes down. Raises GpudealsError naming the key and the reason.
    """
    environ = os.environ if environ is None else environ
    part: Any = raw_settings()
    for step in name.split("."):
        part = part.get(step, {}) if isinstance(part, dict) else {}
    if not isinstance(part, dict):
        raise GpudealsError(f"{settings_file()}: [{name}] has to be a section")
    values = dict(part)
    stem = PREFIX + name.upper().replace(".", "_") + "_"
    for field_name, info in model.model_fields.items():
        key = info.alias or field_name
        given = environ.get(stem + key.upper())
        if given is not None:
            values[key] = given
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise GpudealsError(f"{settings_file() or 'environment'}: [{name}] {key}: {first['msg']}") from None


class DatabaseSection(Section):
    """``[db]``: where the data is kept."""

    url: str | None = None


def database_url(option: str | None = None) -> str:
    """Return the database to use: the option, ``GPUDEALS_DB``, ``[db] url``, or SQLite in the user's data folder."""
    chosen = option or os.environ.get("GPUDEALS_DB") or section("db", DatabaseSection).url
    return chosen or f"sqlite:///{user_data_path('gpudeals', ensure_exists=True) / 'gpudeals.db'}"

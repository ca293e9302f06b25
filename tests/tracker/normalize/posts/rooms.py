"""All modules of the reader of posts, for tests that look at every expression in them."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from tracker.normalize import posts

__all__ = ["rooms"]


def rooms() -> Iterator[tuple[str, ModuleType]]:
    """Yield the name of each module below ``posts``, such as ``prices.tying``, and the module."""
    prefix = f"{posts.__name__}."
    for info in walk_packages(posts.__path__, prefix):
        yield info.name.removeprefix(prefix), import_module(info.name)

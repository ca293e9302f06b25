"""What a source is, and how all of them are found: by walking ``crawlers.sources``, no list to edit."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from crawlers.settings import Policy, SourceSection, source_settings

if TYPE_CHECKING:
    from crawlers.running import Run


@dataclass(frozen=True, slots=True)
class Term:
    """A sentence of a market's terms, quoted, and where it stands."""

    text: str
    where: str


class Source(ABC):
    """One source; its class attributes say what a healthy run looks like and what the terms allow.

    A module of ``crawlers.sources`` holds one subclass: module name == ``name``, class name the same in CamelCase.
    It imports nothing heavy: what fetches is imported inside ``crawl``.
    """

    name: ClassVar[str]
    title: ClassVar[str]  # the market's name for people
    kind: ClassVar[str] = "crawl"  # of its runs: crawl, or import where a person brought the files
    required: ClassVar[tuple[str, ...]]  # fields that every listing has to have
    min_items: ClassVar[int]  # fewer in a run is a failure
    result_cap: ClassVar[int | None]  # most that the market shows of one search
    every: ClassVar[int]  # minutes between two crawls
    needs_credentials: ClassVar[bool]
    terms: ClassVar[tuple[Term, ...]]
    policy: ClassVar[Policy]  # what the terms leave, before the operator's settings

    @abstractmethod
    def markets(self) -> tuple[str, ...]:
        """Return the names under which its listings are stored (``RawListing.source``)."""

    @abstractmethod
    def missing(self) -> str | None:
        """Return one line that says which credentials are missing and how to get them, else None."""

    @abstractmethod
    def crawl(self, run: "Run") -> None:
        """Crawl once, store page by page. Raises CrawlError where it could not end normally."""

    def market(self, name: str) -> str:
        """Return the market meant by ``name``, which may be the source's own name."""
        return name if name in self.markets() else self.markets()[0]

    def settings(self) -> SourceSection:
        """Return what the operator set for it."""
        return source_settings(self.name)

    def interval(self) -> int:
        """Return the minutes between two crawls."""
        return self.settings().every or self.every


def class_name(module: str) -> str:
    """Return the class that module ``module`` has to hold."""
    return "".join(part.capitalize() for part in module.split("_"))


@cache
def sources() -> dict[str, Source]:
    """Return all sources by name, in the order of their names."""
    return {source.name: source for source in _found()}


def _found() -> Iterator[Source]:
    package = importlib.import_module("crawlers.sources")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        loaded = importlib.import_module(f"crawlers.sources.{module.name}")
        yield getattr(loaded, class_name(module.name))()


def source_of(name: str) -> Source | None:
    """Return the source called ``name`` or that feeds the market ``name``, None where there is none."""
    found = sources().get(name)
    if found is not None:
        return found
    return next((source for source in sources().values() if name in source.markets()), None)

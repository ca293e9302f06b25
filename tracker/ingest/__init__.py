"""Turns stored listings into offers and prices: read, dated, converted, counted once."""

from typing import Any

__all__ = ["IngestCounts", "ingest", "rebuild"]


def __getattr__(name: str) -> Any:
    """Load the database only when something is ingested: ``tracker.ingest.lines`` is wanted without it."""
    if name in __all__:
        from tracker.ingest import run

        return getattr(run, name)
    raise AttributeError(name)

"""Collects which rules fired, for ``explain``; costs nothing where nobody asked."""

from typing import Literal

from tracker.normalize.types import TraceStep

__all__ = ["Tracer"]


class Tracer:
    """A list of trace steps that is only kept when wanted."""

    __slots__ = ("_steps", "wanted")

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self._steps: list[TraceStep] = []

    def add(
        self,
        rule: str,
        detail: str,
        start: int | None = None,
        end: int | None = None,
        where: Literal["title", "body"] = "title",
    ) -> None:
        """Note a rule that fired, and where."""
        if self.wanted:
            self._steps.append(TraceStep(rule, detail, start, end, where))

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """The steps so far, in order."""
        return tuple(self._steps)

"""Expressions that are only tried where a few plain strings say that they can be found at all."""

import re
from collections.abc import Iterator

from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.needs import endings, needs

__all__ = ["Anchored", "Guarded"]


class Guarded:
    """An expression that is only searched where the text holds one of the strings that it needs."""

    __slots__ = ("_finditer", "_least", "_search", "_sub", "compiled", "needs")

    def __init__(self, expression: str, needed: tuple[str, ...] | None = None) -> None:
        self.compiled = finder(expression) if needed is None else re.compile(expression, re.ASCII)
        # An empty string stands in every text: nothing is known to be needed.
        self.needs = (needs((expression,)) if needed is None else needed) or ("",)
        self._least = min(map(len, self.needs))
        self._search, self._finditer, self._sub = self.compiled.search, self.compiled.finditer, self.compiled.sub

    def possible(self, text: str) -> bool:
        """Whether the expression can be found in ``text`` at all."""
        for needed in self.needs:  # noqa: SIM110 (a plain loop takes half the time)
            if needed in text:
                return True
        return False

    def search(self, text: str) -> re.Match[str] | None:
        """The first place of the expression in ``text``."""
        if len(text) < self._least:
            return None
        # As ``possible`` tells: this is called a hundred times a post.
        for needed in self.needs:
            if needed in text:
                return self._search(text)
        return None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All places of the expression in ``text``."""
        return self._finditer(text) if self.possible(text) else iter(())

    def sub(self, replacement: str, text: str) -> str:
        """``text`` with every place of the expression replaced."""
        return self._sub(replacement, text) if self.possible(text) else text


class Anchored(Guarded):
    """An expression at the end of a text, only searched where the text ends in one of its ways to end.

    ``filling`` are the characters that may stand between the expression and the end of the text. Where some of the
    fragments can end in any way, the strings that those need tell whether to search.
    """

    __slots__ = ("_endings", "_filling", "_of_open", "_within")

    def __init__(self, expression: str, fragments: tuple[str, ...], filling: str) -> None:
        super().__init__(expression, needs(fragments))
        is_open = {fragment: "" in endings((fragment,), filling)[0] for fragment in fragments}
        self._endings, self._within = endings([one for one in fragments if not is_open[one]], filling)
        opened = [one for one in fragments if is_open[one]]
        self._of_open = (needs(opened) or ("",)) if opened else ()
        self._filling = filling

    def search(self, text: str) -> re.Match[str] | None:
        """The expression at the end of ``text``."""
        if not text:
            return None
        bare = text.rstrip(self._filling)
        if bare.endswith(self._endings) or not self._within.isdisjoint(text[len(bare) :]):
            return super().search(text)
        for needed in self._of_open:
            if needed in text:
                return super().search(text)
        return None

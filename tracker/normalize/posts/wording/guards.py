"""Expressions that are only tried where a few plain strings say that they can be found at all.

Such a test is made some hundred times a post, so it is written out as a chain of ``in`` and compiled once, as
``namedtuple`` does with its methods: a loop over the strings takes half as long again.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from tracker.normalize.posts.wording.factoring import finder
from tracker.normalize.posts.wording.needs import endings, needs

__all__ = ["Anchored", "Guarded"]

_Search = Callable[[str], re.Match[str] | None]


def _holds_one(needed: Iterable[str]) -> str:
    """The source of a test whether ``text`` holds one of some strings."""
    return " or ".join(f"{one!r} in text" for one in needed)


def _searching(search: _Search, condition: str, **names: object) -> _Search:
    """What searches a text where ``condition``, in terms of ``text`` and ``names``, holds."""
    source = f"lambda text: search(text) if {condition} else None"
    searching: _Search = eval(source, {"search": search, **names})  # noqa: S307 (of strings written by repr)
    return searching


def _by_last_letter(endings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Ways to end by their last letters: most texts end in a letter of none or of a few."""
    found: dict[str, tuple[str, ...]] = {}
    for ending in endings:
        found[ending[-1]] = (*found.get(ending[-1], ()), ending)
    return found


class Guarded:
    """An expression that is only searched where the text holds one of the strings that it needs.

    ``possible`` tells whether it can be found in a text at all, ``search`` gives its first place.
    """

    __slots__ = ("_finditer", "_sub", "compiled", "needs", "possible", "search")

    def __init__(self, expression: str, needed: tuple[str, ...] | None = None) -> None:
        self.compiled = finder(expression) if needed is None else re.compile(expression, re.ASCII)
        # An empty string stands in every text: nothing is known to be needed.
        self.needs = (needs((expression,)) if needed is None else needed) or ("",)
        self._finditer, self._sub = self.compiled.finditer, self.compiled.sub
        condition = _holds_one(self.needs)
        self.possible: Callable[[str], bool] = eval(f"lambda text: {condition}")  # noqa: S307 (likewise)
        self.search = self.compiled.search if "" in self.needs else _searching(self.compiled.search, condition)

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

    __slots__ = ()

    def __init__(self, expression: str, fragments: tuple[str, ...], filling: str) -> None:
        super().__init__(expression, needs(fragments))
        is_open = {fragment: "" in endings((fragment,), filling)[0] for fragment in fragments}
        known, within = endings([one for one in fragments if not is_open[one]], filling)
        opened = [one for one in fragments if is_open[one]]
        of_open = (needs(opened) or ("",)) if opened else ()
        if "" in of_open or "" in known:
            return
        condition = f"(bare := text.rstrip({filling!r})).endswith(ends.get(bare[-1:], ()))"
        if within:
            condition += " or not within.isdisjoint(text[len(bare):])"
        if of_open:
            condition += f" or {_holds_one(of_open)}"
        self.search = _searching(self.compiled.search, condition, ends=_by_last_letter(known), within=within)

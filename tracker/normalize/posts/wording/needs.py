"""What a text must hold for an expression to be found in it, read from the expression itself."""

from collections.abc import Iterable, Iterator

from tracker.normalize.posts.wording.atoms import BLANK, Atom, Atoms, alternatives

__all__ = ["endings", "needs"]

_Strings = frozenset[str]
_MOST = 24
"""More strings take longer to look for than the expression itself."""
_MOST_FORMS = 4
_ENDING = 6
_NO_WIDTH = ("(?=", "(?!", "(?<", r"\b")


def _may_be_missing(atom: Atom) -> bool:
    return atom.times.startswith(("?", "*", "{0", "{,"))


def _pieces(atoms: Atoms) -> Iterator[_Strings]:
    """For each stretch of an alternative the strings of which one must stand in the text."""
    run = [""]
    for atom in (*atoms, BLANK):
        optional = Atom(atom.item).letter if atom.times == "?" else None
        if atom.letter is not None:
            run = [text + atom.letter for text in run]
        elif optional is not None and len(run) <= _MOST_FORMS:
            run += [text + optional for text in run]
        else:
            if "" not in run:
                yield frozenset(run)
            run = [""]
            inner = [] if _may_be_missing(atom) else [_of_alternative(option) for option in atom.options]
            if inner and all(inner):
                yield frozenset().union(*inner)


def _worth(needed: _Strings) -> tuple[int, int]:
    """Long and few strings are rare in a text."""
    return min(map(len, needed)), -len(needed)


def _of_alternative(atoms: Atoms) -> _Strings:
    return max(_pieces(atoms), key=_worth, default=frozenset())


def needs(expressions: Iterable[str]) -> tuple[str, ...]:
    """Strings of which one stands in every text in which one of ``expressions`` is found; none where that is open."""
    found: set[str] = set()
    for text in expressions:
        for atoms in alternatives(text):
            needed = _of_alternative(atoms)
            if not needed:
                return ()
            found |= needed
    least = sorted(one for one in found if not any(other in one for other in found - {one}))
    return tuple(least) if len(least) <= _MOST and not any(len(one) == 1 and one.isalnum() for one in least) else ()


def _endings_of(atoms: Atoms, room: int) -> set[str]:
    """How an alternative can end, up to ``room`` characters; an empty string where that is open."""
    if not atoms or not room:
        return {""}
    *before, last = atoms
    rest = tuple(before)
    if last.item.startswith(_NO_WIDTH):
        return _endings_of(rest, room)
    letters = " " if last == BLANK else Atom(last.item).letters
    known = rest if last == BLANK or last.times in ("", "?") else ()
    if letters:
        found = {text + letter for text in _endings_of(known, room - 1) for letter in letters}
    elif last.options:
        found = set().union(*(_endings_of((*known, *option), room) for option in last.options))
    else:
        found = {""}
    return found | _endings_of(rest, room) if _may_be_missing(last) else found


def endings(expressions: Iterable[str], filling: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """How a text ends that ends with one of ``expressions`` and ``filling``: what stands before the filling, or in it.

    Where that is open, it is the empty string.
    """
    all_of = {ending for text in expressions for atoms in alternatives(text) for ending in _endings_of(atoms, _ENDING)}
    within = frozenset(ending[-1] for ending in all_of if ending.strip(" ") and not ending.rstrip(filling))
    found = {ending.rstrip(filling).rpartition(" ")[2] for ending in all_of if ending[-1:] not in within}
    return tuple(sorted(one for one in found if not any(one.endswith(other) for other in found - {one}))), within

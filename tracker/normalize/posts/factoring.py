"""Alternatives as one expression that tries each first letter once.

Python tries the alternatives of an expression one after another at every place of a text. So they are
written out until they begin with plain letters, and brought together by them. The result matches what
the plain alternation matches, at the same places.
"""

import re
from collections.abc import Iterable

from tracker.normalize.posts.atoms import BLANK, Atom, Atoms, alternatives

__all__ = ["factored"]


def _excludes_others(atom: Atom) -> bool:
    """Whether no other atom of this kind matches where it does."""
    return atom == BLANK or (atom.letter is not None and not atom.letter.isspace())


def _opened(atoms: Atoms) -> list[Atoms]:
    """The same alternative written out until each form begins with a plain letter, as far as that can be."""
    if not atoms or _excludes_others(atoms[0]):
        return [atoms]
    head, rest = atoms[0], atoms[1:]
    if head.times == "?":
        return [*_opened((Atom(head.item), *rest)), *_opened(rest)]
    if head.times:
        return [atoms]
    if head.options:
        return [one for option in _merged(head.options) for one in _opened(option + rest)]
    return [(Atom(re.escape(letter)), *rest) for letter in head.letters] or [atoms]


def _by_head(alternatives: Iterable[Atoms]) -> list[tuple[Atom | None, list[Atoms]]]:
    """Alternatives with the same head brought together, as far as none in between could match there too."""
    groups: list[tuple[Atom | None, list[Atoms]]] = []
    for atoms in alternatives:
        head = atoms[0] if atoms and _excludes_others(atoms[0]) else None
        place = len(groups) - 1
        while head and place >= 0 and groups[place][0] not in (None, head):
            place -= 1
        if head and place >= 0 and groups[place][0] == head:
            groups[place][1].append(atoms[1:])
        else:
            groups.append((head, [atoms[1:] if head else atoms]))
    return groups


def _merged(options: list[Atoms]) -> list[Atoms]:
    """The options of a group, those with the same first letter as one."""
    return [
        rests[0] if head is None else (head, Atom(_render(rests))) if len(rests) > 1 else (head, *rests[0])
        for head, rests in _by_head(options)
    ]


def _render(alternatives: list[Atoms]) -> str:
    branches = [
        str(head or "") + ("".join(map(str, rests[0])) if len(rests) == 1 else _render(rests))
        for head, rests in _by_head(alternatives)
    ]
    return f"(?:{'|'.join(branches)})"


def factored(expressions: Iterable[str]) -> str:
    """One expression for any of ``expressions``, the first that fits."""
    return _render([one for text in expressions for atoms in alternatives(text) for one in _opened(atoms)])

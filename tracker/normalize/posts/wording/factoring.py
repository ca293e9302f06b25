"""Alternatives as one expression that tries each first letter once.

Python tries the alternatives of an expression one after another at every place of a text. So they are
written out until they begin with plain letters, and brought together by them. The result matches what
the plain alternation matches, at the same places.

Where all begin with plain letters, a search skips to those letters, unless something stands before them.
So what must not stand before the words is only looked at behind their second letter, which few places reach.
A single expression is written so too by ``finder``.

Letters and digits are those of ASCII, which are told by a table; of others Python asks four questions each.
"""

import re
from collections.abc import Iterable

from tracker.normalize.posts.wording.atoms import BLANK, Atom, Atoms, alternatives

__all__ = ["factored", "finder"]


_LOOK_BEHIND = re.compile(r"\(\?<([=!])(.*)\)|(\^|\\b)", re.DOTALL)
_NO_WIDTH = re.compile(r"\(\?[=!<]|[\^$]|\\[bB]")
_SEVERAL = re.compile(r"\{([1-9]\d*)(?:,(\d*))?\}")
_CAPTURES = re.compile(r"(?<!\\)\((?!\?)|\(\?P<")
_FEW_HEADS = 17
"""First letters that a search skips to with gain; of more, the beginning of a word is the rarer thing."""
_DEPTH = 2
"""Letters before the look at what stands before the word."""


def _letter_first(atoms: Atoms) -> Atoms:
    """The same alternative with a letter before what is looked at behind it: ``s(?<!boot s)creen``."""
    behind = 0
    while behind < len(atoms) and _LOOK_BEHIND.fullmatch(str(atoms[behind])):
        behind += 1
    if not behind or behind == len(atoms) or atoms[behind].letter is None:
        return atoms
    letter = atoms[behind]
    return (letter, *(_look_back(atom, letter) for atom in atoms[:behind]), *atoms[behind + 1 :])


def _look_back(atom: Atom, letter: Atom) -> Atom:
    match = _LOOK_BEHIND.fullmatch(atom.item)
    assert match is not None
    sign, body, anchor = match.groups()
    return Atom(f"(?<{sign}(?:{body}){letter})" if sign else f"(?<={anchor}{letter})")


def _may_begin(atoms: Atoms, letter: str) -> bool:
    """Whether an alternative without a plain head may begin with a letter all the same."""
    first = next((atom for atom in atoms if not _NO_WIDTH.match(atom.item)), None)
    if first is None or first.times or not first.item.startswith(("[", "\\d")):
        return True
    return re.match(first.item, letter) is not None


def _excludes_others(atom: Atom) -> bool:
    """Whether no other atom of this kind matches where it does."""
    return atom == BLANK or (atom.letter is not None and not atom.letter.isspace())


def _once(atom: Atom) -> Atoms:
    """What stands several times as one of it, which is told from other heads at once, and the rest; else nothing."""
    several = _SEVERAL.fullmatch("{1,}" if atom.times == "+" else atom.times)
    if several is None:
        return ()
    bounds = several[1], several[1] if several[2] is None else several[2]
    fewer = ",".join(str(int(bound) - 1) if bound else "" for bound in bounds)
    return (Atom(atom.item), Atom(atom.item, f"{{{fewer}}}"))


def _opened(atoms: Atoms) -> list[Atoms]:
    """The same alternative written out until each form begins with a plain letter, as far as that can be."""
    if not atoms or _excludes_others(atoms[0]):
        return [atoms]
    head, rest = atoms[0], atoms[1:]
    if head.times == "?":
        return [*_opened((Atom(head.item), *rest)), *_opened(rest)]
    if _LOOK_BEHIND.fullmatch(str(head)):
        return [(head, *one) for one in _opened(rest)]
    if head.times:
        once = _once(head)
        return _opened((*once, *rest)) if once else [atoms]
    if head.options:
        return [one for option in _merged(head.options) for one in _opened(option + rest)]
    return [(Atom(re.escape(letter)), *rest) for letter in head.letters] or [atoms]


def _by_head(alternatives: Iterable[Atoms]) -> list[tuple[Atom | None, list[Atoms]]]:
    """Alternatives with the same head brought together, as far as none in between could match there too."""
    groups: list[tuple[Atom | None, list[Atoms]]] = []
    for atoms in alternatives:
        head = atoms[0] if atoms and _excludes_others(atoms[0]) else None
        place = len(groups) - 1
        while head and place >= 0 and groups[place][0] != head:
            letter = head.letter
            if groups[place][0] is None and (letter is None or _may_begin(groups[place][1][0], letter)):
                break
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


def _render_behind(alternatives: list[Atoms], behind: str, letters: str = "", depth: int = 0) -> str:
    """As ``_render``, with a look at ``behind`` after the first letters of each branch."""
    branches = []
    for head, rests in _by_head(alternatives):
        if head is None or head.letter is None or depth == _DEPTH:
            rest = "".join(map(str, rests[0])) if len(rests) == 1 else _render(rests)
            branches.append(f"(?<!{behind}{letters}){head or ''}{rest}")
        else:
            branches.append(str(head) + _render_behind(rests, behind, letters + str(head), depth + 1))
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _written_out(expressions: Iterable[str]) -> list[Atoms]:
    return [one for text in expressions for atoms in alternatives(text) for one in map(_letter_first, _opened(atoms))]


def _begin_with_few_letters(found: list[Atoms]) -> bool:
    heads = [head for head, _ in _by_head(found)]
    return len(heads) <= _FEW_HEADS and all(head is not None and head.letter is not None for head in heads)


def finder(expression: str) -> re.Pattern[str]:
    """What finds an expression in a text: written with plain letters first, so that a search skips to them.

    It stays as it is where that is no gain, or where a group that captures would be written out twice.
    """
    plain, found = re.compile(expression, re.ASCII), _written_out((expression,))
    if not _begin_with_few_letters(found):
        return plain
    rendered = _render(found)
    if plain.groups and len(_CAPTURES.findall(rendered)) != len(_CAPTURES.findall(expression)):
        return plain
    return re.compile(rendered, re.ASCII)


def factored(expressions: Iterable[str], behind: str = "") -> str:
    """One expression for any of ``expressions``, the first that fits, with no character of ``behind`` before it."""
    found = _written_out(expressions)
    if not behind:
        return _render(found)
    if _begin_with_few_letters(found):
        return _render_behind(found, behind)
    return f"(?<!{behind}){_render(found)}"

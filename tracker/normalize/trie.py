"""Many names as one regular expression that tries each letter once."""

import re
from collections.abc import Iterable
from typing import TypeAlias

_Node: TypeAlias = dict[str, "_Node"]
_END = ""
#: What a blank in a name may be in a text: nothing, blanks, a hyphen or an underscore.
NAME_GAP = r"(?:[-_]| {0,4})"
#: What a blank in a phrase may be.
WORD_GAP = r"[ -]{1,3}"


def trie_pattern(names: Iterable[str], gap: str = NAME_GAP) -> str:
    """Return a pattern for any of ``names``, longest first at every letter; blanks match ``gap``."""
    root: _Node = {}
    for name in names:
        node = root
        for letter in name:
            node = node.setdefault(letter, {})
        node[_END] = {}
    return _render(root, gap)


def _render(node: _Node, gap: str) -> str:
    branches, ends = [], False
    letters = []
    # A gap can be nothing, so that letters come first: V100S is no V100 with something behind it.
    for letter, child in sorted(node.items(), key=lambda item: item[0] == " "):
        if letter == _END:
            ends = True
            continue
        head = gap if letter == " " else re.escape(letter)
        tail = _render(child, gap)
        if tail:
            branches.append(head + tail)
        else:
            letters.append(head)
    if letters:
        branches.append(letters[0] if len(letters) == 1 else "[" + "".join(letters) + "]")
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and not ends else "(?:" + "|".join(branches) + ")"
    return body + "?" if ends else body

"""What the columns of a table are: the item, the price, the local price, the status, the count."""

import re

from tracker.normalize.posts.wording.words import fragments

__all__ = ["SHIP", "Piece", "role_of", "roles_of"]

Piece = tuple[int, int, str]
"""A cell before it is known what its column is: start, end, and its words."""

_ROLE_NAMES = (
    "bulk", "had", "ignored", "local", "newest", "price", "shipping", "status", "quantity", "notes", "type", "item",
)  # fmt: skip
_ROLES = tuple((role, re.compile("|".join(fragments(f"table.{role}")))) for role in _ROLE_NAMES)


def role_of(header: str) -> str:
    """What a column is, by its heading."""
    return next((role for role, words in _ROLES if words.search(header)), "unknown") if header.strip() else "unknown"


SHIP = re.compile(r"(?:to )?ship")
_CASH = re.compile(r"(?:in )?cash(?: price)?")
_DESCRIBES = re.compile(r"descri|what it|about")


def _by_headings(header: list[Piece]) -> list[str]:
    roles = [role_of(words) for _, _, words in header]
    if "item" not in roles:
        for place, role in enumerate(roles):
            if role in ("unknown", "type"):
                roles[place] = "item"
                break
    if roles.count("item") > 1:
        # A description beside the item's own column tells of it.
        described = [place for place, (_, _, words) in enumerate(header) if _DESCRIBES.search(words)]
        for place in described[: roles.count("item") - 1]:
            roles[place] = "notes" if roles[place] == "item" else roles[place]
    # Beside ``Local`` alone, ``Ship`` heads the prices for those who have it shipped.
    if "local" in roles and not {"price", "newest", "shipping"} & set(roles):
        # ``Cash`` heads the prices where no other column does, and says nothing of who collects.
        roles = [
            "price" if role == "local" and _CASH.fullmatch(words) else role
            for role, (_, _, words) in zip(roles, header, strict=True)
        ]
    only = next((role for role in ("newest", "shipping", "bulk") if role in roles and "price" not in roles), None)
    if only in ("newest", "bulk") or (
        only == "shipping" and "local" in roles and any(SHIP.fullmatch(words) for _, _, words in header)
    ):
        roles = ["price" if role == only else role for role in roles]
    return roles


_NUMBERED = re.compile(r"#|n(?:o|r|um|umber)\.?")


def _without_ordinals(roles: list[str], header: list[Piece], rows: list[list[Piece]]) -> list[str]:
    """The roles, where a column that runs 1, 2, 3 under ``#`` numbers the rows and counts nothing."""
    ordinals = [str(number) for number in range(1, len(rows) + 1)]
    return [
        "ordinal"
        if role == "quantity"
        and _NUMBERED.fullmatch(header[column][2])
        and [row[column][2].strip("#. ") for row in rows if column < len(row)] == ordinals
        and len(rows) > 1
        else role
        for column, role in enumerate(roles)
    ]


_COUNTS = re.compile(r"^(?:still )?avail\w*|^still |^(?:originally|original|total|initial(?:ly)?|at first)$")
_COUNT = re.compile(r"\W{0,3}(?:x ?)?\d{1,2}(?: ?x| left| avail\w*|(?: of | ?/ ?)\d{1,2})?\W{0,3}")
_NONE = re.compile(r"(?:none|sold(?: out)?|all gone|gone|nil|-)?")


def _with_counts(roles: list[str], header: list[Piece], rows: list[list[Piece]]) -> list[str]:
    """The roles, where a column that most rows fill with a bare count counts under ``Available`` or ``Total``."""
    found = list(roles)
    for column, (_, _, words) in enumerate(header):
        if roles[column] not in ("quantity", "had") and _COUNTS.search(words):
            cells = [row[column][2] for row in rows if column < len(row) and not _NONE.fullmatch(row[column][2])]
            if cells and 2 * sum(_COUNT.fullmatch(words) is not None for words in cells) > len(cells):
                found[column] = "quantity" if "avail" in words or words.startswith("still") else "had"
    return found


def roles_of(header: list[Piece], rows: list[list[Piece]]) -> list[str]:
    """What each column is, by its heading and by what its rows hold."""
    return _with_counts(_without_ordinals(_by_headings(header), header, rows), header, rows)

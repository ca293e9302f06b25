"""The few SQL forms that every write is made of; the same code for SQLite and PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, TableClause, text
from sqlalchemy.dialects import postgresql, sqlite

from db.store.text import NUL_PICTURE, clean, is_plain

#: Keys in one IN (...): far below 32,766 bind parameters (SQLite) and 65,535 (PostgreSQL).
CHUNK = 1000
WRITER_LOCK = 0x6770755F77726974

_TEXT = (str, dict, list, tuple)  # what may hold text

T = TypeVar("T")


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the items in lists of at most ``size``."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def lock_writers(conn: Connection) -> None:
    """Let one writer at a time pass until the transaction ends.

    SQLite has done so with ``engine.begin()``. On PostgreSQL an advisory lock does the same, so that
    what is read before a write still holds when it is written, and no two writers can deadlock.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def insert_for(conn: Connection) -> Callable[[TableClause], Any]:
    """Return the dialect's INSERT, which both know with ON CONFLICT."""
    return postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert


def insert_rows(conn: Connection, table: TableClause, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same keys."""
    if rows:
        conn.execute(insert_for(conn)(table), rows)


def insert_missing(conn: Connection, table: TableClause, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        conn.execute(insert_for(conn)(table).on_conflict_do_nothing(), rows)


def upsert(conn: Connection, table: TableClause, rows: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
    """Insert rows that all have the same keys, or overwrite those with the same ``key``."""
    if not rows:
        return
    statement = insert_for(conn)(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    if changed:
        conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)
    else:
        conn.execute(statement.on_conflict_do_nothing(), rows)


def storable(conn: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` with text that the database can hold; see ``clean``."""
    odd = [name for name, value in row.items() if isinstance(value, _TEXT) and not is_plain(value)]
    if not odd:
        return row
    nul = "\x00" if conn.dialect.name == "sqlite" else NUL_PICTURE
    return row | {name: clean(row[name], nul) for name in odd}

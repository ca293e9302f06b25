"""The few SQL forms that every write is made of; the same code for SQLite and PostgreSQL."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    String,
    TableClause,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from db.store.text import NUL_PICTURE, clean, is_plain

#: Keys in one IN (...): far below 32,766 bind parameters (SQLite) and 65,535 (PostgreSQL).
CHUNK = 1000
WRITER_LOCK = 0x6770755F77726974

_TEXT = (str, dict, list, tuple)  # what may hold text

T = TypeVar("T")


def _skip(statement: Any) -> Any:
    """Leave a row as it is whose key is there already."""
    return statement.on_conflict_do_nothing()


def _instant(value: object) -> str:
    """Return a time for JSON."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    if value.tzinfo is None:
        raise ValueError(f"the time {value} has no time zone")
    return value.astimezone(UTC).isoformat()


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_instant).encode


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


def among(conn: Connection, key: ColumnElement[int], keys: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that ``key`` is one of ``keys``; at most ``CHUNK`` of them, see there.

    On PostgreSQL they go as one array, so that a statement is the same one for any number of keys and
    is planned once.
    """
    if conn.dialect.name == "postgresql":
        return key == any_(literal(list(keys), postgresql.ARRAY(BigInteger)))
    return key.in_(keys)


def insert_for(conn: Connection) -> Callable[[TableClause], Any]:
    """Return the dialect's INSERT, which both know with ON CONFLICT."""
    return postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert


def insert_rows(conn: Connection, table: TableClause, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same keys."""
    if rows:
        conn.execute(insert_for(conn)(table), rows)


def insert_page(
    conn: Connection, table: TableClause, rows: Sequence[dict[str, Any]], then: Callable[[Any], Any] = _skip
) -> None:
    """Insert rows of different keys that all have the same columns; ``then`` says what if a key is there already.

    The driver of PostgreSQL executes one statement a row, so there all rows go as one JSON text in one statement.
    """
    if rows:
        statement = _insert_of_page(conn.dialect.name, table, tuple(rows[0]), then)
        conn.execute(statement, rows if conn.dialect.name == "sqlite" else {"rows": _encode(rows)})


@cache
def _insert_of_page(dialect: str, table: TableClause, names: tuple[str, ...], then: Callable[[Any], Any]) -> Any:
    if dialect == "sqlite":
        return then(sqlite.insert(table))
    columns = (column(name, table.c[name].type) for name in names)
    page = cast(bindparam("rows", type_=String), JSON)
    given = func.json_to_recordset(page).table_valued(*columns, name="given").render_derived(with_types=True)
    return then(postgresql.insert(table).from_select(list(names), select(*(given.c[name] for name in names))))


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

"""Open the database by its URL: SQLite as it has to be set up, PostgreSQL, and the schema brought up to date."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError, ProgrammingError

from db.errors import GpudealsError
from db.migrations import HEAD

#: How long a writer waits for another one before it gives up; a page takes milliseconds, a purge seconds.
BUSY_SECONDS = 60.0
#: How long a connection may rest before it is asked whether its server is still there.
_IDLE_SECONDS = 1.0
_SQLITE_HEADER = b"SQLite format 3\0"


class DamagedDatabaseError(GpudealsError):
    """The file is no SQLite database, or no longer one."""


def open_engine(url: str, *, read_only: bool = False, migrate: bool = True) -> Engine:
    """Return an engine on the database at ``url``, whose tables are those of this program.

    ``engine.begin()`` is a writer: on SQLite it takes the write lock at once, so that processes
    queue instead of failing. ``engine.connect()`` is for reading and blocks nobody.
    With ``migrate`` an older or empty database is brought up to date first. Raises GpudealsError
    where the database cannot be opened, is none of ours, or is newer than this program.
    """
    parsed = _parse(url)
    engine = (_sqlite if parsed.get_backend_name() == "sqlite" else _postgresql)(parsed, read_only)
    try:
        with _explained(parsed):
            _ensure_schema(engine, parsed, migrate and not read_only)
    except GpudealsError:
        engine.dispose()
        raise
    return engine


@contextmanager
def opened(url: str, *, read_only: bool = False) -> Iterator[Engine]:
    """Yield ``open_engine(url)`` and close its connections at the end."""
    engine = open_engine(url, read_only=read_only)
    try:
        yield engine
    finally:
        engine.dispose()


def safe_name(url: str | URL) -> str:
    """Return the URL as it may be shown: without a password or query; for SQLite the file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.database or "memory"
    host, port, database = parsed.host, parsed.port, parsed.database
    return URL.create("postgresql", host=host, port=port, database=database).render_as_string()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise GpudealsError(
            "the database has to be given as a URL, such as sqlite:////home/me/gpudeals.db or postgresql://host/name"
        ) from None
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        if find_spec("psycopg") is None:
            raise GpudealsError("PostgreSQL needs psycopg: install gpudeals[postgres]")
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    raise GpudealsError(f"databases of type {parsed.drivername} are not supported; use sqlite:/// or postgresql://")


def _sqlite(url: URL, read_only: bool) -> Engine:
    connect_args: dict[str, Any] = {"timeout": BUSY_SECONDS}
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        _check_file(path, read_only)
        if read_only:
            # Without a folder to write to, SQLite cannot share a WAL database; nobody can change it then either.
            frozen = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
            uri = path.absolute().as_uri() + "?mode=ro" + ("&immutable=1" if frozen else "")
            url = URL.create("sqlite", database=uri, query={"uri": "true"})
    engine = create_engine(url, connect_args=connect_args)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        # We say BEGIN ourselves; the driver would do so only before the first write.
        connection.isolation_level = None
        if not read_only:
            _switch_to_wal(connection)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "cache_size=-32000",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes") and not read_only
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    _let_begin_write(engine)
    return engine


def _check_file(path: Path, read_only: bool) -> None:
    if not path.exists():
        if read_only:
            raise GpudealsError(f"there is no database at {path} yet; `gpudeals import` or `gpudeals crawl` makes one")
        if not path.parent.is_dir():
            raise GpudealsError(f"the folder of the database {path} does not exist")
        if not os.access(path.parent, os.W_OK):
            raise GpudealsError(f"no database can be made at {path}: the folder cannot be written to")
        return
    if path.is_dir():
        raise GpudealsError(f"{path} is a folder and not a database")
    try:
        with path.open("rb") as file:
            header = file.read(len(_SQLITE_HEADER))
    except OSError as error:
        raise GpudealsError(f"the database {path} cannot be read: {error.strerror}") from None
    if header and header != _SQLITE_HEADER:
        raise DamagedDatabaseError(f"{path} is not a SQLite database")
    if not read_only and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise GpudealsError(f"the database {path} is read-only: it and its folder have to be writable")


def _switch_to_wal(connection: Any) -> None:
    """Set WAL. The first switch needs the file for itself and does not heed the busy timeout."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _let_begin_write(engine: Engine) -> None:
    @contextmanager
    def begin() -> Iterator[Connection]:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    setattr(engine, "begin", begin)  # noqa: B010  (a method is replaced, which a type checker refuses)


def _postgresql(url: URL, read_only: bool) -> Engine:
    options = "-c timezone=UTC" + (" -c default_transaction_read_only=on" if read_only else "")
    engine = create_engine(url, connect_args={"options": options, "connect_timeout": 10})
    _ask_the_rested(engine)
    return engine


def _ask_the_rested(engine: Engine) -> None:
    """Replace a connection that rested and lost its server; asking each time costs a crawl a tenth of its pace."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    """Turn what the driver says while opening into one line without the password."""
    name = safe_name(url)
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
        if url.password:
            reason = reason.replace(str(url.password), "***")
        if "readonly" in reason:
            raise GpudealsError(f"the database {name} is read-only") from None
        if "not a database" in reason or "malformed" in reason:
            raise DamagedDatabaseError(f"{name} is not a SQLite database or is damaged: {reason}") from None
        raise GpudealsError(f"the database {name} cannot be opened: {reason}") from None


def schema_version(engine: Engine) -> str | None:
    """Return the schema version that the database says it has, or None for one without our tables."""
    with engine.connect() as connection:
        try:
            version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" not in str(error.orig):
                raise
            return None
    return version


def _ensure_schema(engine: Engine, url: URL, migrate: bool) -> None:
    version = schema_version(engine)
    if version is None and engine.dialect.name == "sqlite" and (tables := inspect(engine).get_table_names()):
        # Another process may have made them since the version was asked for.
        version = schema_version(engine)
        if version is None:
            raise GpudealsError(f"{safe_name(url)} is the database of another program (it has a table {tables[0]})")
    if version == HEAD:
        return
    if version is not None and (not version.isdigit() or int(version) > int(HEAD)):
        raise GpudealsError(
            f"the database {safe_name(url)} has schema {version}, newer than this program, which knows {HEAD}: "
            "update gpudeals"
        )
    if not migrate:
        what = "is empty" if version is None else f"has schema {version}, this program needs {HEAD}"
        raise GpudealsError(f"the database {safe_name(url)} {what}: run `gpudeals db upgrade`")
    from db.migrations.upgrade import upgrade

    upgrade(engine)

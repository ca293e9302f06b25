"""``python -m db.migrations.regenerate``: write the one unreleased migration anew from the models.

With ``--add "what changed"`` it leaves the released ones alone and writes the next; then raise
``HEAD`` in ``db/migrations/__init__.py`` to its number.
"""

import argparse
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from db.migrations.upgrade import alembic_config

VERSIONS = Path(__file__).parent / "versions"


def regenerate(message: str | None = None) -> Path:
    """Return the file written: revision 0001 from nothing, or with ``message`` the next one."""
    if message is None:
        for path in VERSIONS.glob("0001_*.py"):
            path.unlink()
    number = 1 + max((int(path.name[:4]) for path in VERSIONS.glob("[0-9]*.py")), default=0)
    with create_engine("sqlite://").connect() as connection:
        config = alembic_config(connection)
        if number > 1:
            command.upgrade(config, "head")
        command.revision(config, message or "first tables", autogenerate=True, rev_id=f"{number:04}")
    return next(VERSIONS.glob(f"{number:04}_*.py"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--add", metavar="MESSAGE", help="add a migration instead of writing the first one anew")
    print(regenerate(parser.parse_args().add))

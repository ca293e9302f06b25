"""Fixtures of the database's tests."""

from pathlib import Path

import pytest


@pytest.fixture
def target(sqlite_template: bytes, tmp_path: Path) -> str:
    path = tmp_path / "target.db"
    path.write_bytes(sqlite_template)
    return f"sqlite:///{path}"

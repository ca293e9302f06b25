"""Saying stop: by the signed link in a mail, in one click (RFC 8058)."""

import os
import secrets
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import Engine, select

from db import light
from db.store.outbox import cancel_alerts, set_watch
from tracker.alerts.tokens import watches_of_token
from tracker.settings import web_settings

_watch = light.watch


def unsubscribe_secret() -> str:
    """Return the secret that signs unsubscribe tokens: the web token of the settings, else one kept in a file.

    It is never in the database, so that no backup holds it.
    """
    chosen = web_settings().token
    if chosen:
        return chosen
    path = user_data_path("gpudeals", ensure_exists=True) / "mail-secret"
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    """Write a new secret; of several processes at once one wins, and none sees half of it."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_urlsafe(24).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def watches_to_end(engine: Engine, token: str) -> list[str]:
    """Return the names of the watches that ``token`` ends, none for a forged one. Changes nothing: for GET."""
    with engine.connect() as conn:
        rows = conn.execute(select(_watch.c.id, _watch.c.name, _watch.c.email)).all()
    ended = set(watches_of_token(unsubscribe_secret(), token, {row.id: row.email for row in rows}))
    return sorted(row.name for row in rows if row.id in ended)


def unsubscribe(engine: Engine, token: str) -> list[str]:
    """End the watches that ``token`` names and cancel what waits to be sent for them; return their names.

    For POST: doing it again changes nothing more. A forged token ends nothing and returns an empty list.
    """
    with engine.begin() as conn:
        rows = conn.execute(select(_watch.c.id, _watch.c.name, _watch.c.email)).all()
        ended = watches_of_token(unsubscribe_secret(), token, {row.id: row.email for row in rows})
        for watch_id in ended:
            set_watch(conn, watch_id, enabled=False)
        cancel_alerts(conn, ended, "unsubscribed")
    return sorted(row.name for row in rows if row.id in ended)

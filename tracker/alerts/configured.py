"""The watches of ``[[watches]]`` in the settings file, kept in step with those of the database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from db.errors import GpudealsError
from db.settings import raw_settings
from db.store.outbox import remove_watch
from tracker.alerts.addresses import header
from tracker.alerts.settings import mail_settings
from tracker.alerts.watches import Watch, add_watch, edit_watch, parse_rule, watches

ORIGIN = "settings"


def sync_settings_watches(conn: Connection, now: datetime) -> list[str]:
    """Make the watches of the settings file those of origin ``settings``; return in words what cannot be read.

    One that cannot be read leaves the others, and what was made of it before, as they are.
    """
    written = raw_settings().get("watches", [])
    if not isinstance(written, list) or not all(isinstance(entry, dict) for entry in written):
        return ["the settings file has to hold watches as [[watches]] tables"]
    known = {watch.name: watch for watch in watches(conn)}
    problems, names = [], set()
    for number, entry in enumerate(written, 1):
        name = header(entry.get("name", f"settings-{number}"), 60)
        try:
            if name in names:
                raise GpudealsError("the name is there twice")
            names.add(name)
            _sync(conn, name, entry, known.get(name), now)
        except GpudealsError as error:
            problems.append(f"[[watches]] {name}: {error}")
    for watch in known.values():
        if watch.origin == ORIGIN and watch.name not in names:
            remove_watch(conn, watch.id)
    return problems


def _sync(conn: Connection, name: str, entry: Mapping[str, Any], known: Watch | None, now: datetime) -> None:
    if known is not None and known.origin != ORIGIN:
        raise GpudealsError("a watch made by command or on the page has that name; choose another")
    rest = {key: value for key, value in entry.items() if key != "name"}
    email = rest.pop("email", None) or mail_settings().to
    if email is None:
        raise GpudealsError("no address: give email, or set [mail] to")
    values: dict[str, Any] = {
        "email": str(email),
        "delivery": str(rest.pop("delivery", "instant")),
        "quiet_hours": None if (quiet := rest.pop("quiet_hours", None)) is None else str(quiet),
        "enabled_until": read_day(rest.pop("until", None)),
    }
    rule = parse_rule(rest)
    if known is None:
        add_watch(conn, rule=rule, name=name, origin=ORIGIN, now=now, **values)
    else:
        edit_watch(conn, known, rule, **values)


def read_day(value: Any) -> datetime | None:
    """Return a date as a person writes it, or TOML reads it, as a time in UTC. Raises GpudealsError for another."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise GpudealsError(f"until: {header(value, 40)} is no date such as 2026-12-31") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

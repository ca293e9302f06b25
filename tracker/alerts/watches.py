"""Watches as people write them: on the command line, on the page and in the settings file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from db import light
from db.errors import GpudealsError
from db.ids import stable_id
from db.settings import raw_settings
from db.store.outbox import put_watch, remove_watch, set_watch
from tracker.alerts.addresses import address, header
from tracker.alerts.rules import Rule

DELIVERIES = ("instant", "daily", "weekly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One alert rule of one address."""

    id: int
    name: str
    email: str
    rule: Rule
    delivery: str = "instant"
    quiet_hours: str | None = None
    enabled: bool = True
    enabled_until: datetime | None = None
    origin: str = "cli"
    created_at: datetime
    first_matched_at: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Return whether it is to be matched at ``now``."""
        return self.enabled and (self.enabled_until is None or self.enabled_until > now)


def parse_rule(conditions: Mapping[str, Any]) -> Rule:
    """Return the conditions as a rule. Raises GpudealsError naming the condition and the reason."""
    try:
        return Rule.model_validate({name: value for name, value in conditions.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise GpudealsError(f"{name.replace('_', '-')}: {reason}" if name else reason) from None


def check_sku(rule: Rule) -> Rule:
    """Return ``rule`` with its card as the catalog's slug. Raises GpudealsError for a card that is not there."""
    if rule.sku is None:
        return rule
    from tracker.catalog import catalog

    if catalog().by_slug(rule.sku) is None:
        raise GpudealsError(f"sku: the catalog has no card {rule.sku}; `gpudeals catalog list` shows them")
    return rule


def check_delivery(delivery: str, quiet_hours: str | None) -> None:
    """Raise GpudealsError where the delivery or the quiet hours cannot be read."""
    if delivery not in DELIVERIES:
        raise GpudealsError(f"delivery: {delivery} is none of {', '.join(DELIVERIES)}")
    if quiet_hours is not None:
        found = re.fullmatch(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", quiet_hours)
        if not found or int(found[1]) == int(found[2]):
            raise GpudealsError(f"quiet-hours: {quiet_hours} has to look like 22-07 (hours in UTC)")


def add_watch(
    conn: Connection,
    *,
    email: str,
    rule: Rule,
    name: str | None = None,
    delivery: str = "instant",
    quiet_hours: str | None = None,
    enabled_until: datetime | None = None,
    origin: str = "cli",
    now: datetime,
) -> Watch:
    """Store a new watch and return it. Raises GpudealsError where its name is taken or a part cannot be read."""
    check_delivery(delivery, quiet_hours)
    taken = {watch.name for watch in watches(conn)}
    if name is not None and name in taken:
        raise GpudealsError(f"there is a watch {header(name)} already; `gpudeals watch edit` changes it")
    chosen = header(name, 60) if name else _free_name(rule, taken)
    watch = Watch(
        id=stable_id("watch", chosen, now.isoformat()),
        name=chosen,
        email=address(email),
        rule=check_sku(rule),
        delivery=delivery,
        quiet_hours=quiet_hours,
        enabled_until=enabled_until,
        origin=origin,
        created_at=now,
    )
    put_watch(conn, _row(watch))
    return watch


def _free_name(rule: Rule, taken: set[str]) -> str:
    stem = (
        rule.sku
        or (rule.family or "").lower().replace(" ", "-")
        or (f"{rule.min_vram:g}gb" if rule.min_vram else "watch")
    )
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _row(watch: Watch) -> dict[str, Any]:
    return {
        "id": watch.id,
        "name": watch.name,
        "email": watch.email,
        "rule": watch.rule.model_dump(exclude_none=True),
        "delivery": watch.delivery,
        "quiet_hours": watch.quiet_hours,
        "enabled": watch.enabled,
        "enabled_until": watch.enabled_until,
        "origin": watch.origin,
        "created_at": watch.created_at,
        "first_matched_at": watch.first_matched_at,
    }


def watches(conn: Connection) -> list[Watch]:
    """Return all watches by name."""
    rows = conn.execute(select(light.watch).order_by(light.watch.c.name)).mappings()
    return [Watch(**{**row, "rule": Rule.model_validate(row["rule"])}) for row in rows]


def find_watch(conn: Connection, name: str) -> Watch:
    """Return the watch ``name``. Raises GpudealsError where there is none."""
    for watch in watches(conn):
        if watch.name == name:
            return watch
    raise GpudealsError(f"there is no watch {header(name)}; `gpudeals watch list` shows them")


def edit_watch(conn: Connection, watch: Watch, rule: Rule, **values: Any) -> None:
    """Change a watch; with another rule, what matches already is reported once more, as such."""
    check_delivery(values.get("delivery", watch.delivery), values.get("quiet_hours", watch.quiet_hours))
    if "email" in values:
        values["email"] = address(values["email"])
    if rule != watch.rule:
        values["first_matched_at"] = None
    set_watch(conn, watch.id, rule=check_sku(rule).model_dump(exclude_none=True), **values)


def sync_settings_watches(conn: Connection, now: datetime | None = None) -> int:
    """Make the watches of ``[[watches]]`` in the settings file those of origin ``settings``; return their number."""
    now = now or datetime.now(UTC)
    written = raw_settings().get("watches", [])
    if not isinstance(written, list) or not all(isinstance(entry, dict) for entry in written):
        raise GpudealsError("the settings file has to hold watches as [[watches]] tables")
    known = {watch.name: watch for watch in watches(conn)}
    names = set()
    for number, entry in enumerate(written, 1):
        rest = dict(entry)
        name, email = str(rest.pop("name", f"settings-{number}")), str(rest.pop("email", ""))
        delivery, quiet = str(rest.pop("delivery", "instant")), rest.pop("quiet_hours", None)
        rule = parse_rule(rest)
        names.add(name)
        if name not in known:
            add_watch(
                conn,
                email=email,
                rule=rule,
                name=name,
                delivery=delivery,
                quiet_hours=quiet,
                origin="settings",
                now=now,
            )
        elif known[name].origin == "settings":
            edit_watch(conn, known[name], rule, email=email, delivery=delivery, quiet_hours=quiet)
    for watch in known.values():
        if watch.origin == "settings" and watch.name not in names:
            remove_watch(conn, watch.id)
    return len(names)

"""Watches: what one address wants to hear of, and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from db import light
from db.errors import GpudealsError
from db.ids import stable_id
from db.store.outbox import move_watch, put_watch, set_watch
from tracker.alerts.addresses import address, header
from tracker.alerts.rules import Rule

DELIVERIES = ("instant", "daily", "weekly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One alert rule of one address. ``broken`` says why a stored rule can no longer be read; it matches nothing."""

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
    broken: str | None = None

    def active(self, now: datetime) -> bool:
        """Return whether it is to be matched at ``now``."""
        return self.enabled and self.broken is None and (self.enabled_until is None or self.enabled_until > now)

    def words(self) -> str:
        """Return what it asks for as a person would say it."""
        return self.rule.words() if self.broken is None else f"cannot be read: {self.broken}"


def parse_rule(conditions: Mapping[str, Any]) -> Rule:
    """Return the conditions as a rule. Raises GpudealsError naming the condition and the reason."""
    try:
        return Rule.model_validate({name: value for name, value in conditions.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        unknown = first["type"] == "extra_forbidden"
        reason = "there is no such condition" if unknown else first["msg"].removeprefix("Value error, ")
        raise GpudealsError(f"{name.replace('_', '-')}: {reason}" if name else reason) from None


def checked(rule: Rule) -> Rule:
    """Return ``rule`` with card and family as the catalog calls them. Raises GpudealsError for one that is not there.

    A watch for a card that nobody sells under that name would be silent for ever.
    """
    if rule.sku is None and rule.family is None:
        return rule
    from tracker.catalog import catalog

    cards, changes = catalog(), {}
    if rule.sku is not None:
        gpu = cards.named(rule.sku)
        if gpu is None:
            raise GpudealsError(f"sku: the catalog has no card {header(rule.sku, 60)}{_near(rule.sku)}")
        changes["sku"] = gpu.slug
    if rule.family is not None:
        tried = (rule.family, f"GeForce {rule.family}", f"Radeon {rule.family}", f"Tesla {rule.family}")
        sizes = next((found for name in tried if (found := cards.by_model(name))), ())
        if not sizes:
            raise GpudealsError(f"family: the catalog has no model {header(rule.family, 60)}{_near(rule.family)}")
        changes["family"] = sizes[0].model
    return rule.model_copy(update=changes)


def _near(text: str) -> str:
    from tracker.catalog import catalog

    near = catalog().near(text)
    return f"; did you mean {', '.join(near)}?" if near else "; `gpudeals catalog list` shows them"


def check_delivery(delivery: str, quiet_hours: str | None) -> None:
    """Raise GpudealsError where the delivery or the quiet hours cannot be read."""
    if delivery not in DELIVERIES:
        raise GpudealsError(f"delivery: {header(delivery, 40)} is none of {', '.join(DELIVERIES)}")
    if quiet_hours is not None:
        found = re.fullmatch(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", quiet_hours)
        if not found or int(found[1]) == int(found[2]):
            raise GpudealsError(f"quiet-hours: {header(quiet_hours, 40)} has to look like 22-07 (hours in UTC)")


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
    rule = checked(rule)
    taken = set(conn.execute(select(light.watch.c.name)).scalars())
    chosen = header(name, 60) if name else ""
    if chosen in taken:
        raise GpudealsError(f"there is a watch {chosen} already; `gpudeals watch edit` changes it")
    chosen = chosen or _free_name(rule, taken)
    watch = Watch(
        id=stable_id("watch", chosen, now.isoformat()),
        name=chosen,
        email=address(email),
        rule=rule,
        delivery=delivery,
        quiet_hours=quiet_hours,
        enabled_until=enabled_until,
        origin=origin,
        created_at=now,
    )
    put_watch(conn, _row(watch))
    return watch


def _free_name(rule: Rule, taken: set[str]) -> str:
    size = f"{rule.min_vram:g}gb" if rule.min_vram else "watch"
    stem = rule.sku or (rule.family or "").lower().replace(" ", "-") or size
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _row(watch: Watch) -> dict[str, Any]:
    names = ("id", "name", "email", "delivery", "quiet_hours", "enabled", "enabled_until", "origin", "created_at")
    row = {name: getattr(watch, name) for name in (*names, "first_matched_at")}
    return row | {"rule": watch.rule.model_dump(exclude_none=True)}


def watches(conn: Connection) -> list[Watch]:
    """Return all watches by name, those too whose stored rule this program can no longer read."""
    rows = conn.execute(select(light.watch).order_by(light.watch.c.name)).mappings()
    return [_watch(row) for row in rows]


def _watch(row: Mapping[Any, Any]) -> Watch:
    try:
        return Watch(**{**row, "rule": parse_rule(row["rule"])})
    except GpudealsError as error:
        return Watch(**{**row, "rule": Rule.model_construct()}, broken=str(error))


def find_watch(conn: Connection, name: str) -> Watch:
    """Return the watch ``name``. Raises GpudealsError where there is none."""
    row = conn.execute(select(light.watch).where(light.watch.c.name == name)).mappings().one_or_none()
    if row is None:
        raise GpudealsError(f"there is no watch {header(name, 60)}; `gpudeals watch list` shows them")
    return _watch(row)


def edit_watch(conn: Connection, watch: Watch, rule: Rule, **values: Any) -> None:
    """Change a watch; with another rule, what matches already and was not told yet is reported as such.

    With another address, what was told goes along, and so does what waits to be sent.
    """
    check_delivery(values.get("delivery", watch.delivery), values.get("quiet_hours", watch.quiet_hours))
    rule = checked(rule)
    if rule != watch.rule or watch.broken:
        values |= {"rule": rule.model_dump(exclude_none=True), "first_matched_at": None}
    if "email" in values:
        values["email"] = address(values["email"])
        move_watch(conn, watch.id, values["email"])
    changed = {name: value for name, value in values.items() if name == "rule" or value != getattr(watch, name)}
    if changed:
        set_watch(conn, watch.id, **changed)

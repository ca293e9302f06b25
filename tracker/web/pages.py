"""How a page is rendered: one template environment, escaping always on."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.cli.output import plain
from tracker.web.views import trend

STATIC = Path(__file__).parent / "static"


@cache
def static(name: str) -> str:
    """Return the address of an asset; its checksum in it lets a browser keep the file for a year."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def money(amount: float | None, currency: str = "USD") -> str:
    """Return an amount in major units as people write it, a dash where it is unknown."""
    if amount is None:
        return "–"
    digits = 2 if abs(amount) < 20 else 0
    if currency in ("JPY", "KRW"):
        digits = 0
    sign = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "C$", "AUD": "A$", "JPY": "¥"}.get(currency)
    return f"{sign}{amount:,.{digits}f}" if sign else f"{amount:,.{digits}f} {currency}"


def plain_lines(text: str) -> str:
    """Return ``text`` without control and format characters but for its line breaks."""
    return "\n".join(plain(line) for line in text.split("\n"))


def percent(share: float | None, signed: bool = True) -> str:
    """Return a share as a percentage, a dash where it is unknown."""
    if share is None:
        return "–"
    return f"{share * 100:+.0f} %" if signed else f"{share * 100:.0f} %"


def minute(moment: datetime | str | None) -> str:
    """Return a moment to the minute, as UTC, a dash where there is none."""
    if moment is None:
        return "–"
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return known.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@cache
def environment() -> Environment:
    """Return the template environment; a name that a template does not know is an error."""
    env = Environment(
        loader=PackageLoader("tracker.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(static=static, trend=trend)
    env.filters.update(money=money, percent=percent, minute=minute, plain=plain, plain_lines=plain_lines)
    return env


def compile_templates() -> None:
    """Make every template ready, which takes a tenth of a second at its first use."""
    for name in environment().list_templates():
        environment().get_template(name)


def render(template: str, request: Request, **values: Any) -> str:
    """Return the page ``template`` as HTML."""
    context = {"here": request.url.path, "simulated": getattr(request.app.state, "simulated", False), **values}
    return environment().get_template(template).render(context)

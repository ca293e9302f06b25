"""The mail: a text and an HTML part made from the same facts, with headers that nobody else can write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tracker.alerts.addresses import address, header

MOST_ITEMS = 20
_TITLE_LIMIT = 100
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who the mails come from and where a reader can say stop."""

    mail_from: str
    public_url: str | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One offer in a mail; ``facts`` is its row of `deals` as it was when the alert was written."""

    facts: Mapping[str, Any]
    reasons: Sequence[str]
    watches: Sequence[str]
    already: bool = False  # it was on offer before the watch was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that one mail says."""

    to: str
    message_id: str
    items: Sequence[Item]
    more: int
    watch_names: Sequence[str]
    token: str


def compose(letter: Letter, sender: Sender, now: datetime) -> EmailMessage:
    """Return the mail for ``letter``. Raises GpudealsError where an address is none."""
    message = EmailMessage()
    message["From"] = address(sender.mail_from)
    message["To"] = address(letter.to)
    message["Subject"] = header(subject(letter, sender.simulated))
    message["Message-ID"] = header(letter.message_id)
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    stop = unsubscribe_address(letter, sender)
    message["List-Unsubscribe"] = f"<{stop}>"
    if stop.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    values = {"letter": letter, "sender": sender, "stop": stop, "title": shown_title}
    message.set_content(_templates().get_template("alert.txt").render(values), cte="quoted-printable")
    message.add_alternative(
        _templates().get_template("alert.html").render(values), subtype="html", cte="quoted-printable"
    )
    return message


def subject(letter: Letter, simulated: bool = False) -> str:
    """Return the subject: the best offer in figures, and how many others there are."""
    best = letter.items[0].facts
    card = f"{best['model']} {best['vram_gb']:g} GB"
    price = f"${best['landed']:,.0f}" if best["landed"] is not None else f"${best['price_usd']:,.0f} plus shipping"
    discount = (
        f", {best['discount'] * 100:.0f} % under fair" if best["discount"] is not None and best["discount"] > 0 else ""
    )
    others = len(letter.items) - 1 + letter.more
    return f"{'[simulated] ' if simulated else ''}{card} for {price}{discount}" + (
        f" and {others} more" if others else ""
    )


def unsubscribe_address(letter: Letter, sender: Sender) -> str:
    """Return where one click ends the watches of this mail: https with a public URL, else mailto."""
    if sender.public_url and sender.public_url.startswith("https://"):
        return f"{sender.public_url.rstrip('/')}/unsubscribe/{quote(letter.token)}"
    return f"mailto:{address(sender.mail_from)}?subject={quote('unsubscribe ' + ' '.join(letter.watch_names)[:100])}"


def shown_title(text: str) -> str:
    """Return a listing's title for the body: one clean line of bounded length."""
    return header(text, _TITLE_LIMIT)


def sparkline(values: Sequence[float | None]) -> str:
    """Return prices as a line of bars, a space where there was none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1
    return "".join(" " if value is None else _BARS[round((value - low) / span * 7)] for value in values)


def bar_heights(values: Sequence[float | None]) -> list[int]:
    """Return prices as heights of 4 to 40 pixels for the HTML part, 0 where there was none."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, span = min(known), (max(known) - min(known)) or 1
    return [0 if value is None else 4 + round((value - low) / span * 36) for value in values]


@cache
def _templates() -> Environment:
    # Only the HTML part is escaped; user text is always a value here and never a template.
    env = Environment(
        loader=PackageLoader("tracker.alerts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(sparkline=sparkline, bars=bar_heights, line=header)
    return env

"""The mail: a text and an HTML part made from the same facts, with headers that nobody else can write."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tracker.alerts.addresses import address, header, named_address

MOST_ITEMS = 20
MOST_BYTES = 100_000  # mail programs cut what is longer than 102 kB
#: Where a link may lead: the markets, over TLS, and a simulated market on this machine.
_HOSTS = {("https", "www.ebay.com"), ("https", "www.reddit.com")}
_HEAD_BYTES = 3_000  # of headers, at most
_AS_THEY_ARE = bytes(c for c in range(32, 127) if c != ord("=")) + b"\n"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
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
    simulated = sender.simulated or any(_is_loopback(item.facts["link"]) for item in letter.items)
    sender = replace(sender, simulated=simulated)
    stop = unsubscribe_address(letter, sender)
    while True:
        message = _headed(letter.to, subject(letter, simulated), letter.message_id, sender, now)
        message["List-Unsubscribe"] = f"<{stop}>"
        if stop.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        names = " ".join(shlex.quote(header(name, 60)) for name in letter.watch_names[:3])
        values = {"letter": letter, "sender": sender, "stop": stop, "names": names}
        text, html = (_templates().get_template(f"alert.{kind}").render(values) for kind in ("txt", "html"))
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        if len(letter.items) == 1 or _encoded(text) + _encoded(html) <= MOST_BYTES - _HEAD_BYTES:
            return message
        letter = replace(letter, items=letter.items[:-1], more=letter.more + 1)


def _encoded(text: str) -> int:
    """Return how many bytes ``text`` has at most as quoted-printable."""
    raw = text.encode()
    escaped = len(raw.translate(None, _AS_THEY_ARE))
    return (len(raw) + 2 * escaped) * 78 // 72


def compose_note(
    to: str, about: str, lines: Sequence[str], message_id: str, sender: Sender, now: datetime
) -> EmailMessage:
    """Return a mail of plain lines: to the operator, or a test. Raises GpudealsError where an address is none."""
    message = _headed(to, about, message_id, sender, now)
    message.set_content("\n".join(header(line, 1000) for line in lines) + "\n", cte="quoted-printable")
    return message


def _headed(to: str, about: str, message_id: str, sender: Sender, now: datetime) -> EmailMessage:
    message = EmailMessage()
    name, bare = named_address(sender.mail_from)
    message["From"] = Address(display_name=name, addr_spec=bare)
    message["To"] = address(to)
    message["Subject"] = header(about)
    message["Message-ID"] = header(message_id)
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    return message


def subject(letter: Letter, simulated: bool = False) -> str:
    """Return the subject: the best offer in figures, and how many others there are."""
    best = letter.items[0].facts
    card = f"{header(best['model'], 80)} {best['vram_gb']:g} GB"
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
    names = header(" ".join(letter.watch_names), 100)
    return f"mailto:{named_address(sender.mail_from)[1]}?subject={quote('unsubscribe ' + names)}"


def shown_link(link: str | None) -> str | None:
    """Return ``link`` where it leads to a market that is known, or to a simulated one on this machine, else None."""
    if link is None or not link.isascii() or not link.isprintable() or set(' "<>\\') & set(link):
        return None
    parts = urlsplit(link)
    return link if (parts.scheme, parts.netloc) in _HOSTS or _is_loopback(link) else None


def _is_loopback(link: str | None) -> bool:
    parts = urlsplit(link or "")
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.username is None


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


def span(values: Sequence[float | None]) -> str:
    """Return the least and the greatest price in words."""
    known = [value for value in values if value is not None]
    return f"${min(known):,.0f} to ${max(known):,.0f}" if known else ""


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
    env.filters.update(
        sparkline=sparkline, bars=bar_heights, line=header, title=shown_title, link=shown_link, span=span
    )
    return env

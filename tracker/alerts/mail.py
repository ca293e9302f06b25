"""The mail: a text and an HTML part made from the same facts, with headers that nobody else can write."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from tracker.alerts.addresses import address, header, named_address
from tracker.alerts.bodies import Bodies, Letter, is_loopback

#: No part can hold it: quoted-printable has no "=" before anything but two hexadecimal digits or a line's end.
_BOUNDARY = "=_gpudeals"


class _Verbatim(UnstructuredHeader):
    """A header that is sent in one line as it is: what is long, ``email`` makes an encoded word of else."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Verbatim)  # type: ignore[arg-type]  # it makes a BaseHeader of it
_POLICY = EmailPolicy(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who the mails come from and where a reader can say stop."""

    mail_from: str
    public_url: str | None = None
    simulated: bool = False


def compose(letter: Letter, sender: Sender, now: datetime, bodies: Bodies | None = None) -> EmailMessage:
    """Return the mail for ``letter``. Raises GpudealsError where an address is none.

    With the ``bodies`` of other mails, an offer that stands in several of them is rendered once.
    """
    simulated = sender.simulated or any(is_loopback(item.facts["link"]) for item in letter.items)
    stop = unsubscribe_address(letter, sender)
    message = _headed(letter.to, subject(letter, simulated), letter.message_id, sender, now)
    message["List-Unsubscribe"] = f"<{stop}>"
    if stop.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    names = " ".join(shlex.quote(header(name, 60)) for name in letter.watch_names[:3])
    text, html = (bodies or Bodies()).of(letter, simulated, stop, names)
    message["MIME-Version"] = "1.0"
    message.make_alternative()
    message.set_boundary(_BOUNDARY)
    message.attach(_part("plain", text))
    message.attach(_part("html", html))
    return message


def _part(kind: str, encoded: bytes) -> EmailMessage:
    part = EmailMessage()
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(encoded.decode("ascii"))
    return part


def compose_note(
    to: str, about: str, lines: Sequence[str], message_id: str, sender: Sender, now: datetime
) -> EmailMessage:
    """Return a mail of plain lines: to the operator, or a test. Raises GpudealsError where an address is none."""
    message = _headed(to, about, message_id, sender, now)
    message.set_content("\n".join(header(line, 1000) for line in lines) + "\n", cte="quoted-printable")
    return message


def _headed(to: str, about: str, message_id: str, sender: Sender, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
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
    url = sender.public_url or ""
    if url.startswith("https://") and url.isascii() and url.isprintable():
        return f"{url.rstrip('/')}/unsubscribe/{quote(letter.token)}"
    names = header(" ".join(letter.watch_names), 60)
    return f"mailto:{named_address(sender.mail_from)[1]}?subject={quote('unsubscribe ' + names)}"

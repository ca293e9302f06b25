"""Where mails go: an SMTP server, a mailbox file, the terminal, or another channel through apprise."""

import fcntl
import os
import re
import sys
import time
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from crawlers.secrets import keep_secret
from db.errors import GpudealsError
from tracker.alerts.channel import channel_at
from tracker.alerts.outcomes import MaybeSentError, NoServerError, RefusedError, TryAgainError
from tracker.alerts.smtp import Smtp

__all__ = [
    "MailboxFile",
    "MaybeSentError",
    "NoServerError",
    "RefusedError",
    "Smtp",
    "Terminal",
    "Transport",
    "TryAgainError",
]

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


class Transport(Protocol):
    """Delivers one mail at a time."""

    def send(self, message: EmailMessage) -> None:
        """Deliver ``message``. Raises TryAgainError (NoServerError, MaybeSentError) or RefusedError."""

    def close(self) -> None:
        """Let go of what is held open; the next ``send`` opens it again."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Prints the mail: for trying out."""

    def send(self, message: EmailMessage) -> None:
        """Print ``message`` as it would be sent."""
        text = message.get_body(("plain",))
        for name in ("From", "To", "Subject", "Message-ID", "List-Unsubscribe"):
            if message[name]:
                sys.stdout.write(f"{name}: {message[name]}\n")
        sys.stdout.write("\n" + (text.get_content() if text else "") + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class MailboxFile:
    """Adds the mail to an mbox file that any mail reader opens; only its owner can read it."""

    path: Path

    def send(self, message: EmailMessage) -> None:
        """Append ``message`` in one write; another process may append at the same time, or die in between."""
        head = f"From gpudeals {time.asctime(time.gmtime())}\n".encode()
        mail = head + _FROM.sub(rb">\1", message.as_bytes()) + b"\n\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            box = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(box, fcntl.LOCK_EX)
                size = os.fstat(box).st_size
                if os.write(box, mail) < len(mail):
                    os.ftruncate(box, size)
                    raise TryAgainError(f"{self.path}: the disk is full")
                os.fsync(box)
            finally:
                os.close(box)
        except OSError as error:
            raise NoServerError(f"{self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Nothing is held open."""


def transport_for(url: str) -> Transport:
    """Return the transport that ``url`` names: smtp:, smtps:, file:, stdout: or an apprise address.

    Raises GpudealsError where it cannot be read; the password is never in its text.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # What the library says of it may hold a part of the password.
        raise GpudealsError(
            "[smtp] url cannot be read: # / ? @ in a password have to be written as %23 %2F %3F %40"
        ) from None
    if parts.scheme in ("smtp", "smtps"):
        if not parts.hostname:
            raise GpudealsError("[smtp] url names no host: it looks like smtp://user:password@host:587")
        tls = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        keep_secret(password)
        return Smtp(parts.hostname, port or (465 if tls else 587 if user else 25), user, password, tls)
    if parts.scheme == "file":
        path = unquote(parts.netloc + parts.path)
        if not path:
            raise GpudealsError("[smtp] url names no file: it looks like file:///home/me/mails.mbox")
        return MailboxFile(Path(path).expanduser())
    if parts.scheme == "stdout":
        return Terminal()
    if parts.scheme:
        keep_secret(url)
        return channel_at(url)
    raise GpudealsError("[smtp] url has to begin with smtp://, smtps://, file: or stdout:")

"""Where mails go: an SMTP server, a mailbox file, the terminal, or another channel through apprise."""

import mailbox
import smtplib
import ssl
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from db.errors import GpudealsError

TIMEOUT_SECONDS = 30


class TryAgain(Exception):
    """The mail may get through later: no connection, or a 4xx answer."""


class Refused(Exception):
    """The mail will never get through: a 5xx answer."""


class Transport(Protocol):
    """Delivers one mail at a time."""

    def send(self, message: EmailMessage) -> None:
        """Deliver ``message``. Raises TryAgain or Refused."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Prints the mail: for trying out."""

    def send(self, message: EmailMessage) -> None:
        """Print ``message`` as it would be sent."""
        text = message.get_body(("plain",))
        for name in ("From", "To", "Subject", "Message-ID"):
            sys.stdout.write(f"{name}: {message[name]}\n")
        sys.stdout.write("\n" + (text.get_content() if text else "") + "\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class MailboxFile:
    """Adds the mail to an mbox file that any mail reader opens."""

    path: Path

    def send(self, message: EmailMessage) -> None:
        """Append ``message``; another process may append at the same time."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            box = mailbox.mbox(self.path, create=True)
            box.lock()
            try:
                box.add(message.as_bytes())
                box.flush()
            finally:
                box.unlock()
                box.close()
        except (OSError, mailbox.Error) as error:
            raise TryAgain(f"{self.path}: {error}") from error


@dataclass(frozen=True, slots=True)
class Smtp:
    """An SMTP server. ``smtps`` is TLS from the start, ``smtp`` uses STARTTLS where it is offered.

    A password is never sent in clear: where the server offers no TLS, the mail waits.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self.user:
                raise TryAgain(f"{self.host} offers no TLS, and the password is not sent in clear")
        except BaseException:
            server.close()
            raise
        return server

    def send(self, message: EmailMessage) -> None:
        """Hand ``message`` to the server."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgain(_reason(error)) from error
        try:
            if self.user:
                server.login(self.user, self.password or "")
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _by_code(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _by_code(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgain(_reason(error)) from error
        finally:
            _quit(server)


def _quit(server: smtplib.SMTP) -> None:
    # The mail is delivered or not by now; a server that fumbles the goodbye changes nothing.
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _by_code(code: int, text: bytes | str) -> Exception:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # 535 and 530 speak of our own credentials: mending the settings lets the mail through.
    kind = Refused if 500 <= code < 600 and code not in (530, 534, 535, 538) else TryAgain
    return kind(f"{code} {' '.join(words.split())[:200]}")


@dataclass(frozen=True, slots=True)
class Apprise:
    """Any other channel that apprise knows; the text part goes there."""

    url: str

    def send(self, message: EmailMessage) -> None:
        """Send subject and text of ``message``."""
        try:
            import apprise
        except ImportError:
            raise GpudealsError("other channels than mail need the extra: pip install 'gpudeals[notify]'") from None
        channel = apprise.Apprise()
        channel.add(self.url)
        text = message.get_body(("plain",))
        if not channel.notify(title=str(message["Subject"]), body=text.get_content() if text else ""):
            raise TryAgain("the channel did not take the message")


def transport_for(url: str) -> Transport:
    """Return the transport that ``url`` names: smtp:, smtps:, file:, stdout: or an apprise address.

    Raises GpudealsError where it cannot be read; the password is never in its text.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise GpudealsError(f"[smtp] url cannot be read: {error}") from None
    if parts.scheme in ("smtp", "smtps"):
        if not parts.hostname:
            raise GpudealsError("[smtp] url names no host: it looks like smtp://user:password@host:587")
        tls = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return Smtp(parts.hostname, port or (465 if tls else 587 if user else 25), user, password, tls)
    if parts.scheme == "file":
        return MailboxFile(Path(unquote(parts.path or parts.netloc)))
    if parts.scheme == "stdout":
        return Terminal()
    if parts.scheme:
        return Apprise(url)
    raise GpudealsError("[smtp] url has to begin with smtp://, smtps://, file: or stdout:")

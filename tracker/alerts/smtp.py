"""Hands mails to an SMTP server, and tells apart what it did with each."""

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage

from tracker.alerts.addresses import header
from tracker.alerts.outcomes import MaybeSentError, NoServerError, RefusedError, TryAgainError

TIMEOUT_SECONDS = 30.0


@dataclass(slots=True)
class Smtp:
    """An SMTP server. ``tls`` is TLS from the start; without it STARTTLS is used where it is offered.

    A password is never sent in clear: where the server offers no TLS, the mail waits. One connection
    serves all mails of a pass.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    timeout: float = TIMEOUT_SECONDS
    _server: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def send(self, message: EmailMessage) -> None:
        """Hand ``message`` to the server. Raises NoServerError, TryAgainError, MaybeSentError or RefusedError."""
        fresh = self._server is None
        try:
            self._hand_over(self._connected(), message)
        except _GoneError as error:
            self.close()
            if fresh:
                raise TryAgainError(self._reason(error.__cause__ or error)) from error
            # It hung up on a connection that had served other mails; nothing of this one was sent.
            self.send(message)
        except MaybeSentError:
            self.close()
            raise

    def close(self) -> None:
        """Say goodbye. The mails are delivered or not by now; a server that fumbles it changes nothing."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException, ValueError):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                self._server = self._connect()
            except (OSError, smtplib.SMTPException, ValueError) as error:
                raise NoServerError(f"{self.host}:{self.port}: {self._reason(error)}") from None
        return self._server

    def _connect(self) -> smtplib.SMTP:
        name = _own_name()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=name, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=self.timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif not self.tls and self.user:
                raise NoServerError(f"{self.host} offers no TLS, and the password is not sent in clear")
            if self.user:
                server.login(self.user, self.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        body = message.as_bytes(policy=policy.SMTP)
        sender, recipient = _bare(message["From"]), _bare(message["To"])
        try:
            _expect(server.mail(sender), "MAIL", self)
            _expect(server.rcpt(recipient), "RCPT", self)
            _expect(server.docmd("DATA"), "DATA", self, wanted=3)
        except NoServerError:
            self.close()
            raise
        except (RefusedError, TryAgainError):
            self._reset(server)
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise _GoneError from error
        try:
            server.send(_dotted(body))
            answer = server.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # The server may have taken the mail before its answer was lost.
            raise MaybeSentError(self._reason(error)) from error
        if answer[0] // 100 not in (2, 4, 5):
            raise MaybeSentError(f"an answer that is none: {self.safe(answer[1])[:80]}")
        _expect(answer, "the mail", self)

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            if server.rset()[0] == 250:
                return
        except (OSError, smtplib.SMTPException):
            pass
        self.close()

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, smtplib.SMTPResponseException):
            return f"{error.smtp_code} {self.safe(error.smtp_error)}"
        return f"{type(error).__name__}: {self.safe(str(error))}"

    def safe(self, answer: bytes | str) -> str:
        """Return what a server said as a line without the password."""
        words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        return header(words.replace(self.password, "[secret]") if self.password else words)


class _GoneError(Exception):
    """The connection ended before the mail was on its way."""


def _expect(answer: tuple[int, bytes], step: str, server: Smtp, wanted: int = 2) -> None:
    """Raise RefusedError or TryAgainError where the server did not agree to ``step``."""
    code, text = answer
    if code // 100 == wanted:
        return
    words = f"{code} {server.safe(text)} (after {step})"
    if code == 421:
        raise NoServerError(words)
    # 530 to 538 speak of our own credentials: mending the settings lets the mail through.
    if 500 <= code < 600 and code not in (530, 534, 535, 538):
        raise RefusedError(words, recipient=step == "RCPT")
    raise TryAgainError(words)


def _bare(value: object) -> str:
    return str(value).rpartition("<")[2].rstrip("> ")


def _dotted(body: bytes) -> bytes:
    lines = body.replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _own_name() -> str:
    """Return how we greet: a full name, else an address literal; asking DNS for it can take half a minute."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"

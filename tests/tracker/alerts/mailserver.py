"""A real SMTP server on loopback that misbehaves on command, at every step of a mail."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

#: Steps at which it can misbehave: STORED is between taking a mail and saying so.
STEPS = ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "STORED", "QUIT")
DROP = "drop"


class MailServer:
    """Keeps what it takes in ``taken``; ``faults`` has by step an answer (``450 later``) or ``DROP``.

    ``at`` is called with each step and the recipient as it is reached, before it is answered.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, users: dict[str, str] | None = None, port: int = 0
    ) -> None:
        self.taken: list[EmailMessage] = []
        self.faults: dict[str, str] = {}
        self.refused: dict[str, str] = {}  # by recipient
        self.at: Callable[[str, str], None] = lambda step, recipient: None
        self.connections = 0
        self.commands: list[bytes] = []
        self._tls, self._users, self._port = tls, users, port or _free_port()
        self._controller: Controller | None = None

    def start(self) -> Self:
        options: dict[str, Any] = {"tls_context": self._tls} if self._tls else {}
        if self._users is not None:
            options |= {"authenticator": self._authenticate, "auth_require_tls": self._tls is not None}
        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self._port, **options)
        outer = self

        class Server(SMTP):
            def connection_made(self, transport: Any) -> None:
                outer.connections += 1
                super().connection_made(transport)

        self._controller.factory = lambda: Server(_Handler(outer), **self._controller.SMTP_kwargs)  # type: ignore
        self._controller.start()
        self.connections = 0  # starting it made one
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(mail["Message-ID"]) for mail in self.taken)

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.taken if mail["To"] == address]

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        fault = self.faults.get("AUTH")
        if fault == DROP:
            server.transport.abort()
        elif fault:
            return AuthResult(success=False, handled=False, message=fault)
        good = (
            isinstance(data, LoginPassword) and (self._users or {}).get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=good, handled=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.outer = server

    def _fault(self, step: str, server: SMTP, recipient: str = "") -> str | None:
        self.outer.at(step, recipient)
        fault = self.outer.faults.get(step)
        if fault == DROP:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        return fault

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, host: str, answers: list[str]) -> list[str]:
        session.host_name = host
        fault = self._fault("EHLO", server)
        return [fault] if fault else answers

    async def handle_HELO(self, server: SMTP, session: Any, envelope: Any, host: str) -> str:
        session.host_name = host
        return self._fault("EHLO", server) or "250 mail"

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self._fault("MAIL", server) or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        fault = self._fault("RCPT", server, address) or self.outer.refused.get(address)
        if fault is None:
            envelope.rcpt_tos.append(address)
        return fault or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        fault = self._fault("DATA", server, recipient)
        if fault:
            return fault
        self.outer.taken.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self._fault("STORED", server, recipient) or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:
        fault = self._fault("QUIT", server)
        await asyncio.sleep(0)
        return fault or "221 Bye"


def self_made_certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A TLS context for a server, and the file that a client has to trust."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate

"""Handing mails to a server that behaves, and to one that does not."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from db.errors import GpudealsError
from tests.tracker.alerts.mailserver import DROP, MailServer, self_made_certificate
from tracker.alerts.mail import Sender, compose_note
from tracker.alerts.outcomes import MaybeSentError, NoServerError, RefusedError, TryAgainError
from tracker.alerts.smtp import Smtp
from tracker.alerts.transport import MailboxFile, Terminal, transport_for

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SENDER = Sender(mail_from="GPU deals <deals@example.org>")
PASSWORD = "c4n4ry-p4ss"


def note(number: int = 1, to: str = "ada@example.org") -> EmailMessage:
    return compose_note(to, "a note", [".", "From here on", "ünïcödé"], f"<{number}@example.org>", SENDER, NOW)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    smtp = transport_for(server.url)
    smtp.send(note())
    smtp.close()
    (mail,) = server.taken
    assert mail["From"] == "GPU deals <deals@example.org>"
    assert mail.get_content().splitlines() == [".", "From here on", "ünïcödé"]


def test_one_connection_serves_many_mails(server: MailServer) -> None:
    smtp = transport_for(server.url)
    for number in range(5):
        smtp.send(note(number))
    smtp.close()
    assert (len(server.taken), server.connections) == (5, 1)


def test_a_server_that_hung_up_in_between_is_called_again(server: MailServer) -> None:
    smtp = transport_for(server.url)
    smtp.send(note(1))
    assert isinstance(smtp, Smtp) and smtp._server is not None and smtp._server.sock is not None
    smtp._server.sock.shutdown(socket.SHUT_RDWR)
    smtp.send(note(2))
    smtp.close()
    assert (len(server.taken), server.connections) == (2, 2)


@pytest.mark.parametrize(
    ("step", "fault", "outcome"),
    [
        ("EHLO", DROP, NoServerError),
        ("EHLO", "421 not now", NoServerError),
        ("MAIL", "451 later", TryAgainError),
        ("MAIL", "421 too busy", NoServerError),
        ("MAIL", "550 no such sender", RefusedError),
        ("MAIL", DROP, TryAgainError),
        ("MAIL", "530 log in first", TryAgainError),
        ("RCPT", "450 greylisted", TryAgainError),
        ("RCPT", "550 no such user", RefusedError),
        ("RCPT", DROP, TryAgainError),
        ("DATA", "452 disk full", TryAgainError),
        ("DATA", "554 looks like spam", RefusedError),
        ("DATA", DROP, MaybeSentError),
        ("STORED", DROP, MaybeSentError),
        ("STORED", "garbage", MaybeSentError),
    ],
)
def test_what_a_server_does_decides_what_becomes_of_the_mail(
    server: MailServer, step: str, fault: str, outcome: type[Exception]
) -> None:
    server.faults[step] = fault
    smtp = transport_for(server.url)
    with pytest.raises(outcome) as raised:
        smtp.send(note())
    assert type(raised.value) is outcome
    server.faults.clear()
    smtp.send(note(2))
    smtp.close()
    assert server.taken[-1]["Message-ID"] == "<2@example.org>"


def test_only_a_refused_recipient_counts_against_the_address(server: MailServer) -> None:
    for step, recipient in (("RCPT", True), ("MAIL", False), ("DATA", False)):
        server.faults = {step: "550 no"}
        with pytest.raises(RefusedError) as raised:
            transport_for(server.url).send(note())
        assert raised.value.recipient is recipient


def test_a_bad_goodbye_changes_nothing(server: MailServer) -> None:
    server.faults["QUIT"] = DROP
    smtp = transport_for(server.url)
    smtp.send(note())
    smtp.close()
    assert len(server.taken) == 1


def test_no_server_is_said_with_host_and_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoServerError, match=rf"127\.0\.0\.1:{port}: ConnectionRefusedError"):
        transport_for(f"smtp://127.0.0.1:{port}").send(note())


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        smtp = Smtp("127.0.0.1", silent.getsockname()[1], timeout=0.2)
        with pytest.raises(NoServerError, match=r"[Tt]ime"):
            smtp.send(note())


def test_a_password_is_never_sent_in_clear() -> None:
    heard: list[bytes] = []

    def listen(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"220 plain\r\n")
            while data := peer.recv(1000):
                heard.append(data)
                peer.sendall(b"250-plain\r\n250 AUTH LOGIN PLAIN\r\n" if b"EHLO" in data.upper() else b"250 ok\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, args=(listener,), daemon=True)
        thread.start()
        smtp = transport_for(f"smtp://ada:{PASSWORD}@127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(NoServerError, match="offers no TLS, and the password is not sent in clear"):
            smtp.send(note())
        thread.join(5)
    assert b"AUTH" not in b"".join(heard).upper()


def test_starttls_is_used_where_it_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = self_made_certificate(tmp_path)
    with MailServer(tls=context, users={"ada": PASSWORD}) as server:
        url = f"smtp://ada:{PASSWORD}@localhost:{server.port}".replace("localhost", "127.0.0.1")
        with pytest.raises(NoServerError, match="certificate verify failed"):
            transport_for(url).send(note())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        smtp = transport_for(url)
        smtp.send(note())
        smtp.close()
        assert len(server.taken) == 1
        with pytest.raises(NoServerError, match="535") as raised:
            transport_for(url.replace(PASSWORD, "wrong-one")).send(note())
        assert PASSWORD not in str(raised.value) and "wrong-one" not in str(raised.value)


def test_a_certificate_of_another_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = self_made_certificate(tmp_path, "mail.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailServer(tls=context, users={"ada": PASSWORD}) as server:
        with pytest.raises(NoServerError, match="certificate verify failed"):
            transport_for(f"smtp://ada:{PASSWORD}@127.0.0.1:{server.port}").send(note())
        assert server.taken == []


def test_smtps_is_tls_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = self_made_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    said: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with context.wrap_socket(peer, server_side=True) as safe:
            safe.sendall(b"220 safe\r\n")
            data = b""
            while b"QUIT" not in data:
                data = safe.recv(65536)
                said.append(data)
                if not data:
                    return
                safe.sendall(b"354 go on\r\n" if data.startswith(b"DATA") else b"250 ok\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        smtp = transport_for(f"smtps://127.0.0.1:{listener.getsockname()[1]}")
        smtp.send(note())
        smtp.close()
    assert b"Message-ID: <1@example.org>" in b"".join(said)


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    smtp = Smtp("h", 1, "ada", PASSWORD)
    assert smtp.safe(f"bad password {PASSWORD}\r\nBcc: x".encode()) == "bad password [secret] Bcc: x"
    assert PASSWORD not in repr(smtp)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("", "has to begin with"),
        ("smtp://", "names no host"),
        ("smtp://ada:pass#word@host", "cannot be read|names no host"),
        ("smtp://ada:pa/ss@host", "cannot be read|names no host"),
        ("file:", "names no file"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str, line: str) -> None:
    with pytest.raises(GpudealsError, match=line) as raised:
        transport_for(url)
    assert "pass" not in str(raised.value).replace("password", "")


def test_the_port_follows_from_the_scheme_and_a_password_may_be_quoted() -> None:
    assert (transport_for("smtps://h").port, transport_for("smtp://h").port) == (465, 25)  # type: ignore[attr-defined]
    smtp = transport_for("smtp://a%40b:p%23@h")
    assert isinstance(smtp, Smtp) and (smtp.port, smtp.user, smtp.password) == (587, "a@b", "p#")
    assert isinstance(transport_for("stdout:"), Terminal)


def test_a_mailbox_file_can_be_read_by_a_mail_reader_and_by_its_owner_only(tmp_path: Path) -> None:
    import mailbox

    path = tmp_path / "new" / "mails.mbox"
    for number in (1, 2):
        transport_for(f"file://{path}").send(note(number))
    box = mailbox.mbox(path)
    assert [mail["Message-ID"] for mail in box] == ["<1@example.org>", "<2@example.org>"]
    box.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_mailbox_that_cannot_be_written_keeps_the_mail_waiting(tmp_path: Path) -> None:
    with pytest.raises(NoServerError, match="directory"):
        MailboxFile(tmp_path).send(note())


def test_the_terminal_shows_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().send(note())
    assert "To: ada@example.org" in (said := capsys.readouterr().out) and "From here on" in said


def test_the_context_verifies_certificates_by_default() -> None:
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED

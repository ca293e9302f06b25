"""``[mail]`` and ``[smtp]``: who the mails come from and which server takes them."""

from pydantic import Field

from db.errors import GpudealsError
from db.settings import Section, section
from tracker.alerts.addresses import named_address
from tracker.alerts.mail import Sender
from tracker.alerts.transport import Transport, transport_for
from tracker.settings import web_settings


class SmtpSection(Section):
    """``[smtp]``."""

    url: str | None = None  # smtp://user:password@host:587, smtps://…, file:///path/mbox, stdout:


class MailSection(Section):
    """``[mail]``."""

    sender: str | None = Field(default=None, alias="from")
    to: str | None = None  # where watches without --email go
    operator: str | None = None  # hears when a source fails


def mail_settings() -> MailSection:
    """Return ``[mail]``."""
    return section("mail", MailSection)


def sender(simulated: bool = False) -> Sender:
    """Return who the mails come from. Raises GpudealsError where the settings do not say."""
    chosen = mail_settings().sender
    if chosen is None:
        raise GpudealsError("nobody is named to send the mails: set [mail] from or GPUDEALS_MAIL_FROM")
    named_address(chosen)
    return Sender(mail_from=chosen, public_url=web_settings().public_url, simulated=simulated)


def transport() -> Transport:
    """Return the transport of the settings. Raises GpudealsError where there is none."""
    url = section("smtp", SmtpSection).url
    if url is None:
        raise GpudealsError("no mail server is set: set [smtp] url or GPUDEALS_SMTP_URL (stdout: prints the mails)")
    return transport_for(url)


def mail_trouble() -> str | None:
    """Return in words what the settings lack for a mail to be sent, None where nothing is missing."""
    try:
        sender()
        transport()
    except GpudealsError as error:
        return str(error)
    return None

"""Other channels than mail (ntfy, Telegram, Matrix, JSON to a server …) by apprise, an optional extra."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from db.errors import GpudealsError
from tracker.alerts.addresses import header
from tracker.alerts.outcomes import TryAgainError


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that apprise knows. Everything goes there, whatever address the watch has; only the text part does."""

    _apprise: Any = field(repr=False)

    def send(self, message: EmailMessage) -> None:
        """Send subject and text of ``message``. Raises TryAgainError where the channel did not take them."""
        text = message.get_body(("plain",))
        # As text: what a listing says must not become markup where the channel knows any.
        done = self._apprise.notify(
            title=str(message["Subject"]), body=text.get_content() if text else "", body_format="text"
        )
        if not done:
            said = [entry.message for entry in done.logs()]
            raise TryAgainError(header(f"the channel did not take the message: {said[-1] if said else 'no reason'}"))

    def close(self) -> None:
        """Nothing is held open."""


def channel_at(url: str) -> Channel:
    """Return the channel at an address of apprise.

    Raises GpudealsError where the extra is not installed, or apprise knows no such address.
    """
    try:
        import apprise
    except ImportError:
        raise GpudealsError("other channels than mail need the extra: pip install 'gpudeals[notify]'") from None
    found = apprise.Apprise()
    if not found.add(url):
        raise GpudealsError(
            "[smtp] url is none of smtp://, smtps://, file:, stdout:, and no address that apprise can read"
        )
    if "overflow=" not in url:
        for service in found:
            service.overflow_mode = apprise.OverflowMode.SPLIT  # a long message in parts, where it would be refused
    return Channel(found)

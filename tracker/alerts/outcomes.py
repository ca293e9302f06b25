"""What can become of a mail that is handed over."""


class TryAgainError(Exception):
    """This mail was not sent and may get through later: a 4xx answer."""


class NoServerError(TryAgainError):
    """No mail gets through at the moment: no connection, no TLS, or the key is refused."""


class MaybeSentError(TryAgainError):
    """The connection ended while the mail was under way; it is sent again with the same Message-ID."""


class RefusedError(Exception):
    """The mail will never get through: a 5xx answer. ``recipient`` says whether the address was refused."""

    def __init__(self, words: str, *, recipient: bool = False) -> None:
        super().__init__(words)
        self.recipient = recipient

"""How a crawl can end, and the exit status that tells it."""

#: End of a crawl -> exit status of ``python -m crawlers.run``.
EXIT_STATUS = {
    "finished": 0,
    "idle": 0,  # nothing was due
    "quota": 0,  # the day's calls are spent: a planned end
    "error": 1,  # a fault of the program
    "wrong_usage": 2,
    "skipped": 3,  # switched off, or without credentials
    "already_running": 4,
    "asked_to_wait": 5,  # Retry-After
    "refused": 6,  # the market does not accept the key
    "blocked": 7,  # challenge, captcha, login wall, robots.txt
    "layout_changed": 8,  # answers no longer read as what they were
    "warned": 9,  # the market ignored a part of the question
    "network": 10,  # no answer, or server errors only
    "killed": 11,  # the process died
}


class CrawlError(Exception):
    """A crawl that did not come to its end; ``end`` is a key of ``EXIT_STATUS``, the text is for people."""

    def __init__(self, end: str, message: str) -> None:
        super().__init__(message)
        self.end = end
        self.message = message

"""r/hardwareswap and its sister subs by Reddit's API: what people sell to each other."""

from typing import TYPE_CHECKING

from crawlers.settings import Policy, reddit_settings
from crawlers.source import Source, Term

if TYPE_CHECKING:
    from crawlers.running import Run

_WIKI = "Reddit Data API Wiki, support.reddithelp.com, article 16160319875092, as quoted"


class Hardwareswap(Source):
    """New posts by a mark that is moved on only when a gap is closed; open posts are asked after."""

    name = "hardwareswap"
    title = "Reddit"
    required = ("title", "created_at", "url")
    min_items = 1
    result_cap = 1_000  # a Reddit listing ends there, whatever the paging
    every = 10
    needs_credentials = True
    policy = Policy(statistics=True)
    terms = (
        Term(
            '"You must remove any user content in your possession that has been deleted from Reddit": title, body, '
            'embedded URLs, flair; a sweep within 48 hours is "strongly recommended"',
            _WIKI,
        ),
        Term(
            'keeping deleted content "even if disassociated, de-identified or anonymized" is a violation; matching '
            "with identifiers from elsewhere to re-identify a user is banned",
            _WIKI,
        ),
        Term("100 queries a minute per client id, averaged over 10 minutes", _WIKI),
        Term("commercial use and research need Reddit's approval", _WIKI),
        Term("new applications need explicit approval", "Reddit, Responsible Builder Policy, November 2025"),
    )

    def markets(self) -> tuple[str, ...]:
        """Return the configured subs in lower case."""
        return tuple(sub.lower() for sub in reddit_settings().subs)

    def missing(self) -> str | None:
        """Return what to do where there is no approved application."""
        settings = reddit_settings()
        if settings.client_id and settings.client_secret:
            return None
        return (
            "hardwareswap has no approved application on file: apply for one under Reddit's Responsible Builder "
            "Policy (https://support.reddithelp.com), and set [reddit] client_id and client_secret "
            "(or GPUDEALS_REDDIT_CLIENT_ID and _SECRET)"
        )

    def crawl(self, run: "Run") -> None:
        """Read new posts and re-check open ones, once."""
        from crawlers.hardwareswap import crawl

        crawl(run, self)

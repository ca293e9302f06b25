"""A folder of files that a person saved: the recurring source that needs no key."""

from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from crawlers.settings import Policy
from crawlers.source import Source, Term

if TYPE_CHECKING:
    from crawlers.running import Run


class Inbox(Source):
    """Saved pages, API answers, feeds, dumps and price CSV, taken in as they come to lie there."""

    name = "inbox"
    title = "the inbox"
    kind = "import"
    required = ("title",)
    min_items = 0
    result_cap = None
    every = 5
    needs_credentials = False
    policy = Policy()
    terms = (Term("files that a person saved are imported as they are; that person answers for having them", "README"),)

    def markets(self) -> tuple[str, ...]:
        """Return its own name: what lies in it belongs to the markets that it came from."""
        return ("inbox",)

    def missing(self) -> str | None:
        """Return nothing: a folder needs no credentials."""
        return None

    def folder(self) -> Path:
        """Return the folder: ``[sources.inbox] folder``, else ``inbox`` in the user's data folder."""
        given = self.settings().folder
        return Path(given).expanduser() if given else Path(user_data_path("gpudeals")) / "inbox"

    def crawl(self, run: "Run") -> None:
        """Take in what waits. Raises CrawlError ``idle`` where nothing does."""
        from crawlers.inbox import take_in
        from crawlers.stopping import CrawlError

        folder = self.folder()
        if self.settings().folder is None:
            folder.mkdir(parents=True, exist_ok=True)
        counts = take_in(run.engine, run.id, folder, run.now(), run.progress, progress=run.at_work)
        tally = run.tally
        tally.searches = counts.used + counts.skipped
        tally.rows = tally.shown = counts.new + counts.changed + counts.same
        tally.stored.update(new=counts.new, changed=counts.changed, same=counts.same)
        told = {"rows that cannot be read": counts.problems, "files refused": counts.skipped}
        tally.problems.update({what: number for what, number in told.items() if number})
        if not tally.searches:
            raise CrawlError("idle", f"nothing lies in {folder}")

"""The PRAW collector of r/hardwareswap and its sister subs: new posts, and what became of known ones.

PRAW's own stream keeps what it has seen in memory, 301 ids of it, and dies of an exception; and a deleted
post breaks paging with ``before``. So the mark is ours, and it moves on only when a gap is closed.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import praw
import prawcore

from crawlers.gate import Gate
from crawlers.listing import Found, LayoutChanged
from crawlers.mark import PREFIX, Mark
from crawlers.no_json import no_json
from crawlers.politeness import reddit_user_agent
from crawlers.reddit_posts import is_listing, read_listing
from crawlers.reddit_session import PoliteSession
from crawlers.running import Run
from crawlers.secrets import keep_pair_secret, redacted
from crawlers.settings import RedditSection, crawl_settings, reddit_settings
from crawlers.source import Source
from crawlers.stopping import CrawlError
from crawlers.swap_subs import Sub, configured_subs
from db.crawls import count_listings, get_cursor, stale_listings

logger = logging.getLogger(__name__)

PAGE = 100
REDDIT = ("https://oauth.reddit.com", "https://www.reddit.com")
SWEEP = timedelta(hours=36)  # every known post is asked after before Reddit's 48 hours are over
KEPT = ("live", "sold", "ended", "gone")


def crawl(run: Run, source: Source) -> None:
    """Read new posts of every sub and ask after known ones. Raises CrawlError where it did not come to its end."""
    settings = reddit_settings()
    gate = Gate(run.engine, source.name, "reddit", per_minute=settings.per_minute, now=run.now)
    try:
        Collector(run, source, settings, gate).collect()
    finally:
        run.tally.calls = gate.calls


class Collector:
    """One run over all subs."""

    def __init__(self, run: Run, source: Source, settings: RedditSection, gate: Gate) -> None:
        self._run = run
        self._source = source
        self._settings = settings
        self._gate = gate
        self._subs = configured_subs()
        self._overlap = timedelta(hours=settings.overlap_hours)
        self._reddit = _reddit(run, settings, gate)
        self._read: Counter[str] = Counter()  # what the pages of ``new`` counted

    def collect(self) -> None:
        """Read every sub, then ask after known posts."""
        until = self._gate.held_until()
        if until is not None:
            raise self._gate.stopped(until)
        unread = 0
        for key, sub in self._subs.items():
            try:
                self._read_new(key, sub)
            except SubError as unreadable:
                unread += 1
                self._run.tally.notes.append(str(unreadable))
                if unread == len(self._subs):
                    raise CrawlError("blocked", f"no sub can be read: {unreadable}") from None
        if self._read["listings"] and not self._read["linked"]:
            self._run.tally.notes.append("url: no post states its address any more; it is made from the post's id")
        self._recheck()

    def _read_new(self, key: str, sub: Sub) -> None:
        """Read ``new`` page by page until everything on a page is known; the mark moves when the gap is closed."""
        with self._run.engine.connect() as connection:
            mark = Mark.from_text(get_cursor(connection, self._source.name, PREFIX + key))
        met: dict[str, datetime | None] = {}
        closed = self._read_down(sub, mark, met)
        if not closed:
            self._run.tally.truncated.append(f"r/{sub.name}")
        times = [when for when in met.values() if when is not None]
        if times:
            newest = max([*times, mark.created] if mark else times)
            floor = newest - 2 * self._overlap - timedelta(days=1)
            recent = {post for post, when in met.items() if when is None or when >= floor}
            self._run.tally.marks[PREFIX + key] = Mark(newest, frozenset(recent)).as_text()

    def _read_down(self, sub: Sub, mark: Mark | None, met: dict[str, datetime | None]) -> bool:
        """Read pages into ``met`` until everything on one is known; return whether none since the mark is missing."""
        anchors: list[str | None] = [None]
        read, cap = 0, self._source.result_cap or 0
        while True:
            page = self._page(sub, anchors)
            if page is None:
                # Below the last post there is nothing; of a sub that had posts the top is never empty.
                self._run.tally.proved_empty += not read
                return bool(read) or mark is None
            read += PAGE
            posts = page.listings
            met.update((post.external_id, post.created_at) for post in posts)
            self._run.keep(posts)
            covered = [mark is not None and mark.covers(post, self._overlap) for post in posts]
            if mark is not None and all(covered):
                return True
            if page.next_url is None or read >= cap:
                # The end of what Reddit shows: without a gap where known posts are met, or a short list was read whole.
                return mark is None or any(covered) or read < cap
            # A post that was deleted since leads to an empty page: then one further up is read on from.
            anchors = [page.next_url, *(f"t3_{posts[-back].external_id}" for back in (2, 4, 10) if back <= len(posts))]

    def _page(self, sub: Sub, anchors: Sequence[str | None]) -> Found | None:
        """Return the page below the first of ``anchors`` that leads to one, None where none does."""
        for after in anchors:
            data = self._ask(f"r/{sub.name}/new", {"limit": PAGE, "after": after}, sub)
            outcome = read_listing(data, self._run.now(), "?raw_json=1", self._subs)
            self._run.tally.searches += 1
            if isinstance(outcome, LayoutChanged):
                raise CrawlError("layout_changed", f"r/{sub.name}: {outcome.field}: {outcome.reason}")
            if not isinstance(outcome, Found):
                continue
            if not outcome.listings and outcome.counters.get("elsewhere", 0) > 0:
                raise CrawlError("layout_changed", f"r/{sub.name}: subreddit: no post says that it is of this sub")
            self._read.update(outcome.counters)
            self._run.tally.trouble(problem for problem in outcome.problems if not problem.row.startswith("r/"))
            return outcome
        return None

    def _recheck(self) -> None:
        """Ask after known posts in hundreds: open ones every few hours, all of them within Reddit's 48."""
        due = self._due()
        for hundred in (due[start : start + PAGE] for start in range(0, len(due), PAGE)):
            names = {f"t3_{row.external_id}": row for row in hundred}
            data = self._ask("api/info", {"id": ",".join(names), "limit": PAGE}, None)
            outcome = read_listing(data, self._run.now(), "?raw_json=1", self._subs)
            if isinstance(outcome, LayoutChanged):
                raise CrawlError("layout_changed", f"api/info: {outcome.field}: {outcome.reason}")
            posts = outcome.listings if isinstance(outcome, Found) else ()
            removed = self._run.tally.removed
            self._run.keep(posts)
            self._run.tally.rechecked += len(hundred)
            self._run.tally.removed_asked += self._run.tally.removed - removed
            answered = {post.external_id for post in posts} | _named(data)
            for row in hundred:
                if row.external_id not in answered:
                    self._run.miss(row.source, row.external_id)

    def _due(self) -> Sequence[Any]:
        settings, now = self._settings, self._run.now()
        markets = self._source.markets()
        per_run = max(1, round(self._source.interval() / (SWEEP.total_seconds() / 60) * 2 * self._known(markets)))
        with self._run.engine.connect() as connection:
            open_before = now - timedelta(hours=settings.recheck_hours)
            fresh = stale_listings(connection, markets, open_before, 30 * PAGE)
            others = stale_listings(connection, markets, now - SWEEP, max(per_run, PAGE), states=KEPT)
        met = self._run.tally.met
        rows = {row.id: row for row in (*fresh, *others) if f"{row.source}:{row.external_id}" not in met}
        return list(rows.values())

    def _known(self, markets: tuple[str, ...]) -> int:
        with self._run.engine.connect() as connection:
            return count_listings(connection, markets, KEPT)

    def _ask(self, path: str, params: Mapping[str, Any], sub: Sub | None) -> Any:
        """Return the JSON of an answer that is a listing. Raises CrawlError, or SubError for a single sub."""
        given = {key: value for key, value in params.items() if value is not None}
        try:
            data: Any = self._reddit.request(method="GET", path=path, params=given)
        except prawcore.TooManyRequests as error:
            raise self._gate.stopped(self._gate.hold(str(error.retry_after or ""))) from None
        except (prawcore.Forbidden, prawcore.NotFound, prawcore.Redirect) as error:
            if sub is None:
                raise CrawlError("refused", f"Reddit refuses {path}: {redacted(str(error))}") from None
            raise SubError(f"r/{sub.name} cannot be read: {redacted(str(error))}") from None
        except (prawcore.PrawcoreException, RecursionError) as error:
            raise _ended(path, error) from None
        if not is_listing(data):
            raise CrawlError("layout_changed", f"{path}: kind: the answer is no Listing")
        return data


class SubError(Exception):
    """One sub that cannot be read while the others can: private, banned, or misspelt."""


def _named(data: Any) -> set[str]:
    """Return the ids of all posts in an answer, those that were passed over (other subs, stickies) too."""
    return {str(child["data"].get("id")) for child in data["data"]["children"] if isinstance(child.get("data"), dict)}


def _ended(path: str, error: Exception) -> CrawlError:
    """Return the end of a crawl that an error of PRAW is."""
    response = getattr(error, "response", None)
    if isinstance(error, prawcore.RequestException):
        cause = error.original_exception
        return cause if isinstance(cause, CrawlError) else _network(cause)
    if isinstance(error, prawcore.OAuthException | prawcore.InvalidToken) or (
        response is not None and response.status_code in (401, 403)
    ):
        return _refused(error)
    if isinstance(error, prawcore.ServerError):
        return _network(error)
    if isinstance(error, prawcore.BadJSON):
        return no_json(path, error.response.content, error.response.url)
    return CrawlError("layout_changed", f"{path}: {redacted(str(error))}")


def _network(error: BaseException) -> CrawlError:
    return CrawlError("network", f"Reddit did not answer: {type(error).__name__}: {redacted(str(error))[:200]}")


def _refused(error: BaseException) -> CrawlError:
    return CrawlError(
        "refused",
        f"Reddit does not accept the key ({redacted(str(error))[:120]}): check [reddit] client_id and client_secret, "
        "and that the application is approved",
    )


def _reddit(run: Run, settings: RedditSection, gate: Gate) -> praw.Reddit:
    oauth_url, reddit_url = (settings.url, settings.url) if settings.url else REDDIT
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    keep_pair_secret(settings.client_id or "", secret)
    manners = crawl_settings()
    session = PoliteSession(
        gate, (oauth_url, reddit_url), now=run.now, timeout=manners.timeout, longest_wait=manners.longest_wait
    )
    return praw.Reddit(
        client_id=settings.client_id,
        client_secret=secret,
        user_agent=reddit_user_agent(settings.username),
        oauth_url=oauth_url,
        reddit_url=reddit_url,
        check_for_updates=False,
        requestor_kwargs={"session": session},
    )

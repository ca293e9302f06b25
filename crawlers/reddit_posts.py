"""Reddit posts as raw listings: API listings, ``/api/info``, ``/comments/ID`` pairs and Atom feeds.

Shared by the PRAW collector, the archive reader and the import of files. The names of authors are
not kept; of them only the count of trades that their flair shows. A post that its author or a
moderator took away comes out with state ``removed`` and without any text: it must be purged.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawlers.listing import Found, LayoutChanged, NothingFound, PageOutcome, RawListing, RowProblem, SeenAs, State
from crawlers.swap_subs import Sub, known_subs

_POST_ID = re.compile(r"[0-9a-z]{4,13}", re.ASCII)
_GONE = {"[deleted]", "[removed]", "[ removed by reddit ]", "[removed by reddit]", "[deleted by user]"}
_ESCAPE = re.compile(r"&(?:amp|lt|gt);")
_AMPERSAND = re.compile(r"&|<|>")
_TRADES = re.compile(r"(\d{1,5})\+?\s*(?:confirmed\s*)?trades?\b|\btrades?\W{0,3}(\d{1,5})", re.IGNORECASE)
_PLACE = re.compile(r"^\W{0,3}(USA?|CAN|GBR|UK|GB|DEU|NLD|NL|FRA|FR|AUS|AU|ITA|ESP|POL|SWE|AUT|BEL)\b", re.ASCII)
_COUNTRIES = {
    "US": "US", "USA": "US", "CAN": "CA", "GBR": "GB", "UK": "GB", "GB": "GB", "DEU": "DE",
    "NLD": "NL", "NL": "NL", "FRA": "FR", "FR": "FR", "AUS": "AU", "AU": "AU", "ITA": "IT", "ESP": "ES", "POL": "PL",
    "SWE": "SE", "AUT": "AT", "BEL": "BE",
}  # fmt: skip
#: The earliest post of any swap sub is of 2010; the latest moment of which a file can speak is left open.
_EARLIEST = 1_200_000_000.0


class PostError(ValueError):
    """A post that cannot be read."""


def is_listing(data: object) -> bool:
    """Return whether ``data`` is a Listing of Reddit's API, or the list of two that ``/comments/ID`` answers."""
    if isinstance(data, list):
        return bool(data) and all(map(is_listing, data))
    return (
        isinstance(data, Mapping)
        and data.get("kind") == "Listing"
        and isinstance(data.get("data"), Mapping)
        and isinstance(data["data"].get("children"), list)
    )


def posts_of(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of each post (``t3``) in a Listing or in a list of them; comments are passed over."""
    for listing in data if isinstance(data, list) else [data]:
        for child in listing["data"]["children"]:
            if isinstance(child, Mapping) and child.get("kind") == "t3" and isinstance(child.get("data"), Mapping):
                yield child["data"]


def read_listing(
    data: Any,
    observed_at: datetime | None = None,
    uri: str | None = None,
    subs: Mapping[str, Sub] | None = None,
) -> PageOutcome:
    """Return the posts of a Listing that belong to ``subs``.

    ``uri`` is the request, where it was recorded: ``raw_json=1`` in it says that nothing is escaped.
    Without ``observed_at`` the newest creation or edit in the listing dates it, for it was
    recorded just after. Posts of other subs are named once per sub and passed over.
    """
    posts = list(posts_of(data))
    if not posts:
        return NothingFound("a listing of Reddit without posts")
    escaped = is_escaped(posts, uri)
    observed_at = observed_at or _newest(data)
    after = data["data"].get("after") if isinstance(data, Mapping) else None
    return collect(posts, "api", escaped, observed_at, subs, after if isinstance(after, str) else None)


def collect(
    posts: Iterable[Mapping[str, Any]],
    seen_as: SeenAs,
    escaped: bool | None,
    observed_at: datetime | None,
    subs: Mapping[str, Sub] | None = None,
    after: str | None = None,
) -> PageOutcome:
    """Return ``posts`` as an outcome: listings, named problems, and counters of what was passed over."""
    subs = known_subs() if subs is None else subs
    listings: dict[str, RawListing] = {}
    problems: list[RowProblem] = []
    elsewhere: Counter[str] = Counter()
    counters: Counter[str] = Counter()
    for number, post in enumerate(posts, 1):
        counters["cards"] += 1
        sub = subs.get(str(post.get("subreddit", "")).lower())
        if sub is None:
            elsewhere[str(post.get("subreddit", "?"))[:30]] += 1
            continue
        if post.get("stickied") is True or post.get("distinguished"):
            counters["stickied"] += 1
            continue
        try:
            listing = read_post(post, sub, seen_as, escaped, observed_at)
        except PostError as error:
            problems.append(RowProblem(f"post {number}", str(error)))
            continue
        counters[f"state {listing.state}"] += 1
        counters["linked"] += isinstance(post.get("permalink"), str)
        listings.setdefault(f"{listing.source}:{listing.external_id}", listing)
    counters["elsewhere"] = sum(elsewhere.values())
    problems += [RowProblem(f"r/{name}", f"not a swap sub that is read ({n} posts)") for name, n in elsewhere.items()]
    if not listings and len(problems) > len(elsewhere):
        return LayoutChanged("post", f"no post can be read: {problems[0].row}: {problems[0].reason}")
    counters["listings"] = len(listings)
    return Found(tuple(listings.values()), tuple(problems), after, counters)


def read_post(
    post: Mapping[str, Any],
    sub: Sub,
    seen_as: SeenAs = "api",
    escaped: bool | None = None,
    observed_at: datetime | None = None,
) -> RawListing:
    """Return one post of ``sub``. ``escaped`` None decides by the post's own text. Raises PostError."""
    external_id = str(post.get("id") or "").removeprefix("t3_")
    if not _POST_ID.fullmatch(external_id):
        raise PostError(f"{external_id[:20]!r} is no id of a post")
    created = epoch(post.get("created_utc"))
    if created is None:
        raise PostError(f"post {external_id} has no created_utc")
    edited = epoch(post.get("edited"))
    if is_removed(post):
        return removed_post(external_id, sub, seen_as, observed_at or created)
    title, body = post.get("title"), post.get("selftext")
    if not isinstance(title, str) or not title.strip():
        raise PostError(f"post {external_id} has no title")
    body = body if isinstance(body, str) else ""
    if escaped is None:
        escaped = is_escaped([post], None)
    flair = post.get("link_flair_text")
    if escaped:
        title, body = plain_text(title), plain_text(body)
        flair = plain_text(flair) if isinstance(flair, str) else None
    facts: dict[str, Any] = {"trades": trades_of(post.get("author_flair_text"))}
    facts["edited_at"] = edited.isoformat() if edited else None
    if post.get("is_self") is False and isinstance(post.get("url"), str):
        facts["link"] = plain_text(post["url"])[:500] if escaped else post["url"][:500]
    return RawListing(
        source=sub.name.lower(),
        external_id=external_id,
        seen_as=seen_as,
        title=title,
        observed_at=observed_at,
        body=body or None,
        url=post_url(sub, external_id),
        kind="ask",
        state=state_of_flair(flair),
        currency=sub.currency,
        flair=flair if isinstance(flair, str) and flair else None,
        country=country_of_title(title) or sub.country,
        created_at=created,
        facts={k: v for k, v in facts.items() if v is not None},
    )


def removed_post(external_id: str, sub: Sub, seen_as: SeenAs, observed_at: datetime | None) -> RawListing:
    """Return a post that was taken away, without a word of it: storing it purges what was kept."""
    return RawListing(
        source=sub.name.lower(),
        external_id=external_id,
        seen_as=seen_as,
        title="",
        observed_at=observed_at,
        url=post_url(sub, external_id),
        state="removed",
    )


def post_url(sub: Sub, external_id: str) -> str:
    """Return the address of a post, without the slug that repeats its title."""
    return f"https://www.reddit.com/r/{sub.name}/comments/{external_id}/"


def is_removed(post: Mapping[str, Any]) -> bool:
    """Return whether the author, a moderator or Reddit took the post or its text away, or the account is gone."""
    if post.get("removed_by_category") or post.get("removal_reason"):
        return True
    meta = post.get("_meta")
    if isinstance(meta, Mapping) and (meta.get("was_deleted_later") or meta.get("was_initially_deleted")):
        return True
    if "author" in post and post["author"] in (None, "[deleted]"):
        return True
    texts = (post.get("selftext"), post.get("title"))
    return any(isinstance(t, str) and t.strip().lower() in _GONE for t in texts)


def state_of_flair(flair: object) -> State:
    """Return ``sold`` or ``ended`` where the flair says Sold or Closed (case differs between subs), else ``live``."""
    words = set(re.findall(r"[a-z]+", flair.lower())) if isinstance(flair, str) else set()
    return "sold" if "sold" in words else "ended" if words & {"closed", "complete", "completed", "expired"} else "live"


def trades_of(flair: object) -> int | None:
    """Return the count of confirmed trades that an author's flair shows ("38 Trades! 🏆"), None where it shows none."""
    found = _TRADES.search(flair) if isinstance(flair, str) else None
    if found:
        return int(found.group(1) or found.group(2))
    return 0 if isinstance(flair, str) and "no confirmed trades" in flair.lower() else None


def country_of_title(title: str) -> str | None:
    """Return the country that the tag at the head of a title names ("[USA-TX]", "(US-FL)"), else None."""
    found = _PLACE.match(title.upper())
    return _COUNTRIES[found.group(1)] if found else None


def epoch(value: object) -> datetime | None:
    """Return an epoch time that came as int, float or text, in UTC to the second; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    if not _EARLIEST < seconds < 4_000_000_000.0:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def is_escaped(posts: Iterable[Mapping[str, Any]], uri: str | None) -> bool:
    """Return whether ``&``, ``<`` and ``>`` of the posts stand escaped, as Reddit sends them without ``raw_json=1``.

    The request tells; else the rendered twin of a text, which begins with a tag; else the texts:
    where every ``&`` begins an escape and no bare ``<`` or ``>`` stands, they were escaped.
    """
    if uri is not None and parse_qs(urlsplit(uri).query).get("raw_json") == ["1"]:
        return False
    marks = 0
    for post in posts:
        rendered = post.get("selftext_html")
        if isinstance(rendered, str) and rendered[:1] in "&<" and rendered:
            return rendered.startswith("&lt;")
        for text in (post.get("title"), post.get("selftext")):
            found = _AMPERSAND.findall(text) if isinstance(text, str) else []
            escapes = len(_ESCAPE.findall(text)) if found and isinstance(text, str) else 0
            if len(found) != escapes:
                return False
            marks += escapes
    return marks > 0


def plain_text(text: str) -> str:
    """Return ``text`` with the three escapes undone that Reddit makes, and no other."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _newest(data: Any) -> datetime | None:
    times = []
    for listing in data if isinstance(data, list) else [data]:
        for child in listing["data"]["children"]:
            fields = child.get("data") if isinstance(child, Mapping) else None
            if isinstance(fields, Mapping):
                times += [t for t in (epoch(fields.get("created_utc")), epoch(fields.get("edited"))) if t]
    return max(times, default=None)


def read_feed(body: bytes, observed_at: datetime | None = None, subs: Mapping[str, Sub] | None = None) -> PageOutcome:
    """Return the posts of an Atom feed of Reddit; the feed's own ``updated`` dates it. LayoutChanged where it is none.

    A feed has no flair and no edits, and its text is rendered: it is turned back into Markdown.
    """
    from crawlers.reddit_feed import feed_posts

    try:
        updated, posts, problems = feed_posts(body)
    except ValueError as error:
        return LayoutChanged("feed", str(error))
    if not posts and not problems:
        return NothingFound("a feed without entries")
    outcome = collect(posts, "feed", False, observed_at or updated, subs)
    if isinstance(outcome, Found) and problems:
        return Found(outcome.listings, outcome.problems + problems, outcome.next_url, outcome.counters)
    return outcome

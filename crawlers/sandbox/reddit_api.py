"""The simulated Reddit API: token, ``new`` of a sub, ``/api/info``, ``/comments``; with its caps and rate headers."""

import base64
import html
import json
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from crawlers.sandbox.market import Market
from crawlers.sandbox.messages import Answer, Request, json_answer
from crawlers.sandbox.model import Post
from crawlers.sandbox.posts import subs

LISTING_CAP = 1_000
PAGE_CAP = 100
WINDOW = 600.0  # seconds over which calls are averaged
CALLS = 1_000  # in one window
TOKEN_SECONDS = 86_400


class RedditApi:
    """Answers requests for Reddit's API from the market; rates are counted in real seconds."""

    def __init__(self, market: Market, *, calls: int = CALLS, clock: Callable[[], float] = time.monotonic) -> None:
        self.market = market
        self.calls = calls
        self.base = "http://127.0.0.1"
        self.tokens: dict[str, Any] = {}
        self._clock = clock
        self._window = clock()
        self._used = 0
        self._random = random.Random(f"{market.seed}:reddit tokens")

    def answer(self, request: Request) -> Answer | None:
        """Return the answer, or None where the path is not of this API."""
        parts = request.path.strip("/").split("/")
        if parts == ["api", "v1", "access_token"]:
            return self._token(request)
        known = parts == ["api", "info"] or parts[0] in ("r", "comments")
        if not known:
            return None
        refused = self._admit(request)
        if refused is not None:
            return refused
        answer = self._route(request, parts)
        answer.headers |= self._rate_headers()
        return answer

    def _route(self, request: Request, parts: list[str]) -> Answer:
        if parts == ["api", "info"]:
            return self._info(request)
        if parts[0] == "comments" or (len(parts) > 3 and parts[2] == "comments"):
            return self._comments(request, parts[1] if parts[0] == "comments" else parts[3])
        if parts[0] == "r" and len(parts) >= 2 and parts[1].lower() in subs():
            if len(parts) == 3 and parts[2] == "new":
                return self._new(request, parts[1])
            if len(parts) == 3 and parts[2] == "about":
                sub = subs()[parts[1].lower()]
                return json_answer({"kind": "t5", "data": {"display_name": sub.name, "name": sub.fullname}})
        return json_answer({"message": "Not Found", "error": 404}, 404)

    # Access

    def _token(self, request: Request) -> Answer:
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        try:
            client, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except ValueError:
            client = secret = ""
        if scheme.lower() != "basic" or not client or "wrong" in (client, secret):
            return json_answer({"message": "Unauthorized", "error": 401}, 401)
        if request.form.get("grant_type") not in ("client_credentials", "password", "refresh_token"):
            return json_answer({"error": "unsupported_grant_type"}, 200)
        token = f"simulated-{self._random.getrandbits(96):024x}"
        self.tokens[token] = self.market.now + timedelta(seconds=TOKEN_SECONDS)
        return json_answer({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS, "scope": "*"})

    def _admit(self, request: Request) -> Answer | None:
        """Return a refusal, or None where the request may be answered."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        ends = self.tokens.get(token)
        if scheme.lower() != "bearer" or ends is None or ends <= self.market.now:
            return json_answer({"message": "Unauthorized", "error": 401}, 401, WWW_Authenticate='Bearer realm="reddit"')
        if not request.headers.get("user-agent"):
            return json_answer({"message": "Too Many Requests", "error": 429}, 429)
        now = self._clock()
        if now - self._window >= WINDOW:
            self._window, self._used = now, 0
        if self._used >= self.calls:
            headers = self._rate_headers()
            answer = json_answer(
                {"message": "Too Many Requests", "error": 429}, 429, Retry_After=headers["x-ratelimit-reset"]
            )
            answer.headers |= headers
            return answer
        self._used += 1
        return None

    def _rate_headers(self) -> dict[str, str]:
        reset = max(1, round(WINDOW - (self._clock() - self._window)))
        return {
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-remaining": f"{max(0, self.calls - self._used)}.0",
            "x-ratelimit-reset": str(reset),
            "Cache-Control": "private, s-maxage=0, max-age=0, must-revalidate, no-store",
        }

    # Listings

    def _new(self, request: Request, sub: str) -> Answer:
        query = request.query
        posts = self.newest(sub)
        limit = _limit(query.get("limit", "25"))
        first = 0
        anchor = query.get("after") or query.get("before")
        if anchor:
            ids = [f"t3_{post.id}" for post in posts]
            if anchor not in ids:
                return self._listing(request, [], None)  # a deleted anchor shows an empty page
            place = ids.index(anchor)
            first = place + 1 if query.get("after") else max(0, place - limit)
            limit = limit if query.get("after") else place - first
        pinned = [] if anchor else [post for post in self.market.by_sub[sub.lower()] if post.stickied][:limit]
        limit -= len(pinned)
        page = posts[first : first + limit]
        more = first + limit < len(posts)
        return self._listing(request, [*pinned, *page], f"t3_{page[-1].id}" if more and page else None)

    def newest(self, sub: str) -> list[Post]:
        """Return what ``new`` shows of a sub: newest first, nothing deleted, removed or held back, 1,000 at most."""
        posts = self.market.by_sub[sub.lower()]
        shown = (post for post in reversed(posts) if post.state in ("live", "sold", "ended") and not post.stickied)
        now = self.market.now
        released = [post for post in shown if post.held_until is None or post.held_until <= now]
        return released[:LISTING_CAP]

    def _info(self, request: Request) -> Answer:
        names = [name for name in request.query.get("id", "").split(",") if name]
        found = [self.market.posts.get(name.removeprefix("t3_")) for name in names[:PAGE_CAP]]
        return self._listing(request, [post for post in found if post is not None], None)

    def _comments(self, request: Request, post_id: str) -> Answer:
        post = self.market.posts.get(post_id)
        if post is None:
            return json_answer({"message": "Not Found", "error": 404}, 404)
        head = self._listing(request, [post], None).body.decode()
        tail = json.dumps({"kind": "Listing", "data": {"after": None, "before": None, "children": []}})
        return json_answer(f"[{head},{tail}]")

    def _listing(self, request: Request, posts: list[Post], after: str | None) -> Answer:
        raw = request.query.get("raw_json") == "1"
        rows = ",".join(self._child(post, raw) for post in posts)
        end = json.dumps(after)
        return json_answer(
            f'{{"kind":"Listing","data":{{"after":{end},"dist":{len(posts)},"modhash":null,"geo_filter":null,'
            f'"children":[{rows}],"before":null}}}}'
        )

    def _child(self, post: Post, raw: bool) -> str:
        if not raw:
            return json.dumps({"kind": "t3", "data": fields(post, self.base, escaped=True)}, separators=(",", ":"))
        version, text = post.cached
        if version != post.version:
            text = json.dumps({"kind": "t3", "data": fields(post, self.base)}, separators=(",", ":"))
            post.cached = (post.version, text)
        return text


def _limit(text: str) -> int:
    return max(1, min(PAGE_CAP, int(text))) if text.isascii() and text.isdigit() else 25


def fields(post: Post, base: str, *, escaped: bool = False) -> dict[str, Any]:
    """Return the fields of a post; of a deleted or removed one neither text nor author."""
    gone = post.state in ("deleted", "removed")
    title, body = post.title, post.body
    author: str | None = f"sim_user_{post.seller}"
    if gone:
        body = "[deleted]" if post.removed_by == "deleted" else "[removed]"
    if post.removed_by == "deleted":
        author = "[deleted]"
        title = "[deleted by user]"
    if escaped:
        title, body = html.escape(title, quote=False), html.escape(body, quote=False)
    sub = subs()[post.market.lower()]
    link = f"/r/{sub.name}/comments/{post.id}/simulated/"
    created = post.created.timestamp()
    return {
        "approved_at_utc": None,
        "subreddit": sub.name,
        "selftext": body,
        "author_fullname": None if author == "[deleted]" else f"t2_zzsim{post.seller}",
        "title": title,
        "subreddit_name_prefixed": f"r/{sub.name}",
        "name": f"t3_{post.id}",
        "link_flair_css_class": post.flair.lower() if post.flair else None,
        "link_flair_text": post.flair,
        "link_flair_type": "text",
        "link_flair_richtext": [],
        "upvote_ratio": 1.0,
        "ups": 1,
        "score": 1,
        "num_comments": post.number % 7,
        "edited": post.edited.timestamp() if post.edited else False,
        "is_self": True,
        "created": created,
        "created_utc": created,
        "domain": f"self.{sub.name}",
        "removed_by_category": post.removed_by,
        "archived": False,
        "over_18": False,
        "spoiler": False,
        "locked": post.stickied,
        "stickied": post.stickied,
        "pinned": False,
        "distinguished": "moderator" if post.stickied else None,
        "hide_score": False,
        "author_flair_text": f"Trades: {post.seller % 60}" if author != "[deleted]" else None,
        "subreddit_id": sub.fullname,
        "id": post.id,
        "author": author,
        "permalink": link,
        "url": base + link,
        "subreddit_subscribers": 30_000,
        "is_video": False,
        "media": None,
    }

"""An Atom feed of Reddit as posts: entries read safely, and rendered text turned back into Markdown."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]

from crawlers.listing import RowProblem

_ATOM = "{http://www.w3.org/2005/Atom}"
_LINK = re.compile(r"/r/([A-Za-z0-9_]{2,24})/comments/([0-9a-z]{4,13})(?:/|$)")
_DEEPEST = 60


def feed_posts(body: bytes) -> tuple[datetime | None, list[Mapping[str, Any]], tuple[RowProblem, ...]]:
    """Return when the feed was made, its posts under the API's names of fields, and what could not be read.

    Raises ValueError where ``body`` is no Atom feed. Entities are not expanded and nothing is loaded.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"not well-formed XML: {str(error)[:120]}") from error
    if root.tag != f"{_ATOM}feed":
        raise ValueError("XML, but no Atom feed")
    posts: list[Mapping[str, Any]] = []
    problems: list[RowProblem] = []
    for number, entry in enumerate(root.iterfind(f"{_ATOM}entry"), 1):
        try:
            posts.append(_post(entry))
        except ValueError as error:
            problems.append(RowProblem(f"entry {number}", str(error)))
    return _time(root, "updated"), posts, tuple(problems)


def _post(entry: Any) -> Mapping[str, Any]:
    address = next((x.get("href") or "" for x in entry.iterfind(f"{_ATOM}link")), "")
    found = _LINK.search(address)
    stated = (entry.findtext(f"{_ATOM}id") or "").rpartition("/")[2].removeprefix("t3_")
    if not found or (re.fullmatch(r"[0-9a-z]{4,13}", stated) and stated != found.group(2)):
        raise ValueError(f"{(stated or address)[:60]!r} is no entry of a post")
    created = _time(entry, "published") or _time(entry, "updated")
    category = entry.find(f"{_ATOM}category")
    content = entry.findtext(f"{_ATOM}content") or ""
    return {
        "id": found.group(2),
        "subreddit": (category.get("term") if category is not None else None) or found.group(1),
        "title": (entry.findtext(f"{_ATOM}title") or "").strip(),
        "selftext": markdown(content),
        "created_utc": created.timestamp() if created else None,
    }


def _time(element: Any, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat((element.findtext(f"{_ATOM}{name}") or "").strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def markdown(rendered: str) -> str:
    """Return the Markdown behind a post's rendered text: paragraphs, lists, tables, strikes, links; "" for link posts.

    Only what stands in the post's own ``div.md`` counts: the feed puts the author's name behind it.
    """
    if 'class="md"' not in rendered:
        return ""
    try:
        root = html.fragment_fromstring(rendered.replace("\x00", "\ufffd"), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    own = root.xpath(".//div[@class='md']")
    text = _block(own[0], 0) if own else ""
    return re.sub(r"\n{3,}", "\n\n", text).strip()


_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "strike": "~~", "s": "~~", "code": "`"}


def _block(node: Any, depth: int) -> str:
    parts = [node.text or ""]
    for child in node:
        if isinstance(child.tag, str):
            parts.append(_element(child, depth + 1) if depth < _DEEPEST else "".join(child.itertext()))
        parts.append(child.tail or "")
    return "".join(parts)


def _element(node: Any, depth: int) -> str:
    tag, inner = node.tag, _block(node, depth)
    if tag in _MARKS:
        mark = _MARKS[tag]
        return f"{mark}{inner}{mark}" if inner.strip() else inner
    if tag == "a":
        return f"[{inner}]({node.get('href')})" if node.get("href") and inner != node.get("href") else inner
    if tag == "li":
        return f"* {inner.strip()}\n"
    if tag == "br":
        return "  \n"
    if tag in ("td", "th"):
        return f"{inner.strip()}|"
    if tag == "tr":
        return f"|{inner.strip()}\n"
    if tag == "thead":
        return inner.strip() + "\n|" + ":-|" * max(1, inner.count("|") - 1) + "\n"
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return f"\n\n{'#' * int(tag[1])} {inner.strip()}\n\n"
    if tag == "blockquote":
        return "\n\n" + "\n".join(f"> {line}" for line in inner.strip().splitlines()) + "\n\n"
    if tag in ("p", "ul", "ol", "table", "pre", "div"):
        return f"\n\n{inner.strip()}\n\n"
    return inner

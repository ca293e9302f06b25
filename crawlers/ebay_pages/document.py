"""A saved page as a tree: its text decoded, its site and language, when it was served, and texts out of it."""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]

from crawlers.amounts import Point

Element = Any  # lxml ships no types

#: HTML's own white space; other white space (non-breaking, control characters) is text and stays.
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:www\.|m\.)?ebay\.((?:[a-z]{2,3}\.)?[a-z]{2,3})/", re.IGNORECASE)
#: The time stands in milliseconds and hexadecimal in the comments that eBay's own servers append.
_SERVED = re.compile(r"RlogId\s+\S{8,200}?-(1[0-9a-f]{10})-0x[0-9a-f]+", re.IGNORECASE)
_UNSEEN = {"script", "style", "template", "noscript", "svg", "head"}

#: Bare "$" and the language of a site (ebay.com shows other languages too, with points as in English).
_SITES: dict[str, tuple[str | None, str]] = {
    "com": ("USD", "en"), "ca": ("CAD", "en"), "com.au": ("AUD", "en"), "com.sg": ("SGD", "en"),
    "com.hk": ("HKD", "zh"), "com.my": ("MYR", "en"), "ph": ("PHP", "en"), "co.uk": ("GBP", "en"),
    "ie": ("EUR", "en"), "in": ("INR", "en"), "us": ("USD", "en"), "de": (None, "de"), "at": (None, "de"),
    "ch": (None, "de"), "fr": (None, "fr"), "it": (None, "it"), "es": (None, "es"), "nl": (None, "nl"),
    "be": (None, "nl"), "pl": (None, "pl"), "vn": (None, "vi"), "co.th": (None, "th"), "com.tw": ("TWD", "zh"),
    "cn": (None, "zh"),
}  # fmt: skip
_POINT_LANGUAGES = {"en", "ja", "ko", "zh", "th", "he", "ms", "iw"}


@dataclass(frozen=True, slots=True)
class Document:
    """A page of HTML, parsed."""

    root: Element
    source: str
    site: str
    language: str
    title: str
    served_at: datetime | None

    @property
    def dollar(self) -> str | None:
        """What a bare ``$`` means on this site."""
        return "USD" if self.site == "" else _SITES.get(self.site, (None, ""))[0]

    @property
    def point(self) -> Point:
        """The decimal point that goes with the page's language and site."""
        return "." if self.language in _POINT_LANGUAGES or self.site in ("com", "ch") else ","


@cache
def css(selector: str) -> Callable[[Element], list[Element]]:
    """Return a compiled finder of the descendants that match ``selector`` (tag and classes: ``li.s-card``)."""
    from cssselect import HTMLTranslator

    compiled: Callable[[Element], list[Element]] = etree.XPath(HTMLTranslator().css_to_xpath(selector))
    return compiled


def classes(element: Element) -> set[str]:
    """Return the class names of ``element``, in lower case."""
    return set((element.get("class") or "").lower().split())


def texts(element: Element, dropping: Collection[str] = ()) -> Iterator[str]:
    """Yield the texts within ``element``, leaving out what is never shown and any part of a class in ``dropping``."""
    stack: list[tuple[Element, bool]] = [(element, False)]
    while stack:
        node, tail_only = stack.pop()
        if tail_only:
            if node.tail:
                yield node.tail
            continue
        if isinstance(node.tag, str) and node.tag not in _UNSEEN and classes(node).isdisjoint(dropping):
            if node.text:
                yield node.text
            for child in reversed(node):
                stack.append((child, True))
                stack.append((child, False))


def text_of(element: Element, dropping: Collection[str] = ("clipped",)) -> str:
    """Return the text within ``element`` on one line, blanks collapsed as a browser does."""
    return _BLANKS.sub(" ", "".join(texts(element, dropping))).strip(" ")


def decode(body: bytes) -> str:
    """Return the text of a page: by byte order mark, as UTF-8, by the page's own word, else as Windows-1252."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        named = _META_CHARSET.search(body[:4096])
        encoding = named.group(1).decode("ascii") if named else "cp1252"
        try:
            # A page of our time with one broken byte is UTF-8 with one broken byte.
            return body.decode(encoding, "replace")
        except LookupError:
            return body.decode("utf-8", "replace")


def parse(body: bytes) -> Document | None:
    """Return the page in ``body``, or None where nothing in it is markup. Loads nothing, expands no entities."""
    source = decode(body).replace("\x00", "\ufffd")  # what the HTML standard makes of NUL
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    hosts = Counter(h.lower() for h in _HOST.findall(source))
    canonical = next(iter(root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")), "")
    own = _HOST.match(canonical)
    site = own.group(1).lower() if own else (hosts.most_common(1)[0][0] if hosts else "")
    stated = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").lower()
    language = re.split(r"[-_]", stated)[0] or _SITES.get(site, (None, "en"))[1]
    title = next((text_of(t) for t in root.iter("title")), "")
    return Document(root, source, site, language, title, served_at(source))


def served_at(source: str) -> datetime | None:
    """Return when eBay served the page: the newest time in its server comments, in UTC, else None.

    Header and page come from two servers, and the header may be a little older.
    """
    stamps = [int(s, 16) / 1000 for s in _SERVED.findall(source)]
    return datetime.fromtimestamp(max(stamps), UTC).replace(microsecond=0) if stamps else None

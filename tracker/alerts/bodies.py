"""What a mail says: its text and its HTML made from the same facts, encoded as they are sent."""

from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tracker.alerts.addresses import header

MOST_BYTES = 100_000  # mail programs cut what is longer than 102 kB
_HEAD_BYTES = 3_000  # of headers, at most
_KINDS = ("txt", "html")
_KEPT = 500  # rendered offers, at most
#: Where a link may lead: the markets, over TLS, and a simulated market on this machine.
_HOSTS = {("https", "www.ebay.com"), ("https", "www.reddit.com")}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TITLE_LIMIT = 100
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One offer in a mail; ``facts`` is its row of `deals` as it was when the alert was written."""

    facts: Mapping[str, Any]
    reasons: Sequence[str]
    watches: Sequence[str]
    already: bool = False  # it was on offer before the watch was made


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that one mail says."""

    to: str
    message_id: str
    items: Sequence[Item]
    more: int
    watch_names: Sequence[str]
    token: str


class Bodies:
    """The bodies of some mails; what they say of one offer is rendered once, for most offers stand in many."""

    def __init__(self) -> None:
        self._offers: dict[str, tuple[tuple[bytes, bytes], ...]] = {}

    def of(self, letter: Letter, simulated: bool, stop: str, names: str) -> tuple[bytes, bytes]:
        """Return text and HTML of ``letter`` as quoted-printable, with as many of its items as mail programs show.

        ``stop`` is where the reader says stop, ``names`` are the watches to name for it.
        """
        parts = {kind: [_rendered(kind, "top", letter, simulated)] for kind in _KINDS}
        ends = {
            kind: _rendered(kind, "bottom", letter, letter.more + len(letter.items), stop, names) for kind in _KINDS
        }
        size = _HEAD_BYTES + sum(len(parts[kind][0]) + len(ends[kind]) for kind in _KINDS)
        shown = 0
        for number, item in enumerate(letter.items, 1):
            said = {kind: self._item(kind, number, item) for kind in _KINDS}
            size += sum(map(len, said.values()))
            if shown and size > MOST_BYTES:
                break
            shown = number
            for kind in _KINDS:
                parts[kind].append(said[kind])
        more = letter.more + len(letter.items) - shown
        for kind in _KINDS:
            parts[kind].append(_rendered(kind, "bottom", letter, more, stop, names))
        return b"".join(parts["txt"]), b"".join(parts["html"])

    def _item(self, kind: str, number: int, item: Item) -> bytes:
        head, tail = self._offer(item.facts)[_KINDS.index(kind)]
        return _rendered(kind, "begin", number, item.facts) + head + _rendered(kind, "why", item) + tail

    def _offer(self, facts: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
        """Return by kind what stands before and after the reasons of an alert."""
        key = repr(facts)
        if key not in self._offers:
            if len(self._offers) >= _KEPT:
                self._offers.clear()
            self._offers[key] = tuple(
                (_rendered(kind, "head", facts), _rendered(kind, "tail", facts)) for kind in _KINDS
            )
        return self._offers[key]


def _rendered(kind: str, part: str, *values: object) -> bytes:
    """Return a part of the body, quoted-printable. It ends with its line: parts can be joined."""
    return b2a_qp(getattr(_template(kind), part)(*values).encode())


def shown_link(link: str | None) -> str | None:
    """Return ``link`` where it leads to a market that is known, or to a simulated one on this machine, else None."""
    if link is None or not link.isascii() or not link.isprintable() or set(' "<>\\') & set(link):
        return None
    parts = urlsplit(link)
    return link if (parts.scheme, parts.netloc) in _HOSTS or is_loopback(link) else None


def is_loopback(link: str | None) -> bool:
    """Return whether ``link`` leads to a market on this machine, which can only be a simulated one."""
    parts = urlsplit(link or "")
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.username is None


def shown_title(text: str) -> str:
    """Return a listing's title for the body: one clean line of bounded length."""
    return header(text, _TITLE_LIMIT)


def sparkline(values: Sequence[float | None]) -> str:
    """Return prices as a line of bars, a space where there was none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1
    return "".join(" " if value is None else _BARS[round((value - low) / span * 7)] for value in values)


def span(values: Sequence[float | None]) -> str:
    """Return the least and the greatest price in words."""
    known = [value for value in values if value is not None]
    return f"${min(known):,.0f} to ${max(known):,.0f}" if known else ""


def bar_heights(values: Sequence[float | None]) -> list[int]:
    """Return prices as heights of 4 to 40 pixels for the HTML part, 0 where there was none."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, span = min(known), (max(known) - min(known)) or 1
    return [0 if value is None else 4 + round((value - low) / span * 36) for value in values]


@cache
def _template(kind: str) -> Any:
    # Only the HTML part is escaped; user text is always a value here and never a template.
    env = Environment(
        loader=PackageLoader("tracker.alerts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        sparkline=sparkline, bars=bar_heights, line=header, title=shown_title, link=shown_link, span=span
    )
    return env.get_template(f"alert.{kind}").module
